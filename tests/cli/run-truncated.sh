#!/bin/bash
# A program truncates the file of its own ring, whole or in part, while it allocates in threads:
# it goes on as bare, with its own handler of SIGBUS or without, and that handler still gets the
# program's own faults. What was recorded until then can be read.
case ${OUTLIVE_SANITIZE:-} in
*thread*)
	echo "outlive jumps out of the fault, and that from within TSan's own functions, which hold locks"
	exit 77
	;;
esac
cat >truncates.cpp <<'C'
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static sigjmp_buf own;
static volatile bool goes_on = true;
static int begun, is_cut; /* how many threads have allocated: each has a chunk of the ring */
static void on_bus(int, siginfo_t *, void *) { siglongjmp(own, 1); }
static void work(int rounds)
{
	static thread_local void *kept[64];
	for (int i = 0; i < rounds; i++) {
		free(kept[i % 64]);
		kept[i % 64] = malloc(i % 500 + 1);
	}
}
static void *in_thread(void *argument)
{
	work(1000);
	__atomic_fetch_add(&begun, 1, __ATOMIC_RELEASE);
	while (goes_on)
		work(1000);
	return argument;
}
/* Others may be about to take a chunk when the file is cut; this one has one, beyond the cut. */
static void *in_last(void *argument)
{
	work(1000);
	__atomic_fetch_add(&begun, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&is_cut, __ATOMIC_ACQUIRE))
		usleep(1000);
	work(1000);
	return argument;
}
static void wait_until_begun(int count)
{
	while (__atomic_load_n(&begun, __ATOMIC_ACQUIRE) < count)
		usleep(1000);
}
static void truncate_ring(long size)
{
	char line[4096], *path;
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = 0;
		path = strchr(line, '/');
		if (path && strlen(path) > 5 && !strcmp(path + strlen(path) - 5, ".ring"))
			truncate(path, size);
	}
	fclose(maps);
}
static void own_fault()
{
	int file = open("own", O_RDWR | O_CREAT | O_TRUNC, 0600);
	volatile char *page = (char *)mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (sigsetjmp(own, 1) == 0)
		*page = 1;
	else
		puts("own fault");
}
int main(int argc, char **argv)
{
	struct sigaction action = {};
	pthread_t threads[3], last;
	int status = -1;
	action.sa_sigaction = on_bus;
	action.sa_flags = SA_SIGINFO | (argv[2][0] == 's' ? SA_ONSTACK : 0);
	if (argv[2][0] != 'n')
		sigaction(SIGBUS, &action, nullptr);
	work(1000);
	for (pthread_t &thread : threads)
		pthread_create(&thread, nullptr, in_thread, nullptr);
	usleep(100000); /* outlive has seen the ring by then, as a rule */
	wait_until_begun(3);
	pthread_create(&last, nullptr, in_last, nullptr);
	wait_until_begun(4);
	truncate_ring(atol(argv[1]));
	__atomic_store_n(&is_cut, 1, __ATOMIC_RELEASE);
	work(300000);
	for (int i = 0; i < 100; i++)
		try {
			throw std::runtime_error(std::string(40, 'x'));
		} catch (std::exception &) {
		}
	pid_t child = fork();
	if (child == 0) {
		work(100000);
		exit(3);
	}
	waitpid(child, &status, 0);
	printf("child %d\n", WEXITSTATUS(status));
	if (argv[2][0] != 'n')
		own_fault();
	goes_on = false;
	for (pthread_t thread : threads)
		pthread_join(thread, nullptr);
	pthread_join(last, nullptr);
	puts("fine");
	return argc;
}
C
g++ -O1 -fno-builtin -w -pthread truncates.cpp -o truncates || exit 2
for size in 0 4096 200000; do
	for handler in none usual stack; do
		for how in "" --flight --frames=plain; do
			# a ring that outlive had not seen yet is lost: then it is done again
			for _ in 1 2 3 4 5; do
				"$OUTLIVE" run -q $how -o trace -- ./truncates $size $handler >out 2>stderr
				status=$?
				"$OUTLIVE" info --format json trace >info.json 2>errors
				read=$?
				[ $read = 0 ] || ! grep -q 'holds no process' errors && break
			done
			echo "$size, $handler $how: $(cat out) status $status $(grep -c 'killed by' stderr) $read" \
				"$(jq -c '[.complete, .processes[0].unreadable]' info.json)" | tr '\n' ' '
			echo
		done
	done
done
