/*
 * verdict/advice_rules.c - what can be done about the blocks of a call site, or why nothing
 * can.
 */
#include "verdict/advice_rules.h"

#include "elf/go_name.h"
#include "verdict/changeable.h"
#include "verdict/copies.h"
#include "verdict/library_blocks.h"
#include "verdict/reuse.h"

#define CALLER_BYTES_MAX 65536 /* size of a buffer that an owner keeps */
#define ARENA_LIVE_MIN 16      /* so many blocks at once are many */

/* ---- what the evidence carries ------------------------------------------------------- */

#define UNKNOWN_PART \
	20 /* of the blocks, at most so many may be alive in a process let go */

bool advice_is_all(const struct life_summary *summary, enum life_class class)
{
	uint64_t known = class_counts_known(&summary->counts);

	return known && summary->counts.shares[class].blocks == known;
}

/* "Never freed" is certain only of a process that exited, not of one that was killed. */
static bool has_finished(const struct classes *classes)
{
	return classes->profile->process->header.flags & RING_FINISHED;
}

/* ---- the rules ------------------------------------------------------------------------- */

uint64_t advice_room(const struct life_summary *summary)
{
	return advice_is_all(summary, CLASS_STACK) ? ADVICE_LOCAL_BYTES_MAX
	                                           : CALLER_BYTES_MAX;
}

/* Whether all blocks that an activation and its nested ones need at once fit into advice_room(). */
static enum refusal fits(const struct life_summary *summary)
{
	uint64_t each = summary->largest_max ? summary->largest_max : 1;
	uint64_t at_once = summary->at_once ? summary->at_once : 1;
	uint64_t nested = summary->recursion ? summary->recursion : 1;
	/* divide, as products of sizes and counts could overflow */
	uint64_t times = advice_room(summary) / each;

	if (summary->size_kind == SIZE_UNBOUNDED)
		return REFUSE_SIZES_GROW;
	if (!times)
		return REFUSE_LARGE;
	if (at_once > times)
		return REFUSE_MANY;
	return nested > times / at_once ? REFUSE_RECURSION : REFUSE_NOT;
}

#define COPIES_MIN 16 /* fewer may be chance */

/*
 * Count the lives in a tally by REPLACED_KEY that outgrew another block within one call of the
 * library: at least its outermost frame has not ended in between. Without a library, the function
 * has not ended that made both, by the same call path.
 */
static uint64_t outgrown_count(const struct classes *classes, uint32_t path,
                               bool is_container)
{
	const struct tally_cell *cells = classes->profile->replay.lives.paths.tally.cells;
	uint32_t list = profile_life(classes->profile, path)->outgrown;
	uint32_t peeled = classes->peeling.path_frames[path];
	uint64_t count = 0;

	for (; list; list = cells[list].next) {
		uint32_t key = (uint32_t)cells[list].key, frames = key >> REPLACED_SITE_BITS;

		if (cells[list].key != TALLY_OTHERS &&
		    (is_container ? frames < peeled
		                  : frames <= peeled && key == REPLACED_KEY(path, frames)))
			count += cells[list].blocks;
	}
	return count;
}

/*
 * Whether so many lives of blocks that no container made show that one array grew. Of blocks of any
 * size that replace each other, half are larger than the one before. It must be known that the
 * function had not ended.
 */
static bool is_own_growth(const struct life_summary *summary, uint64_t copies)
{
	const struct class_counts *counts = &summary->counts;

	return copies * 3 >= summary->begun * 2 && !counts->open.blocks &&
	       !counts->owner_open && !counts->inferred.blocks;
}

uint64_t call_site_copies(const struct classes *classes,
                          const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;
	bool is_container = is_of_container(classes, summary);
	uint64_t copies = 0;
	uint32_t i;

	if (is_of_stream(classes, summary))
		return 0;
	for (i = 0; i < summary->path_count; i++)
		copies += outgrown_count(classes, summary->paths[i].path, is_container);
	if (copies < COPIES_MIN || copies * 2 < summary->begun)
		return 0;
	return is_container || is_own_growth(summary, copies) ? copies : 0;
}

