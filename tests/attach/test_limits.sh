#!/bin/bash
# Processes that may not have more: memory, threads, files, thread-local storage. Each refusal says
# which, and the process goes on as before; where there is enough, it is recorded.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"
cat >wait.c <<'END_OF_C'
#include <stdlib.h>
#include <unistd.h>
int main(void) { for (;;) { void *volatile block = malloc(10); free(block); usleep(1000); } }
END_OF_C
gcc -O1 -o wait wait.c || exit 1

limited() { # LIMIT...: with what `ulimit` takes
	start bash -c 'ulimit "$@" && exec ./wait' limited "$@"
}

# A refusal after our thread has been there: its memory stays, and serves the next attach.
told() { # TEXT
	timeout 60 "$OUTLIVE" attach -q --for 100ms -o r.outlive "$pid" 2>refusal
	[ $? = 3 ] && [ "$(wc -l <refusal)" = 1 ] && grep -qF -- "$1" refusal || complain "no '$1': $(cat refusal)"
	[ ! -e r.outlive ] || complain "'$1': a trace was left"
	directory=$(grep -o '/dev/shm/outlive[^:]*' refusal)
	[ -z "$directory" ] || [ ! -e "$directory" ] || complain "'$1': left $directory: $(ls -A "$directory")"
	kill -0 "$pid" || complain "'$1': dead"
	sed "s/$pid/PID/g; s/outlive\.[0-9a-z.]*:/DIRECTORY:/" refusal
}

limited -v 20000
told "no room there or in its memory (ulimit -v, -f; see --ring)"
limited -f 0
told "no room there or in its memory (ulimit -v, -f; see --ring)"
limited -n 4 # what its loader needs; ours takes no more
attach 100ms
limited -s 64
attach 100ms
# As root, without a limit of threads; else it is the user's, with all that runs.
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
	chmod 755 . wait && chmod 711 .. ../..
	start setpriv --reuid=nobody --regid=nogroup --clear-groups bash -c 'ulimit -u 1 && exec ./wait'
	refused "gets no more threads: Resource temporarily unavailable (ulimit -u, pids.max, or a filter): nothing was changed"
fi

# All of the reserve of static thread-local storage is taken.
cat >taken.c <<'END_OF_C'
static __thread char bytes[64] __attribute__((tls_model("initial-exec")));
char *taken(void);
char *taken(void) { return bytes; }
END_OF_C
cat >take.c <<'END_OF_C'
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	char name[64];
	int i = 0;
	do
		snprintf(name, sizeof(name), "./taken%d.so", i++);
	while (dlopen(name, RTLD_NOW));
	puts(dlerror());
	fflush(stdout);
	for (;;) { void *volatile block = malloc(10); free(block); usleep(1000); }
}
END_OF_C
gcc -O1 -fPIC -shared -o taken0.so taken.c && gcc -O1 -o take take.c || exit 1
for i in {1..99}; do cp taken0.so "taken$i.so"; done
start ./take
grep -q 'static TLS' output || complain "the reserve is not taken: $(cat output)"
told "its loader refuses the library: "
grep -q 'cannot allocate memory in static TLS block' refusal || complain "not by the loader's words: $(cat refusal)"
