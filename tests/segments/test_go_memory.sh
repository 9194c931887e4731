#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# What a Go program says of its own memory (runtime.ReadMemStats) is what `outlive segments`
# says of it from outside, to the byte: with each version of Go that is installed, static, with
# cgo, stripped, position-independent, and as a library of a C program. Without WHOLE=1, the versions
# between the oldest and `go` itself are static only.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs go gcc
cat >go.mod <<'MOD'
module example
go 1.19
MOD
mkdir pure cgo lib
cat >pure/main.go <<'GO'
package main

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

var kept [][]byte
var stats runtime.MemStats
var line [256]byte

//go:noinline
func deep(n int, block chan int) byte {
	var room [512]byte
	room[n%512] = byte(n)
	if n == 0 {
		<-block
		return room[0]
	}
	return deep(n-1, block) + room[n%512]
}

func shallow(block chan int) { <-block }

// say writes what the runtime says, without an allocation.
//
//go:noinline
func say() {
	runtime.ReadMemStats(&stats)
	text := line[:0]
	for _, number := range [...]uint64{stats.HeapInuse, stats.StackInuse, stats.HeapSys,
		stats.HeapIdle, stats.HeapReleased, uint64(runtime.NumGoroutine())} {
		text = append(strconv.AppendUint(text, number, 10), ' ')
	}
	syscall.Write(1, append(text, '\n'))
}

func main() {
	block := make(chan int)
	for i := 0; i < 4; i++ {
		go deep(30, block)
	}
	for i := 0; i < 20; i++ {
		go shallow(block)
	}
	for i := 0; i < 3000; i++ {
		kept = append(kept, make([]byte, 3000))
	}
	kept = append(kept, make([]byte, 100<<20))
	runtime.GC()
	time.Sleep(100 * time.Millisecond)
	var one [1]byte
	for {
		say()
		if n, _ := syscall.Read(0, one[:]); n != 1 {
			os.Exit(len(kept) * 0)
		}
	}
}
GO
c_part='\/*\n#include <stdlib.h>\n*\/\nimport "C"\n\nimport ('
sed "s/^import (/$c_part/; s/<-block }/C.free(C.malloc(100)); <-block }/" pure/main.go >cgo/main.go
sed 's/^func main() {/\/\/export Begin\nfunc Begin() {/; $a func main() {}' cgo/main.go >lib/main.go
cat >host.c <<'C'
#include <dlfcn.h>
int main(int count, char **arguments)
{
	void *library = dlopen(arguments[count - 1], RTLD_NOW);

	((void (*)(void))dlsym(library, "Begin"))();
	return 0;
}
C
gcc -o host host.c -ldl || exit 1
# shellcheck source=tests/lib/go_cache.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/go_cache.sh"

# Ask the program what it says now; it answers with a line of numbers.
ask() {
	printf . >&"$to"
	read -r -t 10 said <&"$from"
}

# Hold what is shown of a program that starts by COMMAND against what it says. The moment was
# quiet if it says the same before and after.
equal() { # NAME PATTERN COMMAND...
	local name=$1 pattern=$2 i before shown
	shift 2
	coproc program { exec "$@"; }
	# shellcheck disable=SC2154 # coproc sets both
	pid=$program_PID from=${program[0]} to=${program[1]}
	started+=("$pid")
	read -r -t 30 said <&"$from"
	for ((i = 0; i < 20; i++)); do
		sleep 0.2
		ask
		before=$said
		sleep 0.1
		"$OUTLIVE" segments -f json -b goroutine "$pid" >shown.json
		shown=$(jq -r '.go[0] | [.heap_inuse, .stack_inuse, .heap_sys, .heap_idle,
			.heap_released, .stacks.goroutines.count] | map(tostring) | join(" ")' shown.json)
		ask
		[ "$before" != "$said" ] || break
	done
	[ "$shown" = "$said" ] || complain "$name: shown are $shown, the runtime says $said"
	is "$name" '.go[0].exact and .go[0].version == "'"$version"'" and
		(.go[0].module | endswith("'"$pattern"'"))'
	# each page of the arenas is told apart: what is not for stacks is Go heap
	is "$name" '.segments.go_stack.size == .go[0].stack_inuse and
		.segments.go_stack.size + .segments.go_heap.size ==
			.go[0].heap_sys + .go[0].stack_inuse + .go[0].spans.other and
		.segments.go_stack.rss > 20000 and
		.segments.go_stack.rss <= .segments.go_stack.size'
	is "$name" '.go[0].stacks | .odd == 0 and .own_goroutines.count >= 4 and
		.signal.count > 2 and .signal.committed == .signal.count * 32768'
	# a frame of deep() has 512 bytes of its own; 31 of them are in each stack
	is "$name" '[.goroutines[] | select(.goroutines == 4)] | length == 1 and
		(.[0] | .running == 0 and .deepest >= 31 * 512 and .deepest < 31 * 700 and
		.deepest == .depth / 4 and .committed == 4 * 32768 and (.own | not) and
		(.deepest_path | map(select(.function == "main.deep")) == [{function: "main.deep",
		frames: 31}]) and .deepest_path[0].function == .start)'
	is "$name" '[.goroutines[] | select(.goroutines == 20)] | length == 1 and
		.[0].depth < 20 * 2048 and .[0].deepest > 0'
	is "$name" '.goroutines[] | select(.start == "runtime.forcegchelper") |
		.own and .goroutines == 1'
	exec {to}>&-
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	echo "$name: $said"
}

