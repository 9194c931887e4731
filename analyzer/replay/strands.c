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

/* A strand that nothing refers to; NULL: there is none. */
static struct thread *idle_take(struct thread_table *table)
{
	struct thread *strand;

	while (table->idle) {
		strand = table->idle;
		table->idle = strand->next_idle;
		strand->is_idle = false;
		if (strand->remembered || strand->run_by)
			continue;
		strand->depth = strand->level_count = strand->unsettled = 0;
		strand->doubts.last = strand->doubts.count = 0;
		strand->open.last = strand->open.count = 0;
		strand->supported.last = strand->supported.count = 0;
		strand->compared.last = strand->compared.count = 0;
		/* No number of an event is used twice, nor that of the first event after it. */
		strand->sequence++;
		strand->carrier = NULL;
		table->stale++;
		return strand;
	}
	return NULL;
}

void thread_strand_idle(struct thread_table *table, struct thread *strand)
{
	if (!strand->goroutine || strand->is_idle || strand->remembered || strand->run_by)
		return;
	strand->is_idle = true;
	strand->next_idle = table->idle;
	table->idle = strand;
}

/* The goroutine with that number, made if it is new; NULL: memory is out. */
static struct thread *goroutine_get(struct thread_table *table, uint64_t goroutine)
{
	struct thread *strand = goroutine_find(table, goroutine);

	if (strand)
		return strand;
	strand = idle_take(table);
	if (!strand)
		strand = thread_table_add_strand(table);
	if (!strand)
		return NULL;
	strand->goroutine = goroutine;
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
		strand = goroutine_get(table, record->goroutine.number);
	if (!strand)
		return -1;
	thread->carried_labels = (uint32_t)number;
	before = thread->strand;
	thread->goroutine_frames = record->goroutine.frames;
	if (strand == before)
		return 0;
	thread->strand = strand;
	thread->is_switched = true;
	/* The strand may have been in C all the time, which had called Go: its calls may go on. */
	thread->was_scheduler |= (before->goroutine & GOROUTINE_SCHEDULER) != 0;
	strand->run_by++;
	strand->is_unwanted = thread->is_unwanted;
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
	thread->machine_count = thread->machine_gap = 0;
	return machine_push(thread, locations, count,
	                    run->gap_count ? run->gaps[run->gap_count - 1] + 1 : 0);
}

/* ---- events ------------------------------------------------------------------------ */

/* How many outer frames of the strand are as in the thread's stack, `most` of them at most. */
static uint32_t frames_same(const struct thread *strand, const struct thread *thread,
                            uint32_t most)
{
	uint32_t count = 0;

	if (most > strand->level_count)
		most = strand->level_count;
	if (most > thread->machine_count)
		most = thread->machine_count;
	while (count < most && strand->levels[count].location == thread->machine[count])
		count++;
	return count;
}

/*
 * Only frames on the goroutine's stack can be the same as in another thread, or after another
 * goroutine: all calls into C have ended in between.
 */
int strand_follow(struct thread *thread, const struct event *event,
                  const uint32_t *locations, struct strand_change *change)
{
	struct thread *strand = thread->strand;
	uint32_t most = thread->is_switched ? thread->goroutine_frames : 0, same;
	bool is_next = !thread->is_switched && strand->carrier == thread &&
	               strand->level_count == thread->machine_count;

	/* The decoder has checked it against the stack of the chunk, which may be wrong. */
	if (event->popped > thread->machine_count)
		thread->machine_count = 0;
	else
		thread->machine_count -= event->popped;
	if (thread->machine_gap > thread->machine_count)
		thread->machine_gap = 0;
	if (machine_push(thread, locations, event->pushed, event->gap))
		return -1;
	change->event = *event;
	change->locations = locations;
	if (is_next && event->popped <= strand->level_count)
		return 0;
	if (event->compared)
		most = event->compared - 1;
	/*
	 * It has met frames of C that stood before, beneath the scheduler: it was in C all the
	 * time, in this thread.
	 */
	if (!strand->goroutine ||
	    (strand->carrier == thread && event->is_plain && !event->compared))
		most = thread->machine_count;
	same = thread->has_hole ? 0 : frames_same(strand, thread, most);
	change->event.popped = strand->level_count - same;
	change->event.pushed = thread->machine_count - same;
	change->event.gap = thread->machine_gap > same ? thread->machine_gap : 0;
	change->event.is_plain = strand->level_count != 0;
	change->event.is_left = 0;
	change->event.sure = 0;
	change->event.compared = !thread->has_hole &&
	                         !(event->is_plain && !event->compared) &&
	                         !(thread->was_scheduler && strand->carrier == thread);
	change->locations = thread->machine + same;
	thread->is_switched = thread->has_hole = thread->was_scheduler = false;
	strand->carrier = thread;
	return 0;
}
