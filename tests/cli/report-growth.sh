#!/bin/bash
# The storage of a container is no local variable: where it grows by copying, the advice is to
# reserve, with what that saves; the same at every level of optimisation.
cat >growth.cpp <<'EOF'
#include <cstdlib>
#include <vector>
static void *volatile sink;
__attribute__((noinline)) static void plain() { free(sink = malloc(40)); sink = nullptr; }
int main()
{
	for (int i = 0; i < 10000; i++) {
		std::vector<int> v;
		for (int k = 0; k < 9; k++)
			v.push_back(k);
		sink = v.data();
		plain();
	}
	return 0;
}
EOF
for level in -O0 -O1 -O2 -O3; do
	"${CXX:-g++}" -g $level -fno-builtin -o growth growth.cpp || exit 77
	"$OUTLIVE" run -q -o trace -- ./growth 2>/dev/null
	echo "with $level"
	# 4, 8, 16, 32 bytes are copied away, 64 are kept: four blocks and 60 bytes each time
	"$OUTLIVE" report -f json trace | jq -r '(.advice[] | "\(.kind) \(.function) \(.saves_calls) \(.saves_bytes)"),
		"local \(.stack_like_kinds.local.blocks) contained \(.stack_like_kinds.contained.blocks)"'
done
COLUMNS=200 "$OUTLIVE" report trace | grep 'grew by copying'

# what is thrown belongs to the runtime: nothing of the program's could hold it
cat >thrown.cpp <<'EOF'
#include <stdexcept>
static void *volatile sink;
__attribute__((noinline)) static void parse(int i)
{
	sink = &i;
	throw std::runtime_error("bad");
}
int main()
{
	for (int i = 0; i < 500; i++)
		try {
			parse(i);
		} catch (const std::exception &e) {
			sink = (void *)e.what();
		}
	return 0;
}
EOF
"${CXX:-g++}" -g -O1 -o thrown thrown.cpp || exit 77
"$OUTLIVE" run -q -o trace -- ./thrown 2>/dev/null
"$OUTLIVE" report -f json trace | jq '[.advice[] | select(.function | startswith("parse"))] | length'
COLUMNS=200 "$OUTLIVE" report --why parse trace | grep -o 'the runtime of C++ allocates what is thrown'
