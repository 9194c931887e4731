#!/bin/bash
# A Vec that each call makes, and that grows once in it from 4 to 8 elements, is to be reserved; so
# is one that is handed out and comes and goes by itself. format!() makes its own string, and C code
# that calls realloc once may not know the size. How often each block was reallocated is in words.
cat >small.rs <<'EOF'
#[inline(never)]
fn factors(n: u64) -> Vec<u64> {
    let mut found = Vec::new();
    for i in 1..=(5 + n % 4) {
        found.push(n ^ i);
    }
    found
}
#[inline(never)]
fn sum(n: u64) -> u64 {
    let mut found = Vec::new();
    for i in 1..=(5 + n % 4) {
        found.push(n ^ i);
    }
    found.iter().sum()
}
#[inline(never)]
fn text(n: u64) -> String {
    format!("{}{}{}", n % 10, "x", "yyyyyyyyyyyyyyyy")
}
fn main() {
    let mut total = 0;
    let mut all = Vec::with_capacity(60);
    for n in 0..2000 {
        total += sum(n) + text(n).len() as u64;
        all.push(factors(n));
        if all.len() > 50 {
            all.remove(0);
        }
    }
    println!("{}", total + all.len() as u64);
}
EOF
cat >steps.c <<'EOC'
#include <stdlib.h>
__attribute__((noinline)) static void *step(size_t size, int is_whole)
{
	char *block = malloc(size - 300);

	if (is_whole) {
		block = realloc(block, size - 200);
		block[0] = 1;
		block = realloc(block, size - 100);
		block[1] = 1;
		block = realloc(block, size);
	}
	block[2] = 1;
	return block;
}
__attribute__((noinline)) static void *thrice(void) { void *volatile block = step(900, 1); return block; }
__attribute__((noinline)) static void *some(int i) { void *volatile block = step(800, i % 4 > 0); return block; }
int main(void)
{
	void *blocks[16];

	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 8; i++)
			blocks[i] = thrice(), blocks[i + 8] = some(i);
		for (int i = 0; i < 16; i++)
			free(blocks[i]);
	}
	return 0;
}
EOC
"${CC:-gcc}" -g -O1 -fno-builtin -o steps steps.c || exit 77
"$OUTLIVE" run -q -o trace -- ./steps 2>/dev/null
for function in thrice some; do
	COLUMNS=200 "$OUTLIVE" report --wrapper step --why $function trace | grep -oE 'rests on: [^;]*'
done
for level in 0 3; do
	rustc -g -C opt-level=$level -o small small.rs 2>/dev/null || { echo "no rustc" >&2; exit 77; }
	"$OUTLIVE" run -q -o trace -- ./small >/dev/null 2>&1
	"$OUTLIVE" report -f json trace | jq -r '.advice[] | "\(.kind) \(.function) \(.saves_calls)"' | sort
	COLUMNS=200 "$OUTLIVE" report --advice trace | grep -oE 'reserve in small::(sum|factors)\(\): .*'
	COLUMNS=200 "$OUTLIVE" report --why sum trace | grep -oE 'rests on: [^;]*'
done
