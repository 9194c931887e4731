/* report/text/reporter.c - the views of text, and how a view that is watched is drawn. */
#include "report/text/reporter.h"

#include "base/screen.h"
#include "base/watch_frame.h"
#include "report/text/info.h"
#include "report/text/recording.h"
#include "report/text/segments.h"
#include "report/text/self_view.h"
#include "report/text/timeline.h"

#include <unistd.h>

/*
 * Lives from begin to end, so for one showing of a view. `frame` is used only if it is watched.
 */
struct text_state {
	struct screen screen;
	struct watch_frame frame;
};

/* A terminal is drawn over; other outputs get one view after the other. */
static void text_begin(struct report_output *output,
                       const struct report_subject *subject)
{
	struct text_state *state = output->state;

	(void)subject;
	state->screen = screen_of(output->file);
	/* in a file or a pipe an empty line separates one view from the next */
	if (output->shown && !isatty(fileno(output->file)))
		fputc('\n', output->file);
	if (!output->is_watched)
		return;
	/*
	 * The view is written into a buffer, and sent to the terminal at once at the end: without
	 * this a watched view flickers.
	 */
	watch_frame_begin(&state->frame, output->file);
	state->screen.file = state->frame.file;
}

static void text_end(struct report_output *output)
{
	struct text_state *state = output->state;

	if (output->is_watched)
		watch_frame_end(&state->frame);
}

static int text_show_profile(struct report_output *output,
                             const struct report_subject *subject)
{
	/* not through state->screen: a profile is not watched, so it has no frame */
	return report_recording(subject->reader, subject->profile, subject->settings,
	                        output->file);
}

static int text_show_segments(struct report_output *output,
                              const struct report_subject *subject)
{
	struct text_state *state = output->state;

	return segment_report_text(subject->segments, &state->screen);
}

static int text_show_timeline(struct report_output *output,
                              const struct report_subject *subject)
{
	const struct segment_timeline *timeline = subject->timeline;
	struct text_state *state = output->state;

	/* segment_timeline_text() needs a snapshot from outside, and there is none */
	if (timeline->view == TIMELINE_NONE)
		self_view_text(timeline->profile, timeline->incomplete, &state->screen);
	else
		segment_timeline_text(timeline, &state->screen);
	return 0;
}

static int text_show_info(struct report_output *output,
                          const struct report_subject *subject)
{
	struct text_state *state = output->state;

	info_text(subject->info, &state->screen);
	return 0;
}

const struct reporter text_reporter = {
	.name = "text",
	.groups = ~0u,
	.group = REPORT_BY_FUNCTION,
	/* rows that fit a screen; --top changes them */
	.top = 20,
	.segments_top = 40,
	.times_top = 12,
	.state_bytes = sizeof(struct text_state),
	.begin = text_begin,
	.show = {
		[REPORT_OVERVIEW] = text_show_profile,
		[REPORT_ROWS] = text_show_profile,
		[REPORT_CLASS] = text_show_profile,
		[REPORT_STACKS] = text_show_profile,
		[REPORT_KEPT] = text_show_profile,
		[REPORT_MAPPINGS] = text_show_profile,
		[REPORT_WHY] = text_show_profile,
		[REPORT_ADVICE] = text_show_profile,
		[REPORT_EXPLAIN] = text_show_profile,
		[REPORT_SEGMENTS] = text_show_segments,
		[REPORT_TIMELINE] = text_show_timeline,
		[REPORT_INFO] = text_show_info,
	},
	.end = text_end,
};
