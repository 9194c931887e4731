#!/bin/bash
# Others fill /dev/shm while a program is recorded: what is lost of it is counted, and what
# is printed of the reason holds.
unshare -m true 2>/dev/null || { echo "no mount namespace to be had here" >&2; exit 77; }
cat >busy.c <<'END'
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
	volatile unsigned random = 1;
	char page[4096];
	int file = open("/dev/shm/others", O_CREAT | O_WRONLY, 0600);
	memset(page, 1, sizeof(page));
	while (write(file, page, sizeof(page)) > 0)
		;
	for (long i = 0; i < 3000000; i++) {
		random = random * 1103515245 + 12345;
		free(malloc(16 + (random >> 16 & 1023)));
	}
	write(1, "unharmed\n", 9);
	return 3;
}
END
${CC:-gcc} -O1 -fno-builtin -o busy busy.c
unshare -m bash -c 'mount --make-rprivate / && mount -t tmpfs -o size=24m none /dev/shm &&
	"$OUTLIVE" run -q --flight --ring 16M -o trace -- ./busy 2>stderr; echo "status $?"'
sed -E 's/[0-9,]+ events of/N events of/; s/\([0-9.]+ [KMG]?i?B\)/(SIZE)/
	s/; [0-9,]+ more/; N more/; s/\([0-9.]+%/(P%/' stderr
