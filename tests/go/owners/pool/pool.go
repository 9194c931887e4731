// Package pool keeps C strings, in an import path of its own.
package pool

// #include <stdlib.h>
import "C"

import "unsafe"

// Pool has instances that share one function of the source.
type Pool[T any] struct{ kept []*C.char }

//go:noinline
func (p *Pool[T]) Keep(text string) { p.kept = append(p.kept, C.CString(text)) }

//go:noinline
func (p *Pool[T]) Free() int {
	for _, text := range p.kept {
		C.free(unsafe.Pointer(text))
	}
	return len(p.kept)
}
