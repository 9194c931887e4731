// Package inner is in a path of its own.
package inner

func twice(f func()) { f(); f() }

// Each is inlined into whoever calls it.
func Each(f func()) { twice(f) }

type Thing struct{ f func() }

func init() { (&Thing{func() {}}).act() }

//go:noinline
func (t *Thing) act() { t.f() }
