#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# redis-server, which has an allocator of its own and threads of its own.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs redis-server redis-cli
start redis-server --port 0 --unixsocket "$PWD/socket" --save '' --dir "$PWD" --logfile log
await redis-cli -s socket PING
redis-cli -s socket DEBUG POPULATE 100000 >/dev/null
hold redis-server "$pid"
expect "$pid" thread '[.threads[] | select(.placed)] | length >= 4'
expect "$pid" segment '.segments.stack.size > 8000000'
