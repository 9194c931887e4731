// flow calls show() in inlined functions: each line it prints is a label and the return address.
package main

import (
	"fmt"
	"runtime"
)

// show is never inlined, so the first address is in whatever it was inlined into.
//
//go:noinline
func show(label string) {
	var pcs [4]uintptr
	runtime.Callers(2, pcs[:])
	fmt.Printf("%s %#x\n", label, pcs[0])
}

func first()  { show("first") }  // inlined
func second() { show("second") } // inlined

func again(n int) { // inlined, with a loop
	for i := 0; i < n; i++ {
		show("round")
	}
}

func deep(n int) { again(n) } // inlined, with again inside

//go:noinline
func apart(n int) {
	for i := 0; i < n; i++ {
		first()
		second()
	}
}

//go:noinline
func inside(n int) { again(n) }

//go:noinline
func both(n int) {
	for i := 0; i < n; i++ {
		again(i)
	}
}

//go:noinline
func nested(n int) {
	for i := 0; i < n; i++ {
		deep(i)
	}
}

//go:noinline
func copies(n int) {
	again(n)
	again(n)
}

func main() {
	apart(3)
	fmt.Println()
	inside(3)
	fmt.Println()
	both(3)
	fmt.Println()
	nested(3)
	fmt.Println()
	copies(2)
}
