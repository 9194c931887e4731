/*
 * rseq.c - two threads are in a restartable sequence nearly always, and check at its end that the
 * kernel still knows of it: whoever moves them out of it and in again makes the kernel forget, and
 * a sequence that was interrupted would be completed. It ends when stdin does.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/rseq.h>
#include <unistd.h>

static volatile int is_ending;
static _Atomic long rounds, aborts, wrong;

/* 0: completed; 1: aborted, as the kernel must do when it was interrupted; 2: forgotten. */
static int sequence(struct rseq *here)
{
	long result;

	__asm__ volatile(".pushsection __rseq_cs, \"aw\"\n"
	                 ".balign 32\n"
	                 "3: .long 0, 0\n .quad 1f, 2f - 1f, 4f\n"
	                 ".popsection\n"
	                 "lea 3b(%%rip), %%rax\n"
	                 "movq %%rax, %[section]\n"
	                 "1: mov $20000, %%ecx\n"
	                 "5: dec %%ecx\n jne 5b\n"
	                 "mov $2, %%eax\n"
	                 "cmpq $0, %[section]\n je 6f\n"
	                 "xor %%eax, %%eax\n"
	                 "2: jmp 6f\n"
	                 ".long %c[signature]\n"
	                 "4: mov $1, %%eax\n"
	                 "6:\n"
	                 : "=&a"(result), [section] "+m"(here->rseq_cs)
	                 : [signature] "i"(RSEQ_SIG)
	                 : "ecx", "cc", "memory");
	here->rseq_cs = 0;
	return (int)result;
}

static void *work(void *unused)
{
	struct rseq *here = (struct rseq *)((char *)__builtin_thread_pointer() +
	                                    __rseq_offset);

	while (!is_ending) {
		int result = sequence(here);

		aborts += result == 1;
		wrong += result == 2;
		rounds++;
	}
	return unused;
}

int main(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(0);
	pthread_t threads[2];
	char byte;

	if (!__rseq_size) {
		puts("no restartable sequences here");
		return 77;
	}
	epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	do
		wrong += epoll_wait(epoll, &event, 1, -1) != 1;
	while (read(0, &byte, 1) > 0);
	is_ending = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("rounds %ld aborts %ld wrong %ld\n", rounds, aborts, wrong);
	return wrong != 0;
}
