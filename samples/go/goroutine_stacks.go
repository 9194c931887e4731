/*
 * goroutine_stacks.go - stacks of goroutines begin at 2 KiB and are copied to larger ones as they
 * grow. Ten goroutines call themselves 1, 101, .. 901 times, each time with 1 KiB of variables,
 * and call C at the end, on a stack that has moved several times by then. Each block of C has
 * its whole path, to where its goroutine began, and is freed by the function that made it.
 *
 * expect: count("main.deep") == 10
 * expect: verdicts("main.deep") == ["stack_like"]
 * expect: by("main.deep") | map(.exact.stacks_cut) | add == 0
 * expect: by("main.deep") | all((.frames + .outer_frames)[-1].function == "runtime.goexit")
 * expect: by("main.deep") | map(.crossed) | add == 0
 * expect: [by("main.deep")[].frames | map(select(.function == "main.deep")) | length] | max >= 100
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
import "C"

import (
	"fmt"
	"sync"
)

//go:noinline
func deep(calls int) int {
	var room [1024]byte
	room[calls%1024] = byte(calls)
	if calls == 0 {
		block := C.malloc(100)
		defer C.free(block)
		return int(room[0])
	}
	return deep(calls-1) + int(room[calls%1024])
}

func main() {
	var group sync.WaitGroup
	var sums [10]int
	for i := range sums {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			sums[i] = deep(1 + 100*i)
		}(i)
	}
	group.Wait()
	fmt.Println(sums)
}
