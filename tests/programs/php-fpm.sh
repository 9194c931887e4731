#!/bin/bash
# php-fpm: a master and two workers, 200 requests by FastCGI, a reload; with Zend's own
# allocator and with malloc for everything.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
for fpm in /usr/sbin/php-fpm[0-9]*; do :; done
needs "$fpm" python3
cat >fpm.conf <<CONF
[global]
pid = $PWD/pid
error_log = $PWD/log
daemonize = no
[www]
listen = $PWD/socket
pm = static
pm.max_children = 2
CONF
cat >work.php <<'PHP'
<?php
$words = [];
for ($i = 0; $i < 2000; $i++)
	$words["key" . $i % 97][] = str_repeat("item $i ", $i % 13);
ksort($words);
echo md5(json_encode($words)), " ", preg_match_all('/item (\d)7 /', implode($words["key7"])), " ", $_SERVER["QUERY_STRING"], "\n";
PHP
cat >ask.py <<'PYTHON'
import hashlib, os, socket, struct, sys
def record(kind, content):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content
def pair(name, value):
    return bytes([len(name), len(value)]) + name.encode() + value.encode()
digest = hashlib.sha256()
for i in range(int(sys.argv[1])):
    variables = {"SCRIPT_FILENAME": os.getcwd() + "/work.php", "REQUEST_METHOD": "GET", "QUERY_STRING": str(i)}
    connection = socket.socket(socket.AF_UNIX)
    connection.connect("socket")
    connection.sendall(record(1, struct.pack(">HB5x", 1, 0)) +
        record(4, b"".join(pair(*item) for item in variables.items())) + record(4, b"") + record(5, b""))
    stream, answer = connection.makefile("rb"), b""
    while header := stream.read(8):
        _, kind, _, length, padding = struct.unpack(">BBHHBx", header)
        content = stream.read(length + padding)[:length]
        if kind == 6:
            answer += content
    digest.update(answer.split(b"\r\n\r\n", 1)[1])
print(digest.hexdigest())
PYTHON
cat >serve.sh <<'SCRIPT'
rm -f socket log
"$1" -n -F -R -y fpm.conf 2>/dev/null &
server=$!
for i in $(seq 1 400); do [ -S socket ] && break; sleep 0.05; done
python3 ask.py 100
kill -USR2 "$server"
sleep 1
for i in $(seq 1 400); do python3 ask.py 1 >/dev/null 2>&1 && break; sleep 0.05; done
python3 ask.py 100
kill -QUIT "$server"
wait "$server"
echo "status $?"
SCRIPT
same bash serve.sh "$fpm"
agree
export USE_ZEND_ALLOC=0
same bash serve.sh "$fpm"
agree
