#!/bin/bash
# Names added after the fact: a trace of a stripped program says, block by block, what that of the
# unstripped one says. A file of another build is refused, and then the trace is as it was.
unset DEBUGINFOD_URLS
export COLUMNS=1000
cat >program.c <<'C'
#include <stdlib.h>
#include <string.h>
static void *volatile sink;
static inline void *wrap(size_t size) { return malloc(size); }
static void temporary(int i)
{
	void *block = wrap(10 + i % 50);
	sink = block;
	free(block);
}
static void *kept(int i) { return sink = wrap(100 + i); }
static char *text(int i)
{
	char *made = strdup(i % 2 ? "odd" : "even");
	return made;
}
static void cache_put(char **cache, int i)
{
	free(cache[i % 5]);
	cache[i % 5] = text(i);
}
int main(void)
{
	char *cache[5] = { NULL };
	void *blocks[10];
	for (int i = 0; i < 200; i++) {
		temporary(i);
		cache_put(cache, i);
	}
	for (int i = 0; i < 10; i++)
		blocks[i] = kept(i);
	for (int i = 0; i < 10; i++)
		free(blocks[i]);
	for (int i = 0; i < 5; i++)
		free(cache[i]);
	return 0;
}
C
mkdir full bare
"${CC:-gcc}" -g -O2 -Wl,--build-id -o full/program program.c || exit 77
objcopy --only-keep-debug full/program program.debug
strip -o bare/program full/program
for kind in full bare; do "$OUTLIVE" run -q -o $kind.trace -- $kind/program 2>/dev/null; done

reported() { # REPORT-ARGUMENTS: of each call path: frames, blocks, classes, owner; advice
	"$OUTLIVE" report -f json --by path --top 0 "$@" |
		sed -e "s:$PWD/::g" -e 's:"\(full\|bare\)/:":g' | jq -S '
			{sites, advice, wrappers, classes, owners, source_frames, no_debug_information}
			| walk(if type == "object"
				then with_entries(select(.key | test("_ns(_|$)|^ns_|lifetime") | not))
				else . end)'
}
as_full() { # REPORT-ARGUMENTS
	reported "$@" >reported.json
	if cmp -s full.json reported.json; then
		echo "as recorded with debug information"
	else
		diff full.json reported.json | head
	fi
}
# How many there are is the compiler's choice; _start has no line.
counted() {
	sed "s:$PWD/::g" | awk 'match($0, /[0-9]+ of [0-9]+ addresses/) {
		split(substr($0, RSTART), word, " ")
		sub(/[0-9]+ of [0-9]+ addresses/, "all addresses but " word[3] - word[1])
	} 1'
}
add() { # WHAT FILE..: to a copy
	echo "-- $1"
	cp bare.trace copy.trace
	"$OUTLIVE" symbols copy.trace "${@:2}" 2>&1 | counted
	as_full copy.trace
}

reported full.trace >full.json
[ "$(jq '.sites | length' full.json)" -gt 2 ] || echo "too few call paths"
reported bare.trace | cmp -s - full.json && echo "the stripped one says the same before"
add "debug file" program.debug
add "unstripped program" full/program
objcopy --compress-debug-sections=zlib program.debug packed.debug
add "compressed sections" packed.debug
id=$(readelf -n program.debug 2>/dev/null | sed -n 's/.*Build ID: //p')
mkdir -p "tree/usr/lib/debug/.build-id/${id:0:2}" tree/usr/share/doc
cp program.debug "tree/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug"
echo "no ELF file" >tree/usr/share/doc/copyright
add "tree of build-ids" tree | sed "s/${id:0:2}.${id:2}/ITS-ID/"
echo "-- report alone"
cp bare.trace copy.trace
as_full --symbols tree copy.trace
cmp bare.trace copy.trace && echo "the trace is as it was"
echo "-- into another file"
"$OUTLIVE" symbols -o other.trace bare.trace program.debug >output 2>&1 || cat output
as_full other.trace
cmp bare.trace copy.trace && echo "the trace is as it was"

echo "-- dwz"
if command -v dwz >/dev/null; then
	cp program.debug one.debug
	sed 's/cache/store/g' program.c >second.c
	"${CC:-gcc}" -g -O2 -Wl,--build-id -o second second.c
	objcopy --only-keep-debug second two.debug
	dwz -m common.debug one.debug two.debug
	mkdir dwz && mv common.debug dwz
	cp bare.trace copy.trace
	"$OUTLIVE" symbols copy.trace one.debug | grep -o 'still missing: .*' | sed 's/common.debug.*/FILE/'
	"$OUTLIVE" report copy.trace | grep -c 'its debug information is split, and common.debug'
	cp bare.trace copy.trace
	"$OUTLIVE" symbols copy.trace one.debug dwz >output 2>&1 || cat output
	as_full copy.trace
