// library: Go as a library in a program of C; see ../test_library.sh and host.c.
package main

/*
#include <stdlib.h>
#define STAYS __attribute__((noinline))
static void *volatile last;
STAYS static void *c_make(size_t size) {
	void *block = malloc(size);
	last = block;
	return block;
}
STAYS static void c_free(void *block) {
	last = block;
	free(block);
	last = 0;
}
typedef void back(int);
STAYS static void c_back(void *function, int depth) {
	void *block = malloc(1200 + depth);
	last = block;
	((back *)function)(depth);
	free(block);
	last = 0;
}
*/
import "C"

import "unsafe"

var done = make(chan bool)

//go:noinline
func owns(size int) { block := C.c_make(C.size_t(size)); C.c_free(block) }

//export GoOwns
func GoOwns() { owns(1101) }

//export GoGives
func GoGives() unsafe.Pointer { return C.c_make(1102) }

//export GoDeeper
func GoDeeper(function unsafe.Pointer, depth C.int) {
	if depth > 0 {
		C.c_back(function, depth-1)
	}
	owns(1103)
}

//export GoSpawns
func GoSpawns(count C.int) {
	for i := 0; i < int(count); i++ {
		go func() { owns(1104); done <- true }()
	}
	for i := 0; i < int(count); i++ {
		<-done
	}
}

func main() {}
