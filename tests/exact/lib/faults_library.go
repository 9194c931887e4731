// The same in a library that is loaded into a C program.
package main

/*
static int descend(int n)
{
	volatile char place[400];
	place[0] = n;
	return n > 100000000 ? 0 : descend(n + 1) + place[0];
}
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

//export GoOverflows
func GoOverflows() { C.descend(0) }

func main() {}
