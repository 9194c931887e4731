/*
 * symbols/dwarf_home.h - whose a function is, by its debug entry: the file that it is in, and
 * whether it belongs to a standard library.
 */
#ifndef OUTLIVE_SYMBOLS_DWARF_HOME_H
#define OUTLIVE_SYMBOLS_DWARF_HOME_H

#include "base/text_pool.h"
#include "symbols/dwarf_scopes.h"
#include "trace/symbol_table.h"

#include <elfutils/libdw.h>

/*
 * Set `home` and `is_library` of *frame, whose file and line are set. `function`: an entry, an
 * inlined one too, that dwarf_scopes_name() was called with unless it has a linkage name. The
 * string lives in `paths`; it is "" when memory is out.
 */
void dwarf_home_set(struct dwarf_scopes *scopes, struct text_pool *paths,
                    Dwarf_Die *function, struct symbol_frame *frame);

#endif
