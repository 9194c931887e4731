/* report/text/classes.c - classes, advice and exactness for people. */
#include "report/text/classes.h"
#include "report/text/debug_gaps.h"

#include "report/cut_words.h"
#include "report/peeled_names.h"
#include "report/text/suppressions.h"
#include "verdict/stack_names.h"
#include "verdict/function_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * What each class means, for readers who see it for the first time. `more` is left out where
 * there is no room for it.
 */
static const struct meaning {
	const char *text, *more;
} meanings[CLASS_COUNT] = {
	{ "freed before its function returned", "" },
	{ "outlived its allocating function", ": passed up to a caller" },
	{ "freed by another thread", "" },
	{ "allocated before main() or once", ", kept until exit" },
	{ "never freed", "" },
};

/* If no main() was seen, only blocks whose call site allocated once have this class. */
static struct meaning meaning_of(enum life_class class, const struct classes *classes)
{
	if (class == CLASS_STATIC && classes->main_time == UINT64_MAX)
		return (struct meaning){ "allocated once, kept until exit",
			                     " (no main() was seen)" };
	/* _exit() and quick_exit() run no destructors of containers */
	if (class == CLASS_LIVE && profile_ended_early(classes->profile))
		return (struct meaning){ "not freed before its _exit()",
			                     " or quick_exit(): no destructor ran" };
	if (class == CLASS_CROSSED && classes->profile->replay.threads.by_goroutine.count)
		return (struct meaning){ "freed by another goroutine or thread", "" };
	return meanings[class];
}

#define FIGURES_COLUMNS 43 /* before the meaning, two spaces included */
#define MEANING_COLUMNS 37 /* of the longest text */

/* Print "class" and its figures; titles go into the same columns. */
static void class_columns(const struct screen *screen, const char *name,
                          const char *blocks, const char *part, const char *bytes)
{
	if (screen->is_narrow)
		fprintf(screen->file, "  %-13s%6s %5s %8s", name, blocks, part, bytes);
	else
		fprintf(screen->file, "  %-13s%8s %6s %10s", name, blocks, part, bytes);
}

/* Whether a class and what it means have a line each. */
static bool meaning_is_below(const struct screen *screen)
{
	return screen->is_narrow || screen->columns < FIGURES_COLUMNS + MEANING_COLUMNS;
}

/*
 * Print a class with its share of `all` blocks and its meaning; nothing if it has no blocks. On
 * a screen of less than 80 columns the meaning has lines of its own.
 */
static void class_line(const struct screen *screen, const char *name,
                       const struct class_share *share, const struct class_share *all,
                       struct meaning meaning)
{
	char blocks[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES], part[TEXT_NUMBER_BYTES];
	char line[128];

	if (!share->blocks)
		return;
	class_columns(screen, name, text_short(blocks, share->blocks),
	              text_percent(part, share->blocks, all->blocks),
	              text_size(bytes, share->bytes));
	if (meaning_is_below(screen)) {
		fputc('\n', screen->file);
		screen_line(screen, 4, "    %s%s%s%s", screen_dim(screen), meaning.text,
		            meaning.more, screen_plain(screen));
	} else {
		snprintf(line, sizeof(line), "%s%s", meaning.text, meaning.more);
		fprintf(screen->file, "  %s%s%s\n", screen_dim(screen),
		        strlen(line) <= screen->columns - FIGURES_COLUMNS ? line : meaning.text,
		        screen_plain(screen));
	}
}

