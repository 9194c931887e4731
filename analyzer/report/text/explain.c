/* report/text/explain.c - single blocks, followed from birth to end. */
#include "report/text/explain.h"

#include "verdict/function_text.h"
#include "report/text/classes.h"
#include "report/text/names.h"
#include "verdict/stack_names.h"
#include "trace/clock.h"

#include <inttypes.h>
#include <string.h>

#define LIVES_WHOLE 3 /* lives shown with their stacks; the others take a line each */
/* an address may have had thousands of blocks; the last line says how many more there were */
#define LIVES_SHOWN 40
#define STEP_HANG 11 /* the columns of " realloc " */
/* continuation of frames: between their indentation and the end of "running " */
#define STACK_HANG 10

struct explain {
	const struct screen *screen;
	const struct findings *findings;
	const struct block_history *history;
};

static const char *when_text(char *text, const struct explain *explain, uint64_t time)
{
	const struct profile *profile = explain->findings->classes->profile;

	return text_duration(text, process_time_ns(&profile->process->header, time));
}

/* The function of a frame, 0 the outermost. FUNCTION_NONE if there is no such frame. */
static uint32_t function_at(const struct explain *explain,
                            const struct history_step *step, uint32_t frame)
{
	return frame < step->frames ? explain->findings->classes->functions
	                                  .of_location[step->stack[frame].location]
	                            : FUNCTION_NONE;
}

/* How many innermost frames of the birth's stack are wrappers. */
static uint32_t peeled_of(const struct explain *explain,
                          const struct history_step *birth)
{
	const struct peel *peels = explain->findings->classes->peeling.functions;
	uint32_t peeled = 0;

	/* the outermost frame is never skipped: some function must be blamed */
	while (peeled + 1 < birth->frames &&
	       peels[function_at(explain, birth, birth->frames - 1 - peeled)].reason)
		peeled++;
	return peeled;
}

/* Write the function that acted: the innermost one that is no wrapper. */
static const char *actor_text(char *text, size_t bytes, const struct explain *explain,
                              const struct history_step *step)
{
	uint32_t frame = step->frames ? step->frames - 1 - peeled_of(explain, step) : 0;

	if (!step->frames)
		return text_escape(text, bytes, "(unknown)");
	return function_text(text, bytes, explain->findings->classes,
	                     function_at(explain, step, frame));
}

/*
 * Print the stack of a step, innermost first. If `life` is given, each frame says whether it
 * had ended when the block was freed.
 */
static int stack_print(const struct explain *explain, const struct history_step *step,
                       const struct history_life *life)
{
	const struct classes *classes = explain->findings->classes;
	uint32_t i, frame;
	const struct symbol_frame *frames;
	char name[512], call_site[256];
	const char *label = "";
	size_t count;

	for (i = 0; i < step->frames; i++) {
		frame = step->frames - 1 - i;
		if (i && stack_names_is_own(classes->profile, step->stack[frame].location))
			continue;
		if (life)
			label = frame > life->kept ? "ended    " : "running  ";
		if (life && frame == life->kept)
			label = "owner    ";
		function_text(name, sizeof(name), classes, function_at(explain, step, frame));
		if (location_line_text(call_site, sizeof(call_site), classes->profile,
		                       step->stack[frame].location))
			return -1;
		frames = profile_frames(classes->profile, step->stack[frame].location, &count);
		screen_line(explain->screen, STACK_HANG, "      %s%s  %s%s%s%s", label, name,
		            screen_dim(explain->screen), call_site,
		            count && frames[count - 1].inlined ? " (inlined)" : "",
		            screen_plain(explain->screen));
		if (step->stack[frame].is_cut)
			screen_line(explain->screen, STACK_HANG, "      %*s(gap)",
			            (int)strlen(label), "");
	}
	return 0;
}

/*
 * Print what happened to the block, when, and by which thread, then the stack. A step may have
 * an unknown thread. 0, or -1: no memory.
 */
static int step_print(const struct explain *explain, const char *what,
                      const struct history_step *step, const struct history_life *life)
{
	const struct replay *replay = &explain->findings->classes->profile->replay;
	char when[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], name[64];
	uint32_t tid = 0;

	name[0] = 0;
	if (step->thread < replay->threads.count) {
		tid = replay->threads.items[step->thread]->tid;
		text_escape(name, sizeof(name), replay->threads.items[step->thread]->name);
	}
	screen_line(explain->screen, STEP_HANG,
	            "  %s  %s after the start, %s at 0x%" PRIx64 ", by thread %u %s", what,
	            when_text(when, explain, step->time), text_size(size, step->size),
	            step->address, tid, name);
	return stack_print(explain, step, life);
}

