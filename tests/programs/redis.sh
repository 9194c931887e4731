#!/bin/bash
# redis-server (Debian links it with jemalloc) under redis-benchmark, then a known set of
# commands whose answers must be the same; ended by SHUTDOWN and, once, by SIGTERM.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs redis-server redis-cli redis-benchmark
cat >serve.sh <<'SCRIPT'
rm -f socket
redis-server --port 0 --unixsocket "$PWD/socket" --save '' --dir "$PWD" --logfile log &
server=$!
for i in $(seq 1 200); do redis-cli -s socket PING >/dev/null 2>&1 && break; sleep 0.05; done
redis-benchmark -s socket -n 20000 -c 20 -q -t set,get,lpush,lpop,hset,zadd >/dev/null
for i in $(seq 1 300); do echo "SET key$i value$i"; echo "APPEND key$i more"; done |
	redis-cli -s socket | md5sum
redis-cli -s socket MGET key7 key299
if [ "$1" = shutdown ]; then redis-cli -s socket SHUTDOWN NOSAVE; else kill "$server"; fi
wait "$server"
echo "status $?"
SCRIPT
for end in shutdown term; do
	same bash serve.sh $end
	agree
done
# Without the counter in between, jemalloc serves: nothing may change.
"$OUTLIVE" run -q -o t.outlive -- bash serve.sh shutdown >jemalloc.out 2>jemalloc.err
bash serve.sh shutdown >bare.out 2>/dev/null
cmp bare.out jemalloc.out || complain "stdout differs with jemalloc"
