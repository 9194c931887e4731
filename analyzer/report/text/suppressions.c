/* report/text/suppressions.c - the lines about blocks that are kept on purpose. */
#include "report/text/suppressions.h"

#include "base/table.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_BYTES 256
#define LABEL_COLUMNS 15 /* width of the label of a line */

/*
 * A rule of a runtime is named by its reason, a rule of the user by its file and line. File and
 * pattern come from outside, so the whole text is escaped.
 */
const char *suppression_text(char *text, size_t bytes,
                             const struct suppressed *suppressed, uint32_t rule)
{
	const struct suppression_use *use = &suppressed->uses[rule];
	char plain[1024];

	if (use->runtime)
		snprintf(plain, sizeof(plain), "%s: %s", use->runtime->runtime,
		         use->runtime->reason);
	else
		snprintf(plain, sizeof(plain), "%s:%u: leak:%s", use->file, use->line,
		         use->pattern);
	return text_escape(text, bytes, plain);
}

void report_kept(const struct screen *screen, const struct classes *classes,
                 const struct life_summary *summary)
{
	uint32_t rule = SUPPRESSED_NOT, i;
	char text[256];

	/* one rule is enough: the line is a hint at why the report does not blame these paths */
	for (i = 0; i < summary->path_count && rule == SUPPRESSED_NOT; i++)
		rule = classes->suppressed.of_path[summary->paths[i].path];
	if (rule != SUPPRESSED_NOT)
		screen_line(screen, LABEL_COLUMNS, "  kept         %s",
		            suppression_text(text, sizeof(text), &classes->suppressed, rule));
}

/* ---- the table ------------------------------------------------------------------------- */

/* The rule that hides most bytes first; equal ones by their numbers. */
static int use_compare(const void *one, const void *two, void *context)
{
	const struct suppression_use *uses = context;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;

	if (uses[a].bytes != uses[b].bytes)
		return uses[a].bytes > uses[b].bytes ? -1 : 1;
	return a < b ? -1 : a > b;
}

/*
 * Print a rule and what it matches. A runtime's rule is only trusted up to a number of blocks:
 * a real leak may have the same stack. Beyond it, nothing is hidden, and the row says so.
 */
static void use_print(const struct figures *figures,
                      const struct suppressed *suppressed, uint32_t rule)
{
	const struct suppression_use *use = &suppressed->uses[rule];
	char texts[2][TEXT_NUMBER_BYTES], name[512], line[640];
	size_t used;

	text_size(texts[0], use->bytes);
	text_short(texts[1], use->blocks);
	used = figures_print(figures, texts);
	suppression_text(name, sizeof(name), suppressed, rule);
	if (use->is_exceeded)
		snprintf(line, sizeof(line), "%s (not hidden: more than %u blocks)", name,
		         use->runtime->blocks_max);
	figures_name(figures, used, use->is_exceeded ? line : name, false);
}

int report_suppressions(const struct screen *screen, const struct classes *classes)
{
	static const struct figure_column columns[] = { { "bytes", 10, 8 },
		                                            { "blocks", 8, 6 } };
	const struct suppressed *suppressed = &classes->suppressed;
	struct figures figures = figures_of(screen, columns, 2);
	uint32_t *order = malloc((suppressed->count + 1) * sizeof(*order)), count = 0, i;

	if (!order)
		return -1;
	for (i = 1; i <= suppressed->count; i++) {
		if (suppressed->uses[i].blocks)
			order[count++] = i;
	}
	qsort_r(order, count, sizeof(*order), use_compare, suppressed->uses);
	if (count) {
		screen_heading(screen, "kept on purpose", "never freed; hidden without --all");
		figures_titles(&figures, "rule");
	}
	for (i = 0; i < count; i++)
		use_print(&figures, suppressed, order[i]);
	free(order);
	return 0;
}

/* ---- the footer ------------------------------------------------------------------------ */

/*
 * Whether a rule hides any block; `is_runtime` chooses the rules of runtimes or those of files.
 */
static bool is_hiding(const struct suppression_use *use, bool is_runtime)
{
	return use->blocks && !use->is_exceeded && !use->runtime == !is_runtime;
}

/* Whether an earlier rule of the same runtime hides blocks, too. */
static bool is_named(const struct suppressed *suppressed, uint32_t rule)
{
	uint32_t i;

	for (i = 1; i < rule; i++) {
		if (is_hiding(&suppressed->uses[i], true) &&
		    !strcmp(suppressed->uses[i].runtime->runtime,
		            suppressed->uses[rule].runtime->runtime))
			return true;
	}
	return false;
}

/* Write "libc, ld.so and libstdc++". */
static const char *runtimes_text(char text[NAMES_BYTES],
                                 const struct suppressed *suppressed)
{
	uint32_t i, left = 0, first = 1;
	size_t used = 0;

	for (i = 1; i <= suppressed->count; i++)
		left += is_hiding(&suppressed->uses[i], true) && !is_named(suppressed, i);
	/* `left`: runtimes still to be named, for the "and" before the last one */
	text[0] = 0;
	for (i = 1; i <= suppressed->count && used < NAMES_BYTES; i++) {
		if (!is_hiding(&suppressed->uses[i], true) || is_named(suppressed, i))
			continue;
		left--;
		used += (size_t)snprintf(text + used, NAMES_BYTES - used, "%s%s",
		                         first  ? ""
		                         : left ? ", "
		                                : " and ",
		                         suppressed->uses[i].runtime->runtime);
		first = 0;
	}
	return text;
}

/* The bytes that the rules of a file hide; NULL: the rules of runtimes. */
static uint64_t hidden_bytes(const struct suppressed *suppressed, const char *file,
                             uint64_t *blocks)
{
	const struct suppression_use *use;
	uint64_t bytes = 0;
	uint32_t i;

	*blocks = 0;
	for (i = 1; i <= suppressed->count; i++) {
		use = &suppressed->uses[i];
		/*
		 * pointers are compared: all rules of a file share its name, those of runtimes have
		 * NULL
		 */
		if (use->file != file || !is_hiding(use, !file))
			continue;
		bytes += use->bytes;
		*blocks += use->blocks;
	}
	return bytes;
}

void report_hidden(const struct screen *screen, const struct classes *classes)
{
	const struct suppressed *suppressed = &classes->suppressed;
	char size[TEXT_NUMBER_BYTES], names[NAMES_BYTES];
	const char *file = NULL;
	uint64_t bytes, blocks;
	uint32_t i;

	/* with --all nothing is hidden */
	if (classes->shows_suppressed)
		return;
	bytes = hidden_bytes(suppressed, NULL, &blocks);
	if (blocks)
		screen_line(screen, 2,
		            screen->is_brief ? "%s kept by %s hidden: --all"
		                             : "%s kept by %s is hidden; --all shows it",
		            text_size(size, bytes), runtimes_text(names, suppressed));
	/* the rules of one file follow each other */
	for (i = 1; i <= suppressed->count; i++) {
		if (!suppressed->uses[i].file || suppressed->uses[i].file == file)
			continue;
		file = suppressed->uses[i].file;
		bytes = hidden_bytes(suppressed, file, &blocks);
		if (blocks)
			screen_line(
				screen, 2,
				screen->is_brief ? "%s suppressed by %s hidden: --all"
								 : "%s suppressed by %s is hidden; --all shows it",
				text_size(size, bytes), text_escape(names, sizeof(names), file));
	}
}