/* Write which frames the block outlived, or that it outlived none; wrappers are not counted. */
static void depth_text(char *text, size_t bytes, const struct explain *explain,
                       const struct history_life *life)
{
	const struct classes *classes = explain->findings->classes;
	/*
	 * Frames are numbered from the outermost, so a block outlived the frames with numbers above
	 * `kept`, up to the function that made it.
	 */
	uint32_t inner = life->birth.frames - 1 - peeled_of(explain, &life->birth);
	char maker[192], last[192], owner[192];

	function_call_text(maker, sizeof(maker), classes,
	                   function_at(explain, &life->birth, inner));
	if (inner <= life->kept) {
		snprintf(text, bytes, "stack-like: %s was still running", maker);
		return;
	}
	function_call_text(last, sizeof(last), classes,
	                   function_at(explain, &life->birth, life->kept + 1));
	function_call_text(owner, sizeof(owner), classes,
	                   function_at(explain, &life->birth, life->kept));
	if (inner == life->kept + 1)
		snprintf(text, bytes, "outlived 1 frame, %s; passed up to %s", maker, owner);
	else
		snprintf(text, bytes, "outlived %u frames, %s to %s; passed up to %s",
		         inner - life->kept, maker, last, owner);
}

/* Write in one line how the block's life ended. */
static void fate_text(char *text, size_t bytes, const struct explain *explain,
                      const struct history_life *life)
{
	/*
	 * from what is certain to what is inferred: no end, another thread, then the stack at birth
	 */
	if (life->end.op == OP_NONE) {
		snprintf(text, bytes, life->is_missed ? "its free was missed" : "never freed");
		return;
	}
	if (life->has_crossed) {
		snprintf(
			text, bytes, "crossed: %s by another %s",
			life->end.thread == life->birth.thread ? "reallocated" : "freed",
			thread_table_kind(&explain->findings->classes->profile->replay.threads));
		return;
	}
	if (life->birth.frames)
		depth_text(text, bytes, explain, life);
	else
		snprintf(text, bytes, "the stack of its birth is not known");
	if (life->proof >= PROOF_OPEN)
		snprintf(text + strlen(text), bytes - strlen(text), " (%s)",
		         life->proof == PROOF_OPEN ? "open" : "inferred");
	if (life->is_unborn)
		snprintf(
			text + strlen(text), bytes - strlen(text),
			", counted from the realloc that moved it here: its birth was not seen");
}

/*
 * Print a life with all its steps. Of many reallocs only the last ones are kept, in a ring; the
 * oldest of these is at move_count modulo its size. Frames are marked as ended or running only
 * if the thread that allocated freed the block: other threads say nothing about them.
 */
static int life_print(const struct explain *explain, const struct history_life *life)
{
	bool is_freed = life->end.op != OP_NONE;
	const struct history_life *labelled = is_freed && !life->has_crossed ? life : NULL;
	char fate[768];
	uint64_t i, first = life->move_count > STORY_MOVES_MAX
	                        ? life->move_count - STORY_MOVES_MAX
	                        : 0;

	fate_text(fate, sizeof(fate), explain, life);
	fputc('\n', explain->screen->file);
	screen_line(explain->screen, 2, "%sblock %" PRIu64 "%s  %s",
	            screen_bold(explain->screen), life->number,
	            screen_plain(explain->screen), fate);
	if (step_print(explain, life->is_unborn ? "moved in" : "born   ", &life->birth,
	               labelled))
		return -1;
	if (first)
		screen_line(explain->screen, 5, "  .. and %" PRIu64 " realloc%s", first,
		            text_s(first));
	for (i = first; i < life->move_count; i++) {
		if (step_print(explain, "realloc", &life->moves[i % STORY_MOVES_MAX], NULL))
			return -1;
	}
	return is_freed ? step_print(explain, "freed  ", &life->end, NULL) : 0;
}

static void life_line(const struct explain *explain, const struct history_life *life)
{
	char when[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], actor[128], fate[768];

	fate_text(fate, sizeof(fate), explain, life);
	screen_line(explain->screen, 4, "  block %" PRIu64 "  %s  %s in %s; %s",
	            life->number, when_text(when, explain, life->birth.time),
	            text_size(size, life->birth.size),
	            actor_text(actor, sizeof(actor), explain, &life->birth), fate);
}

/*
 * Blocks at one address follow each other; the first ones are shown with their stacks, the
 * others with a line each, as a long list is only good for choosing one.
 */
int report_explain(const struct screen *screen, const struct findings *findings,
                   const struct block_history *history)
{
	struct explain explain = { screen, findings, history };
	char count[TEXT_NUMBER_BYTES];
	size_t i;

	if (history->count > 1)
		screen_line(screen, 2,
		            "%s blocks were at this address; --explain NUMBER follows one",
		            text_count(count, history->count + history->left_out));
	if (history->realloc_number && history->count)
		screen_line(screen, 2, "allocation %" PRIu64 " is a realloc of block %" PRIu64,
		            history->realloc_number, history->lives[0].number);
	for (i = 0; i < history->count && i < LIVES_WHOLE; i++) {
		if (life_print(&explain, &history->lives[i]))
			return -1;
	}
	if (i < history->count)
		fputc('\n', screen->file);
	for (; i < history->count && i < LIVES_SHOWN; i++)
		life_line(&explain, &history->lives[i]);
	if (i < history->count || history->left_out)
		screen_line(screen, 5, "  .. and %s more",
		            text_count(count, history->count - i + history->left_out));
	return 0;
}
