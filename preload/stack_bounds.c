/*
 * stack_bounds.c - look up a mapping in /proc/self/maps without stdio. Layer 2.
 *
 * pthread_getattr_np() would answer for threads, but deadlocks when called from inside
 * the allocator, and knows nothing of coroutine and signal stacks.
 */
#include "stack_bounds.h"

#include "system.h"

#define MAIN_STACK_MAX_BYTES (UINT64_C(1) << 30)

extern void *__libc_stack_end; /* ld.so: where the main thread's stack begins */

bool stack_begins_at(uintptr_t sp)
{
	/* It may have been aligned. */
	return (uintptr_t)__libc_stack_end - sp < 16;
}

struct maps_parser {
	uint64_t numbers[2]; /* start, end of the line */
	int field;           /* 0 start, 1 end, 2 permissions, 3 the rest */
	char tail[8];        /* the last bytes of the line: "[stack]" */
	bool writable;
};

/* Feed one byte; true at the end of a line. */
static bool maps_take(struct maps_parser *parser, char c)
{
	if (c == '\n')
		return true;
	memmove(parser->tail, parser->tail + 1, sizeof(parser->tail) - 1);
	parser->tail[sizeof(parser->tail) - 1] = c;
	if (parser->field < 2) {
		if (c == '-' || c == ' ')
			parser->field++;
		else
			parser->numbers[parser->field] = parser->numbers[parser->field] << 4 |
			                                 (uint64_t)(c >= 'a' ? c - 'a' + 10
			                                                     : c - '0');
	} else if (parser->field == 2) {
		if (c == 'w')
			parser->writable = true;
		if (c == ' ')
			parser->field++;
	}
	return false;
}

bool stack_bounds_find(uintptr_t address, struct stack_bounds *bounds)
{
	struct maps_parser parser = { 0 };
	char buffer[2048] = "";
	int fd = system_open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	uint64_t previous_end = 0;
	bool found = false;
	long count;

	if (fd < 0)
		return false;
	while (!found && (count = system_read(fd, buffer, sizeof(buffer))) > 0) {
		for (long i = 0; i < count; i++) {
			if (!maps_take(&parser, buffer[i]))
				continue;
			if (parser.numbers[0] <= address && address < parser.numbers[1] &&
			    parser.writable) {
				found = true;
				break;
			}
			previous_end = parser.numbers[1];
			parser = (struct maps_parser){ 0 };
		}
	}
	system_close(fd);
	if (!found)
		return false;
	bounds->low = parser.numbers[0];
	bounds->high = parser.numbers[1];
	if (memcmp(parser.tail + 1, "[stack]", 7) == 0) {
		uintptr_t low = bounds->high > MAIN_STACK_MAX_BYTES
		                    ? bounds->high - MAIN_STACK_MAX_BYTES
		                    : 0;

		bounds->low = low > previous_end ? low : previous_end;
	}
	return true;
}
