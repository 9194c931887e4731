#!/bin/bash
# A struct whose copy constructor the compiler wrote has only the line of the struct: advice to copy nothing
# names the line of the function that copies, inlined or not.
cat >copy.cpp <<'EOF'
#include <string>
struct record {
	std::string name;
};
__attribute__((noinline)) static size_t measure(record r) { return r.name.size(); }
__attribute__((noinline)) static size_t call_copy(const record &r)
{
	size_t sum = 1;

	sum += measure(r); /* copied */
	return sum;
}
static inline __attribute__((always_inline)) size_t inlined_copy(const record &r)
{
	return measure(r); /* copied */
}
int main(int argc, char **)
{
	record r{ std::string(60, 'x') };
	size_t sum = 0;

	for (int i = 0; i < 5000; i++)
		sum += argc > 1 ? inlined_copy(r) : call_copy(r);
	return sum == 0;
}
EOF
for level in -O0 -O1 -O2; do
	"${CXX:-g++}" -g $level -o copy copy.cpp || exit 77
	for word in "" inlined; do
		# shellcheck disable=SC2086 # no word is none
		"$OUTLIVE" run -q -o trace -- ./copy $word 2>/dev/null
		COLUMNS=200 "$OUTLIVE" report --advice trace | grep -A1 'copy nothing' | grep -oE 'in [a-z_]+\(\)|copy.cpp:[0-9]+' | tr '\n' ' '
		echo "$level $word"
	done
done
grep -n 'copied' copy.cpp | cut -d: -f1
