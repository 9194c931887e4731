/*
 * collected.go - what the garbage collector is for: nobody frees a value of Go. A handle of Go
 * holds 300 bytes of C; when the collector finds that no one has the handle any more, it calls the
 * finalizer, which frees them. So the blocks of C are freed by another goroutine, the collector's,
 * than the one that made them: they have crossed, and none is live at the end.
 *
 * expect: count("main.open") == 50
 * expect: live("main.open") == 0
 * expect: verdicts("main.open") == ["crossed"]
 * expect: by("main.open") | map(.crossed) | add == 50
 * expect: $out.closed == 50
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
import "C"

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"
)

type handle struct {
	block unsafe.Pointer
	name  string
}

var closed int32

//go:noinline
func open(name string) *handle {
	h := &handle{C.malloc(300), name}
	runtime.SetFinalizer(h, func(h *handle) {
		C.free(h.block)
		atomic.AddInt32(&closed, 1)
	})
	return h
}

func main() {
	for i := 0; i < 50; i++ {
		open("a handle")
	}
	for try := 0; try < 500 && atomic.LoadInt32(&closed) < 50; try++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Printf("closed=%d\n", closed)
}
