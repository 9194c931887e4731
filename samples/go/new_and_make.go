/*
 * new_and_make.go - new() and make(): new() gives a zeroed value's address, make() a slice, map or
 * channel that is ready. Here all of it is kept, so all of it is on Go's heap: 8 MiB by new(),
 * and 16 MiB, 4 MiB and a map by make(). What make() gives a function that does not keep it is on
 * the stack: main.local makes 1000 slices of 1 KiB, of which the heap gets nothing.
 *
 * live: segment .go[0] | .exact and (.heap_inuse - $out.heap_inuse | fabs) <= 65536 and
 *   .heap_inuse >= 28 * 1048576
 * live: segment .segments.go_heap.rss >= 28 * 1048576 and .segments.heap.size == 0
 * live: segment $out.by_local < 65536
 */
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

type large [8 << 20]byte

var byNew *large
var slice []int64
var channel chan int64
var table map[int]int

//go:noinline
func local() (sum int) {
	buffer := make([]byte, 1024)
	for i := range buffer {
		buffer[i] = byte(i)
		sum += int(buffer[i])
	}
	return sum
}

func main() {
	byNew = new(large)
	slice = make([]int64, 2<<20)
	channel = make(chan int64, 1<<19)
	table = make(map[int]int, 1000)
	for i := range byNew {
		byNew[i] = 1
	}
	for i := range slice {
		slice[i] = 1
	}
	for i := 0; i < cap(channel); i++ {
		channel <- 1
	}
	for i := 0; i < 1000; i++ {
		table[i] = i
	}
	var before, stats runtime.MemStats
	input := bufio.NewReader(os.Stdin)
	runtime.ReadMemStats(&before)
	for i := 0; i < 1000; i++ {
		table[i] = local()
	}
	runtime.ReadMemStats(&stats)
	fmt.Fprintln(os.Stderr, len(table), len(channel), len(slice))
	byLocal := stats.TotalAlloc - before.TotalAlloc
	runtime.GC()
	runtime.ReadMemStats(&stats)
	fmt.Printf("heap_inuse=%d by_local=%d\n", stats.HeapInuse, byLocal)
	input.ReadString('\n')
}
