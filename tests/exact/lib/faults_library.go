// The same in a library that is loaded into a C program.
package main

/*
static int crash(int *at) { return *at; }
*/
import "C"

import "fmt"

type thing struct{ number int }

//export GoRecovers
func GoRecovers() C.int {
	var nothing *thing
	defer func() {
		if recover() != nil {
			fmt.Println("recovered")
		}
	}()
	return C.int(nothing.number)
}

//export GoCrashes
func GoCrashes() { C.crash(nil) }

func main() {}
