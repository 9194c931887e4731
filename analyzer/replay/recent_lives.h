/*
 * replay/recent_lives.h - the last few blocks that were born, or ended, in a thread: to find
 * which block replaced which.
 */
#ifndef OUTLIVE_REPLAY_RECENT_LIVES_H
#define OUTLIVE_REPLAY_RECENT_LIVES_H

#include <stddef.h>
#include <stdint.h>

#define RECENT_LIVES 4 /* most blocks that are freed, or allocated, together */

struct recent_life {
	uint64_t sequence; /* number of the thread's event */
	uint64_t size;
	uint32_t path; /* 0: none, or already used */
};

struct recent_lives {
	struct recent_life lives[RECENT_LIVES];
	uint32_t next;
};

static inline void recent_lives_add(struct recent_lives *recent, uint64_t sequence,
                                    uint32_t path, uint64_t size)
{
	recent->lives[recent->next++ % RECENT_LIVES] = (struct recent_life){ sequence, size,
		                                                                 path };
}

/* The last one after an event, of that call path if there is one; NULL: none. */
static inline struct recent_life *recent_lives_find(struct recent_lives *recent,
                                                    uint64_t sequence, uint32_t path)
{
	struct recent_life *life, *found = 0;
	uint32_t i;

	for (i = 1; i <= RECENT_LIVES; i++) {
		life = &recent->lives[(recent->next - i) % RECENT_LIVES];
		if (!life->path || life->sequence <= sequence)
			continue;
		if (life->path == path)
			return life;
		if (!found)
			found = life;
	}
	return found;
}

/* The last one after an event that is larger than that; NULL: none. */
static inline struct recent_life *recent_lives_larger(struct recent_lives *recent,
                                                      uint64_t sequence, uint64_t size)
{
	struct recent_life *life;
	uint32_t i;

	for (i = 1; i <= RECENT_LIVES; i++) {
		life = &recent->lives[(recent->next - i) % RECENT_LIVES];
		if (life->path && life->sequence > sequence && life->size > size)
			return life;
	}
	return NULL;
}

#endif
