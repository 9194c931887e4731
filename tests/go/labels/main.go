// main.go - blocks of C by the pprof labels of the goroutine: the size says which labels it has. The
// goroutines move from thread to thread, labels change again and again, and collections free those of
// before, so that others come to lie where they were.
package main

/*
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *make(int n) { return malloc(n); }
static void *volatile last; // or the compiler leaves both out
static void once(int n) { last = malloc(n); free(last); }
static void pair(int n) { once(n); once(n); }

static void *unmapped(void) {
	void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page, 4096);
	return page;
}
static void *words(unsigned long word) {
	unsigned long *words = calloc(64, sizeof(*words));
	for (int i = 0; i < 64; i++)
		words[i] = word;
	return words;
}
*/
import "C"

import (
	"context"
	"example/labels/raw"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"unsafe"
)

const tenants, rounds, workers = 10, 200, 4

func do(ctx context.Context, f func(context.Context), labels ...string) {
	pprof.Do(ctx, pprof.Labels(labels...), f)
}

func request(ctx context.Context, round int) {
	tenant := round % tenants
	size := C.int(5000 + 8*tenant)
	do(ctx, func(ctx context.Context) {
		kept := C.make(size)
		runtime.Gosched()
		do(ctx, func(context.Context) { C.pair(size + 1000) }, "step", "inner")
		C.pair(size)
		C.free(kept)
	}, "op", "request", "tenant", fmt.Sprint("t", tenant))
}

// Other things than labels: 20 blocks, none of which has any.
func notLabels() {
	for _, at := range []unsafe.Pointer{C.unmapped(), C.words(0), C.words(1), C.words(8),
		C.words(0x7fff00000000), C.words(0xffffffffffffffff), unsafe.Pointer(C.words(4096)),
		unsafe.Pointer(new([8]uint64)), unsafe.Pointer(&[]*int{nil, new(int), nil}),
		unsafe.Pointer(&[]uint64{1, 2, 3, 4, 5, 6, 7, 8})} {
		raw.Set(at)
		C.pair(9000)
	}
	raw.Set(nil)
}

func many(count int) (labels []string) {
	for i := 0; i < count; i++ {
		labels = append(labels, fmt.Sprintf("key%02d", i), fmt.Sprint("value", i))
	}
	return labels
}

func main() {
	ctx := context.Background()
	C.pair(8000) // none
	if len(os.Args) > 1 {
		notLabels()
		return
	}
	var wait sync.WaitGroup
	for w := 0; w < workers; w++ {
		wait.Add(1)
		go func() {
			for i := 0; i < rounds; i++ {
				request(ctx, i)
				if i%25 == 0 {
					runtime.GC()
				}
			}
			wait.Done()
		}()
	}
	wait.Wait()
	for i := 0; i < 5; i++ {
		do(ctx, func(context.Context) { C.pair(8008) }, many(12)...) // more than a bucket has
		do(ctx, func(context.Context) { C.pair(8016) }, many(20)...)
		do(ctx, func(context.Context) { C.pair(8024) }, "long", strings.Repeat("long", 100))
		do(ctx, func(context.Context) { C.pair(8032) }, "", "", "empty", "")
		do(ctx, func(context.Context) { // a goroutine has those of the one that started it
			wait.Add(1)
			go func() { C.pair(8040); wait.Done() }()
			wait.Wait()
			pprof.SetGoroutineLabels(context.Background())
			C.pair(8000)
		}, "of", "parent\n\x1b[31m")
	}
	C.pair(8000)
	fmt.Println("done")
}
