#!/bin/bash
# A flight recorder whose window holds only the last instants still knows what is alive, whenever it
# was born, by call path: at the end, in a snapshot, of a process that was killed, in the ring that is
# left when the recorder was killed, too; of threads, and of a forked child its own only. The program
# knows its own truth; estimates are within five of their standard errors of it.
${CC:-gcc} -O1 -g -fno-builtin -pthread -o older "$OUTLIVE_ROOT_DIR/tests/attach/older.c" || exit 1

# shellcheck disable=SC2016
alive='def of($name): [.alive.paths[] | select(.frames[.first].function == $name)] |
		{bytes: (map(.live_bytes) | add), before: (map(.before_bytes) | add), paths: length,
		 born: (map(.born_bytes) | add), blocks: (map(.live_blocks) | add),
		 error: (map(.standard_error.live_bytes * .standard_error.live_bytes) | add | sqrt),
		 errors: (map(.standard_error.live_blocks * .standard_error.live_blocks) | add | sqrt)};
	def near($is; $true; $error): ($is - $true | fabs) <= 5 * $error;
	of("leak_one") as $leak | of("cache_one") as $cache |
	[.alive.overwritten, .alive.unplaced, .alive.damaged,
	 near($leak.bytes; $leaked; $leak.error), near($leak.blocks; $leaked / 4096; $leak.errors),
	 near($cache.bytes; $cached; $cache.error),
	 # most of the leak is older than the window; next to nothing of it was freed, and most of the cache
	 $leak.before > $leak.bytes / 2 and $leak.born <= $leak.bytes * 1.001,
	 $cache.born > $cache.bytes * 5,
	 # an error that is as large as what it belongs to would hold for anything
	 $leak.error < $leak.bytes / 4, (.alive.paths[0].frames[.alive.paths[0].first].function)]'

check() { # TRACE PID: against what the program has printed of that process last
	read -r _ leaked cached < <(grep "^$2 " output | tail -n 1)
	"$OUTLIVE" report -p "$2" --format json --top 0 "$1" >report.json 2>said || cat said
	jq -c --argjson leaked "$leaked" --argjson cached "$cached" "$alive" report.json
}

# The program's lines come by a pipe: who waits for one takes nothing of the processor.
start() { # OPTION... -- COMMAND...
	rm -f in out && mkfifo in out
	: >output
	"$OUTLIVE" run -q --flight --ring 1M --segments-every 0 -o trace "$@" <in >out 2>ended &
	recorder=$!
	exec {feed}>in {answers}<out
}
step() { # LINE, LINES OF OUTPUT: wait until it has been done
	local line i
	echo "$1" >&"$feed"
	for ((i = 0; i < $2; i++)); do
		read -r -t 300 line <&"$answers" && echo "$line" >>output
	done
	pid=${line%% *}
}
finish() {
	exec {feed}>&-
	wait $recorder
	echo "status $?"
	exec {answers}<&-
}

echo "a sample is recorded:"
start --sample 4K -- ./older
step "12000 1000" 1
"$OUTLIVE" snapshot -q -o copy "$pid" 2>said || cat said
check copy "$pid"
step "3000 1000" 1
finish
check trace "$pid"

echo "all is recorded:"
start -- ./older
step "24000 40" 1
ring=$(find "/proc/$pid/map_files" -lname '*.ring' -exec stat -L -c '%s %b' {} + | head -n 1)
"$OUTLIVE" snapshot -q -o copy "$pid" 2>said || cat said
check copy "$pid"
step "6000 40" 1
[ "$(find "/proc/$pid/map_files" -lname '*.ring' -exec stat -L -c %s {} + | head -n 1)" = "${ring% *}" ] &&
	echo "the ring has not grown"
echo "killed:"
kill -KILL "$pid"
finish
check trace "$pid"
"$OUTLIVE" report trace | grep -A 3 '^alive at the end' |
	sed 's/[0-9.]* [KM]iB/N/g; s/[0-9.]*k block/N block/; s/last .*s$/last T/; s/window, .*/window/; s/±/+-/'

# From here on the window holds a quarter of the events, not a sixth.
echo "killed with its recorder:"
start --sample 4K -- ./older
step "12000 600" 1
kill -KILL $recorder
kill -KILL "$pid"
finish 2>/dev/null
check trace "$pid" 2>&1
rm -rf /dev/shm/outlive.$recorder.*

echo "threads:"
start --sample 4K -- ./older threads
step "12000 600" 1
"$OUTLIVE" snapshot -q -o copy "$pid" 2>said || cat said
check copy "$pid"
finish
check trace "$pid"

echo "a forked child:"
start --sample 4K -- ./older fork
step "12000 600" 2
finish
check trace "$pid"
check trace "$(head -n 1 output | cut -d ' ' -f 1)"

echo "nothing overwritten:"
"$OUTLIVE" run -q --flight -o trace -- ./older <<<"100 1" >output
"$OUTLIVE" report trace | grep -c '^alive at the end'
"$OUTLIVE" report --format json trace | jq -c '.alive | [.overwritten, .before_bytes]'
echo "no flight recorder:"
"$OUTLIVE" run -q -o trace -- ./older <<<"100 1" >output
"$OUTLIVE" report --format json trace | jq -c .alive
