/* block_story.c - the lives of single blocks. Layer 8. */
#include "block_story.h"

#include "event_merge.h"

#include <stdlib.h>
#include <string.h>

struct telling {
	struct block_story *story;
	struct replay replay;
	uint64_t address, number; /* what was asked for */
	/* The allocation turned out to be a realloc: this is the birth of its block. */
	bool has_origin;
	uint32_t origin_thread;
	uint64_t origin_sequence;
};

static int step_note(struct story_step *step, const struct thread *thread,
                     const struct event *event, uint64_t address, uint64_t size)
{
	uint32_t i;

	*step = (struct story_step){ .time = event->time,
		                         .address = address,
		                         .size = size,
		                         .thread = thread->index,
		                         .op = event->op,
		                         .frames = thread->depth };
	step->locations = malloc((thread->depth + 1) * sizeof(*step->locations));
	if (!step->locations)
		return -1;
	for (i = 0; i < thread->depth; i++)
		step->locations[i] = thread->stack[i].location;
	return 0;
}

/* The life that is at this address now; NULL: none that is followed. */
static struct story_life *life_at(struct block_story *story, uint64_t address)
{
	struct story_life *life;
	size_t i;

	for (i = story->count; i-- > 0;) {
		life = &story->lives[i];
		if (life->end.op == OP_NONE && !life->is_missed &&
		    (life->move_count
		         ? life->moves[(life->move_count - 1) % STORY_MOVES_MAX].address
		         : life->birth.address) == address)
			return life;
	}
	return NULL;
}

static int life_begin(struct telling *telling, const struct thread *thread,
                      const struct event *event)
{
	struct block_story *story = telling->story;
	size_t capacity = story->capacity ? 2 * story->capacity : 16;
	struct story_life *lives, *life = life_at(story, event->address);

	if (life)
		life->is_missed = true;
	if (story->count == STORY_LIVES_MAX) {
		story->left_out++;
		return 0;
	}
	if (story->count == story->capacity) {
		lives = realloc(story->lives, capacity * sizeof(*lives));
		if (!lives)
			return -1;
		story->lives = lives;
		story->capacity = capacity;
	}
	life = &story->lives[story->count++];
	*life = (struct story_life){ .number = telling->replay.totals.allocations,
		                         .sequence = thread->sequence };
	return step_note(&life->birth, thread, event, event->address, event->size);
}

static int life_move(struct story_life *life, const struct thread *thread,
                     const struct event *event)
{
	struct story_step *step = &life->moves[life->move_count++ % STORY_MOVES_MAX];

	free(step->locations);
	return step_note(step, thread, event, event->address, event->size);
}

static int life_end(const struct telling *telling, struct story_life *life,
                    const struct thread *thread, const struct event *event)
{
	const struct thread *owner = telling->replay.threads[life->birth.thread];
	uint64_t size = life->move_count
	                    ? life->moves[(life->move_count - 1) % STORY_MOVES_MAX].size
	                    : life->birth.size;

	life->kept = life->birth.frames ? life->birth.frames - 1 -
	                                      thread_escape_depth(owner, life->birth.frames,
	                                                          life->sequence)
	                                : 0;
	life->is_exact = owner->plain_last < life->sequence && life->birth.frames;
	return step_note(&life->end, thread, event, event->address, size);
}

/* Whether a block born then is one of those that the profile is of. */
static bool is_in_phase(const struct profile *profile, uint64_t time)
{
	const struct phase_span *named = phases_named_at(profile->phases, time);

	return profile->phase_only == PHASE_NUMBER_NONE ||
	       phases_at(profile->phases, time)->number == profile->phase_only ||
	       (named && named->number == profile->phase_only);
}

