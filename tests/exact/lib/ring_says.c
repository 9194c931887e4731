/*
 * ring_says.c - ring_says FILE...: one line a ring: how its frames were followed, and what
 * was lost, by cause: "exact stubs=0 nested=0 events=0 cut=0". Events are those that are
 * missing for want of room or memory. Exit 2: no ring.
 */
#include <stdio.h>

#include "trace_format.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct ring_header header;
		FILE *file = fopen(argv[i], "rb");

		if (!file || fread(&header, sizeof(header), 1, file) != 1 ||
		    header.magic != RING_MAGIC) {
			fprintf(stderr, "%s: not a ring\n", argv[i]);
			return 2;
		}
		fclose(file);
		printf("%s stubs=%lu nested=%lu events=%lu cut=%lu\n",
		       header.flags & RING_FRAMES_EXACT ? "exact" : "plain",
		       (unsigned long)header.lost[LOST_STUBS],
		       (unsigned long)header.lost[LOST_NESTED],
		       (unsigned long)(header.lost[LOST_RING_FULL] +
		                       header.lost[LOST_NO_STATE] + header.lost[LOST_TOO_BIG]),
		       (unsigned long)header.lost[LOST_STACKS_CUT]);
	}
	return argc < 2 ? 2 : 0;
}
