/*
 * symbols/dwarf_scopes.h - makes names for C++ functions without a linkage name: those in an
 * anonymous namespace or within a function, and lambdas.
 *
 * The entry of such a function just says "operator()"; the scopes around it identify it. A unit
 * is read whole when such a name in it is first asked for.
 */
#ifndef OUTLIVE_SYMBOLS_DWARF_SCOPES_H
#define OUTLIVE_SYMBOLS_DWARF_SCOPES_H

#include <elfutils/libdw.h>
#include <stdbool.h>

struct dwarf_scopes;

struct dwarf_scopes *dwarf_scopes_new(void); /* NULL: memory is out */
void dwarf_scopes_free(struct dwarf_scopes *scopes);

/*
 * The full name of a function's entry (or an inlined function's), whose own name is `name`:
 * "one()::{lambda#1}::operator()", "(anonymous namespace)::thing::act". Returns `name` itself
 * if it has no scopes, or when memory is out. Lives as long as `scopes` and the Dwarf.
 */
const char *dwarf_scopes_name(struct dwarf_scopes *scopes, Dwarf_Die *function,
                              const char *name);

/*
 * Step from *die outwards to its scope. False: it has none, and *die is unchanged. Call only
 * for entries that dwarf_scopes_name() was called with.
 */
bool dwarf_scopes_outer(struct dwarf_scopes *scopes, Dwarf_Die *die);

/* The linkage name of a function's entry, or NULL. */
const char *dwarf_linkage_name(Dwarf_Die *function);

/*
 * The entry that a function's entry is an instance or a definition of; if it is neither, the
 * entry itself.
 */
Dwarf_Die dwarf_declaration(const Dwarf_Die *function);

#endif
