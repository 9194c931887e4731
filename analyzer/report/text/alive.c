/* report/text/alive.c - what is alive, whenever it was born, for people. */
#include "report/text/alive.h"

#include "base/table.h"
#include "trace/clock.h"
#include "verdict/alive_names.h"

#include <stdio.h>
#include <string.h>

#define ROWS 6
#define NAME_BYTES 2048

static const struct figure_column columns[] = {
	{ "alive", 10, 8 },  { "error", 6, 5 }, { "blocks", 7, 6 },
	{ "before", 10, 8 }, { "freed", 6, 5 },
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

static uint64_t rounded(double value)
{
	return value < 1e18 ? (uint64_t)(value + 0.5) : (uint64_t)1e18;
}

static void heading_print(const struct screen *screen, const struct profile *profile)
{
	char mean[TEXT_NUMBER_BYTES], aside[128];

	snprintf(aside, sizeof(aside), "estimates, from a sample of one byte in %s",
	         text_size(mean, profile->alive.mean_bytes));
	screen_heading(screen, "alive at the end, whenever born", aside);
}

/* What all of it is, how old, and what "before" means. */
static void total_print(const struct screen *screen, const struct profile *profile)
{
	const struct ring_header *header = &profile->process->header;
	const struct alive *alive = &profile->alive;
	const struct alive_path *total = &alive->total;
	uint64_t window = profile->replay.totals.time_last > alive->window_time
	                      ? profile->replay.totals.time_last - alive->window_time
	                      : 0;
	char bytes[TEXT_NUMBER_BYTES], error[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES],
		before[TEXT_NUMBER_BYTES], time[TEXT_NUMBER_BYTES];

	screen_line(screen, 4, "  - %s %s %s (a standard error) in some %s block%s%s",
	            text_size(bytes, rounded(total->live.bytes)),
	            screen->has_blocks ? "\u00b1" : "+-",
	            text_size(error, sample_error(total->live.variance.bytes)),
	            text_short(blocks, rounded(total->live.blocks)),
	            text_s(rounded(total->live.blocks)),
	            screen->is_brief ? ""
	                             : "; freed: of all that was ever born on that path");
	screen_line(
		screen, 4,
		screen->is_brief
			? "  - before: %s was born before the window, the last %s"
			: "  - before: %s was born before the window, which has all events of the "
			  "last %s; the rest of this report is of the window",
		text_size(before, rounded(total->before.bytes)),
		process_is_calibrated(header)
			? text_duration(time, process_span_ns(header, window))
			: "part");
}

static void losses_print(const struct screen *screen, const struct alive *alive)
{
	char blocks[TEXT_NUMBER_BYTES];

	if (alive->unplaced)
		screen_line(screen, 4,
		            "  - %s sampled block%s had no room: what is alive is more",
		            text_count(blocks, alive->unplaced), text_s(alive->unplaced));
	if (alive->damaged)
		screen_line(screen, 4,
		            "  - %s part%s of the ring's account of it cannot be: the program "
		            "wrote over it, or the file is damaged",
		            text_count(blocks, alive->damaged), text_s(alive->damaged));
}

/* Of what was born on the path, the part that is not alive. */
static void freed_text(char text[TEXT_NUMBER_BYTES], const struct alive_path *path)
{
	uint64_t born = rounded(path->born_bytes), live = rounded(path->live.bytes);

	if (born)
		text_percent(text, live < born ? born - live : 0, born);
	else
		strcpy(text, "-");
}

static int row_print(const struct figures *figures, const struct profile *profile,
                     const struct alive_path *path)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[NAME_BYTES];
	uint64_t bytes = rounded(path->live.bytes);
	uint64_t error = sample_error(path->live.variance.bytes);

	if (alive_names_path(name, sizeof(name), profile, path))
		return -1;
	text_size(texts[0], bytes);
	if (error && bytes)
		text_percent(texts[1], error, bytes);
	else
		strcpy(texts[1], "-");
	text_short(texts[2], rounded(path->live.blocks));
	figures_size(texts[3], rounded(path->before.bytes));
	freed_text(texts[4], path);
	figures_name(figures, figures_print(figures, texts), name, false);
	return 0;
}

/* Paths with nothing alive come last, and are left out. */
static size_t paths_alive(const struct alive *alive)
{
	size_t count = 0;

	while (count < alive->path_count && alive->paths[count].live.seen)
		count++;
	return count;
}

static int alive_print(const struct screen *screen, const struct profile *profile,
                       size_t most)
{
	const struct alive *alive = &profile->alive;
	struct figures figures = figures_of(screen, columns, COLUMNS);
	size_t count = paths_alive(alive), i;
	int result = 0;

	heading_print(screen, profile);
	total_print(screen, profile);
	losses_print(screen, alive);
	if (count)
		figures_titles(&figures, "call path");
	for (i = 0; i < count && i < most && !result; i++)
		result = row_print(&figures, profile, &alive->paths[i]);
	if (count > most)
		screen_line(screen, 2, "  and %zu more call paths: --by path lists them",
		            count - most);
	return result;
}

int report_alive(const struct screen *screen, const struct profile *profile)
{
	if (!profile->alive.is_known || !profile->alive.is_window_cut)
		return 0;
	return alive_print(screen, profile, screen->rows ? screen->rows : ROWS);
}

int report_alive_paths(const struct screen *screen, const struct profile *profile,
                       uint64_t top)
{
	if (!profile->alive.is_known || !profile->alive.is_window_cut)
		return 0;
	return alive_print(screen, profile, top ? top : SIZE_MAX);
}
