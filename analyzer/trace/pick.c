/* trace/pick.c - chooses one process of a recording. */
#include "trace/pick.h"

/*
 * The last image of the first process, if exec made several images and the last one has events:
 * the user means the program, not the wrapper script that started it. NULL: there is no such
 * image.
 */
static const struct trace_process *image_last(const struct trace_reader *reader,
                                              size_t *index)
{
	size_t count = trace_reader_process_count(reader), i, images = 0;
	const struct trace_process *first = trace_reader_process(reader, 0), *process;
	const struct trace_process *last = NULL;

	for (i = 1; i < count; i++) {
		process = trace_reader_process(reader, i);
		if (process->header.start_ns < first->header.start_ns)
			first = process;
	}
	for (i = 0; i < count; i++) {
		process = trace_reader_process(reader, i);
		if (process->header.pid != first->header.pid ||
		    process->header.parent_pid != first->header.parent_pid)
			continue;
		images++;
		if (last && process->header.start_ns < last->header.start_ns)
			continue;
		last = process;
		*index = i;
	}
	return images > 1 && last->events ? last : NULL;
}

/*
 * Of processes with equally many events, the first in the trace is chosen. Every process fits
 * if no option is given, so only an option can make it fail.
 */
int process_pick(const struct trace_reader *reader, const struct process_choice *choice,
                 size_t *index, struct error *error)
{
	const struct option_number *number = &choice->number, *pid = &choice->pid;
	size_t count = trace_reader_process_count(reader), i;
	const struct trace_process *process, *best = NULL;

	if (!number->is_given && !pid->is_given && image_last(reader, index))
		return 0;
	for (i = 0; i < count; i++) {
		process = trace_reader_process(reader, i);
		if (number->is_given && process->number != number->value)
			continue;
		if (pid->is_given && process->header.pid != pid->value)
			continue;
		if (!best || process->events > best->events) {
			best = process;
			*index = i;
		}
	}
	if (best)
		return 0;
	if (pid->is_given)
		return error_set(error,
		                 "%s: has no process with pid %llu; 'outlive info' "
		                 "lists them",
		                 trace_reader_name(reader), (unsigned long long)pid->value);
	return error_set(error, "%s: has no process number %llu; 'outlive info' lists them",
	                 trace_reader_name(reader), (unsigned long long)number->value);
}
