/* system/mapping_name.c - parse /proc/self/maps line by line, without stdio. */
#include "system/mapping_name.h"

#include "system/system.h"

#define FIELDS_BEFORE_NAME 5 /* range, permissions, offset, device, inode */

struct line {
	uint64_t numbers[2]; /* start, end */
	int number;          /* index of the number being read */
	int fields;          /* number of fields that have ended */
	bool is_between;     /* between two fields */
	size_t name_bytes;
};

static bool line_holds(const struct line *line, uintptr_t address)
{
	return line->numbers[0] <= address && address < line->numbers[1];
}

static void range_take(struct line *line, char c)
{
	if (c == '-')
		line->number = 1;
	else
		line->numbers[line->number] = line->numbers[line->number] << 4 |
		                              (uint64_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

/* Add one byte of a line, but not its end. A name may contain spaces. */
static void line_take(struct line *line, char c, char *name, size_t capacity)
{
	bool is_space = c == ' ' && !line->name_bytes;

	if (is_space && !line->is_between)
		line->fields++;
	line->is_between = is_space;
	if (is_space)
		return;
	if (line->fields == 0)
		range_take(line, c);
	else if (line->fields >= FIELDS_BEFORE_NAME && line->name_bytes < capacity)
		name[line->name_bytes++] = c;
}

size_t mapping_name_find(uintptr_t address, char *name, size_t capacity)
{
	int fd = system_open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	struct line line = { .number = 0 };
	char buffer[2048] = "";
	bool is_found = false;
	long count;

	if (fd < 0)
		return 0;
	while (!is_found && (count = system_read(fd, buffer, sizeof(buffer))) > 0) {
		for (long i = 0; i < count && !is_found; i++) {
			if (buffer[i] != '\n')
				line_take(&line, buffer[i], name, capacity);
			else if (line_holds(&line, address))
				is_found = true;
			else
				line = (struct line){ .number = 0 };
		}
	}
	system_close(fd);
	return is_found ? line.name_bytes : 0;
}
