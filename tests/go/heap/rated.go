//go:build quiet && rated

package main

// The program wants a rate of its own.
const rate = 4096
