/* system/maps_scan.c - parse /proc/self/maps, using system calls only. */
#include "system/maps_scan.h"

#include "system/system.h"

enum field { FIELD_START, FIELD_END, FIELD_ACCESS, FIELD_REST };

struct line {
	struct maps_mapping mapping;
	enum field field;
};

static uintptr_t digit_add(uintptr_t number, char digit)
{
	return number << 4 | (uintptr_t)(digit >= 'a' ? digit - 'a' + 10 : digit - '0');
}

/* Add one byte of a line, but not its end. */
static void line_take(struct line *line, char c)
{
	struct maps_mapping *mapping = &line->mapping;

	memmove(mapping->tail, mapping->tail + 1, sizeof(mapping->tail) - 1);
	mapping->tail[sizeof(mapping->tail) - 1] = c;
	if (line->field == FIELD_REST)
		return;
	if (c == ' ' || (c == '-' && line->field == FIELD_START)) {
		line->field++;
		return;
	}
	switch (line->field) {
	case FIELD_START: mapping->start = digit_add(mapping->start, c); break;
	case FIELD_END: mapping->end = digit_add(mapping->end, c); break;
	default:
		mapping->readable |= c == 'r';
		mapping->writable |= c == 'w';
		mapping->executable |= c == 'x';
	}
}

bool maps_scan(char *buffer, size_t buffer_bytes, maps_visit *visit, void *context)
{
	int fd = system_open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	struct line line = { .field = FIELD_START };
	bool wants_more = true;
	long count;

	if (fd < 0)
		return false;
	while (wants_more && (count = system_read(fd, buffer, buffer_bytes)) > 0) {
		for (long i = 0; i < count && wants_more; i++) {
			if (buffer[i] != '\n') {
				line_take(&line, buffer[i]);
				continue;
			}
			wants_more = visit(context, &line.mapping);
			line = (struct line){ .field = FIELD_START };
		}
	}
	system_close(fd);
	return true;
}
