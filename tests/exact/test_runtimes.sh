#!/bin/bash
# Managed runtimes under return stubs print what they print bare: compilers of machine code
# at run time (node, java, luajit), interpreters that copy their stack (greenlet, gevent),
# calls from C back into them (ctypes, FFI, cgo), Rust's panics, a collector that looks return
# addresses up (OCaml). Ruby's callcc, which returns more than once
# from the same frame, does so with --frames=plain. One line each; those that are not
# installed are left out. RUNTIMES="node ruby" picks some.
set -u
root=$OUTLIVE_ROOT_DIR here=$root/tests/exact
# shellcheck disable=SC2034 # lib/recorded.sh uses them
library=$OUTLIVE_LIBRARY outlive=$OUTLIVE
. "$here/lib/recorded.sh"
# shellcheck source=tests/lib/go_cache.sh
. "$OUTLIVE_ROOT_DIR/tests/lib/go_cache.sh"
bad=0 ran=0

# NAME COMMAND...: run bare and recorded.
same() {
	local name=$1 status bare
	shift
	[[ " ${RUNTIMES:-$name} " == *" $name "* ]] || return
	timeout 120 "$@" >"$name.bare" 2>&1
	bare=$?
	if [ $bare != 0 ]; then
		echo "$name: does not run here, bare: status $bare"; tail -n 3 "$name.bare"
		return
	fi
	OUTLIVE_FRAMES=${frames:-exact} SECONDS_MAX=120 recorded "$@" >"$name.recorded" 2>&1
	status=$?
	ran=$((ran + 1))
	if [ $status != 0 ] || ! cmp -s "$name.bare" "$name.recorded"; then
		echo "$name: status $status"
		diff "$name.bare" "$name.recorded" | head -n 10
		bad=1
	elif ! ./ring_says rings/*.ring >"$name.says" || ! grep -q "^${frames:-exact}" "$name.says"; then
		echo "$name: $(cat "$name.says")"
		bad=1
	elif ! ring_is_sound "$(ls -S rings/*.ring | head -n 1)" >"$name.sound"; then
		echo "$name: $(cat "$name.sound")"
		bad=1
	else
		echo "$name: same; $(sort -u "$name.says" | head -n 1)"
	fi
}

has() { command -v "$1" >/dev/null; }
python=/usr/bin/python3

$python -c 'import greenlet' 2>/dev/null &&
	same greenlet $python "$here/lib/greenlets.py"
$python -c 'import gevent' 2>/dev/null &&
	same gevent $python "$here/lib/gevents.py"
has $python && same ctypes $python "$here/lib/callbacks.py"
has ruby && same ruby ruby "$here/lib/fibers.rb"
has ruby && frames=plain same callcc ruby "$here/lib/continuations.rb"
has php && same php php -d zend.enable_gc=1 "$here/lib/arrays.php"
has node && same node node "$here/lib/json.js"
has luajit && same luajit luajit "$here/lib/callbacks.lua"
if has javac && javac -d . "$here/lib/Collects.java" 2>javac.log; then
	same java java -Xmx256m -cp . Collects
fi
if has rustc && rustc -O -g -o panics "$here/lib/panics.rs" 2>rustc.log; then
	same rust ./panics
fi
if has go && cp "$here/lib/callbacks.go" . &&
	CGO_ENABLED=1 go_locked go build -o cgo callbacks.go 2>go.log; then
	same cgo ./cgo
fi
if has ocamlopt && cp "$here/lib/collects.ml" . &&
	ocamlopt -g collects.ml -o collects 2>ocaml.log; then
	same ocaml ./collects
	same ocamlopt ocamlopt.opt -c collects.ml
	# Linked into a C program, it exports nothing that would tell.
	ocamlopt -output-obj -o hidden.o collects.ml 2>>ocaml.log &&
		gcc -o hidden "$here/lib/starts_caml.c" hidden.o \
			"$(ocamlopt -where)/libasmrun.a" -lm -ldl 2>>ocaml.log &&
		same ocaml-hidden ./hidden
fi
[ $ran -gt 0 ] || { echo "no runtime is installed"; exit 77; }
exit $bad
