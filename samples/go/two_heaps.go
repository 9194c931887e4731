/*
 * two_heaps.go - Go's own heap beside C's: a cache that is kept and buffers that are dropped, both
 * in Go, and one block in C. The part "Go heap" of the report has each by its call path, and a line
 * with the totals of both heaps; --by path has one tree of both. --go-heap 1 counts every allocation.
 *
 * run: --go-heap 1
 * expect: .go_heap.complete and .go_heap.rate == 1 and .go_heap.collections >= 2
 * expect: [.go_heap.paths[] | select(any(.frames[]; .function == "main.fillCache"))] |
 *   map(.objects) | add == 1001
 * expect: [.go_heap.paths[] | select(any(.frames[]; .function == "main.fillCache"))] |
 *   map(.in_use_bytes) | add == 1000 * 1024 + 24576
 * expect: [.go_heap.paths[] | select(any(.frames[]; .function == "main.drop"))] |
 *   map(.objects) | add == 500
 * expect: [.go_heap.paths[] | select(any(.frames[]; .function == "main.drop"))] |
 *   map(.in_use_objects) | add == 0
 * expect: [.go_heap.paths[] | select(any(.frames[]; .function == "main.drop")) |
 *   .frames[] | select(.function == "main.main")] | length == 1
 * expect: bytes("main.main") == 5000
 * expect: [.heaps.nodes[] | select(.function == "main.main")] | length == 1 and
 *   .[0].c_live_bytes == 5000 and .[0].go_in_use_bytes >= 1000 * 1024 + 24576
 * expect: .heaps.nodes[0].c_bytes == .totals.bytes and .heaps.nodes[0].go_bytes == .go_heap.bytes
 * expect: .crossed_kinds.go_runtime.blocks >= 1 and
 *   .crossed_kinds.go_runtime.blocks == .classes.crossed.blocks
 * expect: .process.finished
 */
package main

// #include <stdlib.h>
import "C"

import (
	"os"
	"runtime"
)

var cache [][]byte
var last []byte
var kept = map[string]uintptr{}

//go:noinline
func fillCache(count int) {
	cache = make([][]byte, 0, count)
	for i := 0; i < count; i++ {
		cache = append(cache, make([]byte, 1024))
	}
}

//go:noinline
func drop(count int) {
	for i := 0; i < count; i++ {
		last = make([]byte, 4096)
	}
	last = nil
}

func main() {
	fillCache(1000)
	drop(500)
	kept["block"] = uintptr(C.malloc(5000))
	runtime.GC()
	runtime.GC()
	runtime.KeepAlive(cache)
	os.Exit(0)
}
