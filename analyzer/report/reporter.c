/* report/reporter.c - what all formats have in common. */
#include "report/reporter.h"

#include <stdlib.h>

int reporter_show(const struct reporter *reporter, struct report_output *output,
                  const struct report_subject *subject)
{
	int result;

	/* one byte more, as calloc(1, 0) may return NULL for a reporter that needs no state */
	output->state = calloc(1, reporter->state_bytes + 1);
	if (!output->state)
		return -1;
	if (reporter->begin)
		reporter->begin(output, subject);
	result = reporter->show[subject->view](output, subject);
	/* a document that an error cut short must not get the end of a complete one */
	if (reporter->end && !result)
		reporter->end(output);
	free(output->state);
	output->shown++;
	return result;
}
