#!/bin/bash
# Words are found and put back, however a program is linked: RELRO or not, lazy or not, PIE or not,
# without a PLT, with tables of pointers; and in libraries that are opened later.
# shellcheck source=tests/attach/lib.sh disable=SC2154
. "$OUTLIVE_ROOT_DIR/tests/attach/lib.sh"

cat >pointers.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void *idle(void *unused) { for (;;) pause(); return unused; }
static void *(*volatile take)(size_t) = malloc;
static void (*volatile give)(void *) = free;
int main(void)
{
	char line[8];
	pthread_t thread;
	pthread_create(&thread, NULL, idle, NULL);
	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IONBF, 0);
	while (fgets(line, 8, stdin)) {
		for (int i = 0; i < 1000; i++)
			give(take(10));
		for (int i = 0; i < 1000; i++)
			free(malloc(20));
		puts("ok");
	}
	return 0;
}
END

held() { # the flags of its mappings
	awk '{ print $2, $6 }' "/proc/$pid/maps" | grep -v 'outlive\|^rw-p $\|^r-xp $\|^---p $\|heap'
}

one() { # WANTED PAIRS, what
	local wanted=$1 what=$2 i
	held >before
	"$OUTLIVE" attach -q -o w.outlive "$pid" 2>attached &
	local attach=$!
	for ((i = 0; i < 200; i++)); do
		is_listed && break
		sleep 0.05
	done
	sleep 0.1
	: >output
	tell "${3:-x}"
	for ((i = 0; i < 200; i++)); do
		grep -q ok output && break
		sleep 0.05
	done
	"$OUTLIVE" detach -q "$pid" || complain "$what: not detached"
	wait "$attach" || complain "$what: $(cat attached)"
	held >after
	diff before after >difference || complain "$what: mappings: $(cat difference)"
	"$OUTLIVE" report -f json w.outlive >w.json
	jq -e ".totals.allocations == $wanted and .totals.frees == $wanted" w.json >/dev/null ||
		complain "$what: $(jq -c .totals w.json)"
	: >output
	tell x
	sleep 0.2
	grep -q ok output || complain "$what: it does not go on"
}

for flags in "-Wl,-z,relro,-z,now" "-Wl,-z,lazy" "-no-pie" "-fno-plt" "-Wl,-z,norelro" \
	"-no-pie -Wl,-z,lazy" "-Wl,-z,now,-z,pack-relative-relocs"; do
	# shellcheck disable=SC2086
	gcc -O1 -fno-builtin $flags -pthread -o pointers pointers.c 2>/dev/null || { echo "no $flags here"; continue; }
	start ./pointers
	one 2000 "$flags"
	kill -KILL "$pid"
done

build later
gcc -O0 -shared -fPIC -o plug.so "$here/plug.c" || exit 1
start ./later "$PWD/plug.so"
one 1000 "a library opened later" 30000
