/*
 * four_segments.go - the second article's parts of a process, in a program of pure Go: code that
 * cannot be written, data (initialised or not), stacks, and a heap. Such a program is static, so
 * nothing of it can be recorded; `outlive segments` shows where its memory is. Its global
 * variables are found by name; Go's heap and the goroutines' stacks are told apart, and are as
 * large as the Go runtime says itself (runtime.ReadMemStats), but for what Go does after that.
 *
 * live: map [.maps[] | select(.segment == "code")] | length > 0 and
 *   all(.access | test("^r-x"))
 * live: symbol [.symbols[] | select(.name == "main.initialised")] | length == 1 and
 *   (.[0] | .segment == "data" and .size == 1048576 and .touched == 1048576)
 * live: symbol [.symbols[] | select(.name == "main.uninitialised")] | length == 1 and
 *   (.[0] | .segment == "bss" and .size == 2097152 and .touched >= 1048576 and
 *   .touched <= 1048576 + 8192)
 * live: segment .segments.go_heap.rss >= 33554432 and .segments.heap.size == 0
 * live: segment .go | length == 1 and
 *   (.[0] | .exact and (.heap_inuse - $out.heap_inuse | fabs) <= 65536 and
 *   (.stack_inuse - $out.stack_inuse | fabs) <= 262144)
 */
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

var globalVar = "I am a global variable"

var initialised = [1 << 17]int64{1, 2, 3}
var uninitialised [1 << 18]int64

//go:noinline
func add(a int, b int) int {
	return a + b
}

func main() {
	fmt.Fprintln(os.Stderr, "Hello, World!", globalVar)
	result := add(5, 3) // in frames on the stack
	fmt.Fprintln(os.Stderr, "Result:", result)
	ptr := new(int) // Allocates memory on the heap
	*ptr = 42
	fmt.Fprintln(os.Stderr, "Value:", *ptr)

	for i := range initialised {
		initialised[i]++
	}
	for i := range uninitialised[:1<<17] {
		uninitialised[i]++
	}
	slice := make([]byte, 32<<20)
	for i := range slice {
		slice[i] = 1
	}
	var stats runtime.MemStats
	input := bufio.NewReader(os.Stdin)
	runtime.GC()
	runtime.ReadMemStats(&stats)
	fmt.Printf("heap_inuse=%d stack_inuse=%d\n", stats.HeapInuse, stats.StackInuse)
	input.ReadString('\n')
	runtime.KeepAlive(slice)
}