/* Whether stack-like blocks are few at once, and small enough for a stack. */
static bool is_local(const struct life_summary *summary)
{
	return summary->at_once <= LOCAL_AT_ONCE_MAX && !fits(summary) &&
	       summary->crowd_kind != SIZE_UNBOUNDED;
}

static void share_move(struct class_share *to, const struct class_share *share)
{
	to->blocks += share->blocks;
	to->bytes += share->bytes;
}

void kind_split_add(struct kind_split *split, const struct classes *classes,
                    const struct call_site *call_site,
                    const struct class_counts *counts)
{
	struct class_share *stack = &split->scoped, unknown = { 0, 0 };
	unsigned kind;

	if (is_go_runtime_c(classes->functions.functions[call_site->function].name))
		share_move(&split->go_runtime, &counts->shares[CLASS_CROSSED]);
	if (is_of_container(classes, &call_site->summary))
		stack = &split->contained;
	else if (is_of_coroutine(classes, &call_site->summary))
		stack = &unknown; /* it is none of them */
	else if (call_site->summary.is_sampled)
		stack = &unknown; /* which of the others it is cannot be known */
	else if (is_local(&call_site->summary))
		stack = &split->local;
	share_move(stack, &counts->shares[CLASS_STACK]);
	for (kind = 0; kind < LIVE_KINDS; kind++)
		share_move(&split->live[kind], &counts->kinds[kind]);
}

/* Whether the blocks are enough for an arena, but do not end together. */
static bool is_apart(enum refusal refusal)
{
	return refusal == REFUSE_ONE_BY_ONE || refusal == REFUSE_MIXED ||
	       refusal == REFUSE_BATCHES;
}

/*
 * How they come and go. Call paths that make them in turn are not followed together: there may be
 * blocks of another one when those of this one end.
 */
static enum refusal apart_how(const struct life_summary *summary)
{
	if (summary->mixed * 2 >= summary->begun)
		return REFUSE_ONE_BY_ONE;
	return summary->mixed || summary->path_count > 1 ? REFUSE_MIXED : REFUSE_BATCHES;
}

/* Whether an arena would help: many small blocks that are all freed when their owner ends. */
static enum refusal arena_check(const struct life_summary *summary)
{
	if (!has_single_owner(summary))
		return REFUSE_OWNERS;
	if (summary->at_once_min < ARENA_LIVE_MIN)
		return REFUSE_FEW_AT_ONCE;
	if (!summary->goes_together)
		return apart_how(summary);
	return summary->largest_max > ADVICE_ARENA_SIZE_MAX ? REFUSE_LARGE_FOR_ARENA
	                                                    : REFUSE_NOT;
}

/*
 * A single block may have another size in the next run. Several blocks of one size are more
 * likely a table of fixed size.
 */
static struct advice_result static_advice(const struct classes *classes,
                                          const struct life_summary *summary)
{
	if (!has_finished(classes))
		return (struct advice_result){ ADVICE_KINDS, REFUSE_UNFINISHED };
	if (summary->counts.blocks < ADVICE_BLOCKS_MIN)
		return (struct advice_result){ ADVICE_KINDS, REFUSE_FEW_GLOBALS };
	if (summary->size_kind != SIZE_CONSTANT)
		return (struct advice_result){ ADVICE_KINDS, REFUSE_SIZES_DIFFER };
	if (summary->largest_max > ADVICE_STATIC_BYTES_MAX / summary->counts.blocks)
		return (struct advice_result){ ADVICE_KINDS, REFUSE_LARGE_FOR_GLOBALS };
	return (struct advice_result){ ADVICE_STATIC, REFUSE_NOT };
}

/*
 * Whether one buffer could stand for all blocks that are too large for a stack: one at a time,
 * not in nested calls either, and keeping the largest saves most of the bytes.
 */
static bool is_for_keep(const struct life_summary *summary)
{
	return summary->at_once <= 1 && summary->recursion <= 1 &&
	       has_single_owner(summary) && summary->asked / 2 >= summary->largest_max;
}

