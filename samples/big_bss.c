/*
 * big_bss.c - eight MiB of variables that begin as zero: they are in no file, and take
 * memory page by page as they are touched. Three MiB are, to the page.
 *
 * live: symbol [.symbols[] | select(.name == "table")] | length == 1 and
 *   (.[0] | .segment == "bss" and .section == ".bss" and .size == 8388608 and
 *   .touched == 3145728)
 * live: segment .segments.bss | .size >= 8388608 and .size < 8388608 + 262144 and
 *   .rss >= 3145728 and .rss <= 3145728 + 131072
 * live: module [.modules[] | select(.path | endswith("/big_bss"))][0].bss |
 *   .size >= 8388608 and .size <= 8388608 + 8192 and
 *   .rss >= 3145728 and .rss <= 3145728 + 4096
 * live: module [.modules[] | select(.path | endswith("/big_bss"))][0].data.size <= 8192
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

__attribute__((aligned(4096))) char table[8 << 20];

int main(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0); /* a page is a page */
	memset(table + (1 << 20), 1, 3 << 20);
	puts("ready");
	fflush(stdout);
	getchar();
	return 0;
}
