//go:build quiet

package main

// No reader of the profile: the linker has the runtime switch it off. See rate.go for the rate.
func profile() {}
