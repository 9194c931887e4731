#!/bin/bash
# test_plugin.sh - what a plugin of Go allocates in C has whole stacks, also while it is opened: by the
# init functions of its packages (plugin/). With WHOLE=1 on all versions: a plugin takes long to build.
# shellcheck source=tests/go/recorded.sh disable=SC2154,SC2034 # version, way: lib.sh, recorded.sh
. "$OUTLIVE_ROOT_DIR/tests/go/recorded.sh"

# SIZE COUNT NAMES: so many blocks, each with a path through functions of these names, in this order.
# shellcheck disable=SC2016 # for jq
blocks() {
	expect "$1" "blocks($1) == $2 and (of($1) | sum(.exact.stacks_cut)) == 0 and
		([of($1)[] | [.frames[], .outer_frames[]] | [.[].function] | . as \$path |
		[$3 | . as \$n | \$path | index(\$n)] | . == sort and all(. != null)] | all)" \
		"of($1)[] | [.allocations, [.frames[].function]]"
}

ways() {
	[ -n "${WHOLE:-}" ] || [[ $version =~ ^1\.(19|26)$ ]] || return
	way="$version plugin"
	go_build plugin host.out || return
	(cd plugin && CGO_ENABLED=1 go_locked "$GO" build -buildmode=plugin -o ../part.so ./part 2>&1) ||
		{ complain "$way: the plugin cannot be built"; return; }
	record t.outlive ./host.out ./part.so
	expect "stacks cut" '.lost.stacks_cut == 0' '.lost'
	blocks 3002 1 '"runtime.cgocall", "example/plugin/part.init", "plugin.open", "main.main",
		"runtime.goexit"'
	blocks 3003 10 '"runtime.cgocall", "example/plugin/part.init.0", "plugin.open", "main.main",
		"runtime.goexit"'
	blocks 3004 1 '"runtime.cgocall", "example/plugin/part.keeps", "main.main", "runtime.goexit"'
}
each_go ways
