/* commands/blocks.h - reads the blocks of a recorded process, with names. */
#ifndef OUTLIVE_COMMANDS_BLOCKS_H
#define OUTLIVE_COMMANDS_BLOCKS_H

#include "commands/given.h"
#include "replay/profile.h"

/*
 * Read all events of the process into a profile with names. `blocks`: which; NULL: all. `given`:
 * take names from these files; NULL: from the recording.
 * Exits with an error if that fails.
 */
struct profile *blocks_read(struct trace_reader *reader, size_t process,
                            const struct block_choice *blocks,
                            struct given_files *given);

#endif
