#!/bin/bash
# Libraries that come between the recorder and libc: one that makes mmap() and its like by
# syscall(), whose calls are recorded once; tcmalloc, which does so, too; and ThreadSanitizer, which
# runs handlers of signals inside its own functions, among them memcpy().
cat >wrapper.c <<'EOT'
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
	return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}
int munmap(void *at, size_t size)
{
	return (int)syscall(SYS_munmap, at, size);
}
void *mremap(void *at, size_t old, size_t size, int flags, ...)
{
	return (void *)syscall(SYS_mremap, at, old, size, flags, 0);
}
int execve(const char *path, char *const *arguments, char *const *environment)
{
	return (int)syscall(SYS_execve, path, arguments, environment);
}
EOT
cat >program.c <<'EOT'
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
extern char **environ;
int main(int count, char **words)
{
	char *again[] = { words[0], "again", NULL };
	char *at = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	at = mremap(at, 1 << 20, 2 << 20, MREMAP_MAYMOVE);
	munmap(at, 2 << 20);
	puts(count > 1 ? "again" : "once");
	fflush(stdout);
	return count > 1 ? 3 : execve(words[0], again, environ);
}
EOT
cc=${CC:-gcc}
"$cc" -O1 -D_GNU_SOURCE -shared -fPIC -o wrapper.so wrapper.c || exit 77
"$cc" -g -O1 -D_GNU_SOURCE -o program program.c ./wrapper.so || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
echo "status $?"
for process in 0 1; do
	"$OUTLIVE" report --mappings --process "$process" trace | sed -n '2,3p' | tr -s ' '
done

library=$(ldconfig -p | sed -n '/libtcmalloc_minimal/ { s/.* //; p; q; }')
# linked, not preloaded: an `outlive` that is built with ThreadSanitizer dies of another malloc
"$cc" -g -O1 -D_GNU_SOURCE -o plain program.c ${library:+-Wl,--no-as-needed "$library"} || exit 77
"$OUTLIVE" run -q -o trace -- ./plain 2>/dev/null
echo "status $?"

cat >handlers.c <<'EOT'
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#define MAP(size) mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
static void handler(int signal)
{
	(void)signal;
	munmap(MAP(8192), 8192);
}
static void *run(void *unused)
{
	for (int i = 0; i < 3000; i++) {
		size_t size = (size_t)4096 * (1 + i % 7);
		void *at = MAP(size), *block = malloc(100 + i % 1000);
		at = mremap(at, size, 2 * size, MREMAP_MAYMOVE);
		munmap(at, 2 * size);
		free(block);
	}
	return unused;
}
int main(void)
{
	pthread_t threads[4];
	signal(SIGALRM, handler);
	ualarm(300, 300);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return 5;
}
EOT
"$cc" -g -O1 -D_GNU_SOURCE -fsanitize=thread -o handlers handlers.c -pthread || exit 77
for run in 1 2 3 4; do
	TSAN_OPTIONS=exitcode=0 "$OUTLIVE" run -q -o trace -- ./handlers >out 2>&1
	echo "run $run: status $?, reports that name the recorder: $(grep -cE ' in (frames|limbo)_' out)"
done
