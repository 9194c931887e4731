#!/bin/bash
# A Go program with cgo: C's allocator called from goroutines on their system stacks.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs go gcc
cat >main.go <<'GO'
package main

/*
#include <stdlib.h>
#include <string.h>
static char *twice(const char *text) {
	char *out = malloc(2 * strlen(text) + 1);
	strcpy(out, text);
	strcat(out, text);
	return out;
}
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

func work(n int) int {
	sum := 0
	for i := 0; i < 2000; i++ {
		text := C.CString(fmt.Sprintf("goroutine %d turn %d", n, i))
		double := C.twice(text)
		sum += len(C.GoString(double))
		C.free(unsafe.Pointer(text))
		C.free(unsafe.Pointer(double))
	}
	return sum
}

func main() {
	var group sync.WaitGroup
	sums := make([]int, 8)
	for n := range sums {
		group.Add(1)
		go func() { defer group.Done(); sums[n] = work(n) }()
	}
	group.Wait()
	fmt.Println(sums)
}
GO
cat >go.mod <<'MOD'
module example
go 1.22
MOD
GOCACHE=$PWD/cache GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=1 go build -o program . || exit 1
chmod -R u+w cache && rm -rf cache
same ./program
agree
made=$("$OUTLIVE" report --format json t.outlive | jq '[.sites[] |
	select(any(.frames[]; .function == "twice")) | .allocations] | add')
[ "$made" = 16000 ] || complain "twice() made $made blocks, 16000 expected"
