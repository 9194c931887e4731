#!/bin/bash
# memcached: four worker threads, values set, appended and got by a socket; ended by SIGTERM.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs memcached python3
cat >ask.py <<'PYTHON'
import hashlib, socket
connections = []
for i in range(20):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect("socket")
    connections.append((connection, connection.makefile("rb")))
digest = hashlib.sha256()
def ask(i, text, body=None):
    connection, stream = connections[i % 20]
    connection.sendall(text + b"\r\n" + (body + b"\r\n" if body is not None else b""))
    answer = stream.readline()
    if answer.startswith(b"VALUE"):
        answer += stream.read(int(answer.split()[3]) + 2) + stream.readline()
    digest.update(answer)
for i in range(4000):
    ask(i, b"set key%d 0 0 %d" % (i % 700, i % 2000), b"x" * (i % 2000))
    ask(i, b"append key%d 0 0 4" % (i % 700), b"more")
    ask(i, b"get key%d" % (i * 7 % 700))
ask(0, b"flush_all")
ask(1, b"get key1")
print(digest.hexdigest())
PYTHON
cat >serve.sh <<'SCRIPT'
rm -f socket
memcached -u "$(id -un)" -s "$PWD/socket" -t 4 -m 32 &
server=$!
for i in $(seq 1 200); do [ -S socket ] && break; sleep 0.05; done
python3 ask.py
kill -TERM "$server"
wait "$server"
echo "status $?"
SCRIPT
same bash serve.sh
agree
