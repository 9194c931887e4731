/*
 * big_data.c - one MiB of initialised variables: it lies in the file and, from the moment
 * it is written, in the process. Of a second MiB only one page is ever written; what is
 * constant lies elsewhere, and is no data.
 *
 * live: symbol [.symbols[] | select(.name == "written")] | length == 1 and
 *   (.[0] | .segment == "data" and .section == ".data" and .size == 1048576 and
 *   .touched == 1048576 and (.file | endswith("big_data.c")))
 * live: symbol [.symbols[] | select(.name == "hardly_written")][0] |
 *   .segment == "data" and .size == 1048576 and .touched <= 131072
 * live: symbol [.symbols[] | select(.name == "constant")][0] |
 *   .segment == "rodata" and .size == 1048576
 * live: module [.modules[] | select(.path | endswith("/big_data"))][0] |
 *   .data.size >= 2097152 and .data.size < 2097152 + 16384 and
 *   .data.anonymous >= 1048576 + 4096 and .data.anonymous <= 1048576 + 24576 and
 *   .rodata.size >= 1048576 and .bss.size <= 4096
 */
#include <stdio.h>

__attribute__((aligned(4096))) int written[1 << 18] = { 1 };
__attribute__((aligned(4096))) int hardly_written[1 << 18] = { 1 };
extern const int constant[1 << 18];
const int constant[1 << 18] = { 1 };

int main(void)
{
	for (int i = 0; i < 1 << 18; i++)
		written[i] += constant[i] + 1;
	hardly_written[1 << 17] = 2;
	puts("ready");
	fflush(stdout);
	getchar();
	return 0;
}
