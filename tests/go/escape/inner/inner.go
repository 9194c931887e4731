// Package inner: no cgo, so that -json names its lines.
package inner

//go:noinline
func New(i int) *[8]int {
	// 1000 arrays of 64 bytes
	value := [8]int{i}
	return &value
}

// Never is not called: its value escapes (line 13), and never matters.
func Never() *int {
	unused := 3
	return &unused
}
