#!/bin/bash
# Where there is too little memory to find names, a command says so in one line, and ends by no signal:
# libdw does not survive that malloc() returns NULL.
if [ -n "${OUTLIVE_SANITIZE:-}" ]; then
	echo "a sanitizer takes more than these limits leave" >&2
	exit 77
fi
ulimit -c 0
(ulimit -v 26000 && "$OUTLIVE" run -q -o nameless -- sqlite3 :memory: 'select 1' 2>/dev/null)

for ((kib = 30000; kib <= 54000; kib += 2000)); do
	(ulimit -v $kib && exec timeout 60 "$OUTLIVE" report nameless >/dev/null 2>stderr) 2>/dev/null
	status=$?
	case $status in
	0) ;;
	2) tail -n 1 stderr | grep -qE 'out of memory|memory ran out: this process may use .* \(ulimit -v\)' stderr ||
		sed "s/^/in $kib KiB: /" stderr ;;
	*) echo "in $kib KiB: status $status" ;;
	esac
	# libc's line of a failed assertion in libdw, or the like, comes before ours.
	[ "$(grep -c '^outlive: [a-z]' stderr)" -le 1 ] || sed "s/^/in $kib KiB: /" stderr
done
echo "status of the last: $status"
