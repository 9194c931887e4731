/*
 * states.c - holds known values in registers and vector registers, in the signal mask, and waits in
 * calls that a stop makes fail: counts each change that the program has not made itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <time.h>

static volatile int is_ending;
static _Atomic long rounds, wrong, interrupted;

/* All registers that a function may hold values in, for some microseconds. */
static void *registers(void *unused)
{
	while (!is_ending) {
		uint64_t bad = 0;

		__asm__ volatile(
			"push %%rbx\n push %%rbp\n"
			"mov $0x1111111111111111, %%rbx\n mov $0x2222222222222222, %%rbp\n"
			"mov $0x3333333333333333, %%r8\n mov $0x4444444444444444, %%r9\n"
			"mov $0x5555555555555555, %%r10\n mov $0x6666666666666666, %%r12\n"
			"mov $0x7777777777777777, %%r13\n mov $0x7888888888888888, %%r14\n"
			"mov $0x7999999999999999, %%r15\n"
			"movq %%rbx, %%xmm0\n movq %%rbp, %%xmm7\n movq %%r8, %%xmm15\n"
			"std\n"
			"mov $20000, %%ecx\n"
			"1: dec %%ecx\n jne 1b\n"
			"pushfq\n pop %%rdx\n cld\n"
			"xor %%eax, %%eax\n"
			"test $0x400, %%edx\n jne 2f\n inc %%eax\n"
			"2: mov $0x1111111111111111, %%rdx\n cmp %%rdx, %%rbx\n je 2f\n inc %%eax\n"
			"2: movq %%xmm0, %%rcx\n cmp %%rdx, %%rcx\n je 2f\n inc %%eax\n"
			"2: mov $0x2222222222222222, %%rdx\n cmp %%rdx, %%rbp\n je 2f\n inc %%eax\n"
			"2: movq %%xmm7, %%rcx\n cmp %%rdx, %%rcx\n je 2f\n inc %%eax\n"
			"2: mov $0x3333333333333333, %%rdx\n cmp %%rdx, %%r8\n je 2f\n inc %%eax\n"
			"2: movq %%xmm15, %%rcx\n cmp %%rdx, %%rcx\n je 2f\n inc %%eax\n"
			"2: mov $0x4444444444444444, %%rdx\n cmp %%rdx, %%r9\n je 2f\n inc %%eax\n"
			"2: mov $0x5555555555555555, %%rdx\n cmp %%rdx, %%r10\n je 2f\n inc %%eax\n"
			"2: mov $0x6666666666666666, %%rdx\n cmp %%rdx, %%r12\n je 2f\n inc %%eax\n"
			"2: mov $0x7777777777777777, %%rdx\n cmp %%rdx, %%r13\n je 2f\n inc %%eax\n"
			"2: mov $0x7888888888888888, %%rdx\n cmp %%rdx, %%r14\n je 2f\n inc %%eax\n"
			"2: mov $0x7999999999999999, %%rdx\n cmp %%rdx, %%r15\n je 2f\n inc %%eax\n"
			"2: pop %%rbp\n pop %%rbx\n"
			: "=a"(bad)
			:
			: "rcx", "rdx", "r8", "r9", "r10", "r12", "r13", "r14", "r15", "xmm0",
			  "xmm7", "xmm15", "cc", "memory");
		wrong += (long)bad;
		rounds++;
	}
	return unused;
}

/* The mask that a thread has set is its own. */
static void *masks(void *unused)
{
	sigset_t mine, now;

	sigemptyset(&mine);
	sigaddset(&mine, SIGUSR2);
	sigaddset(&mine, SIGHUP);
	pthread_sigmask(SIG_SETMASK, &mine, NULL);
	while (!is_ending) {
		pthread_sigmask(SIG_SETMASK, NULL, &now);
		wrong += memcmp(&now, &mine, 8) != 0;
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	}
	return unused;
}

/* Calls that never restart by themselves. */
static void *waits(void *argument)
{
	int kind = (int)(intptr_t)argument, epoll = epoll_create1(0);
	int semaphore = semget(IPC_PRIVATE, 1, 0600), queue = msgget(IPC_PRIVATE, 0600);
	struct timespec time = { 0, 20000000 };
	struct sembuf take = { 0, -1, 0 };
	struct epoll_event event;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	while (!is_ending) {
		errno = 0;
		if (kind == 0)
			epoll_wait(epoll, &event, 1, 20);
		else if (kind == 1)
			semtimedop(semaphore, &take, 1, &time);
		else if (kind == 2)
			sigtimedwait(&set, NULL, &time);
		else if (kind == 3)
			poll(NULL, 0, 20);
		else
			nanosleep(&time, NULL);
		interrupted += errno == EINTR;
	}
	semctl(semaphore, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
	return NULL;
}

int main(void)
{
	pthread_t threads[9];
	char line[64];
	int i;

	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, registers, NULL);
	pthread_create(&threads[i++], NULL, masks, NULL);
	for (; i < 8; i++)
		pthread_create(&threads[i], NULL, waits, (void *)(intptr_t)(i - 3));
	while (fgets(line, sizeof(line), stdin))
		;
	is_ending = 1;
	while (i--)
		pthread_join(threads[i], NULL);
	printf("rounds %ld wrong %ld interrupted %ld\n", rounds, wrong, interrupted);
	return wrong || interrupted;
}
