#!/bin/bash
# nginx: a master, two forked workers, 400 requests, a reload that makes new workers.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
PATH=$PATH:/usr/sbin
needs nginx python3
mkdir -p root logs
chmod 755 "$PWD"
for i in $(seq 1 20); do seq 1 $((i * 500)) >"root/$i.txt"; done
cat >nginx.conf <<CONF
user root;
worker_processes 2;
error_log logs/error.log;
pid logs/nginx.pid;
daemon off;
events { worker_connections 64; }
http {
	access_log off;
	gzip on;
	gzip_types *;
	client_body_temp_path logs/body; proxy_temp_path logs/proxy;
	fastcgi_temp_path logs/fastcgi; uwsgi_temp_path logs/uwsgi; scgi_temp_path logs/scgi;
	server { listen unix:$PWD/logs/socket; root $PWD/root; }
}
CONF
cat >get.py <<'PYTHON'
import hashlib, http.client, socket, sys
digest = hashlib.sha256()
for i in range(int(sys.argv[1])):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect("logs/socket")
    connection.request("GET", "/%d.txt" % (i % 22), headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    digest.update(b"%d" % answer.status + answer.read())
    connection.close()
print(digest.hexdigest())
PYTHON
cat >serve.sh <<'SCRIPT'
rm -f logs/socket
nginx -p "$PWD" -c nginx.conf &
server=$!
for i in $(seq 1 200); do [ -S logs/socket ] && break; sleep 0.05; done
/usr/bin/python3 get.py 200
kill -HUP "$server"
sleep 0.5
/usr/bin/python3 get.py 200
kill -QUIT "$server"
wait "$server"
echo "status $?"
SCRIPT
same bash serve.sh
agree
workers=$("$OUTLIVE" info --format json t.outlive | jq '[.processes[] |
	select(.executable | endswith("/nginx"))] | length')
[ "$workers" -ge 5 ] || complain "$workers nginx processes recorded, 5 expected"
