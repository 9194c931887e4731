/* go/escapes.c - a list of what Go's compiler says of values on the heap. */
#include "go/escapes.h"

#include "base/array.h"
#include "elf/go_name.h"

#include <stdlib.h>
#include <string.h>

/* Skip "./" and "../" at the start. */
static const char *without_dots(const char *file)
{
	for (;;) {
		if (!strncmp(file, "./", 2))
			file += 2;
		else if (!strncmp(file, "../", 3))
			file += 3;
		else
			return file;
	}
}

/* Whether `path` ends in `end`, with a whole name of a directory. */
static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return end_length <= length && !strcmp(path + length - end_length, end) &&
	       (end_length == length || path[length - end_length - 1] == '/');
}

int go_escapes_add(struct go_escapes *escapes, const struct go_escape *escape)
{
	struct text_pool *pool = &escapes->pool;
	struct go_escape copy = *escape;

	if (!escape->line || ends_in(escape->file, "_cgo_gotypes.go"))
		return 0;
	if (escapes->count >= GO_ESCAPES_MAX ||
	    array_reserve(escapes->items, escapes->capacity, escapes->count + 1))
		return -1;
	copy.file = text_pool_keep(pool, without_dots(escape->file));
	copy.package = text_pool_keep(pool, escape->package ? escape->package : "");
	copy.function = text_pool_keep(pool, escape->function ? escape->function : "");
	copy.what = text_pool_keep(pool, escape->what);
	copy.why = text_pool_keep(pool, escape->why ? escape->why : "");
	if (!copy.file || !copy.package || !copy.function || !copy.what || !copy.why)
		return -1;
	escapes->items[escapes->count++] = copy;
	return 0;
}

static int number_compare(uint32_t one, uint32_t two)
{
	return one < two ? -1 : one > two;
}

static int position_compare(const struct go_escape *one, const struct go_escape *two)
{
	int order = strcmp(one->file, two->file);

	if (!order)
		order = number_compare(one->line, two->line);
	return order ? order : number_compare(one->column, two->column);
}

static int escape_compare(const void *first, const void *second)
{
	const struct go_escape *one = first, *two = second;
	int order = position_compare(one, two);

	if (!order)
		order = (int)two->is_explained - (int)one->is_explained;
	if (!order)
		order = strcmp(one->what, two->what);
	if (!order)
		order = strcmp(one->function, two->function);
	return order ? order : (int)two->is_moved - (int)one->is_moved;
}

/*
 * Keep the items of one position that say something new, beginning at items[kept]; returns how
 * many are kept then. With an explanation the compiler may write the expression in another way than
 * without ("append(a, b)", "append"), so an item without one counts only where none has any.
 */
static size_t position_settle(struct go_escape *items, size_t kept, size_t first,
                              size_t end)
{
	size_t begin = kept, i, k;

	for (i = first; i < end; i++) {
		for (k = begin; k < kept && strcmp(items[k].what, items[i].what); k++)
			;
		if (k < kept)
			items[k].is_moved |= items[i].is_moved;
		else if (items[i].is_explained || items[i].is_moved || kept == begin ||
		         !items[begin].is_explained)
			items[kept++] = items[i];
	}
	return kept;
}

void go_escapes_settle(struct go_escapes *escapes)
{
	size_t kept = 0, first, end;

	if (!escapes->count)
		return;
	qsort(escapes->items, escapes->count, sizeof(*escapes->items), escape_compare);
	for (first = 0; first < escapes->count; first = end) {
		for (end = first + 1;
		     end < escapes->count &&
		     !position_compare(&escapes->items[first], &escapes->items[end]);
		     end++)
			;
		kept = position_settle(escapes->items, kept, first, end);
	}
	escapes->count = kept;
}

void go_escapes_release(struct go_escapes *escapes)
{
	free(escapes->items);
	text_pool_release(&escapes->pool);
	*escapes = (struct go_escapes){ .count = 0 };
}

bool go_escape_split(char *text, const char **function)
{
	static const char words[] = " escapes to heap";
	char *at = text, *last = NULL;

	/* the last one: the expression may be a text that holds these words */
	while ((at = strstr(at, words))) {
		last = at;
		at++;
	}
	if (!last || last == text)
		return false;
	at = last + strlen(words);
	if (*at && strncmp(at, " in ", 4))
		return false;
	*function = *at ? at + 4 : at;
	*last = 0;
	return true;
}

/* The last directory and the name in it, or all there is. */
static const char *last_two(const char *path)
{
	const char *at = strrchr(path, '/');

	while (at && at > path && at[-1] != '/')
		at--;
	return at ? at : path;
}

/* Whether a function "example.com/a/b.(*T).f" may be of a package. */
static bool is_of_package(const char *function, const char *package)
{
	size_t length = go_package_bytes(function);

	/* the package that is the program is "main", whatever its import path; and '.' may be "%2e" */
	if ((length == 4 && !memcmp(function, "main", 4)) || memchr(function, '%', length))
		return true;
	return length == strlen(package) && !memcmp(function, package, length);
}

bool go_escape_is_file(const struct go_escape *escape, const char *traced_file,
                       const char *traced_function)
{
	const char *file = escape->file;

	if (!*traced_file)
		return false;
	if (*file == '/')
		return !strcmp(file, traced_file) ||
		       (*traced_file != '/' && !strcmp(last_two(file), last_two(traced_file)));
	if (!ends_in(traced_file, file))
		return false;
	/* many packages have a file of that name */
	return strchr(file, '/') || !*escape->package ||
	       is_of_package(traced_function, escape->package);
}
