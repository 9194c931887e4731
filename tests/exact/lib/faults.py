# Dies in one of these ways; all but the last are explained by faulthandler.
import ctypes
import faulthandler
import sys
import threading

way = sys.argv[1]
if way != 'plain':
    faulthandler.enable()
if way == 'overflow':
    faulthandler._stack_overflow()
elif way == 'thread':
    thread = threading.Thread(target=lambda: ctypes.string_at(0))
    thread.start()
    thread.join()
else:
    ctypes.string_at(0)
