/* live/feed.c - follows one process of a recording. */
#include "live/feed.h"

#include "base/kernel_clock.h"
#include "symbols/symbolizer.h"
#include "trace/clock.h"
#include "trace/index.h"

#define TRY_NS UINT64_C(1000000000) /* to open the recording again takes time */

/*
 * A recording that is complete, or was cut short, is read like any other: only of one that is
 * being written the end may be missing for now.
 */
static struct trace_reader *reader_open(const char *path, bool *is_growing,
                                        struct error *error)
{
	struct trace_reader *reader = trace_reader_open(path, error);

	*is_growing = reader && trace_reader_is_written(reader);
	if (!*is_growing)
		return reader;
	trace_reader_close(reader);
	return trace_reader_open_growing(path, error);
}

/* Whether the recording has the names of the process, and what was inlined. */
static bool is_named(const struct trace_process *process)
{
	return process->symbols.count && process->sources.count;
}

/* Follow the process that is chosen now. 0, or -1 and *error. */
static int process_follow(struct live_feed *feed, struct error *error)
{
	size_t process = 0;

	if (process_pick(feed->reader, &feed->choice, &process, error))
		return -1;
	if (!is_named(trace_reader_process(feed->reader, process))) {
		feed->symbolizer = symbolizer_new();
		if (!feed->symbolizer)
			return error_set(error, "%s: out of memory", feed->path);
	}
	feed->process = process;
	feed->live = live_profile_new(feed->reader, process, feed->symbolizer, error);
	return feed->live ? 0 : -1;
}

int live_feed_open(struct live_feed *feed, const char *path,
                   const struct process_choice *choice, struct error *error)
{
	*feed = (struct live_feed){ .path = path, .choice = *choice };
	feed->reader = reader_open(path, &feed->is_growing, error);
	return feed->reader ? process_follow(feed, error) : -1;
}

void live_feed_release(struct live_feed *feed)
{
	live_profile_free(feed->live);
	symbolizer_free(feed->symbolizer);
	trace_reader_close(feed->reader);
	feed->live = NULL;
	feed->symbolizer = NULL;
	feed->reader = NULL;
}

uint64_t live_feed_session(const struct live_feed *feed)
{
	return live_feed_profile(feed)->process->header.session;
}

static int memory_out(const struct live_feed *feed, struct error *error)
{
	return error_set(error, "%s: out of memory", feed->path);
}

int live_feed_refresh(struct live_feed *feed, struct error *error)
{
	if (live_profile_refresh(feed->live))
		return memory_out(feed, error);
	feed->is_behind = true;
	return 0;
}

int live_feed_move_on(struct live_feed *feed, struct error *error)
{
	const struct ring_header *old = &live_feed_profile(feed)->process->header;
	const struct trace_follow *follow = live_profile_follow(feed->live);
	uint64_t now_ns = kernel_now_ns();
	struct live_feed next;
	bool is_other;

	if (feed->choice.number.is_given || now_ns - feed->tried_ns < TRY_NS ||
	    !((live_feed_is_ended(feed) && trace_follow_has_others(follow)) ||
	      trace_follow_is_replaced(follow)))
		return 0;
	feed->tried_ns = now_ns;
	if (live_feed_open(&next, feed->path, &feed->choice, error)) {
		live_feed_release(&next);
		return -1;
	}
	is_other = !trace_process_is_same(&live_feed_profile(&next)->process->header, old);
	live_feed_release(is_other ? feed : &next);
	if (is_other)
		*feed = next;
	return is_other;
}

/* The number of the process that comes after the one that is followed. */
static uint32_t number_next(struct trace_reader *reader, uint32_t number)
{
	uint32_t first = UINT32_MAX, next = UINT32_MAX, other;
	size_t i;

	for (i = 0; i < trace_reader_process_count(reader); i++) {
		other = trace_reader_process(reader, i)->number;
		first = other < first ? other : first;
		if (other > number && other < next)
			next = other;
	}
	return next == UINT32_MAX ? first : next;
}

int live_feed_next(struct live_feed *feed, struct error *error)
{
	uint32_t number = live_feed_profile(feed)->process->number;
	struct process_choice choice = { .number = { .is_given = true } };
	struct trace_reader *reader;
	struct live_feed next;

	reader = trace_reader_open(feed->path, error);
	if (!reader)
		return -1;
	choice.number.value = number_next(reader, number);
	trace_reader_close(reader);
	if (choice.number.value == number)
		return 0;
	if (live_feed_open(&next, feed->path, &choice, error)) {
		live_feed_release(&next);
		return -1;
	}
	live_feed_release(feed);
	*feed = next;
	return 1;
}

size_t live_feed_process_count(const struct live_feed *feed)
{
	return trace_reader_process_count(feed->reader);
}

size_t live_feed_process(const struct live_feed *feed)
{
	return feed->process;
}

const struct profile *live_feed_profile(const struct live_feed *feed)
{
	return live_profile_of(feed->live);
}

bool live_feed_is_ended(const struct live_feed *feed)
{
	return trace_follow_is_ended(live_profile_follow(feed->live));
}

/* When events were last searched for, or else when there was the last one. */
static uint64_t found_ns(const struct live_feed *feed)
{
	uint64_t now = trace_follow_now(live_profile_follow(feed->live));
	const struct profile *profile = live_feed_profile(feed);
	uint64_t last = profile->replay.totals.time_last;

	return process_time_ns(&profile->process->header, now > last ? now : last);
}

/* How far the figures go. The clock is measured again and again, and events come late. */
static void time_advance(struct live_feed *feed)
{
	const struct profile *profile = live_feed_profile(feed);
	uint64_t time_ns = found_ns(feed);

	if (feed->is_behind)
		time_ns = process_time_ns(&profile->process->header,
		                          profile->replay.totals.time_last);
	if (time_ns > feed->time_ns)
		feed->time_ns = time_ns;
}

int live_feed_replay(struct live_feed *feed, uint64_t until_ns, struct error *error)
{
	int result = live_profile_replay(feed->live, until_ns);

	feed->is_behind = result > 0;
	feed->has_caught_up |= !result;
	time_advance(feed);
	return result < 0 ? memory_out(feed, error) : result;
}

uint64_t live_feed_time_ns(const struct live_feed *feed)
{
	return feed->time_ns;
}

uint64_t live_feed_behind_ns(const struct live_feed *feed)
{
	uint64_t now_ns = found_ns(feed);

	return feed->is_behind && now_ns > feed->time_ns ? now_ns - feed->time_ns : 0;
}
