/* base/watch_frame.c - draws text over the text before it. */
#include "base/watch_frame.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROWS_UNKNOWN 24
#define HOME "\033[H"
#define END_OF_LINE "\033[K" /* erase the rest of the old line */
#define END_OF_SCREEN "\033[J"

void watch_frame_begin(struct watch_frame *frame, FILE *to)
{
	const char *terminal = getenv("TERM");
	struct winsize size;

	*frame = (struct watch_frame){ .file = to, .to = to };
	if (!isatty(fileno(to)) || !terminal || !strcmp(terminal, "dumb"))
		return;
	frame->rows = !ioctl(fileno(to), TIOCGWINSZ, &size) && size.ws_row > 1
	                  ? size.ws_row
	                  : ROWS_UNKNOWN;
	frame->file = open_memstream(&frame->text, &frame->bytes);
	if (!frame->file)
		frame->file = to;
}

/* Leaves the last row of the terminal to the cursor: a newline there would scroll the frame. */
void watch_frame_end(struct watch_frame *frame)
{
	char *line, *end;
	size_t row = 1;

	if (frame->file == frame->to) {
		fflush(frame->to);
		return;
	}
	fclose(frame->file);
	fputs(HOME, frame->to);
	for (line = frame->text; line && *line && row < frame->rows; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		fwrite(line, 1, (size_t)(end - line), frame->to);
		fputs(END_OF_LINE "\n", frame->to);
		row++;
	}
	fputs(END_OF_SCREEN, frame->to);
	fflush(frame->to);
	free(frame->text);
	*frame = (struct watch_frame){ .to = NULL };
}
