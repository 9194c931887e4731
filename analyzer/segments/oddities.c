/* segments/oddities.c - finds what is unusual in a process's memory. */
#include "segments/oddities.h"

#include "process/root.h"
#include "process/runtimes.h"
#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_NEAR_PERCENT 80
#define SWAPPED_PERCENT 10 /* of resident and swapped memory */
#define OTHER_PERCENT 10   /* of resident memory */
#define OTHER_BYTES (UINT64_C(1) << 20)

const char *oddity_key(enum oddity oddity)
{
	static const char *const keys[] = { "code_modified", "code_writable",
		                                "stack_limit",   "swapped",
		                                "huge_pages",    "deleted_module",
		                                "other_memory" };

	return keys[oddity];
}

/* What the checks below share: the snapshot, and the caller's function for what they find. */
struct teller {
	const struct segments *segments;
	void (*tell)(void *context, enum oddity oddity, uint64_t bytes, const char *text);
	void *context;
};

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void say(const struct teller *teller, enum oddity oddity, uint64_t bytes,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

static void say(const struct teller *teller, enum oddity oddity, uint64_t bytes,
                const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	teller->tell(teller->context, oddity, bytes, line);
}

#define WRITABLE_SHOWN 3 /* just-in-time compilers have many such mappings */

static bool is_writable_code(const struct mapping *mapping)
{
	unsigned both = MAPPING_WRITE | MAPPING_EXECUTE;

	return (mapping->access & both) == both;
}

/*
 * Report memory that is writable and executable: each mapping if there are few, otherwise their
 * sum, since a just-in-time compiler would fill the screen with them.
 */
static void writable_code_check(const struct teller *teller)
{
	const struct process_maps *maps = &teller->segments->maps;
	const struct mapping *mapping;
	char size[TEXT_NUMBER_BYTES], count_text[TEXT_NUMBER_BYTES];
	uint64_t bytes = 0, count = 0;
	size_t i;

	for (i = 0; i < maps->count; i++) {
		bytes += is_writable_code(&maps->mappings[i]) ? maps->mappings[i].use.size : 0;
		count += is_writable_code(&maps->mappings[i]);
	}
	for (i = 0; i < maps->count && count <= WRITABLE_SHOWN; i++) {
		mapping = &maps->mappings[i];
		if (is_writable_code(mapping))
			say(teller, ODDITY_CODE_WRITABLE, mapping->use.size,
			    "%s at %" PRIx64 "%s%s is writable and executable at once: what can "
			    "write there can run anything",
			    text_size(size, mapping->use.size), mapping->start,
			    mapping->name[0] ? ", " : "", last_part(mapping->name));
	}
	if (count > WRITABLE_SHOWN)
		say(teller, ODDITY_CODE_WRITABLE, bytes,
		    "%s in %s mappings is writable and executable at once: what can write there "
		    "can run anything",
		    text_size(size, bytes), text_count(count_text, count));
}

/*
 * Whether the process's file system has a file of that name now: the mapped one was replaced.
 */
static bool is_replaced(const struct teller *teller, const char *path)
{
	int root = path[0] == '/' ? process_root(teller->segments->pid) : -1;
	int file = root < 0 ? -1 : process_root_open(root, path, O_PATH);

	if (file >= 0)
		close(file);
	if (root >= 0)
		close(root);
	return file >= 0;
}

/*
 * Check a module's code. It is read from the file and shared by all processes, unless one of
 * them changes it.
 */
static void module_check(const struct teller *teller, size_t number)
{
	const struct segments *segments = teller->segments;
	const struct process_module *module = &segments->modules.modules[number];
	const struct mapping *mapping;
	char size[TEXT_NUMBER_BYTES];
	uint64_t modified = 0;
	size_t i;

	for (i = 0; i < segments->maps.count; i++) {
		mapping = &segments->maps.mappings[i];
		if (segments->modules.of_mapping[i] == number &&
		    segments->of_mapping[i] == SEGMENT_CODE)
			/*
			 * Not the dirty pages: those include what was just written to the file.
			 * Anonymous pages are copies that this process changed.
			 */
			modified += mapping->use.anonymous;
	}
	if (modified)
		say(teller, ODDITY_CODE_MODIFIED, modified,
		    "%s of the code of %s was modified at run time (breakpoints, hot patches, "
		    "text relocations): these pages are its own copy",
		    text_size(size, modified), last_part(module->path));
	if (module->is_deleted)
		say(teller, ODDITY_DELETED_MODULE, 0,
		    is_replaced(teller, module->path)
		        ? "%s was replaced since it was loaded: the old one runs until a restart"
		    : !strncmp(module->path, "/memfd:", 7)
		        ? "%s is run from memory: no directory holds this file"
		        : "%s was deleted since it was loaded, and still runs",
		    module->path);
}

/* The soft RLIMIT_STACK of the process; 0: unlimited or unknown. */
static uint64_t stack_limit_read(pid_t pid)
{
	char path[64], line[256];
	uint64_t limit = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Max stack size %" SCNu64, &limit) == 1)
			break;
	}
	fclose(file);
	return limit;
}