/* The kinds of stack-like blocks, of crossed and of live ones. */
static void split_lines(const struct screen *screen, enum life_class class,
                        const struct kind_split *split, const struct class_share *all,
                        const struct profile *profile)
{
	bool has_ended_early = profile_ended_early(profile);
	const struct meaning lives[LIVE_KINDS] = {
		[LIVE_GROWING] = { "more and more", has_ended_early ? ": leaks, or still held"
		                                                    : ": leak candidates" },
		[LIVE_GROWN] = { "came over time, but not until the end", "" },
		[LIVE_STEADY] = { "no more than before: a cache or pool", "" },
		[LIVE_ONCE] = { "made early, in one go, or few",
		                profile_is_sampled(profile) ? ", or too few seen" : "" },
	};
	char name[16];
	unsigned kind;

	for (kind = 0; class == CLASS_LIVE && kind < LIVE_KINDS; kind++) {
		snprintf(name, sizeof(name), "  %s", live_kind_text(kind));
		class_line(screen, name, &split->live[kind], all, lives[kind]);
	}
	if (class == CLASS_CROSSED)
		class_line(screen, "  Go's own", &split->go_runtime, all,
		           (struct meaning){ "by Go's runtime, for threads it starts", "" });
	if (class != CLASS_STACK)
		return;
	class_line(screen, "  local", &split->local, all,
	           (struct meaning){ "could be local variables", ": few, and small" });
	class_line(screen, "  contained", &split->contained, all,
	           (struct meaning){ "storage of containers", ": reserve, or keep them" });
	class_line(
		screen, "  scoped", &split->scoped, all,
		(struct meaning){ "many, large, or of any size", ": an arena or a buffer" });
}

#define COLUMNS_FOR_CANDIDATES 100 /* for the longer words about what grows */

static void kind_add(struct text *kinds, const char *name,
                     const struct class_share *share)
{
	char blocks[TEXT_NUMBER_BYTES];

	if (share->blocks)
		text_printf(kinds, "%s%s %s", kinds->bytes ? ", " : "", name,
		            text_short(blocks, share->blocks));
}

/*
 * End the text where not all kinds fit: "growing 3.00k, grown 149k,". Returns the others, or "".
 */
static const char *kinds_fit(struct text *kinds, size_t columns)
{
	char *end = kinds->data, *next;

	if (kinds->bytes <= columns)
		return "";
	while ((next = strchr(end + 1, ',')) && (size_t)(next + 1 - kinds->data) <= columns)
		end = next;
	if (end == kinds->data)
		return "";
	end[1] = 0;
	return end + 2;
}

/*
 * Print a class and the kinds of its blocks in a line or two: "local 149k, scoped 24.8k". What the
 * class means stands before them where there is room. Without memory the kinds are left out.
 */
static void class_brief(const struct screen *screen, enum life_class class,
                        const struct class_share *share, const struct class_share *all,
                        const struct kind_split *split, struct meaning meaning)
{
	struct text kinds = { NULL, 0, 0 };
	const char *others = "";
	char line[256];
	unsigned kind;

	for (kind = 0; class == CLASS_LIVE && kind < LIVE_KINDS; kind++) {
		kind_add(&kinds, live_kind_text(kind), &split->live[kind]);
		/* what comes first is never cut: short enough for 80 columns, and without a comma */
		if (kind == LIVE_GROWING && split->live[kind].blocks)
			text_printf(&kinds, " (%s)",
			            !*meaning.more ? "leak candidates"
			            : screen->columns < COLUMNS_FOR_CANDIDATES
			                ? "leaks or held"
			                : "leaks or still held");
	}
	if (class == CLASS_CROSSED)
		kind_add(&kinds, "Go's own", &split->go_runtime);
	if (class == CLASS_STACK) {
		kind_add(&kinds, "local", &split->local);
		kind_add(&kinds, "contained", &split->contained);
		kind_add(&kinds, "scoped", &split->scoped);
	}
	if (kinds.data) {
		snprintf(line, sizeof(line), "%s: %s", meaning.text, kinds.data);
		meaning = (struct meaning){ line, "" };
		if (!meaning_is_below(screen) &&
		    FIGURES_COLUMNS + strlen(line) > screen->columns) {
			others = kinds_fit(&kinds, screen->columns - FIGURES_COLUMNS);
			meaning.text = kinds.data;
		}
	}
	class_line(screen, life_class_text(class), share, all, meaning);
	if (*others && share->blocks)
		fprintf(screen->file, "%*s%s%s%s\n", FIGURES_COLUMNS, "", screen_dim(screen),
		        others, screen_plain(screen));
	text_release(&kinds);
}

