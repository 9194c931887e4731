/*
 * symbols/namesakes.h - distinguishes functions of the same name.
 */
#ifndef OUTLIVE_SYMBOLS_NAMESAKES_H
#define OUTLIVE_SYMBOLS_NAMESAKES_H

#include "trace/address_map.h"
#include "trace/symbol_table.h"

/*
 * Set `apart` of every frame whose function shares its name with another function: to the file
 * it is local to ("a.c"), or its module ("libx.so"), or, where these are equal, to as much more
 * as is needed. Two frames are of one function if module, name and `declared` are equal. 0, or
 * -1: memory is out.
 */
int namesakes_tell(struct symbol_table *symbols, const struct address_map *map);

#endif
