/* report/text/faults.c - what ended a program. */
#include "report/text/faults.h"

#include "base/table.h"
#include "elf/go_name.h"
#include "report/text/names.h"
#include "verdict/go_end.h"
#include "verdict/stack_functions.h"
#include "verdict/function_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* faults that are printed, of up to STACK_FAULTS_MAX that a replay keeps */
#define FAULTS_SHOWN 3
#define CHAIN_FUNCTIONS 3 /* functions named in the first line */
#define CALLERS_SHOWN 4   /* rows of the calls that repeat */

/* The number comes from the recording and may be one that this libc has no name for. */
const char *signal_text(char *text, uint32_t signal)
{
	const char *name = sigabbrev_np((int)signal);

	if (name)
		snprintf(text, TEXT_NUMBER_BYTES, "SIG%s", name);
	else
		snprintf(text, TEXT_NUMBER_BYTES, "signal %u", signal);
	return text;
}

const char *thread_text(char *text, size_t bytes, const struct replay *replay,
                        uint32_t index)
{
	const struct thread *thread = replay->threads.items[index];
	char name[64];

	snprintf(text, bytes, "thread %u (%s)", thread->tid,
	         text_escape(name, sizeof(name), thread->name));
	return text;
}

/* What is needed to print one fault. */
struct telling {
	const struct screen *screen;
	const struct classes *classes;
	const struct stack_fault *fault;
	struct fault_rounds rounds;
	struct stack_names scratch;
};

/* Frame `at` of the fault's stack, 0 the innermost. */
static int frame_name(struct telling *telling, size_t at, struct stack_name *name)
{
	const struct stack_path *path = &telling->fault->path;

	return stack_name_physical(name, &telling->scratch, telling->classes->profile,
	                           path->entries[path->count - 1 - at].location);
}

/* Write "by f() <- g() <- f() <- ..": the frames from the first one that repeats. */
static int chain_text(struct telling *telling, struct text *chain)
{
	const struct stack_path *path = &telling->fault->path;
	/* not from the innermost frame, which did not get as far as its call */
	size_t at = fault_rounds_shown(&telling->rounds), i;
	struct stack_name name;
	char function[512];

	for (i = 0; i < CHAIN_FUNCTIONS && at + i < path->count; i++) {
		if (frame_name(telling, at + i, &name))
			return -1;
		stack_name_text(function, sizeof(function), &name);
		if (text_printf(chain, "%s%s", i ? " <- " : ", by ", function))
			return -1;
	}
	return at + i < path->count ? text_printf(chain, " <- ..") : 0;
}

static const char
	own_handler[] = "the program's own handler took it, and ended the process";

/*
 * Print the line that explains the end: who overflowed, how deep, of which limit, by which
 * calls. The limit is left out if the size of the stack is not known. 0, or -1: no memory.
 */
static int overflow_title(struct telling *telling)
{
	const struct screen *screen = telling->screen;
	const struct replay *replay = &telling->classes->profile->replay;
	const struct stack_fault *fault = telling->fault;
	const struct thread_depths *thread = stack_depths_of(&replay->stacks,
	                                                     fault->thread);
	char who[128], depth[TEXT_NUMBER_BYTES], room[TEXT_NUMBER_BYTES], limit[64] = "";
	struct text chain = { NULL, 0, 0 };
	int result = chain_text(telling, &chain);

	if (thread && thread->room_bytes)
		snprintf(limit, sizeof(limit), " of %s", text_size(room, thread->room_bytes));
	if (!result)
		screen_line(
			screen, 2, "%sstack overflow%s in %s: depth %s%s%s", screen_bold(screen),
			screen_plain(screen), thread_text(who, sizeof(who), replay, fault->thread),
			text_size(depth, fault->depth_bytes), limit, chain.data ? chain.data : "");
	if (!result && fault->end != FAULT_END_KILLED)
		screen_line(screen, 2, "  %s", own_handler);
	text_release(&chain);
	return result;
}

/*
 * Print how often the calls repeat. Not all rounds may have been recorded, so the number can be
 * exact, an estimate, or a lower bound; the text says which.
 */
static void rounds_line(const struct telling *telling)
{
	static const char *const precisions[] = { "", "about ", "at least " };
	const struct fault_rounds *rounds = &telling->rounds;
	char count[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], each[64] = "";

	if (rounds->round_bytes)
		snprintf(each, sizeof(each), ", %s each", text_size(size, rounds->round_bytes));
	screen_line(telling->screen, 2,
	            "  the path that repeats: %s%s rounds of %zu call%s%s",
	            precisions[rounds->precision], text_count(count, rounds->rounds),
	            rounds->seen.period, text_s(rounds->seen.period), each);
}

/*
 * Print a row for each of `count` frames from `at` on. `skips`: not for those that only lead from
 * Go to C, nor do they count.
 */
static int frames_print(struct telling *telling, size_t at, size_t count, bool skips)
{
	static const struct figure_column columns[] = { { "frame", 11, 9 } };
	struct figures figures = figures_of(telling->screen, columns, 1);
	const struct stack_path *path = &telling->fault->path;
	char texts[1][TEXT_NUMBER_BYTES];
	struct stack_name name;
	uint64_t bytes;
	size_t i, j, shown = 0;

	for (i = at; shown < count && i < path->count; i++) {
		if (frame_name(telling, i, &name))
			return -1;
		if (skips && is_go_plumbing(name.function))
			continue;
		shown++;
		texts[0][0] = 0;
		for (j = 0; j + 1 < telling->scratch.count; j++)
			report_frame_name(telling->screen, &telling->scratch.names[j],
			                  figures_print(&figures, texts));
		bytes = path->entries[path->count - 1 - i].words * UINT64_C(8);
		/* the size of the outermost entry reaches to the end of the stack */
		if (bytes && i + 1 < path->count)
			text_size(texts[0], bytes);
		else
			strcpy(texts[0], "-");
		report_name(telling->screen, &name, figures_print(&figures, texts));
		if (path->entries[path->count - 1 - i].is_cut)
			screen_line(telling->screen, 3, " (gap)");
	}
	return 0;
}