void report_classes(const struct screen *screen, const struct classes *classes,
                    const struct class_counts *counts, const struct kind_split *split)
{
	/*
	 * Only blocks are summed: shares are of blocks. Every block is in one of the classes, or
	 * inferred, unknown or suppressed, so that the shares add up to 100%.
	 */
	struct class_share all = counts->inferred;
	unsigned class;

	for (class = 0; class < CLASS_COUNT; class ++)
		all.blocks += counts->shares[class].blocks;
	all.blocks += counts->open.blocks + counts->unknown.blocks +
	              counts->suppressed.blocks;
	fputs(screen_dim(screen), screen->file);
	class_columns(screen, "class", "blocks", "share", "bytes");
	fprintf(screen->file, "%s\n", screen_plain(screen));
	for (class = 0; class < CLASS_COUNT; class ++) {
		if (screen->is_brief) {
			class_brief(screen, class, &counts->shares[class], &all, split,
			            meaning_of(class, classes));
			continue;
		}
		class_line(screen, life_class_text(class), &counts->shares[class], &all,
		           meaning_of(class, classes));
		split_lines(screen, class, split, &all, classes->profile);
	}
	class_line(screen, "inferred", &counts->inferred, &all,
	           (struct meaning){ "stack-like or escaping: not exact", "" });
	class_line(screen, "open", &counts->open, &all,
	           (struct meaning){ "stack-like or escaping", ": which is not known" });
	class_line(
		screen, "unknown", &counts->unknown, &all,
		profile_is_let_go(classes->profile)
			? (struct meaning){ "alive at the end of the recording", ": not known" }
		: profile_is_sampled(classes->profile)
			? (struct meaning){ "a realloc went on with them",
	                            ", or a free was missed" }
			: (struct meaning){ "their free was missed", "" });
	class_line(screen, "suppressed", &counts->suppressed, &all,
	           (struct meaning){ "never freed, on purpose", ": hidden elsewhere" });
}

/* ---- the footer ---------------------------------------------------------------------- */

#define PEELED_COLUMNS_BRIEF 60

/* Append as many wrapper names as fit a line; at least one. 0, or -1 when memory is out. */
static int peeled_line(struct text *line, const struct screen *screen,
                       const struct peeled_names *names)
{
	static const char *const reasons[] = {
		[PEEL_BUILTIN] = "",
		[PEEL_USER] = " (--wrapper)",
		[PEEL_AUTOMATIC] = " (automatic)",
		[PEEL_PART] = " (part of one)",
	};
	size_t i, used = 0;
	char item[96];

	for (i = 0; i < names->count; i++) {
		snprintf(item, sizeof(item), "%s%s%s",
		         i ? ", " : "wrappers skipped: ", names->names[i].text,
		         reasons[names->names[i].reason]);
		/* 14 columns are kept for the number of those left out */
		if (i && used + text_columns(item) + 14 >
		             (screen->is_brief ? PEELED_COLUMNS_BRIEF : screen->columns))
			break;
		if (text_printf(line, "%s", item))
			return -1;
		used += text_columns(item);
	}
	return i < names->count ? text_printf(line, ", %zu more", names->count - i) : 0;
}

/* Print the skipped wrappers that allocated most. */
static void peeled_print(const struct screen *screen, const struct classes *classes)
{
	struct text line = { NULL, 0, 0 };
	struct peeled_names names;

	/* without memory this line is left out, and the report stays complete otherwise */
	if (peeled_names_make(&names, classes))
		return;
	if (names.count && !peeled_line(&line, screen, &names))
		screen_line(screen, 8, "%s", line.data);
	text_release(&line);
	peeled_names_release(&names);
}

/* Blocks that have a class, or would have one if all frames were exact. */
static uint64_t ended_blocks(const struct class_counts *all)
{
	return all->blocks - all->unknown.blocks;
}

/*
 * "exact: 61% of 300 blocks, 38% more up to a gap; the others are inferred; of 7 more the end was
 * not seen"
 */
