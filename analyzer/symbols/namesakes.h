/*
 * symbols/namesakes.h - functions of one name: what tells each from the others.
 */
#ifndef OUTLIVE_SYMBOLS_NAMESAKES_H
#define OUTLIVE_SYMBOLS_NAMESAKES_H

#include "trace/address_map.h"
#include "trace/symbol_table.h"

/*
 * Set `apart` of every frame whose function has the name of another one there: the file that it is
 * local to ("a.c"), or its module ("libx.so"), or, where these are the same, as much more as it
 * takes. Functions are the same if module, name and `declared` are. 0, or -1: memory is out.
 */
int namesakes_tell(struct symbol_table *symbols, const struct address_map *map);

#endif
