# servers.sh - other people's programs under load, for soak.sh.
# shellcheck shell=bash disable=SC2154,SC2034

# Start a client in the background; it is ended with all others.
client() { # COMMAND...
	"$@" &
	client=$!
	started+=("$client")
}

redis_begin() {
	has redis-server && has redis-benchmark || return 77
	start redis-server --port 0 --unixsocket "$PWD/redis/socket" --save '' --appendonly no --dir "$PWD/redis"
	pids=("$pid")
	sleep 1
	client redis-benchmark -s redis/socket -n 1000000000 -c 20 -r 1000 -q -t set >redis/bench 2>&1
}

redis_end() {
	local wrong=0 i
	kill -0 "$client" || complain "	redis-benchmark: $(tr '\r' '\n' <redis/bench | tail -n 2)"
	for i in {1..300}; do
		redis-cli -s redis/socket set "key:$i" "value:$i:$i" >/dev/null
		[ "$(redis-cli -s redis/socket get "key:$i")" = "value:$i:$i" ] || wrong=$((wrong + 1))
	done
	[ $wrong = 0 ] || complain "	redis: $wrong wrong answers"
	checked="$(redis-cli -s redis/socket info stats | awk -F: '/^total_commands/ { print $2 + 0 }') commands"
	kill "$client"
	wait "$client" 2>/dev/null
	redis-cli -s redis/socket shutdown nosave
	wait "${pids[0]}" || complain "	redis: status $?"
}

# A master and two workers, which are attached to.
nginx_begin() {
	has nginx && has ab || return 77
	mkdir -p nginx/www
	seq 1 2000 >nginx/www/index.html
	chmod -R a+rX nginx
	cat >nginx/nginx.conf <<-CONF
		daemon off; worker_processes 2; user $(id -un); pid $PWD/nginx/pid; error_log $PWD/nginx/log;
		events { }
		http { access_log off; gzip on; gzip_types *; gzip_min_length 100; keepalive_requests 1000000;
		client_body_temp_path $PWD/nginx/b; proxy_temp_path $PWD/nginx/p; fastcgi_temp_path $PWD/nginx/f;
		uwsgi_temp_path $PWD/nginx/u; scgi_temp_path $PWD/nginx/s;
		server { listen 127.0.0.1:7413; root $PWD/nginx/www; } }
	CONF
	start nginx -p "$PWD/nginx" -c "$PWD/nginx/nginx.conf"
	nginx=$pid
	sleep 0.5
	mapfile -t pids < <(pgrep -P "$nginx")
	client ab -q -k -c 10 -t 100000 -n 100000000 -H 'Accept-Encoding: gzip' http://127.0.0.1:7413/index.html >nginx/ab 2>&1
}

nginx_end() {
	kill -INT "$client"
	wait "$client"
	grep -q '^Failed requests: *0$' nginx/ab && ! grep -q '^Non-2xx' nginx/ab && ! grep -q 'apr_' nginx/ab ||
		complain "	nginx: $(grep -E 'Failed|Non-2xx|apr_' nginx/ab)"
	[ "$(curl -s --compressed http://127.0.0.1:7413/ | md5sum)" = "$(md5sum <nginx/www/index.html)" ] ||
		complain "	nginx: a wrong page"
	checked="$(awk '/^Complete requests/ { print $3 }' nginx/ab) requests"
	[ "$(pgrep -P "$nginx" | tr '\n' ' ')" = "${pids[*]} " ] || complain "	nginx: a worker has ended"
	kill -QUIT "$nginx"
	wait "$nginx" || complain "	nginx: status $?"
}

# Three processes that serve pgbench; what they book must add up at the end.
postgres_begin() {
	has initdb && has pgbench && id postgres >/dev/null 2>&1 || return 77
	local -a as=()
	export PGHOST=$PWD/postgres PGUSER=postgres PGDATABASE=postgres
	if [ "$(id -u)" = 0 ]; then
		chown postgres postgres
		as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
	fi
	"${as[@]}" initdb -D postgres/data -A trust --no-sync -E UTF8 --locale=C >postgres/initdb 2>&1 || return 77
	start "${as[@]}" postgres -D postgres/data -c listen_addresses= -c "unix_socket_directories=$PGHOST" \
		-c fsync=off -c autovacuum=off
	postgres=$pid
	for ((i = 0; i < 200; i++)); do psql -Atc 'select 1' >/dev/null 2>&1 && break; sleep 0.1; done
	pgbench -q -i -s 2 >/dev/null 2>&1
	client pgbench -n -c 3 -T 100000 >postgres/bench 2>&1
	sleep 1
	mapfile -t pids < <(psql -Atc "select pid from pg_stat_activity where application_name = 'pgbench'")
}

postgres_end() {
	local sums live
	kill -0 "$client" && ! grep -qiE 'error|abort' postgres/bench || complain "	pgbench: $(tail -n 3 postgres/bench)"
	live=$(psql -Atc "select pid from pg_stat_activity where application_name = 'pgbench'" | tr '\n' ' ')
	[ "$live" = "${pids[*]} " ] || complain "	postgres: a backend has ended"
	kill "$client"
	sleep 1
	sums=$(psql -Atc "select count(distinct sum) from (select sum(abalance) from pgbench_accounts union all
		select sum(tbalance) from pgbench_tellers union all select sum(bbalance) from pgbench_branches union all
		select sum(delta) from pgbench_history) as sums")
	[ "$sums" = 1 ] || complain "	postgres: the books do not add up: '$sums'"
	checked="$(psql -Atc 'select count(*) from pgbench_history') transactions"
	! grep -E 'PANIC|terminated by signal' errors || complain "	postgres: see above"
	kill -INT "$postgres"
	wait "$postgres" || complain "	postgres: status $?"
}

python_begin() { has python3 || return 77; start_own python python3 "$here/soak/work.py"; }
python_end() { end_own python; }
node_begin() { has node || return 77; start_own node node "$here/soak/work.js"; }
node_end() { end_own node; }

java_begin() {
	has java && has javac && javac -d java "$here/soak/Work.java" || return 77
	start_own java java -Xmx64m -cp java Work
}
java_end() { end_own java; }

go_begin() {
	has go && GO111MODULE=off CGO_ENABLED=1 go build -o go/serve "$here/soak/serve.go" || return 77
	start_own go go/serve
}
go_end() { end_own go; }
