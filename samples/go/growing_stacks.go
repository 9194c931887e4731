/*
 * growing_stacks.go - ten goroutines wait 500 calls deep, each call with 1 KiB of variables: their
 * stacks have grown from 2 KiB to 1 MiB, the next power of two. They are in memory that Go maps, not
 * in the thread's stack, and count as a segment of their own.
 *
 * live: segment .go[0].stacks.goroutines | .count == 11 and .committed >= 10 * 1048576 and
 *   .committed < 11 * 1048576 and .depth >= 10 * 500 * 1024
 * live: segment .go[0] | .exact and (.stack_inuse - $out.stack_inuse | fabs) <= 262144
 * live: segment .segments.go_stack.rss >= 10 * 500 * 1024 and .segments.stack.rss < 65536
 */
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

//go:noinline
func deep(calls int, ready, end chan int) int {
	var room [1024]byte
	room[calls%1024] = 1
	if calls == 0 {
		ready <- 1
		return <-end
	}
	return deep(calls-1, ready, end) + int(room[0])
}

func main() {
	ready, end := make(chan int), make(chan int)
	for i := 0; i < 10; i++ {
		go deep(500, ready, end)
	}
	for i := 0; i < 10; i++ {
		<-ready
	}
	var stats runtime.MemStats
	input := bufio.NewReader(os.Stdin)
	runtime.ReadMemStats(&stats)
	fmt.Printf("stack_inuse=%d\n", stats.StackInuse)
	input.ReadString('\n')
}
