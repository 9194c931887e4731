/* report/text/mappings_brief.c - what mapped memory, in a line of the default screen. */
#include "base/table.h"
#include "report/mapping_rows.h"
#include "report/text/mappings.h"
#include "report/why_memory.h"
#include "trace/clock.h"
#include "verdict/function_text.h"
#include "verdict/module_choice.h"
#include "verdict/unseen_allocators.h"

#include <string.h>

#define LABEL_COLUMNS 15
/* Mappings of less than this are not worth a line on the default screen .. */
#define BRIEF_BYTES (UINT64_C(1) << 20)
/* .. nor of less than this part of what is resident. */
#define BRIEF_PART 10

const char *report_resident_text(char *text, size_t bytes,
                                 const struct mapping_use *use)
{
	char least[TEXT_NUMBER_BYTES], most[TEXT_NUMBER_BYTES];

	text_size(least, use->resident);
	text_size(most, use->resident + use->unsure);
	if (!use->unsure)
		snprintf(text, bytes, "about %s", least);
	else if (use->resident)
		snprintf(text, bytes, "%s to %s", least, most);
	else
		snprintf(text, bytes, "up to %s", most);
	return text;
}

/* The row that has most resident memory at the largest snapshot, or may have it. */
static const struct mapping_row *heaviest(const struct mapping_rows *rows)
{
	const struct mapping_row *most = NULL;
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct mapping_use *use = &rows->rows[i].sums.highest;

		/* of those that may have as much, the one that has more for certain */
		if (use->resident + use->unsure < bytes ||
		    (use->resident + use->unsure == bytes &&
		     (!most || use->resident <= most->sums.highest.resident)))
			continue;
		most = &rows->rows[i];
		bytes = use->resident + use->unsure;
	}
	return bytes ? most : NULL;
}

/* "arena() (a.c:12)" */
static void maker_text(char *text, size_t bytes, const struct classes *classes,
                       const struct mapping_row *row)
{
	char function[256], line[256];

	function_call_text(function, sizeof(function), classes, row->function);
	if (*stack_name_line(line, sizeof(line), &row->name))
		snprintf(text, bytes, "%s (%s)", function, line);
	else
		snprintf(text, bytes, "%s", function);
}

void report_unseen_allocators(const struct screen *screen,
                              const struct classes *classes)
{
	const struct address_map *map = classes->profile->map;
	struct unseen_allocators found;
	char size[TEXT_NUMBER_BYTES], why[WHY_MEMORY_BYTES], module[256];
	size_t i;

	unseen_allocators_find(&found, classes);
	for (i = 0; i < found.count; i++)
		screen_line(
			screen, LABEL_COLUMNS,
			"  %sunseen%s       %s is in %s under names of its own: its blocks are not seen, "
			"nor counted; it mapped %s (--why %s)",
			screen_bold(screen), screen_plain(screen), found.items[i].name,
			text_escape(
				module, sizeof(module),
				module_last_part(address_map_module(map, found.items[i].module)->path)),
			text_size(size, found.items[i].bytes),
			why_mapping_text(why, found.items[i].path));
}

int report_mappings_brief(const struct screen *screen, const struct classes *classes)
{
	const struct profile *profile = classes->profile;
	const struct mapping_use *use = &profile->replay.mappings.totals.highest;
	const struct segment_history *history = &profile->segments;
	uint64_t at_most = use->resident + use->unsure, total;
	char size[RESIDENT_TEXT_BYTES], part[RESIDENT_TEXT_BYTES], all[TEXT_NUMBER_BYTES],
		who[544], why[WHY_MEMORY_BYTES];
	const struct mapping_row *most;
	struct mapping_rows rows;

	if (!history->count)
		return 0;
	total = history->snapshots[history->highest].total.rss;
	if (at_most < BRIEF_BYTES || at_most < total / BRIEF_PART)
		return 0;
	if (mapping_rows_make(&rows, classes, false)) {
		mapping_rows_release(&rows);
		return -1;
	}
	most = heaviest(&rows);
	report_resident_text(size, sizeof(size), use);
	if (most && screen->is_brief) {
		function_call_text(who, sizeof(who), classes, most->function);
		screen_line(screen, LABEL_COLUMNS,
		            "  mapped       %s by the program itself, most by %s (--why %s); "
		            "--mappings",
		            size, who, why_mapping_call_text(why, classes, most->node));
	} else if (most) {
		maker_text(who, sizeof(who), classes, most);
		screen_line(
			screen, LABEL_COLUMNS,
			"  mapped       %s of %s resident by the program itself%s; %s by %s (--why "
			"%s); --mappings shows all",
			size, text_size(all, total),
			use->other > at_most / 2 ? " (in 'other')" : "",
			most->sums.highest.resident == at_most
				? "all of it"
				: report_resident_text(part, sizeof(part), &most->sums.highest),
			who, why_mapping_call_text(why, classes, most->node));
	}
	mapping_rows_release(&rows);
	return 0;
}
