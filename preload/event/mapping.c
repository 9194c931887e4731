/* event/mapping.c - write MAPPING records. */
#include "event/mapping.h"

#include "event/control.h"
#include "event/encoder.h"
#include "system/system.h"

#define FIELDS 7
#define RECORD_BYTES_MAX (1 + 3 + FIELDS * 10)

#define DESCRIPTORS "/proc/self/fd/"

/* Returns the length of the file's path, which has no NUL; 0: unknown. */
static uint32_t path_read(int file, char *path)
{
	char link[sizeof(DESCRIPTORS) + 10] = DESCRIPTORS, digits[10];
	uint32_t value = (uint32_t)file, count = 0, at = sizeof(DESCRIPTORS) - 1;
	long length;

	if (file < 0)
		return 0;
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	while (count)
		link[at++] = digits[--count];
	link[at] = 0;
	length = system_readlink(link, path, MAPPING_PATH_MAX);
	return length < 0 ? 0 : (uint32_t)length;
}

bool mapping_put(struct thread_state *state, const struct mapping *mapping,
                 uint64_t time)
{
	char path[MAPPING_PATH_MAX];
	uint32_t path_bytes = path_read(mapping->file, path);
	const uint64_t fields[FIELDS] = {
		mapping->call,       (uint64_t)mapping->error,      mapping->address,
		mapping->size_bytes, (uint32_t)mapping->protection, (uint32_t)mapping->flags,
		path_bytes
	};
	uint8_t *at = control_begin(state, CONTROL_MAPPING, fields, FIELDS, path_bytes);

	if (!at && event_run_again(state, RECORD_BYTES_MAX + path_bytes, time))
		at = control_begin(state, CONTROL_MAPPING, fields, FIELDS, path_bytes);
	if (!at)
		return false;
	memcpy(at, path, path_bytes);
	control_commit(state, at + path_bytes);
	return true;
}
