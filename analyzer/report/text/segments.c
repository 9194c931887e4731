/* report/text/segments.c - segments for people. */
#include "base/table.h"
#include "segments/oddities.h"
#include "report/text/go.h"
#include "report/text/segments.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct figure_column use_columns[] = {
	{ "size", 9, 8 },           { "resident", 10, 9 }, { "pss", 10, 9 },
	{ "private dirty", 15, 9 }, { "swap", 9, 8 },
};
/*
 * The columns where there is no room for all: beside the names of mappings, or on a narrow
 * screen.
 */
static const struct figure_column few_columns[] = {
	{ "size", 9, 8 },
	{ "resident", 10, 9 },
	{ "dirty", 10, 9 },
	{ "swap", 9, 8 },
};
static const struct figure_column few_module_columns[] = {
	{ "resident", 10, 9 },
	{ "text", 9, 8 },
	{ "data", 9, 8 },
	{ "bss", 9, 8 },
};
#define COLUMNS_FOR_ALL 56
#define COLUMNS_FOR_MAPS 120
static const struct figure_column module_columns[] = {
	{ "size", 9, 8 },   { "resident", 10, 9 }, { "text", 9, 8 },
	{ "rodata", 9, 8 }, { "data", 9, 8 },      { "bss", 9, 8 },
};

static void size_or_nothing(char text[TEXT_NUMBER_BYTES], uint64_t bytes)
{
	if (bytes)
		text_size(text, bytes);
	else
		strcpy(text, "-");
}

/* The layout of rows by `group`. If nothing is in swap, there is no such column. */
static struct figures figures_for(const struct screen *screen,
                                  const struct segments *segments,
                                  enum segment_group group)
{
	bool is_few = screen->columns < COLUMNS_FOR_ALL ||
	              (group == SEGMENTS_BY_MAP && screen->columns < COLUMNS_FOR_MAPS);

	if (group == SEGMENTS_BY_MODULE)
		return is_few ? figures_of(screen, few_module_columns, 4)
		              : figures_of(screen, module_columns, 6);
	return is_few ? figures_of(screen, few_columns, segments->total.swap ? 4 : 3)
	              : figures_of(screen, use_columns, 5);
}

/*
 * Print the figures of a row, in the columns that figures_for() chose; returns the columns
 * used. A size of 0 is shown as "-", which is easier to skip.
 */
static size_t use_print(const struct figures *figures, const struct memory_use *use)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES];

	if (figures->columns == few_columns) {
		size_or_nothing(texts[0], use->size);
		size_or_nothing(texts[1], use->rss);
		size_or_nothing(texts[2], use->private_dirty);
		size_or_nothing(texts[3], use->swap);
		return figures_print(figures, texts);
	}

	size_or_nothing(texts[0], use->size);
	size_or_nothing(texts[1], use->rss);
	size_or_nothing(texts[2], use->pss);
	size_or_nothing(texts[3], use->private_dirty);
	size_or_nothing(texts[4], use->swap);
	return figures_print(figures, texts);
}

/*
 * The same for a module: its four parts stand in the order of enum segment, from the code on.
 */
static size_t module_print(const struct figures *figures, const struct segment_row *row)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES];

	if (figures->columns == few_module_columns) {
		size_or_nothing(texts[0], row->use.rss);
		size_or_nothing(texts[1], row->part[SEGMENT_CODE].size);
		size_or_nothing(texts[2], row->part[SEGMENT_DATA].size);
		size_or_nothing(texts[3], row->part[SEGMENT_BSS].size);
		return figures_print(figures, texts);
	}
	size_or_nothing(texts[0], row->use.size);
	size_or_nothing(texts[1], row->use.rss);
	for (size_t i = 0; i < 4; i++)
		size_or_nothing(texts[2 + i], row->part[i].size);
	return figures_print(figures, texts);
}

/* "7f00..-7f10.. rw-p heap  /name" */
static void map_name(char *text, size_t bytes, const struct segments *segments,
                     const struct segment_row *row)
{
	const struct mapping *mapping = &segments->maps.mappings[row->number];
	unsigned access = mapping->access;

	snprintf(text, bytes, "%" PRIx64 "-%" PRIx64 " %c%c%c%c %s%s%s", mapping->start,
	         mapping->end, access & MAPPING_READ ? 'r' : '-',
	         access & MAPPING_WRITE ? 'w' : '-', access & MAPPING_EXECUTE ? 'x' : '-',
	         access & MAPPING_SHARED ? 's' : 'p', segment_title(row->segment),
	         row->name[0] ? "  " : "", row->name);
}

