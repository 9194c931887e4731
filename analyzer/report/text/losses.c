/* report/text/losses.c - what a recording lost, in half a sentence. */
#include "report/text/losses.h"

#include "trace/counts.h"
#include "report/text/summary.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Append what helps against losses of this cause: "; ..", or nothing. */
static void remedy_add(struct text *text, unsigned cause, const char *directory)
{
	const char *slash = strrchr(directory, '/');
	/* the directory in which the rings' own one was made; of "/x" that is "/" */
	int length = slash ? (int)(slash - directory) : 0;

	if (cause == LOST_OVERWRITTEN)
		text_printf(text, "; a bigger --ring keeps more");
	if (cause == LOST_RING_FULL)
		text_printf(
			text,
			"; each live thread holds %u KiB of the ring, whose memory is that of %.*s",
			CHUNK_BYTES / 1024, length ? length : 1, length ? directory : "/");
}

/* Append the events that were lost. */
static void events_add(struct text *text, const uint64_t *lost, uint64_t events,
                       const char *directory)
{
	/*
	 * One cause is named, the one with most events; the others are only hinted at: the text is
	 * half a sentence.
	 */
	struct losses losses = losses_sum(lost);
	const char *cause = loss_cause_text(losses.main, 2);
	char count[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES];

	if (!losses.events)
		return;
	text_printf(text, "; %s more %s lost (%s of all)%s: %s",
	            text_count(count, losses.events), losses.events == 1 ? "was" : "were",
	            text_percent(percent, losses.events, events + losses.events),
	            losses.has_several ? ", most of them" : "", cause);
	remedy_add(text, losses.main, directory);
}

char *loss_text(char *text, size_t bytes, const uint64_t lost[LOST_CAUSES_MAX],
                uint64_t events, const char *directory)
{
	uint64_t processes = lost[LOST_CHILDREN];
	struct text plain = { NULL, 0, 0 };
	char count[TEXT_NUMBER_BYTES];

	events_add(&plain, lost, events, directory);
	if (processes)
		text_printf(&plain, "; %s process%s not recorded, nor perhaps what %s started",
		            text_count(count, processes), processes == 1 ? " was" : "es were",
		            processes == 1 ? "it" : "they");
	/* the directory's name comes from outside; if memory is out, the text is "" */
	text_escape(text, bytes, plain.data ? plain.data : "");
	text_release(&plain);
	return text;
}
