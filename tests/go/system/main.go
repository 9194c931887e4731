// system: what real programs do through cgo: names of hosts by libc (net), users (os/user), exceptions
// of C++ below Go and beside its callbacks, and a library of C++ with threads of its own that call
// back. See ../test_system.sh.
package main

// #include <stdlib.h>
// #cgo LDFLAGS: -lstdc++
// void cpp_throws(int times);
// void cpp_threads(int threads, int times);
import "C"

import (
	"fmt"
	"net"
	"os/user"
	"sync/atomic"
	"unsafe"
)

var called int64

//export goCalled
func goCalled(size C.int) {
	atomic.AddInt64(&called, 1)
	C.free(C.malloc(C.size_t(size)))
}

//go:noinline
func resolve(times int) (found int) {
	for i := 0; i < times; i++ {
		if addresses, err := net.LookupHost("localhost"); err == nil && len(addresses) > 0 {
			found++
		}
	}
	return found
}

//go:noinline
func users(times int) (found int) {
	for i := 0; i < times; i++ {
		if root, err := user.LookupId("0"); err == nil && root.Username != "" {
			found++
		}
	}
	return found
}

//go:noinline
func throwing(times int) {
	C.cpp_throws(C.int(times))
}

func main() {
	fmt.Println("hosts", resolve(20))
	fmt.Println("users", users(20))
	throwing(100)
	C.cpp_threads(4, 50)
	C.free(unsafe.Pointer(C.CString("the end")))
	fmt.Println("called", called)
}
