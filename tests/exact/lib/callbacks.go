// C that allocates under Go, Go that is called back by that C and panics through it, on
// goroutines that move between threads: no slot that returns into Go code may be patched.
package main

/*
#include <stdlib.h>
#include <string.h>

extern int callback(int depth, char *text);

static __attribute__((noinline)) char *grown(const char *text, int times)
{
	char *result = malloc(strlen(text) * (size_t)times + 1);

	*result = 0;
	for (int i = 0; i < times; i++) {
		char *piece = strdup(text);

		strcat(result, piece);
		free(piece);
	}
	return result;
}

static __attribute__((noinline)) int down(int depth, char *text)
{
	char *more = grown(text, 2);
	int result = depth ? callback(depth - 1, more) : (int)strlen(more);

	free(more);
	return result;
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

//export callback
func callback(depth C.int, text *C.char) C.int {
	runtime.Gosched()
	garbage := make([]byte, 4096)
	if depth == 1 && recovered() != "lost" {
		return -1
	}
	return C.down(depth, text) + C.int(len(garbage)-4096)
}

// A panic that starts above C frames and ends in Go, below which C goes on.
func recovered() (what string) {
	defer func() { what = fmt.Sprint(recover()) }()
	text := C.CString("lost")
	defer C.free(unsafe.Pointer(text))
	panic(C.GoString(text))
}

func grow(depth int) int { // makes the goroutine's stack move
	var room [512]byte
	if depth == 0 {
		return int(room[0])
	}
	return grow(depth-1) + int(room[depth%512])
}

func main() {
	var group sync.WaitGroup
	var lock sync.Mutex
	total := 0
	for worker := 0; worker < 16; worker++ {
		group.Add(1)
		go func(worker int) {
			defer group.Done()
			for round := 0; round < 200; round++ {
				text := C.CString("abc")
				length := int(C.down(C.int(round%5), text)) + grow(round%50)
				C.free(unsafe.Pointer(text))
				lock.Lock()
				total += length
				lock.Unlock()
				if round%50 == 0 {
					runtime.GC()
				}
			}
		}(worker)
	}
	group.Wait()
	fmt.Println(total)
}