else
	printf '%s\n' "still missing: FILE" 1 "as recorded with debug information"
fi

echo "-- no build-id, but .gnu_debuglink"
mkdir plain plain/debug
"${CC:-gcc}" -g -O2 -Wl,--build-id=none -o plain/program program.c
objcopy --only-keep-debug plain/program plain/debug/linked.debug
(cd plain && objcopy --strip-all --add-gnu-debuglink=debug/linked.debug program)
"$OUTLIVE" run -q -o linked.trace -- plain/program 2>/dev/null
cp linked.trace copy.trace
"$OUTLIVE" symbols copy.trace plain/debug | counted
printf x >>plain/debug/linked.debug # another checksum
"$OUTLIVE" symbols linked.trace plain/debug/linked.debug 2>/dev/null || echo "status $?"

echo "-- elsewhere"
mv bare gone
cp bare.trace copy.trace
"$OUTLIVE" symbols copy.trace program.debug | grep -o 'its code is not here'
add "with the program" full/program
mv gone bare

echo "-- refused"
sed 's/cache/other/g' program.c >other.c
mkdir wrong && "${CC:-gcc}" -g -O2 -Wl,--build-id -o wrong/program other.c
other=$(readelf -n wrong/program | sed -n 's/.*Build ID: //p')
cp bare.trace copy.trace
refused() { # ARGUMENTS of outlive
	"$OUTLIVE" "$@" >output 2>&1
	echo "status $?, $(wc -l <output) line: $(sed -e "s:$PWD/::g" -e "s/$id/ITS-ID/" -e "s/$other/WRONG-ID/" output)"
}
refused symbols copy.trace wrong/program
refused symbols copy.trace wrong
refused report --symbols wrong/program copy.trace
refused symbols copy.trace tree/usr/share
refused symbols copy.trace program.c
refused symbols -o program.c copy.trace program.debug
refused symbols copy.trace nowhere
refused symbols copy.trace
refused symbols nowhere program.debug
refused symbols
head -c $(($(stat -c %s bare.trace) - 10)) bare.trace >cut.trace
cp cut.trace cut.copy
refused symbols cut.trace program.debug
cmp cut.trace cut.copy
full=$(ulimit -f 1; trap '' XFSZ; "$OUTLIVE" symbols copy.trace program.debug 2>&1) # a full disk
echo "status $?, $(cut -d: -f 1,3 <<<"$full")"
exec 9<copy.trace && flock 9
refused symbols copy.trace program.debug
exec 9<&-
cp full.trace busy.trace
exec 9<busy.trace && flock 9
refused symbols -o busy.trace copy.trace program.debug
exec 9<&-
cmp full.trace busy.trace
ln -s loop loop
refused symbols -o loop copy.trace program.debug
# meanwhile: what is in the way when all is written, just before it gets its name
cat >meanwhile.c <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
int fsync(int file)
{
	char *busy = getenv("MEANWHILE_BUSY"), *other = getenv("MEANWHILE_OTHER");
	(void)file;
	if (busy)
		return flock(open(busy, O_RDONLY), LOCK_EX);
	return rename(other, "copy.trace");
}
C
"${CC:-gcc}" -shared -fPIC -o meanwhile.so meanwhile.c
meanwhile() { # VARIABLE=FILE ARGUMENTS of outlive
	env LD_PRELOAD="$PWD/meanwhile.so" ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$1" \
		"$OUTLIVE" "${@:2}" >output 2>&1
	echo "status $?: $(sed "s:$PWD/::g" output)"
}
meanwhile MEANWHILE_BUSY=busy.trace symbols -o busy.trace copy.trace program.debug
cp full.trace other.trace
meanwhile MEANWHILE_OTHER=other.trace symbols copy.trace program.debug
cmp full.trace copy.trace && cmp full.trace busy.trace
cp bare.trace copy.trace
cmp bare.trace copy.trace && echo "the trace is as it was"
rm -f busy.trace
compgen -G 'copy.trace?*' || echo "nothing is left behind"
chmod 640 copy.trace && ln -s copy.trace link.trace
"$OUTLIVE" symbols link.trace program.debug >output 2>&1 || cat output
stat -c '%N %a' link.trace copy.trace
