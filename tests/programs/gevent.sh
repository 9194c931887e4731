#!/bin/bash
# gevent: a server and 60 clients in one process, each a greenlet. Greenlets copy what they
# have of the stack to the heap and back, return addresses and all.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs /usr/bin/python3
/usr/bin/python3 -c 'import gevent' 2>/dev/null || skip "python3-gevent is not installed"
export PYTHONHASHSEED=0 PYTHONMALLOC=malloc
cat >sockets.py <<'PYTHON'
from gevent import monkey; monkey.patch_all()
import gevent.pool, socket, sys
from gevent.server import StreamServer

def serve(connection, address):
    stream = connection.makefile("rwb")
    for line in stream:
        stream.write(line[::-1])
        stream.flush()

def ask(i):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect("socket")
    stream, length = connection.makefile("rwb"), 0
    for k in range(20):
        stream.write(b"%d\n" % (i * k))
        stream.flush()
        length += len(stream.readline())
    connection.close()
    return length

listener = socket.socket(socket.AF_UNIX)
listener.bind("socket")
listener.listen(100)
server = StreamServer(listener, serve)
server.start()
print(sum(gevent.pool.Pool(100).imap_unordered(ask, range(int(sys.argv[1])))))
server.stop()
PYTHON
cat >work.sh <<'SCRIPT'
rm -f socket
/usr/bin/python3 sockets.py 60
SCRIPT
same bash work.sh
agree
