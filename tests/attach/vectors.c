/*
 * vectors.c - two threads that never sleep hold known values in all vector registers, the x87 stack
 * and its control word, MXCSR and the rights of memory keys, and count each change. The main thread
 * waits in a call that an attach stops last. It ends when stdin does.
 */
#include <immintrin.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static volatile int is_ending;
static _Atomic long rounds, wrong;
static uint8_t pattern[16 * 32];

#define EACH(what)                                                                  \
	what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8) what(9) \
		what(10) what(11) what(12) what(13) what(14) what(15)
#define LOAD(i) "vmovdqu " #i "*32(%1), %%ymm" #i "\n"
#define STORE(i) "vmovdqu %%ymm" #i ", " #i "*32(%2)\n"
#define NAME(i) "xmm" #i,
#define SPIN "mov $20000, %%ecx\n1: dec %%ecx\n jne 1b\n"

/* All of the processor's state that a plain program changes, for some microseconds. */
static long check(void)
{
	uint8_t now[sizeof(pattern)];
	uint16_t control = 0x0e7f, control_now = 0, control_usual = 0x037f;
	uint32_t mxcsr = 0xdf80, mxcsr_now = 0, mxcsr_usual = 0x1f80;
	double one = 1.25, other = -7.5, first = 0, second = 0;

	__asm__ volatile(
		"fninit\n fldcw %[control]\n fldl %[one]\n fldl %[other]\n"
		"ldmxcsr %[mxcsr]\n" EACH(LOAD) SPIN EACH(
			STORE) "vzeroupper\n"
				   "fstpl %[second]\n fstpl %[first]\n fnstcw %[control_now]\n"
				   "stmxcsr %[mxcsr_now]\n"
				   "fldcw %[control_usual]\n ldmxcsr %[mxcsr_usual]\n"
		: "=m"(now)
		: "r"(pattern),
		  "r"(now), [control] "m"(control), [one] "m"(one), [other] "m"(other),
		  [mxcsr] "m"(mxcsr), [first] "m"(first), [second] "m"(second),
		  [control_now] "m"(control_now), [mxcsr_now] "m"(mxcsr_now),
		  [control_usual] "m"(control_usual), [mxcsr_usual] "m"(mxcsr_usual)
		: EACH(NAME) "ecx", "cc", "memory");
	return (memcmp(now, pattern, sizeof(now)) != 0) + (first != one) +
	       (second != other) + ((control_now & 0xf3f) != (control & 0xf3f)) +
	       (mxcsr_now != mxcsr);
}

static uint32_t rights_read(void)
{
	uint32_t rights, unused;

	__asm__ volatile(".byte 0x0f, 0x01, 0xee" : "=a"(rights), "=d"(unused) : "c"(0));
	return rights;
}

static void rights_write(uint32_t rights)
{
	__asm__ volatile(".byte 0x0f, 0x01, 0xef"
	                 :
	                 : "a"(rights), "c"(0), "d"(0)
	                 : "memory");
}

static int has_rights(void)
{
	uint32_t a = 7, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c >> 4 & 1; /* OSPKE */
}

static void *work(void *argument)
{
	uint32_t rights = 0x40000000; /* of key 15, which nobody has */
	int has = has_rights();

	(void)argument;
	if (has)
		rights_write(rights_read() | rights);
	while (!is_ending) {
		wrong += check();
		wrong += has && !(rights_read() & rights);
		rounds++;
	}
	return NULL;
}

int main(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(0);
	pthread_t threads[2];
	char byte;

	if (!__builtin_cpu_supports("avx")) {
		puts("no AVX here");
		return 77;
	}
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 37 + 11);
	epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	do
		wrong += epoll_wait(epoll, &event, 1, -1) != 1;
	while (read(0, &byte, 1) > 0);
	is_ending = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("rounds %ld wrong %ld\n", rounds, wrong);
	return wrong != 0;
}
