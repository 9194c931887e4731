// serve.go is an HTTP server that allocates by cgo for each request, and its own clients, which check
// each answer. It ends when stdin does.
package main

// #include <stdlib.h>
// #include <string.h>
// static int fill(int size) { volatile char *block = malloc(size + 1); int sum = 0;
//   memset((char *)block, 3, size + 1); for (int i = 0; i <= size; i += 64) sum += block[i];
//   free((char *)block); return sum; }
import "C"

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func answer(writer http.ResponseWriter, request *http.Request) {
	size, _ := strconv.Atoi(request.URL.Query().Get("size"))
	fmt.Fprintf(writer, "%d", int(C.fill(C.int(size))))
}

func main() {
	var ending atomic.Bool
	var good, wrong atomic.Int64
	var clients sync.WaitGroup

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", answer)
	go http.Serve(listener, nil)
	for i := 0; i < 4; i++ {
		clients.Add(1)
		go func(i int) {
			defer clients.Done()
			for n := i; !ending.Load(); n += 7 {
				size := n * 13 % 9000
				got := ""
				response, err := http.Get(fmt.Sprintf("http://%s/?size=%d", listener.Addr(), size))
				if err == nil {
					body, _ := io.ReadAll(response.Body)
					response.Body.Close()
					got = string(body)
				}
				if got == strconv.Itoa((size/64+1)*3) {
					good.Add(1)
				} else {
					wrong.Add(1)
				}
				time.Sleep(time.Millisecond)
			}
		}(i)
	}
	io.Copy(io.Discard, os.Stdin)
	ending.Store(true)
	clients.Wait()
	fmt.Printf("requests %d wrong %d\n", good.Load(), wrong.Load())
	if wrong.Load() != 0 {
		os.Exit(1)
	}
}
