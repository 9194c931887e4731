#!/bin/bash
# outlive's own memory is in no peak: a program's is what it has without outlive.
# The program tells what the kernel counts of it (VmHWM), bare and recorded.
cat >tell.c <<'C'
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static char text[1 << 13], path[64];
static char *volatile block;
static void peak_tell(void)
{
	int from = open("/proc/self/status", O_RDONLY), to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	long used = 0, count;

	while ((count = read(from, text + used, sizeof(text) - 1 - used)) > 0)
		used += count;
	used = atol(strstr(text, "VmHWM:") + 6);
	memset(text, 0, sizeof(text));
	for (count = 20; used; used /= 10)
		text[--count] = '0' + used % 10;
	if (write(to, text + count, 20 - count) < 0)
		abort();
	close(to);
	close(from);
}
/* FILE EARLY_MIB BLOCKS LATE_MIB HOW: memory, blocks that fill the ring, more memory, the end */
int main(int count, char **words)
{
	size_t early = atol(words[2]) << 20, late = atol(words[4]) << 20;
	char *memory;

	strcpy(path, words[1]);
	block = malloc(100);
	if (early) {
		memory = mmap(NULL, early, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memset(memory, 1, early);
		munmap(memory, early);
	}
	for (long i = atol(words[3]); i; i--)
		free(block = malloc(i % 1000));
	if (late)
		memset(block = malloc(late), 1, late);
	peak_tell();
	if (count > 5)
		kill(getpid(), SIGKILL);
	return 0;
}
C
sed -i '1i #include <signal.h>' tell.c
gcc -O1 -fno-builtin -o tell tell.c || exit 1

# The kernel keeps its counts by processor, and sums them up inexactly: a few times until it holds.
peak() { # NAME CONDITION WORDS.. : of jq, with $bare and $recorded, bytes
	local name=$1 condition=$2 bare recorded
	shift 2
	for _ in 1 2 3 4 5 6; do
		./tell bare "$@" 2>/dev/null
		"$OUTLIVE" run -q --segments-every 60000 -o "$name.outlive" -- ./tell recorded "$@" 2>reported
		bare=$(($(cat bare) * 1024)) recorded=$(($(cat recorded) * 1024))
		"$OUTLIVE" segments -f json "$name.outlive" >"$name.json"
		jq -e --argjson bare $bare --argjson recorded $recorded "$condition" "$name.json" >/dev/null &&
			echo "$name: as without outlive" && return
	done
	echo "$name: bare $bare, recorded $recorded, reported:"
	jq -c '.peak, [.samples[].segments.outlive.rss]' "$name.json"
}
near='(.peak.kernel_rss - $bare | fabs) < 400000 and (.peak.kernel_rss_is_bound | not)'
# The library alone is more than that.
peak brief "\$recorded - \$bare > 500000 and $near" 0 1 0
# The ring grows by megabytes meanwhile.
peak after "\$recorded - \$bare > 2000000 and $near" 0 400000 8
# When the peak was, the ring was small.
peak before "$near" 40 400000 0
peak both "$near" 20 200000 12
# Nothing says what a process had that was killed.
echo "killed:"
"$OUTLIVE" run -q --segments-every 60000 -o killed.outlive -- ./tell recorded 20 100000 0 kill 2>reported
"$OUTLIVE" segments -f json killed.outlive | jq -c '.peak.kernel_rss_is_bound'

echo "where the memory is:"
# A snapshot of the start does not show it.
cat >late.c <<'C'
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
	char *volatile block = malloc(100);
	char *memory;

	usleep(250000);
	memory = mmap(NULL, 12 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	munmap(memory, 12 << 20);
	usleep(150000);
	free(block);
	return 0;
}
C
gcc -O1 -fno-builtin -o late late.c || exit 1
# A snapshot may fall into the peak: then again.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	"$OUTLIVE" run -q --segments-every 60000 -o late.outlive -- ./late 2>reported || cat reported
	"$OUTLIVE" report late.outlive | tr -s '\n ' ' ' >screen
	grep -q 'not known at the peak' screen && break
done
grep -oE 'not known at the peak|None was taken near it: the largest, .* after the start, has|resident [0-9.]+ MiB at the peak: [a-z ]+' screen |
	sed -E 's/, [0-9.]+ m?u?s after/, TIME after/'
"$OUTLIVE" segments late.outlive | tr -s '\n ' ' ' | grep -oE 'no snapshot was taken near the peak'
exit 0
