#!/bin/bash
# Each check of the house finds what is planted, and finds nothing in what is clean.
house=$OUTLIVE_ROOT_DIR/tests/house
check() { # SCRIPT FILE...
	local script=$1
	shift
	LC_ALL=C awk -v ARCH=x86_64 -f "$house/$script.awk" "$@" >out 2>&1
	local status=$?
	sort out
	echo "$script: $status"
}

echo "rooms:"
mkdir -p include analyzer/{base,trace,report/text,attic} preload/{ring,arch/x86_64}
: >include/trace_format.h
: >preload/arch/x86_64/arch.h
printf '#include "trace_format.h"\n#include "base/low.h"\n' >analyzer/trace/high.h
: >analyzer/base/low.h
printf '#include "arch.h"\n' >preload/ring/ring.c
check rooms analyzer/base/low.h analyzer/trace/high.h preload/ring/ring.c
printf '#include "trace/high.h"\n' >analyzer/base/upwards.c
printf '#include "../base/low.h"\n' >analyzer/trace/relative.c
printf '#include "low.h"\n' >analyzer/trace/nameless.c
printf '#include "base/low.h"\n' >preload/ring/other_half.c
echo ';' >analyzer/attic/lost.c
check rooms analyzer/base/upwards.c analyzer/trace/relative.c analyzer/trace/nameless.c \
	preload/ring/other_half.c analyzer/attic/lost.c
printf '#include "trace/two.h"\n' >analyzer/trace/one.h
printf '#include "trace/three.h"\n' >analyzer/trace/two.h
printf '#include "trace/one.h"\n' >analyzer/trace/three.h
check rooms analyzer/trace/one.h | tail -n 1
check rooms analyzer/trace/{one,two,three}.h | sed 's/: analyzer.*//; s/^analyzer.*: files/files/'

mkdir -p analyzer/report/csv
: >analyzer/report/text/lines.h
printf '#include "report/text/lines.h"\n' >analyzer/report/text/rows.c
printf '#include "report/text/lines.h"\n' >analyzer/report/csv/rows.c
check rooms analyzer/report/text/rows.c
check rooms analyzer/report/csv/rows.c

echo "shape:"
lines() { # COUNT: so many lines of a body, blank ones among them
	for ((i = 0; i < $1; i++)); do [ $((i % 5)) = 4 ] && echo || printf '\tcall(%d);\n' "$i"; done
}
{ printf 'static int long_one(int a,\n                    int b)\n{\n'; lines 68; echo '}'; } >long.c
{ printf 'int fits(void)\n{\n'; lines 67; printf '}\n\nstruct s {\n'; lines 90; echo '};'; } >fits.c
printf '\t/* %s */\n' "$(printf 'x%.0s' {1..94})" >wide.c
printf '/* %s */\n' "$(printf '\xc3\xa4%.0s' {1..90})" >umlauts.c
for ((i = 0; i < 501; i++)); do echo ';'; done >file.c
{ printf '/* file.c - a table. Long, because it is one. */\n'; cat file.c; } >reason.c
check shape long.c wide.c file.c
check shape fits.c umlauts.c reason.c

echo "twice:"
body() { for ((i = 0; i < ${1:-8}; i++)); do printf '\tcall(%d,\t"%s");\n' "$i" "$2"; done; }
{ echo 'void one(void)'; body 8 a; } >one.c
{ echo 'void two(void)'; body 4 a; echo; echo '/* not a line */'; body 8 a | tail -n 4; } >two.c
{ echo 'void three(void)'; body 7 a; } >three.c
check twice one.c two.c
check twice one.c three.c

echo "words:"
cat >words.c <<'C'
/* The guest takes a picture. */
	looks_fine = told; /* what is
	told */ print("nobody knows \" who has it");
	json_array(&json, "pictures");
C
printf 'Functions are looked up. Two things are told apart. A storybook.\n' >words.md
check words words.c
check words words.md
printf '.It Va pictures , stories\n' >words.5
check words words.5
mkdir -p tests
for word in said notes place sites marks tails pictures told guest judges shelf news stories \
	'a look'; do
	printf '// the %s\nint %s;\n' "$word" "${word##* }" >tests/one.c
	printf 'echo %s # the %s\n' "${word##* }" "$word" >one.sh
	check words tests/one.c one.sh | grep -c "^\(tests/one.c\|one.sh\):1: " | tr '\n' ' '
done
echo
cat >tests/fine.c <<'C'
// In its place: a call site, `site_count`, a tail call, merged tails, an ELF note.
/* nobody looks for a byte order mark   expect: .sites */
C
check words tests/fine.c

echo "exports:"
exported() { # FLAG...: check a library that is built with these flags
	${CC:-gcc} -shared -fPIC -o library.so library.c "$@" 2>/dev/null || exit 1
	bash "$house/exports.sh" library.so names.map 2>&1 | sed 's/lib[a-z]*\.so\.[0-9]*/LIB/'
	echo "exports: ${PIPESTATUS[0]}"
}
echo '{ global: given; kept; local: *; };' >names.map
printf 'int given(void) { return 1; }\nint kept(void) { return 2; }\n' >library.c
exported -nostdlib
exported -nostdlib -Dgiven=other
exported -nostdlib -Wl,--no-as-needed -lm
exported -nostdlib -fvisibility=hidden
