/* report/text/go.c - Go's heap and stacks in a list, and goroutines in a table. */
#include "report/text/go.h"

#include "base/table.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NAME_BYTES 512
#define PATH_BYTES 2048

static const struct figure_column columns[] = {
	{ "goroutines", 10, 10 },
	{ "committed", 11, 9 },
	{ "depth", 10, 9 },
	{ "deepest", 10, 9 },
};

static void heap_print(const struct go_memory *go, const struct screen *screen)
{
	char in_use[TEXT_NUMBER_BYTES], all[TEXT_NUMBER_BYTES], back[TEXT_NUMBER_BYTES];

	if (go->has_counters)
		screen_line(screen, 4,
		            "  - heap: %s in use of %s; %s of that is not in memory (released)",
		            text_size(in_use, go->counters.heap_in_use),
		            text_size(all, go->counters.heap_sys),
		            text_size(back, go->counters.heap_released));
	else
		screen_line(screen, 4, "  - heap: %s in use",
		            text_size(in_use, go->spans.heap));
}

/* A line such as "     184 KiB  25 goroutines, 76 KiB deep"; none if there are no stacks. */
static void sum_print(const struct screen *screen, const struct go_stack_sum *sum,
                      const char *one, const char *many)
{
	char size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], depth[TEXT_NUMBER_BYTES];
	bool has_depth = sum->depth > 0;

	if (sum->count)
		screen_line(screen, 17, "    %11s  %s %s%s%s%s", text_size(size, sum->bytes),
		            text_count(count, sum->count), sum->count == 1 ? one : many,
		            has_depth ? ", " : "",
		            has_depth ? text_size(depth, sum->depth) : "",
		            has_depth ? " deep" : "");
}

/* What no goroutine and no thread has, the runtime keeps; ended goroutines have some of it. */
static void kept_print(const struct go_memory *go, const struct screen *screen)
{
	const struct goroutines *of = &go->goroutines;
	uint64_t used = of->users.bytes + of->own.bytes + of->system.bytes +
	                of->signal.bytes;
	char size[TEXT_NUMBER_BYTES];

	if (go->spans.stack > used)
		screen_line(screen, 17, "    %11s  kept for new stacks",
		            text_size(size, go->spans.stack - used));
}

static void stacks_print(const struct go_memory *go, const struct screen *screen)
{
	const struct goroutines *of = &go->goroutines;
	char size[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];

	text_size(size, go->spans.stack);
	if (!of->is_known) {
		screen_line(screen, 4, "  - stacks: %s in use; the goroutines were not found",
		            size);
		return;
	}
	screen_line(screen, 4, "  - stacks: %s in use", size);
	sum_print(screen, &of->users, "goroutine", "goroutines");
	sum_print(screen, &of->own, "goroutine of the runtime",
	          "goroutines of the runtime");
	sum_print(screen, &of->signal, "stack for signals", "stacks for signals");
	sum_print(screen, &of->system, "stack of a thread (g0)", "stacks of threads (g0)");
	kept_print(go, screen);
	if (of->unseen)
		screen_line(screen, 4,
		            "  - %s of the goroutines run: how deep they are is not known",
		            text_count(count, of->unseen));
}

static void runtime_print(const struct segments *segments, const struct go_memory *go,
                          const struct screen *screen)
{
	const char *path = segments->modules.modules[go->module].path;
	const char *slash = strrchr(path, '/');
	char version[4 * GO_VERSION_BYTES], name[NAME_BYTES];

	text_escape(version, sizeof(version), go->runtime.version);
	text_escape(name, sizeof(name), slash ? slash + 1 : path);
	screen_heading(screen, version[0] ? version : "Go", name);
	if (!go->has_spans) {
		screen_line(screen, 4, "  - %s: stacks count as Go heap",
		            !go->table ? "its memory may not be read, or it has not begun yet"
		            : go->layout
		                ? "its memory changed too fast to be read"
		                : "what each page of its memory is for is not known of "
		                  "this version");
		return;
	}
	heap_print(go, screen);
	stacks_print(go, screen);
	if (!go->is_exact && go->has_counters)
		screen_line(screen, 4,
		            "  - it changed while it was read: the figures are of "
		            "slightly different moments");
}

/* A plugin has no runtime of its own: it uses the program's. */
void go_print(const struct segments *segments, const struct screen *screen)
{
	bool is_any = go_memories_have_table(&segments->go);

	for (size_t i = 0; i < segments->go.count; i++) {
		if (segments->go.memories[i].table || !is_any)
			runtime_print(segments, &segments->go.memories[i], screen);
	}
}

/*
 * Print how the deepest goroutine of a row came to where it is, without the runtime's own
 * functions that make it wait: "main.serve > main.read (12) > io.ReadFull".
 */
static void path_print(const struct goroutine_path *path, const struct screen *screen)
{
	char line[PATH_BYTES] = "", name[NAME_BYTES], times[TEXT_NUMBER_BYTES];
	size_t inner = 0, used = 0;

	while (inner < path->count && !strncmp(path->entries[inner].name, "runtime.", 8))
		inner++;
	for (size_t i = path->count; i-- > inner && used < sizeof(line);) {
		text_escape(name, sizeof(name), path->entries[i].name);
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s",
		                         used ? " > " : "", name);
		if (path->entries[i].frames > 1 && used < sizeof(line))
			used += (size_t)snprintf(line + used, sizeof(line) - used, " (%s)",
			                         text_count(times, path->entries[i].frames));
		if (path->left_out && i == GO_PATH_ENTRIES / 2 && used < sizeof(line))
			used += (size_t)snprintf(line + used, sizeof(line) - used, " > ..");
	}
	if (path->count > inner + 1)
		screen_line(screen, 10, "        %s", line);
}

static void row_print(const struct figures *figures, const struct goroutine_row *row)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[NAME_BYTES], number[64] = "";

	text_count(texts[0], row->count);
	text_size(texts[1], row->committed);
	figures_size(texts[2], row->depth);
	figures_size(texts[3], row->deepest);
	if (!row->name[0])
		snprintf(number, sizeof(number), "0x%llx", (unsigned long long)row->start);
	text_escape(name, sizeof(name), row->name[0] ? row->name : number);
	figures_name(figures, figures_print(figures, texts), name, false);
	path_print(&row->path, figures->screen);
}

void goroutines_print(const struct segment_report *report, const struct screen *screen)
{
	struct figures figures = figures_of(screen, columns, 4);
	const struct go_memories *memories = &report->segments->go;
	const struct goroutines *of;
	uint64_t shown = 0, left_out = 0;

	figures_titles(&figures, "began with");
	for (size_t i = 0; i < memories->count; i++) {
		of = &memories->memories[i].goroutines;
		for (size_t j = 0; j < of->count; j++) {
			if (report->top && shown == report->top)
				left_out++;
			else
				row_print(&figures, &of->rows[j]);
			shown += !report->top || shown < report->top;
		}
	}
	if (left_out)
		screen_line(screen, 2, "  and %llu more (--top 0 shows all)",
		            (unsigned long long)left_out);
	go_print(report->segments, screen);
}
