// owners allocates in C from functions that are inlined, generic, methods, or closures; whose blocks
// they are, and who frees them, is known by construction (test_owners.sh).
package main

/*
#include <stdlib.h>
#include <string.h>
typedef struct { char *name; int n; } thing;
static thing *thing_new(const char *name) { thing *t = malloc(sizeof(*t)); t->name = strdup(name); t->n = 1; return t; }
static void thing_free(thing *t) { free(t->name); free(t); }
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"

	"example/owners/pool"
)

type cache[T any] struct{ items []T }

// inlined
func (c *cache[T]) keep(item T) { c.items = append(c.items, item) }

type store struct{ things cache[*C.thing] }

// inlined into its callers
func text(s string) *C.char { return C.CString(s) }

//go:noinline
func passDown(n int) int {
	t := text(fmt.Sprint(n))
	defer C.free(unsafe.Pointer(t))
	return int(C.strlen(t))
}

//go:noinline
func (s *store) add(name string) {
	t := text(name)
	s.things.keep(C.thing_new(t))
	C.free(unsafe.Pointer(t))
}

func (s *store) clear() {
	for _, t := range s.things.items {
		C.thing_free(t)
	}
	s.things.items = nil
}

//go:noinline
func passUp() *C.char { return C.CString("up") }

//go:noinline
func useUp() int {
	t := passUp()
	n := int(C.strlen(t))
	C.free(unsafe.Pointer(t))
	return n
}

//go:noinline
func leak() { C.CString("leaked") }

//go:noinline
func few() { C.strdup(global) }

var global = C.CString("global")

var ints pool.Pool[int]
var texts pool.Pool[string]

func work(n int) int {
	sum := 0
	s := &store{}
	for i := 0; i < 1000; i++ {
		sum += passDown(i)
		sum += useUp()
		s.add("x")
	}
	leak()
	s.clear()
	return sum
}

func main() {
	var group sync.WaitGroup
	sums := make([]int, 4)
	for n := range sums {
		group.Add(1)
		go func(n int) { defer group.Done(); sums[n] = work(n) }(n)
	}
	group.Wait()
	few()
	few()
	for i := 0; i < 100; i++ {
		ints.Keep("int")
		texts.Keep("text")
	}
	fmt.Println(sums, ints.Free()+texts.Free(), *global)
}
