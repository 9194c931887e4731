/* segments/goroutine_path.c - follows frame pointers; each pc becomes its functions. */
#include "segments/goroutine_path.h"

#include <string.h>

#define FRAMES_MAX (UINT64_C(1) << 20)
#define INLINED_MAX 64
#define HALF (GO_PATH_ENTRIES / 2)

/*
 * Add a frame. The innermost half of the entries stays; of all others the last ones are kept,
 * as the path grows towards its beginning.
 */
static void frame_add(struct goroutine_path *path, const char *name)
{
	struct go_path_entry *last = path->count ? &path->entries[path->count - 1] : NULL;

	if (last && !strcmp(last->name, name)) {
		last->frames++;
		return;
	}
	if (path->count == GO_PATH_ENTRIES) {
		memmove(path->entries + HALF, path->entries + HALF + 1,
		        (GO_PATH_ENTRIES - HALF - 1) * sizeof(*path->entries));
		path->count--;
		path->left_out++;
	}
	path->entries[path->count++] = (struct go_path_entry){ name, 1 };
}

/*
 * Add the functions at an address: those inlined there, then the one whose code it is. Returns
 * the latter's name; NULL: it is no code of Go.
 */
static const char *frames_add(struct goroutine_path *path, const struct go_files *files,
                              uint64_t address)
{
	const struct go_file *file;
	struct go_function function;
	struct go_call call;
	int32_t number;

	file = go_files_find(files, address, &function, &address);
	if (!file)
		return NULL;
	for (int i = 0; i < INLINED_MAX; i++) {
		number = go_table_inlined(file->table, &function, address);
		if (number == GO_NONE || !go_table_call(file->table, &function, number, &call))
			break;
		frame_add(path, call.name);
		address = call.site;
	}
	frame_add(path, function.name);
	return function.name;
}

/* Follow the frames from one on. False: they do not end in runtime.goexit. */
static bool path_follow(struct goroutine_path *path, struct memory_pages *pages,
                        const struct go_files *files,
                        const struct goroutine_point *point, uint64_t frame)
{
	uint64_t words[2] = { frame, point->code }, below = point->pointer;
	const char *name;

	*path = (struct goroutine_path){ .count = 0 };
	for (uint64_t i = 0; i < FRAMES_MAX; i++) {
		/* the address before the one to return to, which may be another function's */
		name = frames_add(path, files, words[1] - 1);
		if (name && !strcmp(name, "runtime.goexit")) {
			path->count--;
			return true;
		}
		if (!name || words[0] < below || words[0] % 8 || point->high < 16 ||
		    words[0] > point->high - 16)
			return false;
		below = words[0] + 16;
		if (!memory_pages_copy(pages, words[0], words, sizeof(words)))
			return false;
	}
	return false;
}

/* A goroutine that is in C has its innermost frame where its stack ends, since Go 1.21. */
void goroutine_path_read(struct goroutine_path *path, struct memory_pages *pages,
                         const struct go_files *files,
                         const struct goroutine_point *point)
{
	if (!path_follow(path, pages, files, point, point->frame) &&
	    !path_follow(path, pages, files, point, point->pointer))
		path->count = 0;
}
