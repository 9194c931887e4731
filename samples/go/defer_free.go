/*
 * defer_free.go - a string of C that Go frees as it should: C.CString(), and `defer C.free()` on
 * the next line. A panic between the two frees it as well. The strings are stack-like, and the
 * wrapper that cgo makes for C.CString() is skipped: they count for main.greet.
 *
 * exit: 0
 * expect: count("main.greet") == 50
 * expect: live("main.greet") == 0
 * expect: verdicts("main.greet") == ["stack_like"]
 * expect: owners("main.greet") == ["main.greet"]
 * expect: [.peeled[].function] | index("main._Cfunc_CString") != null
 * expect: by("main.greet") | map(.crossed) | add == 0
 * expect: .lost.events == 0
 */
package main

// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"fmt"
	"unsafe"
)

//go:noinline
func greet(name string, fails bool) (length int) {
	defer func() {
		if recover() != nil {
			length = -1
		}
	}()
	text := C.CString("hello, " + name)
	defer C.free(unsafe.Pointer(text))
	if fails {
		panic("greet fails")
	}
	return int(C.strlen(text))
}

func main() {
	sum := 0
	for i := 0; i < 50; i++ {
		sum += greet("gopher", i%10 == 9)
	}
	fmt.Println(sum)
}
