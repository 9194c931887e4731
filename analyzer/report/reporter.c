/* report/reporter.c - what all formats have in common. */
#include "report/reporter.h"

#include <stdlib.h>

int reporter_show(const struct reporter *reporter, struct report_output *output,
                  const struct report_subject *subject)
{
	int result;

	output->state = calloc(1, reporter->state_bytes + 1);
	if (!output->state)
		return -1;
	if (reporter->begin)
		reporter->begin(output, subject);
	result = reporter->show[subject->view](output, subject);
	if (reporter->end && !result)
		reporter->end(output);
	free(output->state);
	output->shown++;
	return result;
}