static void exact_print(const struct screen *screen, const struct classes *classes)
{
	const struct class_counts *all = &classes->all;
	uint64_t ended = ended_blocks(all);
	uint64_t exact = all->exact_blocks + all->exact_cut_blocks + all->compared_blocks;
	char percent[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES];
	char count[TEXT_NUMBER_BYTES], gap[64] = "", c[64] = "", unseen[64] = "";

	text_count(blocks, ended);
	if (!classes->has_exact_frames) {
		screen_line(screen, 2,
		            "frames are plain: stack-like and escaping are inferred for all %s "
		            "block%s",
		            blocks, text_s(ended));
		return;
	}
	if (all->exact_cut_blocks)
		snprintf(gap, sizeof(gap), ", %s more up to a gap",
		         text_percent(percent, all->exact_cut_blocks, ended));
	if (all->compared_blocks)
		snprintf(c, sizeof(c),
		         screen->is_brief ? ", %s more up to Go"
		                          : ", %s more as far as C goes (Go frames compared)",
		         text_percent(percent, all->compared_blocks, ended));
	if (all->unknown.blocks)
		snprintf(unseen, sizeof(unseen), "; of %s more the end was not seen",
		         text_count(count, all->unknown.blocks));
	screen_line(screen, 2, "exact: %s of %s block%s%s%s%s%s",
	            text_percent(percent, all->exact_blocks, ended), blocks, text_s(ended),
	            gap, c, exact == ended ? "" : "; the others are inferred", unseen);
}

static void proof_print(const struct screen *screen, const struct classes *classes)
{
	const struct class_counts *all = &classes->all;
	/* Of frames that were compared, the line before says all that is known. */
	uint64_t ended = ended_blocks(all);
	uint64_t open = ended - all->proved - all->supported - all->compared_blocks;
	char proved[TEXT_NUMBER_BYTES], supported[TEXT_NUMBER_BYTES];
	char percent[TEXT_NUMBER_BYTES], left[TEXT_NUMBER_BYTES + 8];
	char owners[TEXT_NUMBER_BYTES + 64] = "";

	if (!classes->has_exact_frames ||
	    (all->proved + all->compared_blocks == ended && !all->owner_open))
		return;
	if (all->owner_open)
		snprintf(owners, sizeof(owners),
		         screen->is_brief ? ", owner not known of %s"
		                          : "; of %s it is not known which function owned them",
		         text_percent(percent, all->owner_open, ended));
	snprintf(left, sizeof(left), "none is");
	if (open)
		snprintf(left, sizeof(left), "%s are", text_percent(percent, open, ended));
	screen_line(
		screen, 2,
		screen->is_brief
			? "source frames: classes proved of %s, supported of %s, %s open%s"
			: "source frames: the class of %s of the blocks is proved, of %s supported by "
			  "what is usual in this run; %s open%s",
		text_percent(proved, all->proved, ended),
		text_percent(supported, all->supported, ended), left, owners);
}

/* Print where walks ended: " at .." in the same line if all did at the same, or lines. */
static void cut_kinds_print(const struct screen *screen, const char *line,
                            const struct ring_header *header)
{
	struct cut_counts cuts = cut_counts(header);
	char count[TEXT_NUMBER_BYTES];
	enum cut_kind kind, only = CUT_NONE;
	unsigned kinds = 0;

	for (kind = CUT_NONE; kind < CUT_KINDS; kind++) {
		only = cuts.counts[kind] ? kind : only;
		kinds += cuts.counts[kind] != 0;
	}
	screen_line(screen, 2, "%s%s%s", line,
	            kinds == 1 ? ", at "
	            : kinds    ? "; walks that ended early:"
	                       : "",
	            kinds == 1 ? cut_text(only) : "");
	for (kind = CUT_NONE; kinds > 1 && kind < CUT_KINDS; kind++) {
		if (cuts.counts[kind])
			screen_line(screen, 4, "  %s at %s", text_count(count, cuts.counts[kind]),
			            cut_text(kind));
	}
}

