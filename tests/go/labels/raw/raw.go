// Package raw puts anything where a goroutine has its labels, as some programs do to have storage of
// their own there.
package raw

import "unsafe"

//go:linkname set runtime/pprof.runtime_setProfLabel
func set(labels unsafe.Pointer)

func Set(at unsafe.Pointer) { set(at) }
