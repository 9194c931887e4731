// Allocates known numbers of objects in many ways, then prints what the runtime's own profile
// has counted (with the argument "profile"), and ends in the way that the other argument says.
// "quiet" has no reader of the profile: see quiet.go.
package main

// #include <stdlib.h>
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"
)

type node struct {
	next *node
	_    [5]uintptr
}

var (
	list    *node
	slices  [][]byte
	grown   []int
	table   = map[int]string{}
	text    string
	boxed   []interface{}
	waiting sync.WaitGroup
	stop    = make(chan bool)
)

//go:noinline
func allocNew(count int) {
	for i := 0; i < count; i++ {
		list = &node{next: list}
	}
}

//go:noinline
func allocMake(count, bytes int) {
	for i := 0; i < count; i++ {
		slices = append(slices, make([]byte, bytes))
	}
}

//go:noinline
func allocAppend(count int) {
	for i := 0; i < count; i++ {
		grown = append(grown, i)
	}
}

//go:noinline
func allocMap(count int) {
	for i := 0; i < count; i++ {
		table[i] = "x"
	}
}

//go:noinline
func allocString(count int) {
	for i := 0; i < count; i++ {
		text = text[:i%10] + strings.Repeat("y", 100)
	}
}

//go:noinline
func allocInterface(count int) {
	for i := 0; i < count; i++ {
		boxed = append(boxed, i+1000)
	}
}

// Small enough to be inlined: its line must not become its caller's.
func inlined(bytes int) []byte { return make([]byte, bytes) }

//go:noinline
func allocInlined(count int) {
	for i := 0; i < count; i++ {
		slices = append(slices, inlined(777))
	}
}

//go:noinline
func allocDeep(depth int) {
	if depth > 0 {
		allocDeep(depth - 1)
		return
	}
	allocMake(3, 5000)
}

func work() {
	allocNew(1000)
	allocMake(100, 3000)
	allocMake(10, 100)
	allocAppend(5000)
	allocMap(500)
	allocString(300)
	allocInterface(400)
	allocInlined(50)
	for depth := 0; depth < 60; depth += 7 {
		allocDeep(depth)
	}
	for i := 0; i < 20; i++ {
		waiting.Add(1)
		go func() {
			allocMake(2, 2000)
			waiting.Done()
			<-stop
		}()
	}
	waiting.Wait()
	slices = slices[:len(slices)/2] // what is beyond is freed only if this is copied
	slices = append([][]byte(nil), slices...)
	C.free(C.malloc(12345))
}

func main() {
	if rate != 0 {
		runtime.MemProfileRate = rate
	}
	debug.SetGCPercent(-1)
	work()
	if os.Args[1] != "uncollected" {
		runtime.GC()
		runtime.GC()
	}
	if len(os.Args) > 2 {
		profile()
	}
	fmt.Println("nodes", list != nil, "texts", len(text))
	switch os.Args[1] {
	case "exit":
		os.Exit(3)
	case "panic":
		panic("as asked")
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Minute)
	case "late": // it grows for seconds, with new threads, and is killed
		for i := 0; i < 25; i++ {
			allocMake(1, 4<<20)
			go func() {
				runtime.LockOSThread()
				<-stop
			}()
			time.Sleep(100 * time.Millisecond)
		}
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Minute)
	case "filter":
		filter()
		os.Exit(5)
	case "both": // several threads end the program at once
		for i := 0; i < 8; i++ {
			go os.Exit(4)
		}
		os.Exit(4)
	}
}
