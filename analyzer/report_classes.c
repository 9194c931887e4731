/* report_classes.c - classes, advice and exactness for people. Layer 15. */
#include "report_classes.h"

#include "peeled_names.h"
#include "stack_names.h"

/* What each class means, for those who see it for the first time. */
static const char *const meanings[CLASS_COUNT] = {
	"freed before its function returned: could be a local variable",
	"passed up: outlived the function that allocated it",
	"freed by another thread",
	"never freed, made before main() or once: could be a global",
	"never freed: leak candidates",
};

static void class_line(const struct screen *screen, const char *name,
                       const struct class_share *share, const struct class_share *all,
                       const char *meaning)
{
	char blocks[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES], part[TEXT_NUMBER_BYTES];
	char line[128];

	if (!share->blocks)
		return;
	fprintf(screen->file, "  %-13s%8s %6s %10s  %s%s%s\n", name,
	        text_short(blocks, share->blocks),
	        text_percent(part, share->blocks, all->blocks),
	        text_size(bytes, share->bytes), screen_dim(screen),
	        text_fit(line, sizeof(line), meaning,
	                 screen->columns > 63 ? screen->columns - 43 : 20, false),
	        screen_plain(screen));
}

void report_classes(const struct screen *screen, const struct class_counts *counts)
{
	struct class_share all = counts->inferred;
	unsigned class;

	for (class = 0; class < CLASS_COUNT; class ++)
		all.blocks += counts->shares[class].blocks;
	all.blocks += counts->unknown.blocks;
	fprintf(screen->file, "  %s%-13s%8s %6s %10s%s\n", screen_dim(screen), "class",
	        "blocks", "share", "bytes", screen_plain(screen));
	for (class = 0; class < CLASS_COUNT; class ++)
		class_line(screen, life_class_text(class), &counts->shares[class], &all,
		           meanings[class]);
	class_line(screen, "inferred", &counts->inferred, &all,
	           "stack-like or escaping; their frames were not exact");
	class_line(screen, "unknown", &counts->unknown, &all, "their free was missed");
}

/* ---- advice -------------------------------------------------------------------------- */

int location_place_text(char *text, size_t bytes, const struct profile *profile,
                        uint32_t location)
{
	struct stack_names scratch = { NULL, 0, 0 };
	struct stack_name name;
	int result = stack_name_blamed(&name, &scratch, profile, location) < 0 ? -1 : 0;

	text[0] = 0;
	if (!result)
		stack_name_place(text, bytes, &name);
	stack_names_release(&scratch);
	return result;
}

static int advice_print(const struct screen *screen, const struct findings *findings,
                        const struct advice *advice, size_t number)
{
	const struct place *place = &findings->places.places[advice->place];
	char calls[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES], time[TEXT_NUMBER_BYTES];
	char line[1024], where[256];
	struct text text = { NULL, 0, 0 };

	if (advice_text(&text, advice, findings->classes, &findings->places) ||
	    location_place_text(where, sizeof(where), findings->classes->profile,
	                        place->location)) {
		text_release(&text);
		return -1;
	}
	text_fit(line, sizeof(line), text.data,
	         screen->columns > 30 ? screen->columns - 4 : 26, false);
	fprintf(screen->file, "%2zu. %s\n", number, line);
	fprintf(screen->file, "    %ssaves %s call%s, %s, at least %s;  %s  (--why %u)%s\n",
	        screen_dim(screen), text_short(calls, advice->saves_calls),
	        advice->saves_calls == 1 ? "" : "s", text_size(bytes, advice->saves_bytes),
	        text_duration(time, advice->saves_ns), where, place->summary.site,
	        screen_plain(screen));
	text_release(&text);
	return 0;
}

int report_advice(const struct screen *screen, const struct findings *findings,
                  size_t count)
{
	size_t i;
	int result = 0;

	for (i = 0; i < findings->advice.count && i < count && !result; i++)
		result = advice_print(screen, findings, &findings->advice.items[i], i + 1);
	return result;
}

/* ---- the footer ---------------------------------------------------------------------- */

/* What was peeled off, as many names as fit a line. */
static void peeled_print(const struct screen *screen, const struct classes *classes)
{
	struct peeled_names names;
	const struct peeled_name *name;
	size_t i, used = 0;
	char item[96];

	if (peeled_names_make(&names, classes))
		return;
	for (i = 0; i < names.count; i++) {
		name = &names.names[i];
		snprintf(item, sizeof(item), "%s%s%s", i ? ", " : "peeled: ", name->text,
		         name->reason == PEEL_BUILTIN ? ""
		         : name->reason == PEEL_USER  ? " (--wrapper)"
		         : name->reason == PEEL_PART  ? " (part of one)"
		                                      : " (automatic)");
		if (i && used + text_columns(item) + 14 > screen->columns)
			break;
		fputs(item, screen->file);
		used += text_columns(item);
	}
	if (i < names.count)
		fprintf(screen->file, ", %zu more", names.count - i);
	if (names.count)
		fputc('\n', screen->file);
	peeled_names_release(&names);
}

void report_footer(const struct screen *screen, const struct classes *classes)
{
	const struct class_counts *all = &classes->all;
	char percent[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES];

	if (!all->blocks)
		return;
	fprintf(screen->file, "\n%s", screen_dim(screen));
	if (!classes->has_exact_frames)
		fprintf(screen->file,
		        "frames are plain: stack-like and escaping are inferred, of all %s "
		        "blocks\n",
		        text_count(blocks, all->blocks));
	else
		fprintf(screen->file, "exact: %s of %s blocks%s\n",
		        text_percent(percent, all->exact_blocks, all->blocks),
		        text_count(blocks, all->blocks),
		        all->exact_blocks < all->blocks ? "; the others are counted apart"
		                                        : "");
	peeled_print(screen, classes);
	fputs(screen_plain(screen), screen->file);
}