/*
 * Print one count only, of blocks if there are any: the recorder walks a stack that ends early
 * only once up to there, and many blocks may be born on it.
 */
static void cut_print(const struct screen *screen, const struct classes *classes)
{
	const struct ring_header *header = &classes->profile->process->header;
	uint64_t walks = header->lost[LOST_STACKS_CUT];
	const struct class_counts *all = &classes->all;
	char percent[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES], line[160];

	if (!all->cut_blocks && !walks)
		return;
	if (all->cut_blocks)
		snprintf(line, sizeof(line), "stacks cut: %s of the blocks (%s)",
		         text_percent(percent, all->cut_blocks, all->blocks),
		         text_count(count, all->cut_blocks));
	else
		snprintf(line, sizeof(line), "%s stack%s end%s early", text_count(count, walks),
		         text_s(walks), walks == 1 ? "s" : "");
	cut_kinds_print(screen, line, header);
}

/* Say what lists show first, if that is not all there is. */
static void own_code_print(const struct screen *screen, const struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;
	const struct function_table *table = &classes->functions;
	uint64_t bytes = 0;
	uint32_t i, function;
	char percent[TEXT_NUMBER_BYTES];

	for (i = 1; i < replay->paths.count; i++) {
		function = function_of_node(table, classes->profile,
		                            classes_path_node(classes, i));
		bytes += table->functions[function].is_mine ? replay_path(replay, i)->bytes : 0;
	}
	if (bytes && bytes < replay->totals.bytes)
		screen_line(screen, 2,
		            "your own code%s allocated %s of the bytes, and comes first%s",
		            table->is_mine_given ? "" : " (a guess, see --mine)",
		            text_percent(percent, bytes, replay->totals.bytes),
		            table->is_mine_given || screen->is_brief
		                ? ""
		                : " unless other code has ten times as much");
}

static void footer_lines(const struct screen *screen, const struct classes *classes,
                         const char *incomplete)
{
	char name[1024];

	if (incomplete)
		screen_line(screen, 2, "the recording %s",
		            text_escape(name, sizeof(name), incomplete));
	/* without blocks all shares would be of nothing */
	if (!classes->all.blocks)
		return;
	exact_print(screen, classes);
	proof_print(screen, classes);
	debug_gaps_print(screen, classes);
	cut_print(screen, classes);
	report_hidden(screen, classes);
	peeled_print(screen, classes);
	own_code_print(screen, classes);
}

/* All that the footer says, in one paragraph. 0, or -1: it could not be made. */
static int footer_brief(const struct screen *screen, const struct classes *classes,
                        const char *incomplete)
{
	struct text joined = { NULL, 0, 0 };
	struct screen lines = *screen;
	char *text = NULL, *line, *end = NULL;
	size_t bytes = 0;
	int result;

	lines.columns = SIZE_MAX / 2; /* a line for each sentence */
	lines.has_colour = false;
	lines.file = open_memstream(&text, &bytes);
	if (!lines.file)
		return -1;
	footer_lines(&lines, classes, incomplete);
	result = fclose(lines.file) ? -1 : 0;
	for (line = result ? NULL : strtok_r(text, "\n", &end); line && !result;
	     line = strtok_r(NULL, "\n", &end))
		result = text_printf(&joined, "%s; ", line + strspn(line, " "));
	if (!result)
		screen_line(screen, 2, "%sshortened: --full shows all",
		            joined.data ? joined.data : "");
	text_release(&joined);
	free(text);
	return result;
}

void report_footer(const struct screen *screen, const struct classes *classes,
                   const char *incomplete)
{
	if (!classes->all.blocks && !incomplete)
		return;
	fprintf(screen->file, "%s%s", screen->is_dense ? "" : "\n", screen_dim(screen));
	if (!screen->is_brief || footer_brief(screen, classes, incomplete))
		footer_lines(screen, classes, incomplete);
	fputs(screen_plain(screen), screen->file);
}
