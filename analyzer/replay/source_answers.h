/*
 * replay/source_answers.h - asks a symbolizer for what a recording lacks: names, and which
 * functions were inlined at its addresses.
 */
#ifndef OUTLIVE_REPLAY_SOURCE_ANSWERS_H
#define OUTLIVE_REPLAY_SOURCE_ANSWERS_H

#include "replay/source_map.h"
#include "symbols/symbolizer.h"
#include "trace/address_map.h"
#include "trace/symbol_table.h"

#include <stdbool.h>
#include <stddef.h>

struct source_answerer;

/* All are borrowed. NULL: memory is out. */
struct source_answerer *source_answerer_new(struct symbol_table *symbols,
                                            const struct address_map *map,
                                            struct symbolizer *symbolizer);
void source_answerer_free(struct source_answerer *answerer);

/* Ask about these modules only, by their numbers in the map. */
void source_answerer_limit(struct source_answerer *answerer, const bool *modules);

/*
 * Add the names of a location to the symbols, unless they have it; *asked is increased if they
 * had not. A location without a module, or in a file that is not there, stays without names:
 * that is no error. 0, or -1 when memory is out.
 */
int source_answerer_name(struct source_answerer *answerer,
                         const struct location *location, size_t *asked);

/* Add the missing files of all modules. 0, or -1 when memory is out. */
int source_answerer_missing(struct source_answerer *answerer);

/* For a source map; NULL if `answerer` is. */
const struct source_answers *source_answerer_given(
	const struct source_answerer *answerer);

#endif
