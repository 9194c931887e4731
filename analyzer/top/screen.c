/* top/screen.c - shows a followed process on the terminal. */
#include "top/screen.h"

#include "top/control.h"
#include "top/paint.h"
#include "top/terminal.h"

#include <string.h>

#define WAIT_MS 1000 /* frames and keys come by themselves */

/* All keys that were pressed. True: another frame is to be asked for. */
static bool keys_take(struct control *control, const struct live_frame *frame)
{
	bool is_asked = false;
	int key;

	while (control->end == CONTROL_GOES_ON && (key = terminal_key()) != KEY_OF_NONE) {
		if (key != KEY_OF_RESIZE)
			is_asked |= control_key(control, key, frame);
	}
	return is_asked;
}

enum screen_end screen_run(struct live_session *session, enum live_view view,
                           bool owns_program, int *signal, struct error *error)
{
	static struct live_frame frame;
	static struct control control;
	enum screen_end end = SCREEN_QUIT;
	bool is_asked = true;

	control_begin(&control, view, owns_program);
	while (control.end == CONTROL_GOES_ON) {
		is_asked |= control_resize(&control, paint_page(terminal_rows()));
		if (is_asked)
			live_session_ask(session, &control.request, control.is_frozen);
		paint(&frame, &control);
		*signal = terminal_wait(live_session_descriptor(session), WAIT_MS);
		if (*signal) {
			end = SCREEN_SIGNAL;
			break;
		}
		is_asked = keys_take(&control, &frame);
		if (live_session_take(session, &frame))
			is_asked |= control_frame(&control, &frame);
		if (*frame.error.message) {
			*error = frame.error;
			end = SCREEN_ERROR;
			break;
		}
	}
	if (end == SCREEN_QUIT && frame.is_all_ended)
		end = SCREEN_ENDED;
	live_frame_release(&frame);
	return control.end == CONTROL_KILL ? SCREEN_KILL : end;
}
