#!/bin/bash
# What is freed at exit is known as that where the C library has only the names that it exports,
# too: by global containers of the program and, through the dynamic loader, of a library.
if [ -z "${inside:-}" ]; then # where what is mounted is ours alone, and ends with us
	unshare --mount true 2>/dev/null || { echo "no mount namespace to be had here" >&2; exit 77; }
	inside=yes exec unshare --mount --propagation private bash "$0"
fi
[ ! -d /usr/lib/debug ] || mount -t tmpfs none /usr/lib/debug || exit 77
unset DEBUGINFOD_URLS
for place in own other; do
	cat >"$place.cpp" <<C
#include <map>
#include <string>
struct ${place}_names { std::map<int, std::string> map; __attribute__((noinline)) ~${place}_names() {} };
static ${place}_names names;
__attribute__((noinline)) void name_$place(int i) { names.map[i % 50] = std::string(50 + i % 5, 'x'); }
C
done
cat >main.cpp <<'C'
void name_own(int), name_other(int);
int main() { for (int i = 0; i < 2000; i++) name_own(i), name_other(i); }
C
"${CXX:-g++}" -g -O2 -shared -fPIC -o libother.so other.cpp &&
	"${CXX:-g++}" -g -O2 -o program main.cpp own.cpp ./libother.so || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
for place in own other; do
	echo "$place"
	"$OUTLIVE" report --format json --top 0 trace | jq -r --arg name "name_$place(" '
		[.sites[] | select(.blocks > 0 and any(.frames[].function; startswith($name))).no_advice] | unique[]'
	COLUMNS=200 "$OUTLIVE" report --why "name_$place(int)" trace | grep -o '(freed at exit.*'
done
