// lives: blocks of C whose lives are known. The size of a block names its case; see
// ../test_lives.sh.
package main

/*
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>

#define STAYS __attribute__((noinline))

static void *volatile kept_here;

STAYS static void *c_make(size_t size) {
	void *block = malloc(size);
	kept_here = block;
	return block;
}
STAYS static void c_free(void *block) {
	kept_here = block;
	free(block);
	kept_here = 0;
}
STAYS static void c_inside(size_t size, int times) {
	for (int i = 0; i < times; i++) {
		void *block = malloc(size);
		kept_here = block;
		free(block);
	}
	kept_here = 0;
}

extern void goDeeper(int level, int rest);
// Freed by the function that allocated it, after C called Go, which called C, ..
STAYS static void c_around(int level, int rest) {
	void *block = malloc(1200 + level);
	kept_here = block;
	goDeeper(level, rest);
	free(block);
	kept_here = 0;
}
extern void goMapsAndWaits(int level);
// The same, while Go's runtime itself calls C from the thread's own stack: it maps memory for its
// heap, and its scheduler starts other threads.
STAYS static void c_beneath(int level) {
	void *block = malloc(1400 + level);
	kept_here = block;
	goMapsAndWaits(level);
	free(block);
	kept_here = 0;
}
static int c_thread(void) { return (int)syscall(SYS_gettid); }
static void c_wait(int microseconds) { usleep(microseconds); }
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"unsafe"
)

//export goDeeper
func goDeeper(level, rest C.int) {
	if rest > 0 {
		C.c_around(level+1, rest-1)
	}
	callbackOwns()
}

// What the runtime has mapped: a block of more than one arena (64 MiB) needs a new one each time.
var mapped [][]byte
var mappedLock sync.Mutex

//export goMapsAndWaits
func goMapsAndWaits(level C.int) {
	if level < 2 {
		C.c_beneath(level + 1)
	}
	if level == 1 {
		mappedLock.Lock()
		if len(mapped) < 4 {
			mapped = append(mapped, make([]byte, 65<<20))
		}
		mappedLock.Unlock()
	}
	// this goroutine's thread may run no other: the scheduler hands over to one that it starts
	done := make(chan bool)
	go func() {
		C.c_wait(1000)
		close(done)
	}()
	<-done
	callbackOwns()
}

//go:noinline
func callbackOwns() {
	block := C.c_make(1300)
	C.c_free(block)
}

//go:noinline
func goOwns() {
	block := C.c_make(1002)
	C.c_free(block)
}

//go:noinline
func up1(size int) unsafe.Pointer { return C.c_make(C.size_t(size)) }

//go:noinline
func up2(size int) unsafe.Pointer { p := up1(size); runtime.KeepAlive(p); return p }

//go:noinline
func up3(size int) unsafe.Pointer { p := up2(size); runtime.KeepAlive(p); return p }

//go:noinline
func up4(size int) unsafe.Pointer { p := up3(size); runtime.KeepAlive(p); return p }

var ups = []func(int) unsafe.Pointer{up1, up2, up3, up4}

//go:noinline
func ownsUp(k int) {
	block := ups[k](1100 + k)
	C.c_free(block)
}

//go:noinline
func keeps() {
	C.c_make(1003)
}

// A goroutine frees what it has made, perhaps in another thread.
func migrates(count int, moved *int, lock *sync.Mutex) {
	for i := 0; i < count; i++ {
		before := C.c_thread()
		block := C.c_make(1004)
		if i%8 == 0 {
			C.c_wait(50)
		}
		runtime.Gosched()
		C.c_free(block)
		if C.c_thread() != before {
			lock.Lock()
			*moved++
			lock.Unlock()
		}
	}
}

func hands(blocks chan unsafe.Pointer, count int) {
	for i := 0; i < count; i++ {
		blocks <- C.c_make(1005)
	}
	close(blocks)
}

//go:noinline
func setsOne(value string) { os.Setenv("OUTLIVE_ONE", value) }

//go:noinline
func setsTwo(value string) { os.Setenv("OUTLIVE_TWO", value) }

//go:noinline
func grows(levels int) int {
	var room [256]byte
	room[levels%256] = byte(levels)
	if levels == 0 {
		C.c_inside(1006, 10)
		return int(room[0])
	}
	return grows(levels-1) + int(room[levels%256])
}

func recovers() {
	defer func() { _ = recover() }()
	block := C.c_make(1007)
	defer C.c_free(block)
	var nothing *int
	*nothing = 1
}

func main() {
	C.c_inside(1001, 50)
	for i := 0; i < 50; i++ {
		C.c_inside(1001, 1)
		goOwns()
		for k := range ups {
			ownsUp(k)
		}
		recovers()
	}
	for i := 0; i < 3; i++ {
		keeps()
	}
	for n := 1; n <= 20; n++ {
		C.c_around(0, C.int(n))
	}
	// other goroutines have small stacks, which grow
	var group sync.WaitGroup
	var lock sync.Mutex
	moved := 0
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func(levels int) {
			defer group.Done()
			grows(levels)
			C.c_around(0, 3)
			migrates(50, &moved, &lock)
		}(i)
	}
	group.Wait()
	for i := 0; i < 20; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			C.c_beneath(0)
		}()
	}
	group.Wait()
	blocks := make(chan unsafe.Pointer, 100)
	go hands(blocks, 100)
	for block := range blocks {
		C.c_free(block)
	}
	for i := 0; i < 5; i++ {
		setsOne(strings.Repeat("x", 1500+i))
		setsTwo(strings.Repeat("y", 1600+i))
	}
	if moved == 0 {
		fmt.Println("no goroutine has moved")
		os.Exit(3)
	}
	fmt.Println("done")
}
