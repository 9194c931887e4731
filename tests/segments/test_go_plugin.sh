#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# A Go program with a plugin has one runtime, whose code may run from either file: goroutines
# are counted once, and have their names and paths whichever file those are in.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs go gcc
cat >go.mod <<'MOD'
module example
go 1.20
MOD
mkdir plugged host
cat >plugged/main.go <<'GO'
package main

var kept [][]byte

//go:noinline
func inner(block chan int) { <-block }

func Work(block chan int) {
	for i := 0; i < 1000; i++ {
		kept = append(kept, make([]byte, 10000))
	}
	for i := 0; i < 3; i++ {
		go inner(block)
	}
}
GO
cat >host/main.go <<'GO'
package main

import (
	"os"
	"plugin"
	"time"
)

func main() {
	opened, err := plugin.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	work, _ := opened.Lookup("Work")
	work.(func(chan int))(make(chan int))
	time.Sleep(100 * time.Millisecond)
	os.WriteFile(os.Args[2], nil, 0o600)
	time.Sleep(1000 * time.Second)
}
GO
# shellcheck source=tests/lib/go_cache.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/go_cache.sh"
CGO_ENABLED=1 go_locked go build -buildmode=plugin -o plugged.so ./plugged &&
	CGO_ENABLED=1 go_locked go build -o hosting ./host || exit 1
start ./hosting ./plugged.so ready
await test -e ready
await is_quiet "$pid"
expect "$pid" goroutine '[.go[] | select(.spans)] | length == 1 and (.[0] | .exact and
	.stacks.goroutines.count == 4 and .stacks.odd == 0 and .heap_inuse > 10000000)'
expect "$pid" goroutine '[.goroutines[] | select(.goroutines == 3)] | length == 1 and
	(.[0].deepest_path | map(.function) | any(endswith(".inner")))'
expect "$pid" goroutine '[.goroutines[] | select(.start == "")] | length == 0'
[ "$("$OUTLIVE" segments "$pid" | grep -c '^go1')" = 1 ] || complain "not one runtime is shown"
