#!/bin/bash
# Constructors of libraries are called by the loader's entry code, and destructors by
# crtbegin's __do_global_dtors_aux: neither has call frame information. Stacks are whole
# all the same, and blocks that live across them are exact.
cat >library.cpp <<'EOF'
#include <cstdlib>
struct holder {
	void *blocks[20] = {};
	int count = 0;
	~holder() { while (count) free(blocks[--count]); }
} holder;
extern "C" void hold(void *block) { holder.blocks[holder.count++] = block; }
static int begin() { hold(malloc(100)); free(malloc(50)); return 0; }
static int one = begin(), two = begin();
static __attribute__((constructor)) void three() { hold(malloc(300)); }
static __attribute__((constructor)) void four() { hold(malloc(400)); }
EOF
cat >program.cpp <<'EOF'
#include <cstdlib>
extern "C" void hold(void *block);
static __attribute__((noinline)) void own() { for (int i = 0; i < 3; i++) hold(malloc(700)); }
int main()
{
	for (int i = 0; i < 4; i++)
		own();
	return 0;
}
EOF
"${CXX:-g++}" -fno-builtin -O1 -shared -fPIC -o liblibrary.so library.cpp &&
	"${CXX:-g++}" -fno-builtin -O1 -o program program.cpp -L. -llibrary -Wl,-rpath,"$PWD" || exit

say() { # COMMAND...
	"$OUTLIVE" run -q -o trace -- "$@" 2>err || { cat err; return; }
	"$OUTLIVE" report --format json --top 0 trace | python3 -c '
import json, sys
report = json.load(sys.stdin)
sites = [s for s in report["sites"] if s["frames"] and s["frames"][0]["function"].startswith(
    ("own", "begin", "three", "four"))]
print("cut", report["lost"]["stacks_cut"], "inferred",
      sum(site["classes"]["inferred"]["blocks"] for site in report["sites"]))
for line in sorted(set((s["frames"][0]["function"].rstrip("()"), s["allocations"], str(s["escape_depths"]))
                       for s in sites)):
    print(*line)'
}
say ./program
loader=$(python3 -c 'import re, sys
print(re.search(rb"/[!-~]*/ld-linux[!-~]*", open(sys.argv[1], "rb").read()).group().decode())' program)
say "$loader" ./program | head -n 1
