// internal asks the C library for a host and a user. Its only C is the standard library's, which
// Go's own linker links.
package main

import (
	"fmt"
	"net"
	"os/user"
)

func addresses(name string) int {
	found, err := net.LookupHost(name)
	if err != nil {
		return 0
	}
	return len(found)
}

func named(id string) string {
	found, err := user.LookupId(id)
	if err != nil {
		return "nobody"
	}
	return found.Username
}

func main() {
	count := 0
	for i := 0; i < 20; i++ {
		count += addresses("localhost")
	}
	fmt.Println(count > 0, named("0"))
}
