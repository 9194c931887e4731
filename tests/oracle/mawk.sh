#!/bin/bash
# mawk, which keeps small blocks in lists of its own.
# shellcheck disable=SC2154,SC2034 # machine_lib.sh sets some, and reads others
. "$OUTLIVE_ROOT_DIR/tests/oracle/machine_lib.sh"
fetch mawk
(
	cd mawk && ./configure &&
		make CFLAGS="${hook_flags[*]}" LIBS="${oracle_libs[*]} -lm" mawk
) >make.out 2>&1 || { tail -n 5 make.out; exit 1; }
cp mawk/mawk ./mawk.hooked
seq 1 4000 | sed 's/.*/& line & of text, \x27quoted & more\x27; field:&/' >input
cat >script.awk <<'AWK'
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
function join(list, n, by,   i, all) { for (i = 1; i <= n; i++) all = all (i > 1 ? by : "") list[i]; return all }
function nest(n,   local) { local[n] = n "x"; return n ? nest(n - 1) local[n] : "" }
{ count[$3 % 97] += $1; n = split($0, part, /[ ,:;]+/); long = long substr(join(part, n, "-"), 1, 9) }
NR % 50 == 0 { gsub(/[aeiou]+/, "<&>"); copy[NR] = $0; $5 = "changed"; changed = $0 }
NR % 400 == 0 { for (key in copy) if (key % 3 == 0) delete copy[key] }
match($0, /[0-9]+ more/) { found += RSTART + RLENGTH }
NR == 2000 { getline line < "input"; while (("sort -n | head -n 3" | getline out) > 0) last = out }
END {
	for (key in count) total += count[key]
	printf "%d %d %d %s %s\n", total, found, length(long), changed, fib(15)
	print length(nest(100)), toupper(substr(long, 1, 50)), sprintf("%5.2f|%-10s|%c", total / 3, "ab", 65)
	for (i = 0; i < 2000; i++) { s = s i; if (i % 100 == 0) { t[i] = s; s = "" } }
	for (i in t) sum += length(t[i])
	print sum, index(long, "99-line"), "x" ~ ("^" "x$")
	delete t
}
AWK
watch mawk ./mawk.hooked -f script.awk input
