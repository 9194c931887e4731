#!/bin/bash
# What libc keeps on purpose is known where libc has only the names that it exports, too: the
# frame of an exported function that ends in a jump is not there, and the rest has no name.
if [ -z "${inside:-}" ]; then # where what is mounted is ours alone, and ends with us
	unshare --mount true 2>/dev/null || { echo "no mount namespace to be had here" >&2; exit 77; }
	inside=yes exec unshare --mount --propagation private bash "$0"
fi
[ ! -d /usr/lib/debug ] || mount -t tmpfs none /usr/lib/debug || exit 77
unset DEBUGINFOD_URLS
cat >keeps.c <<'C'
#include <libintl.h>
#include <locale.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	time_t now = time(NULL);

	(void)argv;
	localtime(&now);
	tzset();
	setlocale(LC_ALL, "C.UTF-8");
	bindtextdomain("domain", ".");
	textdomain("domain");
	for (int i = 0; i < 2; i++) {
		gettext("hello");
		setenv("A_VARIABLE", i ? "value" : "another", 1);
		putenv(i ? "B=1" : "C=1");
		strerror(1234);
		if (getaddrinfo("localhost", "80", &hints, &found) == 0 && argc == 1)
			freeaddrinfo(found);
		if (argc > 1)
			fopen("/dev/null", "r");
	}
	return 0;
}
C
${CC:-gcc} -O1 -fno-builtin -w -o keeps keeps.c || exit 1
for leaks in "" leaks; do
	echo "- ${leaks:-none}"
	"$OUTLIVE" run -q -o trace -- ./keeps ${leaks:+leaks} 2>/dev/null
	"$OUTLIVE" report --format json trace |
		jq -r '.sites[] | select(.verdict == "live") |
			"\(.live_blocks) of \([.frames[].function | select(test("^(getaddrinfo|main)$"))][0])"' | sort
	"$OUTLIVE" report --full trace | grep -c 'kept by libc.* is hidden'
done