/*
 * Print a stack overflow: the title, one round of the calls that repeat, and what called the
 * first of them. Without a repetition the innermost frames must do. If outer frames are
 * missing, what called the rounds is not known, and nothing is printed of it.
 */
static int overflow_print(struct telling *telling)
{
	const struct stack_rounds *seen = &telling->rounds.seen;
	size_t end = seen->first + seen->period * seen->rounds, callers;

	if (overflow_title(telling))
		return -1;
	if (!seen->rounds)
		return frames_print(telling, 0, CALLERS_SHOWN + CHAIN_FUNCTIONS, true);
	rounds_line(telling);
	if (frames_print(telling, fault_rounds_shown(&telling->rounds), seen->period,
	                 false))
		return -1;
	callers = telling->fault->path.count - end;
	if (!callers || telling->rounds.is_cut)
		return 0;
	screen_line(telling->screen, 2, "  called from");
	return frames_print(telling, end, CALLERS_SHOWN, true);
}

/* Write what was wrong, according to the signal. */
static const char *cause_text(char *text, size_t bytes, const struct stack_fault *fault)
{
	if (fault->kind == FAULT_SENT)
		return "sent by kill(), raise() or the like (no fault, no stack overflow)";
	if (fault->kind == FAULT_NO_ADDRESS)
		return "by an address that cannot exist, or an instruction that is not allowed";
	snprintf(text, bytes, "accessing address 0x%" PRIx64 " (%s)", fault->address,
	         fault->kind == FAULT_NOT_CLASSIFIED
	             ? "its signal stack is too small to tell whether its stack overflowed"
	             : "no stack overflow");
	return text;
}

/*
 * Print a signal that is no stack overflow: where the program was, and what the signal says.
 * The instruction may lie in no function: a call through a wild pointer.
 */
static int other_print(struct telling *telling)
{
	const struct screen *screen = telling->screen;
	const struct stack_fault *fault = telling->fault;
	const struct profile *profile = telling->classes->profile;
	char who[128], signal[TEXT_NUMBER_BYTES], function[512], call_site[512], cause[128];
	struct stack_name name;

	if (stack_name_innermost(&name, &telling->scratch, profile, fault->location))
		return -1;
	stack_name_text(function, sizeof(function), &name);
	stack_name_line(call_site, sizeof(call_site), &name);
	screen_line(screen, 2, "%s%s%s%s in %s%s%s, %s, %s", screen_bold(screen),
	            fault->end == FAULT_END_KILLED ? "killed by " : "",
	            signal_text(signal, fault->signal), screen_plain(screen),
	            fault->location ? function : "no function", *call_site ? " at " : "",
	            call_site,
	            thread_text(who, sizeof(who), &profile->replay, fault->thread),
	            cause_text(cause, sizeof(cause), fault));
	if (fault->end != FAULT_END_KILLED)
		screen_line(screen, 2, "  %s", own_handler);
	if (!fault->path.count)
		return 0;
	return frames_print(telling, 0, CALLERS_SHOWN, true);
}

/*
 * Print why Go's runtime ended the program: a panic, or a fatal error, which has no panic's stack.
 */
static int go_end_print(struct telling *telling)
{
	const struct screen *screen = telling->screen;
	const struct stack_fault *fault = telling->fault;
	char who[128] = "", signal[TEXT_NUMBER_BYTES], function[512] = "", line[512] = "",
		 cause[160] = "";
	struct stack_name name;
	struct go_end end;

	if (go_end_find(&end, &telling->scratch, telling->classes->profile, fault))
		return -1;
	if (fault->path.count) {
		if (frame_name(telling, end.first, &name))
			return -1;
		stack_name_text(function, sizeof(function), &name);
		stack_name_line(line, sizeof(line), &name);
	}
	if (fault->goroutine)
		snprintf(who, sizeof(who), ", goroutine %" PRIu64, fault->goroutine);
	if (fault->signal)
		snprintf(cause, sizeof(cause), ", %s accessing address 0x%" PRIx64,
		         signal_text(signal, fault->signal), fault->address);
	screen_line(screen, 2, "%s%s%s%s%s%s%s%s%s", screen_bold(screen),
	            end.is_panic ? "panic" : "fatal error", screen_plain(screen),
	            *function ? " in " : "", function, *line ? " at " : "", line, who,
	            cause);
	screen_line(screen, 2, "  Go's runtime ended the process, with exit status %u",
	            fault->go_status);
	return frames_print(telling, end.first, CALLERS_SHOWN, true);
}

static int fault_print(struct telling *telling)
{
	if (telling->fault->go_status)
		return go_end_print(telling);
	return telling->fault->kind == FAULT_STACK_OVERFLOW ? overflow_print(telling)
	                                                    : other_print(telling);
}

int report_faults(const struct screen *screen, const struct classes *classes)
{
	const struct stack_depths *stacks = &classes->profile->replay.stacks;
	struct telling telling = { .screen = screen, .classes = classes };
	int result = 0;
	uint32_t i;

	/* a handler may survive a fault, so one recording may have several */
	for (i = 0; i < stacks->fault_count && i < FAULTS_SHOWN && !result; i++) {
		telling.fault = &stacks->faults[i];
		result = fault_rounds_find(&telling.rounds, telling.fault, &classes->functions);
		if (!result)
			result = fault_print(&telling);
		fputc('\n', screen->file);
	}
	stack_names_release(&telling.scratch);
	return result;
}
