/*
 * c_leak.go - a leak that Go's own profile cannot show: a library of C keeps what Go gave it, and
 * nobody frees it. Each call of main.remember leaves 1000 bytes in C's heap, made by the C function
 * entry_new. The path leads from there to the line of Go that called it. main.forget frees all that
 * it makes.
 *
 * expect: count("entry_new") == 200
 * expect: live("main.remember") == 200 * 1000
 * expect: live("main.forget") == 0
 * expect: count("main.forget") == 200
 * expect: innermost("entry_new") | all([.frames[].function] as $path |
 *   $path[1:3] == ["cache_put", "remember_in_c"] and
 *   ($path | index("main.remember")) < ($path | index("main.serve")))
 * expect: innermost("entry_new")[0].frames[] | select(.function == "main.remember") |
 *   .line == 47 and (.file | endswith("c_leak.go"))
 * expect: .totals.live_bytes >= 200000
 * expect: .lost.events == 0
 */
package main

/*
#include <stdlib.h>

static void *volatile cache[1000];
static int used;

#define STAYS __attribute__((noinline)) static
STAYS void *entry_new(void) { void *entry = malloc(1000); cache[used] = entry; return entry; }
STAYS void *cache_put(void) { void *entry = entry_new(); used++; return entry; }
STAYS int remember_in_c(void) { cache_put(); return used; }
*/
import "C"

import (
	"fmt"
	"unsafe"
)

//go:noinline
func forget() {
	block := C.malloc(500)
	C.free(unsafe.Pointer(block))
}

//go:noinline
func remember() int {
	return int(C.remember_in_c())
}

//go:noinline
func serve() (sum int) {
	sum += remember()
	forget()
	return
}

func main() {
	for i := 0; i < 199; i++ {
		serve()
	}
	fmt.Println(serve())
}
