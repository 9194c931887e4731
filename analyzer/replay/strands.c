/* replay/strands.c - goroutines, and the threads that run them. */
#include "replay/strands.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>

/* ---- the table ----------------------------------------------------------------- */

static uint64_t hash_of(const void *context, uint32_t number)
{
	const struct thread_table *table = context;

	return hash_words(table->items[number - 1]->goroutine, 2);
}

static bool is_goroutine(const void *context, uint32_t number, const void *goroutine)
{
	const struct thread_table *table = context;

	return table->items[number - 1]->goroutine == *(const uint64_t *)goroutine;
}

static struct thread *goroutine_find(const struct thread_table *table,
                                     uint64_t goroutine)
{
	uint32_t number = hash_index_find(&table->by_goroutine, hash_words(goroutine, 2),
	                                  is_goroutine, table, &goroutine);

	return number ? table->items[number - 1] : NULL;
}

/* Entries of strands that were used again are left in the index: make it anew without them. */
static int index_renew(struct thread_table *table)
{
	struct hash_index index = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < table->count; i++) {
		if (table->items[i]->goroutine &&
		    hash_index_add(&index, hash_of(table, (uint32_t)i + 1), (uint32_t)i + 1,
		                   hash_of, table)) {
			hash_index_release(&index);
			return -1;
		}
	}
	hash_index_release(&table->by_goroutine);
	table->by_goroutine = index;
	table->stale = 0;
	return 0;
}

/* So many entries of a list are compared: they are of few starts. */
#define IDLE_SEEN_MAX 16

static struct thread **idle_list(struct thread_table *table, uint32_t start)
{
	return &table->idle[start % IDLE_LISTS];
}

static void strand_clear(struct thread *strand)
{
	strand->depth = strand->level_count = strand->unsettled = 0;
	strand->doubts.last = strand->doubts.count = 0;
	strand->open.last = strand->open.count = 0;
	strand->supported.last = strand->supported.count = 0;
	strand->compared.last = strand->compared.count = 0;
	/* No number of an event is used twice, nor that of the first event after it. */
	strand->sequence++;
	strand->carrier = NULL;
}

/*
 * A strand that nothing refers to, of a goroutine with this start: what it has allocated is counted
 * on for the next. NULL: there is none.
 */
static struct thread *idle_take(struct thread_table *table, uint32_t start)
{
	struct thread **at = idle_list(table, start), *strand;
	bool is_usable;
	int seen = 0;

	while (*at && seen++ < IDLE_SEEN_MAX) {
		strand = *at;
		is_usable = !strand->remembered && !strand->run_by;
		if (is_usable && strand->start != start) {
			at = &strand->next_idle;
			continue;
		}
		*at = strand->next_idle;
		strand->is_idle = false;
		if (!is_usable)
			continue;
		strand_clear(strand);
		table->stale++;
		return strand;
	}
	return NULL;
}

void thread_strand_idle(struct thread_table *table, struct thread *strand)
{
	struct thread **list = idle_list(table, strand->start);

	if (!strand->goroutine || strand->is_idle || strand->remembered || strand->run_by)
		return;
	strand->is_idle = true;
	strand->next_idle = *list;
	*list = strand;
}

/*
 * Go numbers goroutines one after the other. Numbers beyond this are counted each time that they
 * get a strand.
 */
#define SEEN_BYTES_MAX ((size_t)16 << 20)

/*
 * Whether a goroutine is to be counted: a strand may be given to another goroutine while it waits,
 * and it gets another one after that. 1, 0, or -1: memory is out.
 */
static int is_uncounted(struct thread_table *table, uint64_t goroutine)
{
	size_t byte = goroutine / 8 < SEEN_BYTES_MAX ? (size_t)(goroutine / 8)
	                                             : SEEN_BYTES_MAX;
	uint8_t bit = (uint8_t)(1 << goroutine % 8);

	if (byte == SEEN_BYTES_MAX)
		return 1;
	if (array_reserve_zeroed(table->seen, table->seen_bytes, byte + 1))
		return -1;
	if (table->seen[byte] & bit)
		return 0;
	table->seen[byte] |= bit;
	return 1;
}

