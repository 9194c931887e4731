/* report/text/segment_end.c - the end of a process, for people. */
#include "report/text/segment_end.h"

#define LABEL_COLUMNS 15 /* what a line is about */

/* What it saw at its end, or NULL. */
static const struct segment_picture *end_find(const struct profile *profile)
{
	const struct segment_pictures *pictures = &profile->pictures;
	const struct segment_picture *last;

	if (!pictures->count)
		return NULL;
	last = &pictures->pictures[pictures->count - 1];
	return last->reason == MAPS_END ? last : NULL;
}

bool segment_end_is_known(const struct profile *profile)
{
	const struct segment_picture *end = end_find(profile);

	return end && end->totals.rss && end->totals.peak_rss;
}

/* ", 44.3 ms after the last look"; "" where the end is a look itself. */
static void unseen_text(char *text, size_t bytes, const struct profile *profile,
                        uint64_t end_ns)
{
	const struct segment_history *history = &profile->segments;
	uint64_t last_ns = history->samples[history->count - 1].time_ns;
	char since[TEXT_NUMBER_BYTES];

	*text = 0;
	if (end_ns > last_ns && !end_find(profile)->sample)
		snprintf(text, bytes, ", %s after the last look",
		         text_duration(since, end_ns - last_ns));
}

void segment_end_text(const struct profile *profile, const struct screen *screen)
{
	const struct segment_picture *end = end_find(profile);
	char at[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], heap[TEXT_NUMBER_BYTES];
	char rss[TEXT_NUMBER_BYTES], unseen[64], resident[64] = "";
	uint64_t end_ns;

	if (!end)
		return;
	end_ns = process_time_ns(&profile->process->header, end->time);
	unseen_text(unseen, sizeof(unseen), profile, end_ns);
	if (end->totals.rss)
		snprintf(resident, sizeof(resident), "%s resident of ",
		         text_size(rss, end->totals.rss));
	screen_line(screen, LABEL_COLUMNS,
	            "  end          after %s%s, with %s%s of addresses, %s of them heap%s",
	            text_duration(at, end_ns), unseen, resident,
	            text_size(size, end->total), text_size(heap, end->sizes[SEGMENT_HEAP]),
	            end->sample ? ": the last look, by the process itself" : "");
}
