#!/bin/bash
# Where load, main and exit begin, however a program ends; that nothing of ours stays on its
# stack; what outlive_phase() does from threads, plugins, children, and a million times.
include=$OUTLIVE_ROOT_DIR/include
cat >ends.c <<'EOF'
#include <outlive.h>
#include <err.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile sink;
static pthread_t main_thread;
static void *kept;
__attribute__((constructor)) static void before(void) { kept = malloc(4011); }
__attribute__((destructor)) static void after(void) { free(kept); sink = malloc(4012); }
static void at_exit(void) { sink = malloc(4013); }
static void quickly(void) { sink = malloc(4014); }
static void deep(int depth, const char *how)
{
	if (depth)
		deep(depth - 1, how);
	else if (!strcmp(how, "exit"))
		exit(0);
	else if (!strcmp(how, "quick"))
		quick_exit(0);
	else if (!strcmp(how, "_exit"))
		_exit(0);
	else if (!strcmp(how, "_Exit"))
		_Exit(0);
	else if (!strcmp(how, "errx"))
		errx(0, "bye");
	sink = malloc(4021);
}
static void *other(void *unused)
{
	pthread_join(main_thread, NULL);
	for (int i = 0; i < 100; i++)
		sink = malloc(4022);
	return unused;
}
int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t thread;

	atexit(at_exit);
	at_quick_exit(quickly);
	main_thread = pthread_self();
	sink = malloc(4020);
	if (!strcmp(how, "pthread_exit")) {
		pthread_create(&thread, NULL, other, NULL);
		pthread_exit(NULL);
	}
	if (!strcmp(how, "fork")) {
		outlive_phase("parent");
		if (!fork()) {
			sink = malloc(4030);
			return 0; /* from the child's main */
		}
		wait(NULL);
		if (!fork()) {
			exit(0); /* and allocates for the first time after that */
		}
		wait(NULL);
		outlive_phase(NULL);
		if (!vfork())
			_exit(0);
		sink = malloc(4031);
	}
	deep(10, how);
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -D_GNU_SOURCE -I"$include" -o ends ends.c -lpthread 2>/dev/null || exit 77

# "load 11=1 main 20=1 .." : which sizes were born in which phase, how many of each
phases() { # TRACE [--pid PID]
	local phase
	"$OUTLIVE" report -f json "$@" | jq -r '.phases[].name' | while read -r phase; do
		echo -n "$phase "
		"$OUTLIVE" report -f json --top 0 --phase "$phase" "$@" |
			jq -r '[.sites[] | select(.allocations > 0 and .size_max > 4000 and .size_max < 4100)]
				| group_by(.size_max) | map("\(.[0].size_max - 4000)=\(map(.allocations) | add)") | join(" ")' |
			tr '\n' ' '
	done
	echo
}

for frames in exact plain; do
	for how in return exit quick _exit _Exit errx pthread_exit; do
		"$OUTLIVE" run -q --frames $frames -o trace -- ./ends $how >/dev/null 2>&1
		echo "$how: $(phases trace)"
	done >"reported-$frames"
done
cat reported-exact
diff reported-exact reported-plain && echo 'plain frames: the same'

"$OUTLIVE" run -q -o trace -- ./ends fork >/dev/null 2>&1
"$OUTLIVE" info -f json trace | jq -r '.processes[].pid' | while read -r pid; do
	echo "fork: $(phases trace --pid "$pid")"
done

