// paths: every block's size says on which path it was allocated; see ../test_paths.sh. A path is
// five steps; a step is a function of Go (a to c), or a call of C that calls Go (x). The number of
// a path has a digit for each step, 1 to 4, in base 5.
package main

/*
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#define STAYS __attribute__((noinline))

extern void goPass(int prefix, int rest);
static void *volatile last;

STAYS static void *c_make(size_t size) {
	void *block = malloc(size);
	last = block;
	return block;
}
STAYS static void c_free(void *block) {
	last = block;
	free(block);
	last = 0;
}
// Allocates on the way in and on the way out, on the path up to here.
STAYS static void c_pass(int size, int prefix, int rest) {
	void *block = malloc(size), *other;
	last = block;
	goPass(prefix, rest);
	other = malloc(size);
	last = other;
	free(other);
	free(block);
	last = 0;
}

static void *thread_main(void *times) {
	for (intptr_t i = 0; i < (intptr_t)times; i++) {
		void *block = malloc(3);
		last = block;
		goPass(-1, (int)i);
		free(block);
	}
	return 0;
}
static void c_threads(int count, intptr_t times) {
	pthread_t threads[16];
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], 0, thread_main, (void *)times);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], 0);
}
*/
import "C"

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	steps = 5
	paths = 5 * 5 * 5 * 5 * 5
	first = 2000            // the size of the block on path 0
	ofC   = first + 2*paths // the same, in threads of C
)

var made, panics int64
var handed = make(chan unsafe.Pointer, 64)

type walker struct {
	random *rand.Rand
	base   int
	kept   []unsafe.Pointer
	panics bool
}

var walkers sync.Map // by number: C hands it through
var walkerCount int64

//go:noinline
func (w *walker) stepA(prefix, left, number int) { w.next(prefix*5+1, left-1, number) }

//go:noinline
func (w *walker) stepB(prefix, left, number int) {
	var room [3000]byte // the stack grows
	room[prefix%3000] = 1
	w.next(prefix*5+2, left-int(room[prefix%3000]), number)
}

//go:noinline
func (w *walker) stepC(prefix, left, number int) {
	defer func() {
		if w.panics {
			_ = recover()
		}
	}()
	w.next(prefix*5+3, left-1, number)
}

//go:noinline
func (w *walker) stepX(prefix, left, number int) {
	prefix = prefix*5 + 4
	atomic.AddInt64(&made, 2)
	C.c_pass(C.int(w.base+prefix), C.int(prefix), C.int(number*8+left-1))
}

//export goPass
func goPass(prefix, rest C.int) {
	if prefix < 0 {
		w := &walker{random: rand.New(rand.NewSource(int64(rest))), base: ofC}
		number := int(atomic.AddInt64(&walkerCount, 1))
		walkers.Store(number, w)
		w.next(0, steps, number)
		walkers.Delete(number)
		w.release(0)
		return
	}
	w, _ := walkers.Load(int(rest) / 8)
	w.(*walker).next(int(prefix), int(rest)%8, int(rest)/8)
}

func (w *walker) next(prefix, left, number int) {
	if left == 0 {
		w.leaf(prefix)
		return
	}
	switch w.random.Intn(4) {
	case 0:
		w.stepA(prefix, left, number)
	case 1:
		w.stepB(prefix, left, number)
	case 2:
		w.stepC(prefix, left, number)
	default:
		w.stepX(prefix, left, number)
	}
}

func (w *walker) leaf(prefix int) {
	atomic.AddInt64(&made, 1)
	block := C.c_make(C.size_t(w.base + prefix))
	switch w.random.Intn(4) {
	case 0:
		C.c_free(block)
	case 1:
		select {
		case handed <- block:
		default:
			C.c_free(block)
		}
	case 2:
		select {
		case other := <-handed:
			C.c_free(other)
		default:
		}
		C.c_free(block)
	default:
		w.kept = append(w.kept, block)
		w.release(20)
	}
	if w.panics && w.random.Intn(40) == 0 {
		atomic.AddInt64(&panics, 1)
		panic("on purpose")
	}
}

func (w *walker) release(most int) {
	for len(w.kept) > most {
		C.c_free(w.kept[0])
		w.kept = w.kept[1:]
	}
}

func walk(seed, times int) {
	w := &walker{random: rand.New(rand.NewSource(int64(seed))), base: first}
	number := int(atomic.AddInt64(&walkerCount, 1))
	walkers.Store(number, w)
	w.panics = seed%4 == 0
	for i := 0; i < times; i++ {
		w.stepC(0, steps, number)
		if i%16 == 0 {
			runtime.Gosched()
		}
	}
	walkers.Delete(number)
	w.release(0)
}

func main() {
	goroutines, _ := strconv.Atoi(os.Args[1])
	times, _ := strconv.Atoi(os.Args[2])
	var group sync.WaitGroup
	done := make(chan bool)
	go func() {
		for {
			select {
			case <-done:
				done <- true
				return
			case <-time.After(3 * time.Millisecond):
				runtime.GC()
			}
		}
	}()
	for i := 0; i < goroutines; i++ {
		group.Add(1)
		go func(seed int) { defer group.Done(); walk(seed, times) }(i)
	}
	C.c_threads(4, C.intptr_t(times))
	group.Wait()
	close(handed)
	for block := range handed {
		C.c_free(block)
	}
	done <- true
	<-done
	// Whatever the order, each of these is the same in each run; but for what panics left.
	fmt.Fprintln(os.Stderr, atomic.LoadInt64(&made), atomic.LoadInt64(&panics))
	fmt.Println("done")
}
