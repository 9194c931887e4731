#!/bin/bash
# HAProxy with two threads before a server of Python's: 200 requests by a socket, some of them
# refused by a rule; ended gracefully by SIGUSR1.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
PATH=$PATH:/usr/sbin
needs haproxy python3
cat >haproxy.cfg <<CONF
global
	nbthread 2
defaults
	mode http
	timeout connect 10s
	timeout client 30s
	timeout server 30s
frontend front
	bind unix@$PWD/front
	http-request deny if { path_end 7 }
	http-response set-header X-Seen yes
	default_backend back
backend back
	server one unix@$PWD/back
CONF
cat >back.py <<'PYTHON'
import http.server, os, socketserver
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = (self.path * 500).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
    def address_string(self):
        return "here"
socketserver.ThreadingUnixStreamServer.daemon_threads = True
socketserver.ThreadingUnixStreamServer("back", Handler).serve_forever()
PYTHON
cat >ask.py <<'PYTHON'
import hashlib, http.client, socket
digest = hashlib.sha256()
for i in range(200):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect("front")
    connection.request("GET", "/%d" % i)
    answer = connection.getresponse()
    digest.update(b"%d %s" % (answer.status, str(answer.headers["X-Seen"]).encode()) + answer.read())
    connection.close()
print(digest.hexdigest())
PYTHON
# The socket of the run before may still be there.
cat >serve.sh <<'SCRIPT'
rm -f front
haproxy -db -f haproxy.cfg &
server=$!
for i in $(seq 1 200); do [ -S front ] && break; sleep 0.05; done
python3 ask.py
kill -USR1 "$server"
wait "$server"
echo "status $?"
SCRIPT
python3 back.py &
back=$!
# shellcheck disable=SC2154 # lib.sh sets bad
trap 'kill $back; exit $bad' EXIT
for _ in $(seq 1 200); do [ -S back ] && break; sleep 0.05; done
same bash serve.sh
agree
