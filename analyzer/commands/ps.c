/* commands/ps.c - `outlive ps`: which running processes are recorded, and by whom. */
#include "commands/command.h"

#include "base/error.h"
#include "base/kernel_clock.h"
#include "base/screen.h"
#include "base/text.h"
#include "record/attached.h"
#include "trace/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ps_options {
	bool is_bare; /* without titles */
};

static const struct option ps_option_table[] = {
	{ "no-titles", 0, OPTION_FLAG, offsetof(struct ps_options, is_bare), NULL,
	  "print no line of titles", NULL, NULL },
};

struct listing {
	const struct ps_options *options;
	unsigned count;
};

static void reader_text(const struct attached *found, char *text, size_t bytes)
{
	if (found->has_reader)
		snprintf(text, bytes, "pid %u", found->header.reader_pid);
	else if (found->header.policy == RING_FLIGHT && !found->header.reader_pid)
		snprintf(text, bytes, "flight");
	else
		snprintf(text, bytes, "no one");
}

static uint64_t losses_of(const struct ring_header *header)
{
	uint64_t sum = 0;
	int cause;

	/* overwritten events are what a flight recorder is for */
	for (cause = 0; cause <= LOST_TOO_BIG; cause++)
		sum += cause == LOST_OVERWRITTEN ? 0 : header->lost[cause];
	return sum + header->lost[LOST_SAMPLES];
}

static void line_print(void *context, const struct attached *found)
{
	struct listing *listing = context;
	const struct ring_header *header = &found->header;
	char since[TEXT_NUMBER_BYTES], ring[TEXT_NUMBER_BYTES], full[TEXT_NUMBER_BYTES];
	char lost[TEXT_NUMBER_BYTES], sample[TEXT_NUMBER_BYTES], reader[32], program[128];
	const char *name = memchr(header->executable, 0, sizeof(header->executable))
	                       ? strrchr(header->executable, '/')
	                       : NULL;
	uint64_t now_ns = kernel_now_ns();

	if (!listing->count++ && !listing->options->is_bare)
		printf("%7s  %-6s  %9s  %-9s  %9s  %5s  %8s  %9s  %s\n", "pid", "by", "for",
		       "read by", "ring", "full", "lost", "sample", "program");
	reader_text(found, reader, sizeof(reader));
	text_escape(program, sizeof(program), name ? name + 1 : "?");
	printf(
		"%7d  %-6s  %9s  %-9s  %9s  %5s  %8s  %9s  %s\n", (int)found->pid,
		(header->flags & (RING_ATTACHED | RING_WAITED)) == RING_ATTACHED ? "attach"
																		 : "run",
		text_duration(since, now_ns > header->start_ns ? now_ns - header->start_ns : 0),
		reader, text_size(ring, (uint64_t)header->chunk_count * header->chunk_bytes),
		text_percent(full, found->chunks_used, header->chunk_count),
		text_short(lost, losses_of(header)),
		header->sample_bytes ? text_size(sample, header->sample_bytes) : "all",
		program);
}

static int ps_command(const struct command *command, int argc, char **argv)
{
	struct ps_options options = { false };
	struct listing listing = { &options, 0 };

	if (command_parse(command, &options, argc, argv) < argc)
		die_usage("ps", "ps: takes no operand");
	attached_each(line_print, &listing);
	if (!listing.count)
		fprintf(stderr, "outlive: no process is recorded, as far as you may see\n");
	return EXIT_SUCCESS;
}

const struct command command_ps = {
	.name = "ps",
	.summary = "list the processes that are recorded now",
	.usage = "[OPTION]...",
	.options = ps_option_table,
	.option_count = sizeof(ps_option_table) / sizeof(ps_option_table[0]),
	.run = ps_command,
};
