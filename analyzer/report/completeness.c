/* report/completeness.c - what a recording that has no end is. */
#include "report/completeness.h"

int completeness_text(struct text *text, const struct trace_reader *reader)
{
	size_t rings = trace_reader_rings_taken(reader);

	if (!trace_reader_is_trace(reader) || trace_reader_has_end(reader))
		return 0;
	if (trace_reader_is_live(reader))
		return text_printf(
			text, "is still being recorded; only what was written so far is shown");
	if (rings)
		return text_printf(text, "was cut short; %zu ring%s left in %s %s read with it",
		                   rings, text_s(rings), trace_reader_ring_directory(reader),
		                   rings == 1 ? "is" : "are");
	return text_printf(text, "was cut short; only what was written before is shown");
}
