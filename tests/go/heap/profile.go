//go:build !quiet

package main

import (
	"fmt"
	"os"
	"runtime"
)

var rate int

// A line for each bucket: in use, allocated (objects, bytes), and its functions with lines.
func profile() {
	records := make([]runtime.MemProfileRecord, 20000)
	count, _ := runtime.MemProfile(records, true)
	for _, record := range records[:count] {
		fmt.Fprint(os.Stderr, "bucket ", record.InUseObjects(), " ", record.InUseBytes(), " ",
			record.AllocObjects, " ", record.AllocBytes)
		frames := runtime.CallersFrames(record.Stack())
		for {
			frame, more := frames.Next()
			if frame.Function != "" {
				fmt.Fprint(os.Stderr, "\t", frame.Function, " ", frame.File, ":", frame.Line)
			}
			if !more {
				break
			}
		}
		fmt.Fprintln(os.Stderr)
	}
	fmt.Fprintln(os.Stderr, "rate", runtime.MemProfileRate)
}
