#!/bin/bash
# Other people's programs under load, attached to and let go: no failed request, no crash. Those
# that are here; in `make test` redis and Python, with WHOLE=1 all of them, many times.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
rounds=$([ -n "${WHOLE:-}" ] && echo 60 || echo 3)
PATH=$PATH:/usr/sbin
tried=0

cycles() { # WHAT PID...
	local what=$1 i events=0
	shift
	for ((i = 0; i < rounds; i++)); do
		pid=${*:i % $# + 1:1}
		attach 100ms
		events=$((events + $("$OUTLIVE" info -f json t.outlive | jq '.processes[0].events')))
		kill -0 "$pid" 2>/dev/null || { complain "$what: dead after $i rounds"; return; }
	done
	[ "$events" -gt 0 ] || complain "$what: nothing was recorded"
	echo "$what: $rounds rounds, $events events"
	tried=$((tried + 1))
}

has() { command -v "$1" >/dev/null; }

if has redis-server && has redis-benchmark; then
	start redis-server --port 7411 --save '' --appendonly no --dir "$PWD"
	redis=$pid
	sleep 1
	redis-benchmark -p 7411 -n 100000000 -c 20 -q -t set,get,lpush,lpop,hset >bench 2>&1 &
	bench=$!
	started+=("$bench")
	cycles redis "$redis"
	kill -0 "$bench" || complain "redis-benchmark: $(tr '\r' '\n' <bench | tail -n 2)"
	[ "$(redis-cli -p 7411 ping)" = PONG ] || complain "redis does not answer"
	kill "$bench"
	kill "$redis"
fi

if has python3; then
	start python3 "$here/soak/work.py"
	sleep 0.5
	cycles python3 "$pid"
	finish python3
fi

if [ -n "${WHOLE:-}" ] && has node; then
	start node "$here/soak/work.js"
	sleep 1
	cycles node "$pid"
	finish node
fi

if [ -n "${WHOLE:-}" ] && has java && has javac; then
	if javac -d . "$here/soak/Work.java"; then
		start java Work
		sleep 1
		cycles java "$pid"
		finish java
	fi
fi

if [ -n "${WHOLE:-}" ] && has nginx; then
	mkdir -p www
	echo hello >www/index.html
	cat >nginx.conf <<END
daemon off; master_process off; pid $PWD/nginx.pid; error_log $PWD/nginx.log;
events { }
http { access_log off; client_body_temp_path $PWD/b; proxy_temp_path $PWD/p; fastcgi_temp_path $PWD/f;
uwsgi_temp_path $PWD/u; scgi_temp_path $PWD/s; server { listen 7412; root $PWD/www; } }
END
	start nginx -c "$PWD/nginx.conf" -p "$PWD"
	nginx=$pid
	sleep 0.5
	(bad=0; good=0
	while [ ! -e ending ]; do
		if [ "$(curl -s http://127.0.0.1:7412/)" = hello ]; then good=$((good + 1)); else bad=$((bad + 1)); fi
	done
	echo "$good $bad" >requests) &
	client=$!
	cycles nginx "$nginx"
	touch ending
	wait "$client"
	read -r good bad_requests <requests
	[ "$bad_requests" = 0 ] && [ "$good" -gt 0 ] || complain "nginx: $good requests, $bad_requests failed"
fi
[ $tried -gt 0 ] || { echo "none of the programs is here"; bad=77; }