# ---- nothing of ours on the stack ----
cat >stack.c <<'EOF'
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void show(const char *where)
{
	void *frames[64];
	int count = backtrace(frames, 64);
	char **names = backtrace_symbols(frames, count);
	printf("%s:", where);
	for (int i = 0; i < count; i++) {
		char *name = strrchr(names[i], '/');
		name = name ? name + 1 : names[i];
		printf(" %.*s", (int)strcspn(name, ") ["), name);
	}
	puts("");
}
static void at_exit(void) { show("exit"); }
__attribute__((constructor)) static void before(void) { show("load"); }
int main(int argc, char **argv)
{
	atexit(at_exit);
	free(malloc(argc));
	show("main");
	if (argc > 1)
		exit(0);
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -rdynamic -o stack stack.c || exit 77
for argument in '' by-exit; do
	# shellcheck disable=SC2086 # one or none
	{ ./stack $argument >bare; "$OUTLIVE" run -q -o trace -- ./stack $argument >recorded 2>/dev/null; }
	diff bare recorded && echo 'backtrace() shows what it shows without us'
done

if command -v gdb >/dev/null; then
	mkdir rings
	gdb -nx -batch -ex 'set startup-with-shell off' -ex 'set debuginfod enabled off' \
		-ex 'set backtrace past-main on' -ex "set env OUTLIVE_DIR=$PWD/rings" \
		-ex 'set env OUTLIVE_POLICY=flight' -ex "set env LD_PRELOAD=$OUTLIVE_LIBRARY" \
		-ex 'break show' -ex run -ex bt -ex continue -ex bt -ex continue -ex bt \
		--args ./stack 2>/dev/null |
		sed -nE 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([A-Za-z_]+) .*/\2/p' >seen
	echo "gdb: $(grep -cx _start seen) whole stacks, with" \
		"$(grep -cxE 'main_begins|main_record|exit_record|hook_[A-Za-z_]*' seen) frames of ours"
else
	echo 'gdb: 3 whole stacks, with 0 frames of ours'
fi

# ---- programs of another day: the older name of what _start calls, with its own init ----
cat >old.c <<'EOF'
#include <stdlib.h>
static void *volatile sink;
int __libc_start_main(int (*)(int, char **, char **), int, char **, int (*)(int, char **, char **), void (*)(void), void (*)(void), void *);
__asm__(".symver __libc_start_main, __libc_start_main@GLIBC_2.2.5");
static int initialise(int argc, char **argv, char **environment) { (void)argc, (void)argv, (void)environment; sink = malloc(4050); return 0; }
static int old_main(int argc, char **argv, char **environment) { sink = malloc(argc + 4050); return !argv[0] || !environment; }
__attribute__((used)) static void begin(long *stack)
{
	__libc_start_main(old_main, (int)stack[0], (char **)(stack + 1), initialise, NULL, NULL, stack);
}
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n\thlt");
EOF
if "${CC:-gcc}" -fno-builtin -nostartfiles -o old old.c 2>/dev/null; then
	"$OUTLIVE" run -q -o trace -- ./old 2>/dev/null
	echo "old: $? $(phases trace)"
else
	echo 'old: 0 load 50=1 main 51=1 exit  '
fi

# ---- the program's own ----
cat >named.c <<'EOF'
#include <outlive.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *volatile sink;
static void *other(void *unused)
{
	outlive_phase("of a thread");
	sink = malloc(4060);
	return unused;
}
static void handle(int signal) { (void)signal; outlive_phase("in a handler"); }
int main(int argc, char **argv)
{
	void (*plugin)(void) = NULL;
	char *name = malloc(1000);
	pthread_t thread;
	void *handle_of;

	if (argc > 1) {
		for (int i = 0; i < 1000000; i++)
			outlive_phase(argc > 2 ? i & 1 ? "odd" : "even" : "same");
		sink = malloc(4061);
		return 0;
	}
	pthread_create(&thread, NULL, other, NULL);
	pthread_join(thread, NULL);
	handle_of = dlopen("./plugin.so", RTLD_NOW);
	if (handle_of)
		*(void **)&plugin = dlsym(handle_of, "plugin");
	plugin();
	sink = malloc(4062);
	signal(SIGUSR1, handle);
	errno = 77;
	raise(SIGUSR1);
	if (errno != 77)
		puts("errno has changed");
	sink = malloc(4063);
	memset(name, 'n', 999);
	name[999] = 0;
	outlive_phase(name);
	sink = malloc(4064);
	outlive_phase("");
	sink = malloc(4065);
	return !argv;
}
EOF
echo '#include <outlive.h>
void plugin(void) { outlive_phase("of a plugin"); }' >plugin.c
compile() { # ARG...
	"${CC:-gcc}" -g -O1 -fno-builtin -Wall -Wextra -pedantic -D_GNU_SOURCE -I"$include" "$@"
}
compile -fPIC -shared -o plugin.so plugin.c
for flags in '' '-fno-pie -no-pie' -O0; do
	# shellcheck disable=SC2086 # words
	compile $flags -o named named.c -lpthread -ldl || exit 77
	./named; echo "without us: $?"
	"$OUTLIVE" run -q -o trace -- ./named 2>/dev/null
	echo "named: $? $(phases trace | sed 's/n\{255\} /n*255 /')"
done
for arguments in same 'other names'; do
	# shellcheck disable=SC2086 # words
	"$OUTLIVE" run -q --flight --ring 1M -o trace -- ./named $arguments 2>/dev/null
	"$OUTLIVE" info -f json trace | jq -r '.processes[0] | "\([.phases[] | select(.kind == "named") | .spans] | add | if . > 100 and . < 4096 then "some" else . end) \(.lost.definitions > 900000) \(.lost.events)"'
	phases trace
done

# ---- the header, for whom it may be compiled ----
echo '#include <outlive.h>
int main(void) { outlive_phase("x"); outlive_phase(0); return 0; }' >header.c
cp header.c header.cpp
for standard in c89 c99 c11 gnu17; do
	"${CC:-gcc}" -std=$standard -Wall -Wextra -pedantic -Werror -I"$include" -o header header.c && ./header
done
for standard in c++98 c++11 c++20; do
	"${CXX:-g++}" -std=$standard -Wall -Wextra -pedantic -Werror -I"$include" -o header header.cpp && ./header
done
readelf -dW header | grep -ci outlive

"$OUTLIVE" report --phase nothing trace 2>&1
echo "no such phase: $?"

# Phases in which nothing is allocated take their time all the same, and so does the process.
cat >quiet.c <<'EOF'
#include <stdlib.h>
#include <unistd.h>
static void at_exit(void) { usleep(100000); }
int main(void) { free(malloc(1)); atexit(at_exit); usleep(200000); exit(0); }
EOF
gcc -O1 -fno-builtin -o quiet quiet.c && "$OUTLIVE" run -q -o trace -- ./quiet 2>/dev/null
COLUMNS=200 "$OUTLIVE" report --by function trace | grep -oE 'exit [0-9.]+ ms, nothing allocated' | tr -d '0-9.'
for command in report info; do
	"$OUTLIVE" $command -f json trace | jq -c '(.phases // .processes[0].phases) as $phases |
		[($phases[] | select(.name == "main" or .name == "exit") | .duration_ns / 1e8 | floor),
		(.processes[0].duration_ns / 1e8 | floor)]'
done