/*
 * Report a stack that has used most of its room: of its mapping or, for a stack that the
 * kernel grows, of its limit.
 */
static void stack_check(const struct teller *teller, size_t number, uint64_t limit)
{
	const struct segments *segments = teller->segments;
	const struct mapping *mapping = &segments->maps.mappings[number];
	const struct process_thread *thread = NULL;
	char used_text[TEXT_NUMBER_BYTES], limit_text[TEXT_NUMBER_BYTES], whose[64] = "";
	uint64_t used = mapping->use.rss + mapping->use.swap, room = mapping->use.size;

	if (segments->thread_of[number])
		thread = &segments->threads.threads[segments->thread_of[number] - 1];
	if (mapping->grows_down && limit) {
		used = mapping->use.size; /* it grows only when it is touched */
		room = limit;
	}
	if (used * 100 < room * STACK_NEAR_PERCENT || (!thread && !mapping->grows_down))
		return;
	if (thread)
		snprintf(whose, sizeof(whose), " of thread %d (%s)", (int)thread->tid,
		         thread->name);
	say(teller, ODDITY_STACK_LIMIT, used, "the stack%s has used %s of its %s",
	    mapping->grows_down ? " of the main thread" : whose, text_size(used_text, used),
	    text_size(limit_text, room));
}

/*
 * The order of the cases is that of certainty: the recorder knows of the program's own
 * malloc, the others are guesses by the libraries that are loaded.
 */
bool segment_other_text(char *text, size_t bytes, const struct other_memory *other)
{
	const char *who = "anonymous memory that the program, or a runtime in it, mapped "
					  "itself",
			   *what = other->is_without_large
	                       ? ": it is not malloc's"
	                       : "; large blocks of malloc may be among it";
	char size[TEXT_NUMBER_BYTES];

	if (other->rss <= OTHER_BYTES ||
	    other->rss <= other->total_rss / 100 * OTHER_PERCENT)
		return false;
	if (other->has_own_malloc) {
		who = "most likely blocks of the program's own malloc";
		what = ", which is not recorded";
	} else if (other->runtimes & RUNTIME_MALLOC) {
		who = "most likely blocks of a malloc that is not libc's";
		if (other->is_without_large)
			what = other->runtimes == RUNTIME_MALLOC
			           ? ", but none that lives was seen there"
			           : ": only pages in which blocks live are counted as heap";
		else
			what = "";
	} else if (other->runtimes & RUNTIME_PYTHON) {
		who = "most likely the arenas of Python's own allocator";
		what = ": with PYTHONMALLOC=malloc its objects are blocks of malloc";
	} else if (other->runtimes & RUNTIME_JAVA) {
		who = "most likely the Java virtual machine's own heap";
	} else if (other->runtimes & RUNTIME_NODE) {
		who = "most likely the heap of V8, the JavaScript engine";
	}
	snprintf(text, bytes, "%s of other is %s%s", text_size(size, other->rss), who,
	         what);
	return true;
}

static void other_check(const struct teller *teller)
{
	const struct segments *segments = teller->segments;
	const struct other_memory other = {
		.rss = segments->sums[SEGMENT_OTHER].rss,
		.total_rss = segments->total.rss,
		.runtimes = module_runtimes(&segments->modules),
	};
	char text[256];

	if (segment_other_text(text, sizeof(text), &other))
		say(teller, ODDITY_OTHER_MEMORY, other.rss, "%s", text);
}

/*
 * Reads /proc while the process runs: it may have ended since the snapshot, and what cannot be
 * read then is not reported.
 */
int segment_oddities(const struct segments *segments,
                     void (*tell)(void *context, enum oddity oddity, uint64_t bytes,
                                  const char *text),
                     void *context)
{
	struct teller teller = { segments, tell, context };
	const struct memory_use *total = &segments->total;
	uint64_t limit = stack_limit_read(segments->pid);
	char one[TEXT_NUMBER_BYTES], two[TEXT_NUMBER_BYTES];
	size_t i;

	writable_code_check(&teller);
	for (i = 0; i < segments->maps.count; i++) {
		if (segments->of_mapping[i] == SEGMENT_STACK)
			stack_check(&teller, i, limit);
	}
	for (i = 0; i < segments->modules.count; i++)
		module_check(&teller, i);
	if (total->swap * 100 > (total->rss + total->swap) * SWAPPED_PERCENT)
		say(&teller, ODDITY_SWAPPED, total->swap,
		    "%s are in swap, beside %s in memory: what is swapped waits for the disk",
		    text_size(one, total->swap), text_size(two, total->rss));
	if (total->huge)
		say(&teller, ODDITY_HUGE_PAGES, total->huge,
		    "%s are in huge pages: touching one byte of such a page takes 2 MiB",
		    text_size(one, total->huge));
	other_check(&teller);
	return 0;
}
