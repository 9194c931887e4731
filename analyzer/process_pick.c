/* process_pick.c - which of the processes of a recording is meant. Layer 5. */
#include "process_pick.h"

int process_pick(const struct trace_reader *reader, uint64_t number, uint64_t pid,
                 size_t *index, struct error *error)
{
	size_t count = trace_reader_process_count(reader), i;
	const struct trace_process *process, *best = NULL;

	for (i = 0; i < count; i++) {
		process = trace_reader_process(reader, i);
		if (number != PROCESS_UNSAID && process->number != number)
			continue;
		if (pid != PROCESS_UNSAID && process->header.pid != pid)
			continue;
		if (!best || process->events > best->events) {
			best = process;
			*index = i;
		}
	}
	if (best)
		return 0;
	if (pid != PROCESS_UNSAID)
		return error_set(error,
		                 "%s: has no process with pid %llu; 'outlive info' "
		                 "lists them",
		                 trace_reader_name(reader), (unsigned long long)pid);
	return error_set(error, "%s: has no process number %llu; 'outlive info' lists them",
	                 trace_reader_name(reader), (unsigned long long)number);
}
