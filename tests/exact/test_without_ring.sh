#!/bin/bash
# Every program of exact/ and stress/ runs as bare with the library in it and no ring at all:
# made to have none, or with nothing where it should be. Nothing that the library exports may
# rest on a ring. (Programs that wait on outlive's side, or fail bare here, are left out.)
set -u
root=$OUTLIVE_ROOT_DIR
bad=0 count=0

say() { echo "$*"; bad=1; }

# In the ways a program finds no ring.
without_ring() { # WAY COMMAND...
	local way=$1
	shift
	# Plain: the programs of exact/ would else look for stubs, and there are none.
	case $way in
	empty) env OUTLIVE_DIR= OUTLIVE_FRAMES=plain LD_PRELOAD="$OUTLIVE_LIBRARY" timeout 100 "$@" ;;
	gone) env OUTLIVE_DIR="$PWD/no-such-directory" OUTLIVE_SESSION=1234 OUTLIVE_POLICY=drain \
		OUTLIVE_FRAMES=plain LD_PRELOAD="$OUTLIVE_LIBRARY" timeout 100 "$@" ;;
	esac
}

# What differs from run to run by itself: pids, addresses, counts of threads that ran freely.
plain() { sed -E 's/=[0-9]+/=N/g; s/0x[0-9a-f]+/0xN/g' "$1"; }

header() { sed -n "1,/\*\//s/^ \* $1: //p" "$program"; }

try() { # NAME COMMAND...
	local name=$1 way status bare_status
	shift
	rm -rf jail
	timeout 100 "$@" >bare.out 2>bare.err </dev/null
	bare_status=$?
	[ $bare_status -lt 124 ] || return
	count=$((count + 1))
	for way in empty gone; do
		rm -rf jail
		without_ring $way "$@" >out 2>err </dev/null
		status=$?
		[ $status = $bare_status ] || say "$name ($way): status $status, bare $bare_status"
		diff <(plain bare.out) <(plain out) >difference || { say "$name ($way): other output"; head -5 difference; }
		diff <(plain bare.err) <(plain err) >difference || { say "$name ($way): other errors"; head -5 difference; }
	done
}

for program in "$root"/tests/exact/*.c "$root"/tests/exact/*.cpp; do
	name=$(basename "${program%.*}")
	while read -r plugin flags; do
		[ -n "$plugin" ] || continue
		case $plugin in *.cpp) compiler=g++ ;; *) compiler=gcc ;; esac
		# shellcheck disable=SC2086 # flags are words
		$compiler -g -O2 -fPIC -shared -I"$root/tests/exact/lib" $flags -o "./${plugin%.*}.so" \
			"$root/tests/exact/lib/$plugin" 2>/dev/null
	done < <(header plugin)
	read -ra way < <(header build | grep -v needs: | head -n 1)
	[ ${#way[@]} -gt 0 ] || continue
	for i in "${!way[@]}"; do
		case ${way[i]} in *.S | *.c | *.cpp) way[i]=$root/tests/exact/lib/${way[i]} ;; esac
	done
	"${way[0]}" -g -fno-builtin -D_GNU_SOURCE -pthread -I"$root/tests/exact/lib" -o program \
		"$program" "${way[@]:1}" 2>/dev/null || continue
	try "exact/$name" ./program
done
for program in "$root"/tests/stress/*.c "$root"/samples/*.cpp; do
	name=$(basename "${program%.*}")
	[ -z "$(header live)" ] || continue
	compiler=gcc
	case $program in *.cpp) compiler=g++ ;; esac
	library=$(header library)
	[ -z "$library" ] || gcc -g -O1 -shared -fPIC -o "$(basename "${library%.*}").so" \
		"$(dirname "$program")/$library" 2>/dev/null
	# shellcheck disable=SC2046 # words
	$compiler -g -O1 -fno-builtin -D_GNU_SOURCE -pthread -I"$root/include" -o "$name" "$program" \
		$(header build) 2>/dev/null || continue
	# shellcheck disable=SC2046 # words
	try "$name" "./$name" $(header args)
done
echo "$count programs"
[ $count -gt 40 ] || say "too few of them were built"
exit $bad
