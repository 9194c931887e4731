/* commands/given.h - the debug files that a command line gives for a recording. */
#ifndef OUTLIVE_COMMANDS_GIVEN_H
#define OUTLIVE_COMMANDS_GIVEN_H

#include "symbols/given_files.h"
#include "trace/reader.h"

#include <stddef.h>

/*
 * Read what is in the files and directories. Exits with an error if one cannot be read, or if
 * one gives nothing for the recording: the message says the build-ids.
 */
void given_read(struct given_files *given, const char *const *paths, size_t count,
                struct trace_reader *reader);

#endif
