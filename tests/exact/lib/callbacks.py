# callbacks.py - C calls back into Python through ctypes, which raises, recurses, throws.
import ctypes
import json
import re
import sys

libc = ctypes.CDLL("libc.so.6")
compare_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                                ctypes.POINTER(ctypes.c_int))


def sort_by(depth, values):
    def compare(a, b):
        if depth > 0 and a[0] % 97 == 0:
            sort_by(depth - 1, [3, 1, 2])
        return a[0] - b[0]
    array = (ctypes.c_int * len(values))(*values)
    libc.qsort(array, len(values), ctypes.sizeof(ctypes.c_int), compare_type(compare))
    return list(array)


values = [(number * 7919) % 1009 for number in range(800)]
print(sort_by(3, values) == sorted(values))
walker = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, ctypes.c_double)
steps = []


def walk(depth, value):
    steps.append(depth)
    return value if depth == 0 else callback(depth - 1, value * 1.5 + len(json.dumps(steps)))


callback = walker(walk)
print(callback(60, 0.25), len(steps))
sys.setrecursionlimit(3000)


def deep(number):
    return json.loads("[%d]" % number)[0] + (deep(number - 1) if number else 0)


print(deep(2000))
try:
    deep(10 ** 6)
except RecursionError:
    print("too deep")
print(len(re.findall(r"(\w+)@(\w+)", "someone@somewhere " * 5000)))