/*
 * A local variable is the simplest change. If the blocks do not fit, or nothing limits how many
 * are live at once, an arena may still help.
 */
static struct advice_result stack_advice(const struct classes *classes,
                                         const struct life_summary *summary)
{
	enum refusal refusal = fits(summary);

	/* A local variable is gone when its function returns: that must be proved. */
	if (!refusal && classes->has_exact_frames &&
	    summary->counts.proved < class_counts_known(&summary->counts))
		refusal = REFUSE_SUPPORTED;
	if (!refusal && summary->at_once > LOCAL_AT_ONCE_MAX)
		refusal = REFUSE_MANY_AT_ONCE;
	if (!refusal && summary->crowd_kind == SIZE_UNBOUNDED)
		refusal = REFUSE_CROWD_GROWS;
	if (!refusal)
		return (struct advice_result){ ADVICE_LOCAL, REFUSE_NOT };
	if (refusal == REFUSE_LARGE && is_for_keep(summary))
		return (struct advice_result){ ADVICE_KEEP, REFUSE_NOT };
	if (!arena_check(summary))
		return (struct advice_result){ ADVICE_ARENA, REFUSE_NOT };
	/* Enough blocks for an arena: what prevents it is that they are not freed together. */
	if ((refusal == REFUSE_MANY || refusal == REFUSE_MANY_AT_ONCE) &&
	    is_apart(arena_check(summary)))
		refusal = arena_check(summary);
	return (struct advice_result){ ADVICE_KINDS, refusal };
}

/*
 * The owner must be able to hold the blocks: many of them in an arena, a single one in a buffer
 * that it passes down. Several blocks that do not suit an arena suit no single buffer either.
 */
static struct advice_result escaping_advice(const struct classes *classes,
                                            const struct life_summary *summary)
{
	enum refusal refusal;

	if (!has_changeable_owners(classes, summary))
		return (struct advice_result){ ADVICE_KINDS, has_exit_owner(classes, summary)
			                                             ? REFUSE_OWNERS_EXIT
			                                             : REFUSE_OWNERS_FIXED };
	refusal = arena_check(summary);
	if (!refusal)
		return (struct advice_result){ ADVICE_ARENA, REFUSE_NOT };
	if (summary->at_once > 1)
		return (struct advice_result){ ADVICE_KINDS, refusal };
	if (!has_single_owner(summary) && !single_level(summary))
		return (struct advice_result){ ADVICE_KINDS, REFUSE_OWNERS };
	refusal = fits(summary);
	return (struct advice_result){ refusal ? ADVICE_KINDS : ADVICE_CALLER, refusal };
}

/* Why changing the function could not change how its blocks are allocated or freed. */
static enum refusal hands_check(const struct classes *classes,
                                const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;
	enum where moved, freed;

	if (!is_changeable(classes, call_site->function))
		return REFUSE_FIXED;
	if (is_made_elsewhere(classes, summary, call_site->function))
		return REFUSE_MADE_ELSEWHERE;
	/* Code that receives a block in order to free it cannot receive a variable instead. */
	moved = moved_where(classes, summary, call_site->function);
	if (moved)
		return moved == WHERE_ELSEWHERE ? REFUSE_MOVED_ELSEWHERE
		                                : REFUSE_MOVED_ANYWHERE;
	freed = freed_where(classes, summary, call_site->function);
	return freed == WHERE_ELSEWHERE ? REFUSE_FREED_ELSEWHERE
	       : freed                  ? REFUSE_FREED_ANYWHERE
	                                : REFUSE_NOT;
}

/*
 * Whether advice can rest on the blocks that ended: the process ran on after the recording, and no
 * more of them were alive then than one activation of their owner had before.
 */
static bool is_known_enough(const struct classes *classes,
                            const struct life_summary *summary)
{
	uint64_t unknown = summary->counts.unknown.blocks;

	return !unknown ||
	       (profile_is_let_go(classes->profile) && unknown <= summary->at_once &&
	        unknown <= summary->counts.blocks / UNKNOWN_PART);
}

