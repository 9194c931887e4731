/*
 * closed_by_libc.c - iconv_open() and iconv_close() load and unload modules inside libc, without
 * a call of dlclose() (each only after a few others). What was known of the code of one module
 * must not be used for the next, which is mapped at the same address.
 *
 * guards: a rule is forgotten with the module it was read from
 * plugin: charset_narrow.c
 * plugin: charset_wide.c
 * plugin: charset_narrow2.c
 * plugin: charset_wide2.c
 * build: gcc -O2
 * build: clang -O0
 */
#include "exact.h"

#include <iconv.h>
#include <unistd.h>

static void modules_list(void)
{
	FILE *list = fopen("gconv-modules", "w");
	char here[4096];

	check(list && getcwd(here, sizeof(here)), "no list");
	fprintf(list, "module INTERNAL NARROW// charset_narrow 1\n"
	              "module INTERNAL NARROW2// charset_narrow2 1\n"
	              "module INTERNAL WIDE// charset_wide 1\n"
	              "module INTERNAL WIDE2// charset_wide2 1\n");
	fclose(list);
	setenv("GCONV_PATH", here, 1);
}

int main(void)
{
	static const char *const names[] = { "NARROW", "NARROW2", "WIDE", "WIDE2" };
	int opened = 0;

	exact_begin();
	modules_list();
	for (int i = 0; i < 200; i++) {
		iconv_t converter = iconv_open(names[i * 7 / 3 % 4], "UTF-8");

		if (converter == (iconv_t)-1)
			continue;
		opened++;
		iconv_close(converter);
	}
	printf("%d opened\n", opened);
	return exact_end();
}