/*
 * Print a row and its name. A thread may have no stack of its own, or one that was not found
 * while it ran. Long names lose their end, but paths of modules their start, as the file's name
 * is at the end.
 */
static void row_print(const struct segment_report *report,
                      const struct figures *figures, const struct segment_row *row)
{
	const struct screen *screen = figures->screen;
	char name[640], fitted[1024];
	size_t used;

	if (row->is_unlocated) {
		snprintf(name, sizeof(name), "%s  (%s)", row->name,
		         report->segments->threads.threads[row->number].stack_pointer
		             ? "no stack of its own"
		             : "runs: its stack was not seen");
	} else if (report->group == SEGMENTS_BY_MAP) {
		map_name(name, sizeof(name), report->segments, row);
	} else {
		snprintf(name, sizeof(name), "%s", row->name);
	}
	used = report->group == SEGMENTS_BY_MODULE ? module_print(figures, row)
	                                           : use_print(figures, &row->use);
	fprintf(screen->file, "%s\n",
	        text_fit(fitted, sizeof(fitted), name, screen->columns - used,
	                 report->group == SEGMENTS_BY_MODULE ? TEXT_KEEP_END
	                                                     : TEXT_KEEP_START));
}

static void oddity_print(void *context, enum oddity oddity, uint64_t bytes,
                         const char *text)
{
	const struct screen *screen = context;
	char escaped[2048];

	(void)oddity;
	(void)bytes;
	screen_line(screen, 4, "  - %s", text_escape(escaped, sizeof(escaped), text));
}

static void oddity_count(void *context, enum oddity oddity, uint64_t bytes,
                         const char *text)
{
	(void)oddity;
	(void)bytes;
	(void)text;
	++*(size_t *)context;
}

/*
 * Print the findings below a heading. They are only counted first: without any there must be no
 * heading.
 */
static void oddities_print(const struct segments *segments, const struct screen *screen)
{
	size_t count = 0;

	segment_oddities(segments, oddity_count, &count);
	if (!count)
		return;
	screen_heading(screen, "unusual", "");
	segment_oddities(segments, oddity_print, (void *)screen);
}

/*
 * Print the process, and how much there is of it. fprintf() counts the bytes for bold as well,
 * which take no columns.
 */
static void title_print(const struct segments *segments, const struct screen *screen)
{
	char fitted[1024], command[1024], *at;
	int used = fprintf(screen->file, "%spid %d%s  ", screen_bold(screen),
	                   (int)segments->pid, screen_plain(screen));

	/* a script given as an argument has lines, of which a title has one */
	snprintf(command, sizeof(command), "%s", segments->command);
	for (at = command; (at = strpbrk(at, "\n\t")); at++)
		*at = ' ';
	used -= (int)(strlen(screen_bold(screen)) + strlen(screen_plain(screen)));
	fprintf(screen->file, "%s\n",
	        text_fit(fitted, sizeof(fitted), command, screen->columns - (size_t)used,
	                 TEXT_KEEP_START));
	screen_line(screen, 2, "%zu mapping%s, %zu module%s, %zu thread%s",
	            segments->maps.count, text_s(segments->maps.count),
	            segments->modules.count, text_s(segments->modules.count),
	            segments->threads.count, text_s(segments->threads.count));
}

static const struct figure_column symbol_columns[] = {
	{ "size", 9, 8 },
	{ "touched", 9, 8 },
	{ "section", 14, 9 },
};

/*
 * Print a variable or function with its file or, if that is not known, its module. "?": it is
 * not known which of its pages are resident.
 */