static bool is_asked(const struct telling *telling, const struct thread *thread,
                     const struct event *event)
{
	if (telling->has_origin)
		return thread->index == telling->origin_thread &&
		       thread->sequence == telling->origin_sequence;
	if (telling->address)
		return event->address == telling->address &&
		       is_in_phase(telling->story->profile, event->time);
	return telling->replay.totals.allocations == telling->number &&
	       is_in_phase(telling->story->profile, event->time);
}

/* Whether the one allocation asked for goes on with an older block, whose birth is known. */
static bool origin_note(struct telling *telling, uint64_t address)
{
	const struct block *block;
	struct chain origin;
	bool is_new;

	if (telling->has_origin || telling->address)
		return false;
	/* the event has been replayed, so that is where the block is found */
	block = live_table_add(&telling->replay.live, address, &is_new);
	if (!block || is_new || !block->chain)
		return false;
	origin = block_lives_origin(&telling->replay.lives, block);
	telling->has_origin = !origin.is_unknown;
	telling->origin_thread = origin.thread;
	telling->origin_sequence = origin.sequence;
	return telling->has_origin;
}

/* The event has been replayed: the thread's stack is its stack. */
static int event_tell(struct telling *telling, const struct thread *thread,
                      const struct event *event)
{
	struct story_life *life = NULL;

	switch (event->op) {
	case OP_FREE:
		life = life_at(telling->story, event->address);
		return life ? life_end(telling, life, thread, event) : 0;
	case OP_REALLOC:
	case EVENT_MOVE_IN:
		life = life_at(telling->story, event->old_address);
		if (life)
			return life_move(life, thread, event);
		break;
	case OP_MALLOC:
	case OP_CALLOC:
	case OP_ALIGNED: break;
	default: return 0;
	}
	if (!is_asked(telling, thread, event) || origin_note(telling, event->address))
		return 0;
	return life_begin(telling, thread, event);
}

/* One event at a time, so that the stack of each is at hand. */
static int slice_tell(struct telling *telling, const struct event_slice *slice)
{
	struct event_slice one = *slice;
	size_t i;

	one.count = 1;
	for (i = 0; i < slice->count; i++) {
		one.events = slice->events + i;
		if (replay_slice(&telling->replay, &one))
			return -1;
		if (one.events->op != EVENT_RUN &&
		    event_tell(telling, *slice->user, one.events))
			return -1;
	}
	return 0;
}

/* Once from the first event to the last. 0, or -1 when memory is out. */
static int story_tell(struct telling *telling, struct trace_reader *reader,
                      const struct profile *profile)
{
	struct trace_process *process = trace_reader_process(reader,
	                                                     profile->process->number);
	struct event_merge *merge;
	struct event_slice slice;
	int result = -1, more = 0;

	if (replay_init(&telling->replay, 0, 1000))
		return -1;
	process->damaged_events = 0; /* met again now */
	merge = event_merge_new(reader, process, profile->map, replay_preview,
	                        &telling->replay);
	if (merge) {
		result = 0;
		while (!result && (more = event_merge_next(merge, &slice)) > 0)
			result = slice_tell(telling, &slice);
		if (more < 0)
			result = -1;
	}
	event_merge_free(merge);
	replay_release(&telling->replay);
	return result;
}

int block_story_read(struct block_story *story, struct trace_reader *reader,
                     const struct profile *profile, uint64_t address, uint64_t number)
{
	struct telling telling = { .story = story, .address = address, .number = number };
	int result;

	*story = (struct block_story){ .profile = profile };
	result = story_tell(&telling, reader, profile);
	if (result || !telling.has_origin)
		return result;
	story->realloc_number = number;
	return story_tell(&telling, reader, profile);
}

void block_story_release(struct block_story *story)
{
	size_t i, j;

	for (i = 0; i < story->count; i++) {
		free(story->lives[i].birth.locations);
		free(story->lives[i].end.locations);
		for (j = 0; j < STORY_MOVES_MAX; j++)
			free(story->lives[i].moves[j].locations);
	}
	free(story->lives);
	*story = (struct block_story){ .lives = NULL };
}
