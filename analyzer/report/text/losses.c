/* report/text/losses.c - what a recording lost, in half a sentence. */
#include "report/text/losses.h"

#include "trace/counts.h"
#include "report/text/summary.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* What helps against losses of this cause: "; ..", or "". */
static void remedy_text(char *text, size_t bytes, unsigned cause, const char *directory)
{
	const char *slash = strrchr(directory, '/');
	char place[PATH_MAX] = "/";

	text[0] = '\0';
	if (cause == LOST_OVERWRITTEN)
		snprintf(text, bytes, "; a bigger --ring keeps more");
	if (cause != LOST_RING_FULL)
		return;
	if (slash && slash > directory)
		snprintf(place, sizeof(place), "%.*s", (int)(slash - directory), directory);
	snprintf(text, bytes,
	         "; each live thread holds %u KiB of the ring, whose memory is that of %s",
	         CHUNK_BYTES / 1024, place);
}

/* Of the events. */
static void events_text(char *plain, size_t bytes, const uint64_t *lost,
                        uint64_t events, const char *directory)
{
	struct losses losses = losses_sum(lost);
	const char *cause = loss_cause_text(losses.main);
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES];
	char remedy[LOSS_TEXT_BYTES];

	plain[0] = '\0';
	if (!losses.events)
		return;
	remedy_text(remedy, sizeof(remedy), losses.main, directory);
	snprintf(plain, bytes, "; %s more %s lost (%s of all)%s: %s%s",
	         text_count(count, losses.events), losses.events == 1 ? "was" : "were",
	         text_percent(percent, losses.events, events + losses.events),
	         losses.has_several ? ", most of them" : "",
	         cause ? cause : "for a reason that a newer outlive knows", remedy);
}

char *loss_text(char *text, size_t bytes, const uint64_t lost[LOST_CAUSES_MAX],
                uint64_t events, const char *directory)
{
	uint64_t processes = lost[LOST_CHILDREN];
	char plain[2 * LOSS_TEXT_BYTES], count[TEXT_NUMBER_BYTES];
	size_t used;

	events_text(plain, sizeof(plain), lost, events, directory);
	used = strlen(plain);
	if (processes)
		snprintf(plain + used, sizeof(plain) - used,
		         "; %s process%s not recorded, nor what %s started",
		         text_count(count, processes), processes == 1 ? " was" : "es were",
		         processes == 1 ? "it" : "they");
	return text_escape(text, bytes, plain);
}
