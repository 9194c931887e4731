/*
 * live/compose.h - makes the frames of a followed process.
 */
#ifndef OUTLIVE_LIVE_COMPOSE_H
#define OUTLIVE_LIVE_COMPOSE_H

#include "live/feed.h"
#include "live/frame.h"
#include "live/memory.h"
#include "live/moment.h"
#include "live/rows.h"

/* What is kept from one frame to the next. Zeroed is a beginning. */
struct live_composer {
	struct live_rows rows;
	/* growth is since the first; rates are since the older of the last two */
	struct live_moment since, older, newer;
	struct live_memory memory, memory_since;
	unsigned since_number, search_number;
	bool has_begun;
	/* of what the last search found */
	bool is_found;
	size_t found;
};

/*
 * Make the frame that answers the request; `frame` is zeroed or an earlier one. 0, or -1: memory is
 * out.
 */
int live_compose(struct live_composer *composer, const struct live_feed *feed,
                 const struct live_request *request, struct live_frame *frame);

/* Another process is followed from now on. */
void live_composer_reset(struct live_composer *composer);

#endif
