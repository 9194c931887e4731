// main.go - opens the plugin of Go that part/ is, and calls it.
package main

// #include <stdlib.h>
// static void *make(int n) { return malloc(n); }
import "C"

import (
	"fmt"
	"os"
	"plugin"
)

func fail(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	C.free(C.make(3001))
	part, err := plugin.Open(os.Args[1])
	fail(err)
	call, err := part.Lookup("Call")
	fail(err)
	call.(func(int))(3004)
}
