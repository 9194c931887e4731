#!/bin/bash
# Whose code: functions of std are wrappers, whatever their names show; --keep and --mine.
mkdir -p src deps
cat >deps/deps.h <<'EOT'
#include <string>
namespace deps {
__attribute__((noinline)) inline std::string join(int size) { return std::string(size, 'd'); }
}
EOT
cat >src/program.cpp <<'EOT'
#include "deps.h"
#include <functional>
#include <vector>
/* its name begins with its return type, and it is not of std */
template <typename T>
__attribute__((noinline)) std::vector<T> map_all(const std::vector<T> &all, const std::function<T(T)> &change)
{
	std::vector<T> result;
	for (const T &one : all)
		result.push_back(change(one));
	return result;
}
namespace core { /* no crate of Rust */
struct engine {
	__attribute__((noinline)) std::string run(int size) { return std::string(size, 'e'); }
};
}
static volatile char sink;
int main()
{
	std::vector<std::string> words(4, std::string(40, 'w'));
	words = map_all<std::string>(words, [](std::string word) { return word + "and more of it"; });
	for (int i = 0; i < 50; i++)
		sink = core::engine().run(100)[i];
	for (int i = 0; i < 50; i++)
		sink = deps::join(1000)[i];
}
EOT
"${CXX:-g++}" -std=c++17 -g -O1 -fno-elide-constructors -I"$PWD/deps" -o program "$PWD/src/program.cpp" || exit 77
"$OUTLIVE" run -q -o trace -- ./program >/dev/null 2>&1

by_function() # COUNT OPTION...: the first ones; which of them is first, compilers decide
{
	local count=$1
	shift
	"$OUTLIVE" report --by function "$@" trace | sed -nE '/^by function/,/^$/s/^.* [0-9]+f  ([^ ]*).*/\1/p' |
		grep -E '::|map_all|main|lambda|operator' | head -n "$count" | sort
}
json() { "$OUTLIVE" report --format json --by function "$@" trace; }

echo 'all of the directory is guessed to be mine'
by_function 5
echo "the functions' own files: deps.h is not mine"
by_function 4 --mine src
"$OUTLIVE" report --by function --mine src trace | grep '^by function'
"$OUTLIVE" report --by function --mine nothing/of/this trace | grep '^by function'
echo 'a namespace'
by_function 1 --mine core
echo 'what --keep names is no wrapper'
json --keep 'std::*' | jq -r '[.groups[].function | select(startswith("std::vector<") | not)] | unique | any(startswith("std::__cxx11::basic_string<"))'
echo '--keep takes the names of wrappers that were skipped'
COLUMNS=300 "$OUTLIVE" report trace | sed -n 's/^wrappers skipped: //p' | sed 's/, /\n/g' |
	sed '/ more$/d; /<\|char_traits/d; s/ (.*//' >skipped
grep -cx std::vector skipped
while read -r family; do
	{ "$OUTLIVE" report --keep "$family" trace >/dev/null; } 2>&1
done <skipped
json --keep std::vector | jq 'any(.groups[].function; startswith("std::vector<"))'
json | jq -r '[.groups[].function | select(startswith("std::") and (contains(" map_all<") | not))] | length'
json | jq -r '[.peeled[] | select(.standard) | .mine] | unique | .[]'
json | jq -r '.peeled[] | select(.function | startswith("std::vector")) | .home' | sort -u | grep -c /include/c++/
echo 'nothing matches'
{ "$OUTLIVE" report --mine nothing/of/this trace >/dev/null; } 2>&1