static void symbol_print(const struct segments *segments, const struct figures *figures,
                         const struct segment_symbol *symbol)
{
	const char *module = segments->modules.modules[symbol->module].path;
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[1024], fitted[1024];
	const struct screen *screen = figures->screen;
	size_t used;

	text_size(texts[0], symbol->size);
	if (symbol->resident == RESIDENT_UNKNOWN)
		strcpy(texts[1], "?");
	else
		size_or_nothing(texts[1], symbol->resident);
	text_fit(texts[2], sizeof(texts[2]), symbol->section, figures->is_tight ? 9 : 14,
	         TEXT_KEEP_START);
	used = figures_print(figures, texts);
	snprintf(name, sizeof(name), "%s  %s", symbol->name,
	         symbol->file           ? symbol->file
	         : strrchr(module, '/') ? strrchr(module, '/') + 1
	                                : module);
	fprintf(screen->file, "%s\n",
	        text_fit(fitted, sizeof(fitted), name, screen->columns - used,
	                 TEXT_KEEP_START));
}

/*
 * Print the symbols instead of the segments' rows: first the sums of each segment, which
 * include the symbols that are not shown.
 */
static void symbols_print(const struct segment_report *report,
                          const struct screen *screen)
{
	const struct segment_symbols *symbols = report->symbols;
	struct figures figures = figures_of(screen, symbol_columns, 3);
	char count[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES];
	size_t i;

	title_print(report->segments, screen);
	for (i = SEGMENT_CODE; i <= SEGMENT_BSS; i++)
		screen_line(screen, 4, "  %s: %s in %s symbols", segment_title((enum segment)i),
		            text_size(size, symbols->sums[i].bytes),
		            text_count(count, symbols->sums[i].symbols));
	if (symbols->nameless)
		screen_line(screen, 4, "  %u module%s without symbols (stripped, or gone)",
		            symbols->nameless, text_s(symbols->nameless));
	fputc('\n', screen->file);
	figures_titles(&figures, "symbol");
	for (i = 0; i < symbols->count; i++)
		symbol_print(report->segments, &figures, &symbols->symbols[i]);
	if (symbols->left_out)
		screen_line(screen, 2, "  and %s smaller ones (--top 0 shows all)",
		            text_count(count, symbols->left_out));
}

/* Print the recorder's own memory below the total, which does not include it. */
static void own_print(const struct figures *figures, const struct segments *segments)
{
	const struct memory_use *own = &segments->sums[SEGMENT_OUTLIVE];

	if (!own->size)
		return;
	use_print(figures, own);
	fprintf(figures->screen->file, "%s, not in the total\n",
	        segment_title(SEGMENT_OUTLIVE));
}

int segment_report_text(const struct segment_report *report,
                        const struct screen *screen)
{
	static const char *const titles[] = { "segment", "module", "mapping", "thread" };
	const struct segments *segments = report->segments;
	struct figures figures = figures_for(screen, segments, report->group);
	struct segment_rows rows;
	size_t i;

	if (report->symbols) {
		symbols_print(report, screen);
		return 0;
	}
	if (report->is_by_goroutine) {
		title_print(segments, screen);
		fputc('\n', screen->file);
		goroutines_print(report, screen);
		return 0;
	}
	if (segment_rows_make(&rows, segments, report->group))
		return -1;
	title_print(segments, screen);
	fputc('\n', screen->file);
	figures_titles(&figures, titles[report->group]);
	for (i = 0; i < rows.count && (!report->top || i < report->top ||
	                               report->group == SEGMENTS_BY_SEGMENT);
	     i++) {
		/* the recorder's own memory stands below the total */
		if (report->group != SEGMENTS_BY_SEGMENT ||
		    rows.rows[i].segment != SEGMENT_OUTLIVE)
			row_print(report, &figures, &rows.rows[i]);
	}
	if (i < rows.count)
		screen_line(screen, 2, "  and %zu more (--top 0 shows all)", rows.count - i);
	/* only these rows hold all of the memory, so that a total below them adds up */
	if (report->group == SEGMENTS_BY_SEGMENT || report->group == SEGMENTS_BY_MAP) {
		use_print(&figures, &segments->total);
		fprintf(screen->file, "%stotal%s\n", screen_bold(screen), screen_plain(screen));
		own_print(&figures, segments);
	}
	segment_rows_release(&rows);
	if (report->group == SEGMENTS_BY_SEGMENT) {
		go_print(segments, screen);
		oddities_print(segments, screen);
	}
	return 0;
}
