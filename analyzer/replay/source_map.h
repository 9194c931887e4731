/*
 * replay/source_map.h - which source frames a machine location stands for. Readers think in
 * functions as they are in the source; a machine frame may be several of them, since compilers
 * inline functions into others, and a call at the end of a function may be a jump.
 *
 *   source location   a call in one activation of a source function: the call of a function
 *                     that is inlined there (one for each inlined instance, whatever address
 *                     in it is reached), or the machine call itself (one for each machine
 *                     location). Numbered from 1.
 *   vague             a machine call that a compiler made of calls in several inlined functions:
 *                     it has no line, and belongs to the function around them all. The
 *                     function that calls is missing, and it is not known which it is.
 *   transition        what is known of a machine frame that was at one location and is at
 *                     another now: which of its inlined functions are the same activations.
 *
 * The rules, what each settles, and what goes wrong without it: docs/source-frames.md.
 */
#ifndef OUTLIVE_REPLAY_SOURCE_MAP_H
#define OUTLIVE_REPLAY_SOURCE_MAP_H

#include "trace/address_map.h"
#include "trace/source_table.h"
#include "trace/symbol_table.h"

#include <stdbool.h>
#include <stdint.h>

#define SOURCE_NEVER 0xff

struct source_location {
	uint32_t machine; /* location of the address map */
	/* its frames among those of the machine location, the innermost being 0 */
	uint8_t first, count; /* count 0: all of them */
	bool is_vague;
};

/*
 * Where answers come from that the table does not have. Each returns 0, or -1 when memory is
 * out; they fill in what they know, and leave the rest as it is.
 */
struct source_answers {
	void *context;
	/* address->count instances of the location's module, innermost first */
	int (*address)(void *context, const struct location *location,
	               struct source_address *address, uint32_t *instances);
	int (*pair)(void *context, const struct location *from, const struct location *to,
	            struct source_pair *pair);
	int (*jumps)(void *context, struct source_jumps *jumps);
};

/* What a transition proves, and what is believed. */
struct transition {
	uint32_t to;     /* machine location */
	uint8_t is_same; /* both are in one machine function */
	uint8_t common;  /* inlined instances that both have in common */
	uint8_t merged;  /* further ones that last under other numbers */
	uint64_t kept;   /* see trace/source_table.h; 0: not known */
	/* source_map_supported() of it when the map's evidence was `evidence` */
	uint64_t supported;
	uint32_t evidence; /* 0: it was not asked for yet */
	/*
	 * What source_stack.c found out, to do the same again: how many inlined instances are kept,
	 * and the doubt about it, which is about frames beyond the first `sure` of the machine frame.
	 * A doubt changes with the evidence.
	 */
	bool is_simple;
	uint8_t most, sure;
	uint8_t doubt; /* enum transition_doubt */
};
enum transition_doubt { DOUBT_NONE, DOUBT_SUPPORTED, DOUBT_OPEN };

/* A machine location, as far as it was met. */
struct machine_source {
	uint32_t address; /* number in the table; 0: not met yet */
	uint32_t first;   /* in source_map.chains and .callees: outermost first */
	uint32_t count;
	uint32_t module, function; /* the machine function; function 0: not known */
	uint32_t called;           /* the one that is called here; 0: not known */
	bool is_part;              /* of the function that calls it */
	bool is_vague;
	/*
	 * In transitions to and from here that prove one answer, and of frames that began or
	 * ended here: how many inlined instances lasted, at least. So the instance further in
	 * is known to begin, or to end, with a call here. SOURCE_NEVER: there was none.
	 */
	uint8_t begun, ended;
	struct transition recent;
	uint32_t
		no_jump; /* the function that the call is known not to have jumped to, + 1 */
};

/* An inlined instance. */
struct source_instance_seen {
	uint32_t module, number;
	uint32_t location;         /* the source location of its call */
	bool has_begun, has_ended; /* somewhere, for certain */
};

