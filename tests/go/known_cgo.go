// With this file, known/ is linked with C, and can be a shared library.
package main

// #include <stdlib.h>
import "C"

func init() { C.free(C.malloc(1)) }

//export All
func All() { all() }
