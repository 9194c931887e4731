// Keeps 20 MiB on Go's heap and 10 MiB of C's, half of it in threads of C, each with an arena of
// glibc, and ends.
package main

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 5

static void *fill(void *unused)
{
	for (int i = 0; i < 16; i++)
		memset(malloc(64 << 10), 1, 64 << 10);
	return unused;
}

static void threads(void)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, fill, NULL);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		fill(NULL);
	}
}
*/
import "C"

import (
	"os"
	"time"
)

var kept [][]byte

func main() {
	for len(kept) < 20<<10 {
		kept = append(kept, make([]byte, 1<<10))
		kept[len(kept)-1][0] = 1
	}
	C.threads()
	time.Sleep(300 * time.Millisecond)
	os.Exit(len(kept) * 0)
}