/* The goroutine with that number, made if it is new; NULL: memory is out. */
static struct thread *goroutine_get(struct thread_table *table, uint64_t goroutine,
                                    uint32_t start)
{
	struct thread *strand = goroutine_find(table, goroutine);
	int is_new;

	if (strand)
		return strand;
	is_new = is_uncounted(table, goroutine);
	if (is_new < 0)
		return NULL;
	if (goroutine & GOROUTINE_SCHEDULER)
		start = STRAND_NO_START;
	strand = idle_take(table, start);
	if (!strand)
		strand = thread_table_add_strand(table);
	if (!strand)
		return NULL;
	strand->goroutine = goroutine;
	strand->goroutines += (uint64_t)is_new;
	strand->start = start;
	if (goroutine & GOROUTINE_SCHEDULER)
		snprintf(strand->name, sizeof(strand->name), "Go's scheduler");
	else
		snprintf(strand->name, sizeof(strand->name), "goroutine %lu",
		         (unsigned long)goroutine);
	if (table->stale > 1000 && table->stale > table->by_goroutine.count / 2)
		return index_renew(table) ? NULL : strand;
	return hash_index_add(&table->by_goroutine, hash_words(goroutine, 2),
	                      strand->index + 1, hash_of, table)
	           ? NULL
	           : strand;
}

/* ---- the stack of a thread ------------------------------------------------------ */

/* The stack of a thread, as machine frames, whatever goroutine it runs. */
static int machine_push(struct thread *thread, const uint32_t *locations,
                        uint32_t count, uint32_t gap)
{
	uint32_t i;

	if (array_reserve_zeroed(thread->machine, thread->machine_capacity,
	                         thread->machine_count + count))
		return -1;
	for (i = 0; i < count; i++)
		thread->machine[thread->machine_count++] = locations[i];
	/* Of the gaps only the innermost matters here: it is of the frames that change. */
	if (gap)
		thread->machine_gap = gap;
	return 0;
}

static int carrier_begin(struct thread *thread)
{
	uint32_t i;

	if (array_reserve(thread->machine, thread->machine_capacity,
	                  thread->level_count + 1))
		return -1;
	for (i = 0; i < thread->level_count; i++)
		thread->machine[i] = thread->levels[i].location;
	thread->machine_count = thread->level_count;
	thread->strand = thread;
	thread->run_by = 1;
	thread->carrier = thread;
	thread->is_carrier = true;
	return 0;
}

/* ---- what waits beneath the scheduler ------------------------------------------- */

/*
 * The thread goes from one strand to another. If that is the scheduler, the recorder may keep the
 * frames of the strand before beneath the scheduler's, with a gap in between: C has called that
 * strand back, and it waits.
 */
static void waiting_begin(struct thread *thread, struct thread *before)
{
	if (!(thread->strand->goroutine & GOROUTINE_SCHEDULER) ||
	    before->goroutine & GOROUTINE_SCHEDULER)
		return;
	thread->waiting = before;
	thread->waiting_count = thread->machine_count;
	if (thread->is_switched || thread->has_hole || before->carrier != thread ||
	    before->level_count != thread->machine_count)
		thread->waiting = NULL;
}

/*
 * An event of the thread has kept `kept` machine frames. Returns how many of the strand's own
 * levels still are those; 0: none are, or its frames were not beneath the scheduler's.
 */
static uint32_t waiting_end(struct thread *thread, uint32_t kept)
{
	const struct thread *strand = thread->strand;
	bool is_back = thread->waiting == strand && strand->carrier == thread &&
	               !thread->has_hole;

	if (kept > thread->waiting_count)
		kept = thread->waiting_count;
	if (strand->goroutine & GOROUTINE_SCHEDULER) {
		thread->waiting_count = kept;
		return 0;
	}
	thread->waiting = NULL;
	return is_back && kept <= strand->level_count ? kept : 0;
}

/* How many machine frames are not of the scheduler, but wait beneath it. */
static uint32_t frames_beneath(const struct thread *thread)
{
	return thread->strand->goroutine & GOROUTINE_SCHEDULER && thread->machine_gap
	           ? thread->machine_gap - 1
	           : 0;
}

/* ---- records --------------------------------------------------------------------- */

int strand_set(struct thread_table *table, struct thread *thread,
               const struct stack_record *record)
{
	struct thread *strand = thread, *before;
	const uint8_t *labels = record->goroutine.labels;
	uint32_t label_bytes = record->goroutine.label_bytes;
	int number;

	/* What a later version may append is taken for no labels. */
	if (label_bytes && !labels_are_valid(labels, label_bytes))
		label_bytes = 0;
	number = labels_number(&table->labels, labels, label_bytes);
	if (number < 0)
		return -1;
	if (!thread->is_carrier && carrier_begin(thread))
		return -1;
	if (record->goroutine.number)
		strand = goroutine_get(table, record->goroutine.number,
		                       record->goroutine.start_location);
	if (!strand)
		return -1;
	thread->carried_labels = (uint32_t)number;
	before = thread->strand;
	thread->goroutine_frames = record->goroutine.frames;
	if (strand == before)
		return 0;
	thread->strand = strand;
	/* The strand may have been in C all the time, which had called Go: its calls may go on. */
	thread->was_scheduler |= (before->goroutine & GOROUTINE_SCHEDULER) != 0;
	waiting_begin(thread, before);
	thread->is_switched = true;
	strand->run_by++;
	before->run_by--;
	thread_strand_idle(table, before);
	return 0;
}

