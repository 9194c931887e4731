# go_cache.sh - for tests that call compilers of Go: their settings, and one cache, in which no
# package is compiled twice. Source it.
# shellcheck shell=bash
export GOCACHE=$OUTLIVE_ROOT_DIR/build/go-cache GOFLAGS=-mod=mod GOTOOLCHAIN=local

# Run a compiler. Of tests that run at once, the others wait for what it compiles.
go_locked() { # GO ARGUMENT...
	mkdir -p "$GOCACHE" && flock -o "$GOCACHE/$("$1" env GOVERSION).lock" "$@"
}
