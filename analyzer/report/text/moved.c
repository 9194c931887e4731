/* report/text/moved.c - why figures by thread are not those of the filter --thread. */
#include "report/text/moved.h"

#include "base/text.h"

void report_moved_across(const struct screen *screen, const struct profile *profile)
{
	uint64_t moved = profile->replay.lives.moved_across;
	const char *kind = thread_table_kind(&profile->replay.threads);
	char count[TEXT_NUMBER_BYTES];

	if (moved)
		screen_line(
			screen, 2,
			"%s realloc%s of blocks that another %s had allocated: %s here for the "
			"%s that called realloc, with --thread for the one that allocated the "
			"block",
			text_count(count, moved), text_s(moved), kind,
			moved == 1 ? "it counts" : "they count", kind);
}
