// escape: values that escape, and C memory whose owners in Go are known. See ../test_escape.sh,
// which knows the lines.
package main

/*
#include <stdlib.h>
__attribute__((noinline)) static void *c_make(size_t size) { void *volatile p = malloc(size); return p; }
__attribute__((noinline)) static int c_inside(void) { void *volatile p = malloc(10); free(p); return 1; }
*/
import "C"

import (
	"example/escape/inner"
	"fmt"
	"runtime"
	"unsafe"
)

type holder struct{ text *C.char }

var kept []*holder

//go:noinline
func moved() *[4]int {
	number := [4]int{7} // line 25: moved to the heap
	return &number
}

//go:noinline
func stays(i *int) int { return *i + 10 }

//go:noinline
func grown(size int) []byte {
	return make([]byte, size) // line 34
}

//go:noinline
func deferred(name string) int {
	text := C.CString(name) // line 39: 100 blocks, passed up 0
	defer C.free(unsafe.Pointer(text))
	return len(C.GoString(text))
}

//go:noinline
func handed() unsafe.Pointer {
	return C.c_make(20) // line 46: 50 blocks, passed up to main.main
}

//go:noinline
func holds(name string) {
	kept = append(kept, &holder{C.CString(name)}) // line 51: 30 blocks, never freed
}

//go:noinline
func crosses(c chan unsafe.Pointer) {
	c <- C.c_make(30) // line 56: 40 blocks, freed by another goroutine
}

//go:noinline
func inside() int {
	return int(C.c_inside()) // line 61: 25 blocks, freed within the call
}

func main() {
	n, sum := 2, 0
	sum += stays(&n) + moved()[0] + len(grown(100))
	for i := 0; i < 100; i++ {
		sum += deferred("a name")
	}
	for i := 0; i < 50; i++ {
		block := handed()
		C.free(block)
	}
	for i := 0; i < 1000; i++ {
		sum += inner.New(i)[0]
	}
	for i := 0; i < 30; i++ {
		holds("another name")
	}
	c, done := make(chan unsafe.Pointer), make(chan int)
	go func() {
		for p := range c {
			C.free(p)
		}
		close(done)
	}()
	for i := 0; i < 40; i++ {
		crosses(c)
	}
	close(c)
	<-done
	for i := 0; i < 25; i++ {
		sum += inside()
	}
	runtime.GC()
	runtime.GC() // what the first found dead is counted
	fmt.Println(sum, len(kept))
}
