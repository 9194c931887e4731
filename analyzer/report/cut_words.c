/* report/cut_words.c - where walks of stacks ended early. */
#include "report/cut_words.h"

static const struct {
	const char *name, *text;
} words[CUT_KINDS] = {
	[CUT_NONE] = { "unknown",
	               "code of an unknown kind (recorded by another version of outlive)" },
	[CUT_DEPTH] = { "depth", "the depth that is kept (16,384 frames)" },
	[CUT_NO_CODE] = { "no_code",
	                  "a return address in no known code (a JIT compiler's)" },
	[CUT_NO_TABLES] = { "no_tables", "code without call frame information" },
	[CUT_OFF_STACK] = { "off_stack", "a frame whose caller would be off the stack" },
	[CUT_FAULT] = { "fault", "a crash, of which it is unknown what called it" },
	[CUT_GO_UNKNOWN] = { "go_unknown", "Go code of a runtime that is not understood" },
	[CUT_GO_FRAME] = { "go_frame",
	                   "a Go function in assembly that moves its stack pointer" },
	[CUT_GO_SYSTEM] = { "go_system",
	                    "Go's runtime on g0, which runs for no known goroutine" },
	[CUT_GO_RESUME] = { "go_resume",
	                    "a goroutine whose saved pc and sp do not fit its stack" },
	[CUT_GO_SIGNAL] = { "go_signal", "a signal handler that interrupted Go code" },
	[CUT_GO_CALLBACK] = { "go_callback",
	                      "a call from C to Go without the frame of crosscall2" },
	[CUT_GO_C] = { "go_c",
	               "C among Go's code (internal linking), of unknown frame size" },
};

struct cut_counts cut_counts(const struct ring_header *header)
{
	struct cut_counts cuts = { { 0 } };
	uint64_t left = header->lost[LOST_STACKS_CUT];

	for (enum cut_kind kind = CUT_NONE + 1; kind < CUT_KINDS; kind++) {
		uint64_t count = header->cuts[kind];

		cuts.counts[kind] = count < left ? count : left;
		left -= cuts.counts[kind];
	}
	cuts.counts[CUT_NONE] = left;
	return cuts;
}

const char *cut_name(enum cut_kind kind)
{
	return words[kind].name;
}

const char *cut_text(enum cut_kind kind)
{
	return words[kind].text;
}
