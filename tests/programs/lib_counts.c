/*
 * lib_counts.c - print what lib_count.c counted: "PID allocations reallocs frees failed",
 * one line per file given.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *name = strrchr(argv[i], '/');
		uint64_t counts[4] = { 0 };
		FILE *file = fopen(argv[i], "rb");

		if (!file || fread(counts, sizeof(counts), 1, file) != 1)
			return 1;
		fclose(file);
		printf("%s", name ? name + 1 : argv[i]);
		for (int j = 0; j < 4; j++)
			printf(" %" PRIu64, counts[j]);
		printf("\n");
	}
	return 0;
}
