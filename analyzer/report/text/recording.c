/* report/text/recording.c - one process of a recording, and the list of the others. */
#include "report/text/recording.h"

#include "report/completeness.h"
#include "base/table.h"
#include "report/text/summary.h"
#include "report/text/report.h"
#include "base/screen.h"

#include <stdlib.h>

/* other processes that a report lists; 'outlive info' lists all */
#define OTHERS_TOLD 5

/* Count the events of the reader's processes, of as many as memory allows. */
static struct population population_of(const struct trace_reader *reader)
{
	size_t count = trace_reader_process_count(reader), i;
	struct population population = { .starts = NULL };
	const struct ring_header *header;

	for (i = 0; i < count; i++) {
		header = &trace_reader_process(reader, i)->header;
		population_add(&population, header->pid, header->flags);
	}
	return population;
}

char *report_population(char text[POPULATION_TEXT_BYTES],
                        const struct trace_reader *reader)
{
	struct population population = population_of(reader);

	population_text(text, &population);
	population_release(&population);
	return text;
}

/* ---- the others ---------------------------------------------------------------------- */

/* The process with most events first; equal ones by their numbers. */
static int events_compare(const void *one, const void *two)
{
	const struct trace_process *a = *(const struct trace_process *const *)one;
	const struct trace_process *b = *(const struct trace_process *const *)two;

	if (a->events != b->events)
		return a->events > b->events ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/*
 * Print a process as a row. Its command may be longer than the line and may hold any bytes:
 * process_command_text() escapes it, and its start is kept.
 */
static void other_print(const struct figures *figures,
                        const struct trace_process *process)
{
	char texts[3][TEXT_NUMBER_BYTES], command[2048], fitted[2048];
	size_t used;

	snprintf(texts[0], sizeof(texts[0]), "%u", process->number);
	snprintf(texts[1], sizeof(texts[1]), "%u", process->header.pid);
	text_short(texts[2], process->events);
	process_command_text(command, sizeof(command), &process->header);
	used = figures_print(figures, texts);
	fprintf(figures->screen->file, "%s\n",
	        process_command_fit(fitted, sizeof(fitted), command,
	                            figures->screen->columns - used));
}

/* They are called programs if some of them ran in one process, by exec. */
static void others_title(const struct screen *screen, const struct trace_reader *reader)
{
	struct population population = population_of(reader);
	bool are_processes = population_processes(&population) == population.programs;
	const char *title = are_processes ? "other processes" : "other programs";

	if (trace_reader_process_count(reader) == 2)
		title = are_processes ? "the other process" : "the other program";
	screen_heading(screen, title, "shown with --process NUMBER");
	population_release(&population);
}

/* Print the others with most events, a line each. 0, or -1 when memory is out. */
static int others_print(const struct screen *screen, const struct trace_reader *reader,
                        const struct trace_process *shown)
{
	static const struct figure_column columns[] = { { "number", 8, 6 },
		                                            { "pid", 8, 7 },
		                                            { "events", 7, 6 } };
	struct figures figures = figures_of(screen, columns, 3);
	size_t count = trace_reader_process_count(reader), i, others = 0;
	const struct trace_process **processes;

	if (count < 2)
		return 0;
	processes = malloc(count * sizeof(struct trace_process *));
	if (!processes)
		return -1;
	for (i = 0; i < count; i++) {
		if (trace_reader_process(reader, i) != shown)
			processes[others++] = trace_reader_process(reader, i);
	}
	/* Only pointers are sorted: the processes stay where the reader has them. */
	qsort(processes, others, sizeof(*processes), events_compare);
	others_title(screen, reader);
	figures_titles(&figures, "command");
	for (i = 0; i < others && i < OTHERS_TOLD; i++)
		other_print(&figures, processes[i]);
	if (i < others)
		screen_line(screen, 3, ".. and %zu more; 'outlive info' lists them",
		            others - i);
	free(processes);
	return 0;
}

int report_recording(const struct trace_reader *reader, const struct profile *profile,
                     const struct report_settings *settings, FILE *file)
{
	struct screen screen = screen_of(file);
	int result = report_text(profile, settings, file);

	return result ? result : others_print(&screen, reader, profile->process);
}

void report_completeness(const struct trace_reader *reader)
{
	struct text text = { NULL, 0, 0 };

	if (!completeness_text(&text, reader) && text.bytes)
		warning("%s: %s", trace_reader_name(reader), text.data);
	text_release(&text);
}