is() { # NAME EXPRESSION
	jq -e "$2" shown.json >/dev/null || complain "$1: not so: $2: $(jq -c '.go[0],
		.segments.go_stack, .segments.go_heap, .goroutines' shown.json)"
}

# A version that outlive does not know is tried, and believed only if it adds up.
unknown() { # PROGRAM
	local known=$version
	LC_ALL=C sed "s/$known/go9${known#go1}/g" "$1" >"unknown-$1"
	chmod +x "unknown-$1"
	version=go9${known#go1}
	equal "$version, not known" "unknown-$1" "./unknown-$1"
	version=$known
}

versions() { # GO
	version=$("$1" env GOVERSION)
	CGO_ENABLED=0 go_locked "$1" build -o static ./pure || exit 1
	equal "$version static" static ./static
	[ -n "${WHOLE:-}" ] || [[ $1 != */go-1.2* ]] || return
	CGO_ENABLED=1 go_locked "$1" build -buildmode=pie -o pie ./cgo || exit 1
	equal "$version pie" pie ./pie
	unknown pie
	strip static -o static-stripped
	strip pie -o pie-stripped
	equal "$version static, stripped" static-stripped ./static-stripped
	equal "$version pie, stripped" pie-stripped ./pie-stripped
}

for of in 1.19 1.21 1.22 1.23; do
	if [ -x "/usr/lib/go-$of/bin/go" ]; then
		versions "/usr/lib/go-$of/bin/go"
	else
		echo "Go $of is not installed: skipped"
	fi
done
versions go
CGO_ENABLED=1 go_locked go build -o with-cgo ./cgo && CGO_ENABLED=1 go_locked go build -buildmode=c-shared \
	-ldflags='-s -w' -o libgo.so ./lib || exit 1
equal "$version cgo" with-cgo ./with-cgo
is "$version cgo" '.go[0].stacks | .system.count == 0 and .system_of_os == .signal.count'
equal "$version library" libgo.so ./host ./libgo.so

# In the snapshots of a recording, too, that are taken from outside: not in the last one, which a
# process takes of itself.
sleep 3 | "$OUTLIVE" run -o recorded.outlive ./with-cgo >said.txt 2>run.txt ||
	complain "recorded: status $?: $(cat run.txt)"
stacks=$(tail -n 1 said.txt | cut -d ' ' -f 2)
"$OUTLIVE" segments --at 2s -f json recorded.outlive >shown.json
is recorded '.segments.go_stack | .size == '"$stacks"' and .rss > 20000 and .rss <= .size'
is recorded '.segments.go_heap.size > 100000000'

# A large heap with many stacks: it is found each time, wherever it is.
mkdir large busy
cat >large/main.go <<'GO'
package main

import (
	"os"
	"time"
)

var kept [][]byte

func main() {
	block := make(chan int)
	for i := 0; i < 20000; i++ {
		go func() { <-block }()
	}
	for i := 0; i < 60000; i++ {
		kept = append(kept, make([]byte, 8192))
	}
	time.Sleep(100 * time.Millisecond)
	os.WriteFile(os.Args[1], nil, 0o600)
	time.Sleep(1000 * time.Second)
}
GO
CGO_ENABLED=0 go_locked go build -o large.static ./large || exit 1
for run in 1 2 3; do
	start ./large.static "ready.large.$run"
	await test -e "ready.large.$run"
	"$OUTLIVE" segments -f json -b goroutine "$pid" >shown.json
	is "large $run" '.go[0].exact and .go[0].stacks.goroutines.count == 20001 and
		.go[0].stacks.odd == 0 and .segments.go_stack.rss > 20000 * 2048 and
		.segments.go_heap.size > 60000 * 8192 and .segments.other.size < 100000000'
	kill "$pid"
done

# One that never rests: each reading is whole, and of one moment or nearly so.
cat >busy/main.go <<'GO'
package main

var kept [64][]byte

func grow(n int) int {
	var room [300]byte
	if n == 0 {
		return int(room[5])
	}
	return grow(n-1) + int(room[n%300])
}

func main() {
	for i := 0; i < 4; i++ {
		go func(i int) {
			for n := 0; ; n++ {
				done := make(chan int)
				go func() { done <- grow(n % 200) }()
				kept[(i*16+n)%64] = make([]byte, n%3000000)
				<-done
			}
		}(i)
	}
	select {}
}
GO
CGO_ENABLED=0 go_locked go build -o busy.static ./busy || exit 1
start ./busy.static
sleep 1
exact=0
for run in {1..20}; do
	"$OUTLIVE" segments -f json -b goroutine "$pid" >shown.json 2>error.txt ||
		complain "busy: status $?: $(cat error.txt)"
	is "busy $run" '.go[0] | .heap_inuse > 0 and .heap_inuse < 1000000000 and
		.stacks.own_goroutines.count >= 3 and .stacks.goroutines.count >= 5 and
		.stacks.goroutines.count < 20 and .spans.odd < 20'
	! jq -e '.go[0].exact' shown.json >/dev/null || ((++exact))
done
echo "busy: $exact of 20 readings of one moment"
[ "$exact" -gt 0 ] || complain "busy: no reading is of one moment"
