#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# A static Go program, one with cgo, and the same stripped: Go's heap is found wherever the
# runtime has put it (since 1.26 at random).
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs go gcc
cat >go.mod <<'MOD'
module example
go 1.20
MOD
mkdir pure cgo
cat >pure/main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"time"
)

var initialised = [1 << 18]int32{1}
var uninitialised [1 << 20]byte
var kept = make([]byte, 64<<20)

func main() {
	for i := range kept {
		kept[i] = 1
	}
	table := map[int]string{}
	for i := 0; i < 100000; i++ {
		table[i] = fmt.Sprint(i)
	}
	uninitialised[5] = 1
	for i := 0; i < 20; i++ {
		go func() { time.Sleep(1000 * time.Second) }()
	}
	os.WriteFile(os.Args[1], nil, 0o600)
	time.Sleep(1000 * time.Second)
	fmt.Println(len(table), initialised[0], uninitialised[5])
}
GO
cat >cgo/main.go <<'GO'
package main

/*
#include <stdlib.h>
#include <string.h>
static void *take(void) { return memset(malloc(3000000), 1, 3000000); }
*/
import "C"

import (
	"os"
	"runtime"
	"time"
)

var kept = make([]byte, 64<<20)

func main() {
	for i := range kept {
		kept[i] = 1
	}
	for i := 0; i < 4; i++ {
		go func() { runtime.LockOSThread(); C.take(); time.Sleep(1000 * time.Second) }()
	}
	C.take()
	time.Sleep(200 * time.Millisecond)
	os.WriteFile(os.Args[1], nil, 0o600)
	time.Sleep(1000 * time.Second)
}
GO
# shellcheck source=tests/lib/go_cache.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/go_cache.sh"
CGO_ENABLED=0 go_locked go build -o pure-go ./pure && CGO_ENABLED=1 go_locked go build -o with-cgo ./cgo || exit 1
heap_of_go='.segments.go_heap.rss | . >= 65000000 and . < 100000000'
start ./pure-go ready.pure
await test -e ready.pure
hold "static Go" "$pid"
expect "$pid" segment "$heap_of_go"
expect "$pid" symbol '[.symbols[] | select(.name == "main.uninitialised")][0] |
	.size == 1048576 and .segment == "bss" and .touched < 20000'
expect "$pid" symbol '[.symbols[] | select(.name == "main.initialised")][0] |
	.size == 1048576 and .segment == "data"'
start ./with-cgo ready.cgo
await test -e ready.cgo
hold cgo "$pid"
expect "$pid" segment '.segments.heap.size >= 5 * 3000000'
expect "$pid" segment "$heap_of_go"
strip with-cgo -o stripped
start ./stripped ready.stripped
await test -e ready.stripped
hold stripped "$pid"
expect "$pid" segment "$heap_of_go"