struct source_map {
	struct address_map *addresses;        /* borrowed */
	struct source_table *table;           /* borrowed */
	const struct symbol_table *symbols;   /* borrowed */
	const struct source_answers *answers; /* borrowed; NULL: only the table */
	struct source_location *locations;    /* [0] is unused */
	uint32_t location_count, location_capacity;
	struct machine_source *machine; /* by location of the address map */
	uint32_t machine_capacity;
	uint32_t *chains; /* source locations of machine locations */
	/* for each of these the instance that is called there; 0: it is the machine call */
	uint32_t *callees;
	uint32_t chain_count, chain_capacity, callee_capacity;
	struct source_instance_seen *instances; /* [0] is unused */
	uint32_t instance_count, instance_capacity;
	struct hash_index instance_index;
	uint32_t evidence; /* changes, from 1, whenever the run shows something new */
};

/* All are borrowed. 0, or -1 when memory is out; release it either way. */
int source_map_init(struct source_map *map, struct address_map *addresses,
                    struct source_table *table, const struct symbol_table *symbols,
                    const struct source_answers *answers);
void source_map_release(struct source_map *map);

/* source_map_machine() for a location that was not met yet. NULL: memory is out. */
struct machine_source *source_map_meet(struct source_map *map, uint32_t location);

/*
 * What a machine location stands for. Valid until another location is met; NULL: memory is
 * out.
 */
static inline struct machine_source *source_map_machine(struct source_map *map,
                                                        uint32_t location)
{
	return location < map->machine_capacity && map->machine[location].address
	           ? &map->machine[location]
	           : source_map_meet(map, location);
}

/* source_map_transition() for one that is not the location's last. */
struct transition *source_map_compare(struct source_map *map, uint32_t from,
                                      uint32_t to);

/*
 * The transition between two locations that were met. Valid until another location is met, or
 * another transition from this one is asked for. NULL: memory is out.
 */
static inline struct transition *source_map_transition(struct source_map *map,
                                                       uint32_t from, uint32_t to)
{
	struct transition *recent = &map->machine[from].recent;

	return recent->to == to ? recent : source_map_compare(map, from, to);
}

/* A frame that was at `location` last, or is there first, kept `kept` inlined instances. */
void source_map_ended(struct source_map *map, uint32_t location, uint32_t kept);
void source_map_begun(struct source_map *map, uint32_t location, uint32_t kept);

/* source_map_supported(), newly worked out. */
uint64_t source_map_weigh(const struct source_map *map, uint32_t from, uint32_t to,
                          uint64_t kept);

/*
 * Of the answers that are possible (a bit for each number of instances kept), those that the
 * run does not speak against: an instance begins and ends only where instances were seen to.
 */
static inline uint64_t source_map_supported(const struct source_map *map, uint32_t from,
                                            struct transition *transition)
{
	if (transition->evidence != map->evidence) {
		transition->supported = source_map_weigh(map, from, transition->to,
		                                         transition->kept);
		transition->evidence = map->evidence;
	}
	return transition->supported;
}

/*
 * The functions without a machine frame between a call at `from` and machine function
 * `function` of that module (0: one outside of it, as the allocator is): the call's own function
 * jumped. Their locations go to locations[SOURCE_JUMPS_MAX]. Returns their number, or -1 when
 * memory is out.
 */
int source_map_jumps(struct source_map *map, uint32_t from, uint32_t function,
                     uint32_t *locations);

/* Whether source_map_jumps() is worth asking: most calls are of what they reach. */
static inline bool source_map_may_jump(const struct source_map *map, uint32_t from,
                                       uint32_t function)
{
	const struct machine_source *source = &map->machine[from];

	return source->called && source->called != function &&
	       source->no_jump != function + 1;
}

/* The same for the ways out of a machine function itself. */
int source_map_jumps_of(struct source_map *map, uint32_t module, uint32_t function,
                        uint32_t to, uint32_t *locations);

/* The source location of the machine function of a machine location; 0: it was never met. */
static inline uint32_t source_map_outermost(const struct source_map *map,
                                            uint32_t location)
{
	return location < map->machine_capacity && map->machine[location].address
	           ? map->chains[map->machine[location].first]
	           : 0;
}

#endif
