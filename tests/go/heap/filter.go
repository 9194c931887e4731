package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

type instruction struct {
	code     uint16
	yes, no  uint8
	constant uint32
}

type instructions struct {
	count uint16
	first *instruction
}

// From now on, opening a file or reading a process's memory kills the program, on all threads.
func filter() {
	const (
		openat, readv                = 257, 310
		prctl, seccomp, noPrivileges = 157, 317, 38
		modeFilter, allThreads       = 1, 1
	)
	program := []instruction{
		{0x20, 0, 0, 0}, // the system call's number
		{0x15, 2, 0, openat},
		{0x15, 1, 0, readv},
		{0x06, 0, 0, 0x7fff0000}, // allowed
		{0x06, 0, 0, 0x80000000}, // kills
	}
	runtime.LockOSThread()
	syscall.RawSyscall(prctl, noPrivileges, 1, 0)
	all := instructions{uint16(len(program)), &program[0]}
	if _, _, failed := syscall.RawSyscall(seccomp, modeFilter, allThreads,
		uintptr(unsafe.Pointer(&all))); failed != 0 {
		panic(failed)
	}
}
