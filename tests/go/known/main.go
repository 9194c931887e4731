// known prints its own stacks as the runtime knows them: a line "pc function file:line" for each
// source frame, innermost first, and an empty line after each stack. Before them, "base" is where
// the executable is loaded.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"

	"example/known/inner"
)

// show is never inlined, so its caller's frame begins with a return address.
//
//go:noinline
func show() {
	var pcs [200]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		if frame.PC != 0 {
			fmt.Printf("%#x %s %s:%d\n", frame.PC+1, frame.Function, frame.File, frame.Line)
		}
		if !more {
			break
		}
	}
	fmt.Println()
}

func leaf(n int) int { show(); return n + 1 } // inlined

func middle(n int) int { // inlined, with leaf inside
	if n > 3 {
		return leaf(n)
	}
	return leaf(n + 1)
}

//go:noinline
func machine(n int) int {
	n = middle(n)
	for i := 0; i < 2; i++ {
		n += middle(i)
	}
	return n
}

type counter struct{ n int }

func (c *counter) Add(n int) { c.n += n; show() }

//go:noinline
func (c counter) Get() int { show(); return c.n }

type getter interface{ Get() int }

type outside struct{ counter } // Get and Add are promoted: wrappers

type stack[T any] struct{ items []T }

//go:noinline
func (s *stack[T]) Push(item T) { s.items = append(s.items, item); show() }

func (s *stack[T]) Size() int { show(); return len(s.items) } // inlined

//go:noinline
func apply[T, U any](items []T, by func(T) U) []U {
	var out []U
	for _, item := range items {
		out = append(out, by(item))
	}
	show()
	return out
}

var atStart = func() int { show(); return 1 }()

func init() { show() }

func init() { func() { show() }() }

func closures() {
	outer := func(n int) {
		deeper := func() { show(); _ = n }
		deeper()
		func() { defer show() }()
	}
	outer(3)
	defer func() {
		if recover() != nil {
			show()
		}
	}()
	var nothing *counter
	nothing.n++
}

func methods() {
	c := &outside{counter{3}}
	add := c.Add
	add(4)
	var g getter = c
	g.Get()
	get := counter.Get
	get(c.counter)
	third := (*counter).Add
	third(&c.counter, 1)
}

func generics() {
	ints, texts := &stack[int]{}, &stack[string]{}
	ints.Push(1)
	texts.Push("a")
	ints.Size()
	apply([]int{1}, func(n int) string { show(); return fmt.Sprint(n) })
	apply([]string{"a"}, func(s string) int { show(); return len(s) })
}

func base() string {
	path, _ := os.Readlink("/proc/self/exe")
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	maps, _ := os.Open("/proc/self/maps")
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if strings.HasSuffix(lines.Text(), path) {
			return strings.SplitN(lines.Text(), "-", 2)[0]
		}
	}
	return "0"
}

func all() {
	machine(2)
	closures()
	methods()
	generics()
	inner.Each(show)
	done := make(chan bool)
	go func() { show(); machine(5); done <- true }()
	<-done
	fmt.Println("base", base())
}

func main() { all() }
