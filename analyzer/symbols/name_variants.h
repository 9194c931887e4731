/*
 * symbols/name_variants.h - distinguishes functions whose names are shown alike, but differ:
 * instances of a template, and overloads.
 */
#ifndef OUTLIVE_SYMBOLS_NAME_VARIANTS_H
#define OUTLIVE_SYMBOLS_NAME_VARIANTS_H

#include "trace/symbol_table.h"

/*
 * Set `brackets` of every frame whose function is no library's, if its short name
 * (function_name_short()) is that of another function, too: to what differs first in one bracket,
 * if that differs between all of them, or else in the whole name. 0, or -1: memory is out.
 */
int name_variants_tell(struct symbol_table *symbols);

#endif
