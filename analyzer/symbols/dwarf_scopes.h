/*
 * symbols/dwarf_scopes.h - names of C++ functions that have none for the linker: what stands in an
 * anonymous namespace, in a function, or is a lambda.
 *
 * Such a function's entry says "operator()"; what it is within tells it from others. A unit
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
 * "one()::{lambda#1}::operator()", "(anonymous namespace)::thing::act" for the entry of a
 * function or of an inlined one, if its own name is that, `name`, alone; else `name`, also when memory is out.
 * Lives as long as `scopes` and the Dwarf.
 */
const char *dwarf_scopes_name(struct dwarf_scopes *scopes, Dwarf_Die *function,
                              const char *name);

/* Whether *die, of which dwarf_scopes_name() was asked, is in a scope: then that is *die. */
bool dwarf_scopes_outer(struct dwarf_scopes *scopes, Dwarf_Die *die);

/* The linker's name of a function's entry, or NULL. */
const char *dwarf_linkage_name(Dwarf_Die *function);

/* The entry that a function's entry repeats or defines: itself if there is none. */
Dwarf_Die dwarf_declaration(const Dwarf_Die *function);

#endif
