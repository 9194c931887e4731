/*
 * system/bytes.c - the functions of string.h that the recorder uses, under their own names, which
 * are hidden: all calls in the library come here, also those that the compiler makes.
 *
 * libc's may be replaced: the program's sanitizer has such functions of its own, and runs the
 * handlers of delayed signals in them, where a handler never comes by itself; it also takes what
 * they are given for the program's data.
 *
 * The barriers keep the compiler from replacing a loop by a call of the function that it is in.
 */
#undef _FORTIFY_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HIDDEN __attribute__((visibility("hidden"), used))
#define BARRIER() __asm__ volatile("" ::: "memory")

typedef uint64_t word __attribute__((may_alias, aligned(1)));

#define WORD_BYTES sizeof(word)

HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	char *out = to;
	const char *in = from;

	/* Frames have four words. */
	for (; bytes >= 4 * WORD_BYTES; bytes -= 4 * WORD_BYTES) {
		((word *)out)[0] = ((const word *)in)[0];
		((word *)out)[1] = ((const word *)in)[1];
		((word *)out)[2] = ((const word *)in)[2];
		((word *)out)[3] = ((const word *)in)[3];
		out += 4 * WORD_BYTES;
		in += 4 * WORD_BYTES;
		BARRIER();
	}
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
		*(word *)out = *(const word *)in;
		out += WORD_BYTES;
		in += WORD_BYTES;
		BARRIER();
	}
	for (; bytes; bytes--) {
		*out++ = *in++;
		BARRIER();
	}
	return to;
}

HIDDEN void *memmove(void *to, const void *from, size_t bytes)
{
	char *out = to;
	const char *in = from;

	if ((uintptr_t)to - (uintptr_t)from >= bytes) /* not from behind: forwards */
		return memcpy(to, from, bytes);
	while (bytes >= WORD_BYTES) {
		bytes -= WORD_BYTES;
		*(word *)(out + bytes) = *(const word *)(in + bytes);
		BARRIER();
	}
	while (bytes) {
		bytes--;
		out[bytes] = in[bytes];
		BARRIER();
	}
	return to;
}

HIDDEN void *memset(void *to, int value, size_t bytes)
{
	char *out = to;
	word all = (unsigned char)value * UINT64_C(0x0101010101010101);

	for (; bytes >= 4 * WORD_BYTES; bytes -= 4 * WORD_BYTES) {
		((word *)out)[0] = ((word *)out)[1] = all;
		((word *)out)[2] = ((word *)out)[3] = all;
		out += 4 * WORD_BYTES;
		BARRIER();
	}
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
		*(word *)out = all;
		out += WORD_BYTES;
		BARRIER();
	}
	for (; bytes; bytes--) {
		*out++ = (char)value;
		BARRIER();
	}
	return to;
}

HIDDEN int memcmp(const void *one, const void *other, size_t bytes)
{
	const unsigned char *a = one, *b = other;

	for (; bytes; bytes--, a++, b++) {
		if (*a != *b)
			return *a < *b ? -1 : 1;
		BARRIER();
	}
	return 0;
}

HIDDEN void *memchr(const void *in, int value, size_t bytes)
{
	const unsigned char *at = in;

	for (; bytes; bytes--, at++) {
		if (*at == (unsigned char)value)
			return (void *)(uintptr_t)at;
		BARRIER();
	}
	return NULL;
}

HIDDEN size_t strlen(const char *string)
{
	const char *end = string;

	for (; *end; end++)
		BARRIER();
	return (size_t)(end - string);
}

HIDDEN int strcmp(const char *one, const char *other)
{
	for (; *one && *one == *other; one++, other++)
		BARRIER();
	return (unsigned char)*one - (unsigned char)*other;
}

HIDDEN char *strstr(const char *string, const char *wanted)
{
	size_t bytes = strlen(wanted), left = strlen(string);

	for (; left >= bytes; left--, string++) {
		if (memcmp(string, wanted, bytes) == 0)
			return (char *)(uintptr_t)string;
	}
	return NULL;
}