int strand_run(struct thread *thread, const struct run *run, const uint32_t *locations,
               uint32_t count, bool is_whole)
{
	uint32_t i;

	for (i = 0; is_whole && i < count; i++)
		is_whole = count == thread->machine_count && thread->machine[i] == locations[i];
	if (is_whole && count == thread->machine_count)
		return 0;
	thread->is_switched = thread->has_hole = true;
	thread->waiting = NULL;
	thread->machine_count = thread->machine_gap = 0;
	return machine_push(thread, locations, count,
	                    run->gap_count ? run->gaps[run->gap_count - 1] + 1 : 0);
}

/* ---- events ------------------------------------------------------------------------ */

/*
 * How many outer frames of the strand are as in the thread's stack, `most` of them at most. Those
 * `beneath` are not its own.
 */
static uint32_t frames_same(const struct thread *strand, const struct thread *thread,
                            uint32_t beneath, uint32_t most)
{
	uint32_t count = 0;

	if (most > strand->level_count)
		most = strand->level_count;
	if (most > thread->machine_count - beneath)
		most = thread->machine_count - beneath;
	while (count < most &&
	       strand->levels[count].location == thread->machine[beneath + count])
		count++;
	return count;
}

/* The machine stack after the event; *kept: so many of its frames were there before. */
static int machine_follow(struct thread *thread, const struct event *event,
                          const uint32_t *locations, uint32_t *kept)
{
	/* The decoder has checked it against the stack of the chunk, which may be wrong. */
	if (event->popped > thread->machine_count)
		thread->machine_count = 0;
	else
		thread->machine_count -= event->popped;
	if (thread->machine_gap > thread->machine_count)
		thread->machine_gap = 0;
	*kept = thread->machine_count;
	return machine_push(thread, locations, event->pushed, event->gap);
}

/* The frames of the strand from `same` on are those of the thread, from beyond `beneath` on. */
static void change_frames(struct strand_change *change, const struct thread *thread,
                          uint32_t beneath, uint32_t same)
{
	change->event.popped = thread->strand->level_count - same;
	change->event.pushed = thread->machine_count - beneath - same;
	change->locations = thread->machine + beneath + same;
}

/*
 * Only frames on the goroutine's stack can be the same as in another thread, or after another
 * goroutine: all calls into C have ended in between.
 */
static void change_compare(struct strand_change *change, const struct thread *thread,
                           uint32_t beneath)
{
	const struct event *event = &change->event;
	const struct thread *strand = thread->strand;
	uint32_t most = thread->is_switched ? thread->goroutine_frames : 0, same;

	if (event->compared)
		most = event->compared - 1;
	/*
	 * It has met frames of C that stood before, beneath the scheduler: it was in C all the
	 * time, in this thread.
	 */
	if (!strand->goroutine ||
	    (strand->carrier == thread && event->is_plain && !event->compared))
		most = thread->machine_count;
	same = thread->has_hole ? 0 : frames_same(strand, thread, beneath, most);
	change->event.compared = !thread->has_hole &&
	                         !(event->is_plain && !event->compared) &&
	                         !(thread->was_scheduler && strand->carrier == thread);
	change_frames(change, thread, beneath, same);
	change->event.gap = !beneath && thread->machine_gap > same ? thread->machine_gap
	                                                           : 0;
	change->event.is_plain = strand->level_count != 0;
	change->event.is_left = 0;
	change->event.sure = 0;
}

/* Count the event's frames from beyond those beneath: the gap in between is not the strand's. */
static void change_shift(struct event *event, uint32_t beneath)
{
	event->sure -= event->sure < beneath ? event->sure : beneath;
	event->gap = event->gap > beneath + 1 ? event->gap - beneath : 0;
}

int strand_follow(struct thread *thread, const struct event *event,
                  const uint32_t *locations, struct strand_change *change)
{
	struct thread *strand = thread->strand;
	uint32_t beneath = frames_beneath(thread), kept, waited;
	bool is_next = !thread->is_switched && strand->carrier == thread &&
	               strand->level_count == thread->machine_count - beneath;

	if (machine_follow(thread, event, locations, &kept))
		return -1;
	waited = thread->waiting ? waiting_end(thread, kept) : 0;
	change->event = *event;
	change->locations = locations;
	if (is_next && event->popped <= strand->level_count) {
		if (beneath)
			change_shift(&change->event, beneath);
		return 0;
	}
	if (waited)
		change_frames(change, thread, 0, waited);
	else
		change_compare(change, thread, frames_beneath(thread));
	thread->is_switched = thread->has_hole = thread->was_scheduler = false;
	strand->carrier = thread;
	return 0;
}
