/*
 * symbols/range_list.h - which unit, or function of a unit, has the code at an address.
 */
#ifndef OUTLIVE_SYMBOLS_RANGE_LIST_H
#define OUTLIVE_SYMBOLS_RANGE_LIST_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* [low, high) belongs to `owner`: a unit, or a function of a unit. */
struct address_range {
	uint64_t low, high;
	uint32_t owner;
};

/* Zeroed is empty; free `ranges` in the end. */
struct range_list {
	struct address_range *ranges;
	size_t count, capacity;
};

/*
 * Add all code of an entry, except at address 0: the linker dropped those functions. False: it
 * has none.
 */
bool range_list_add(struct range_list *list, Dwarf_Die *die, uint32_t owner);

/* To be called before range_list_find(). */
void range_list_sort(struct range_list *list);

/* The owner of the innermost range around the address, or -1. */
int64_t range_list_find(const struct range_list *list, uint64_t address);

#endif
