#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# nginx: a master and its worker share memory and what was there before the fork.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs nginx
mkdir -p root logs
cat >nginx.conf <<CONF
worker_processes 1;
error_log logs/error.log;
pid logs/nginx.pid;
daemon off;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path logs/body; proxy_temp_path logs/proxy;
	fastcgi_temp_path logs/fastcgi; uwsgi_temp_path logs/uwsgi; scgi_temp_path logs/scgi;
	limit_req_zone \$binary_remote_addr zone=one:1m rate=1r/s;
	server { listen unix:$PWD/logs/socket; root $PWD/root; }
}
CONF
[ "$(id -u)" != 0 ] || sed -i '1i user root;' nginx.conf
start nginx -p "$PWD" -c nginx.conf
await test -S logs/socket
await pgrep -P "$pid"
worker=$(pgrep -P "$pid")
hold "nginx master" "$pid" "$worker"
hold "nginx worker" "$worker" "$pid"
expect "$worker" map '[.maps[] | select(.segment == "shared" and .use.size == 1048576)] | length == 1'