/* Why the blocks' classes allow no advice, whichever function allocates them. */
static enum refusal classes_check(const struct classes *classes,
                                  const struct life_summary *summary)
{
	const struct class_counts *counts = &summary->counts;
	unsigned class, kinds = 0;

	if (!counts->blocks)
		return REFUSE_GOES_ON;
	if (counts->inferred.blocks)
		return REFUSE_INFERRED;
	if (counts->open.blocks || counts->owner_open)
		return REFUSE_OPEN;
	if (!is_known_enough(classes, summary))
		return REFUSE_UNKNOWN;
	for (class = 0; class < CLASS_COUNT; class ++)
		kinds += counts->shares[class].blocks > 0;
	if (counts->suppressed.blocks && !kinds)
		return REFUSE_SUPPRESSED;
	if (counts->suppressed.blocks || kinds > 1)
		return REFUSE_CLASSES;
	if (advice_is_all(summary, CLASS_CROSSED))
		return REFUSE_CROSSED;
	return advice_is_all(summary, CLASS_LIVE) ? REFUSE_LIVE : REFUSE_NOT;
}

/* Whether the user of a container could not follow the advice, nor change what prevents it. */
static bool is_not_for_container(const struct advice_result *result)
{
	if (result->kind == ADVICE_KINDS)
		return result->refusal == REFUSE_OWNERS_FIXED ||
		       result->refusal == REFUSE_OWNERS_EXIT;
	return result->kind != ADVICE_ARENA && result->kind != ADVICE_MOVE;
}

/*
 * Reuse comes first: its last blocks may be live, so they may be of two classes, and
 * classes_check() would refuse them.
 */
struct advice_result call_site_advice(const struct classes *classes,
                                      const struct call_site *call_site)
{
	const struct life_summary *summary = &call_site->summary;
	bool is_few = summary->counts.blocks < ADVICE_BLOCKS_MIN;
	bool is_reuse = !is_few && (is_for_reuse(classes, call_site) ||
	                            is_alone(summary, call_site->function));
	enum refusal refusal = is_reuse ? REFUSE_NOT : classes_check(classes, summary);
	struct advice_result result = { ADVICE_KINDS, refusal };

	if (summary->is_sampled)
		return (struct advice_result){ ADVICE_KINDS, REFUSE_SAMPLED };
	if (refusal != REFUSE_LIVE && is_of_coroutine(classes, summary))
		return (struct advice_result){ ADVICE_KINDS, REFUSE_COROUTINE };
	if (refusal)
		return result;
	if (advice_is_all(summary, CLASS_STATIC))
		result = static_advice(classes, summary);
	else if (is_few)
		result.refusal = REFUSE_FEW;
	else if (is_of_copies(classes, call_site))
		result.kind = ADVICE_MOVE;
	else if (is_reuse)
		result.kind = ADVICE_REUSE;
	else if (advice_is_all(summary, CLASS_STACK))
		result = stack_advice(classes, summary);
	else
		result = escaping_advice(classes, summary);
	/*
	 * With few blocks there is nothing to advise anyway, so "too few" is the reason to
	 * give.
	 */
	refusal = is_few ? REFUSE_NOT : hands_check(classes, call_site);
	if (!refusal && result.kind != ADVICE_KINDS && is_of_exception(classes, summary))
		refusal = REFUSE_THROWN;
	if (!refusal && is_not_for_container(&result) && is_of_container(classes, summary))
		refusal = REFUSE_CONTAINER;
	if (!refusal && (result.kind == ADVICE_CALLER || result.kind == ADVICE_ARENA) &&
	    is_between_libraries(classes, summary, call_site->function))
		refusal = REFUSE_LIBRARIES;
	if (!refusal && !is_few && is_of_stream(classes, summary))
		refusal = REFUSE_STREAM;
	/* what is known is the better reason */
	if (result.refusal &&
	    (refusal == REFUSE_MOVED_ANYWHERE || refusal == REFUSE_FREED_ANYWHERE))
		refusal = REFUSE_NOT;
	if (refusal)
		result = (struct advice_result){ ADVICE_KINDS, refusal };
	return result;
}
