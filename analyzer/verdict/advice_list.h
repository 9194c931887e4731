/*
 * verdict/advice_list.h - a list of advice.
 */
#ifndef OUTLIVE_VERDICT_ADVICE_LIST_H
#define OUTLIVE_VERDICT_ADVICE_LIST_H

#include "verdict/advice_rules.h"
#include "verdict/saving.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct advice {
	enum advice_kind kind;
	uint32_t call_site;
	uint32_t owner;  /* function; FUNCTION_NONE: several, each `levels` further out */
	uint32_t levels; /* frames from the call site's function to the owner; 0: varies */
	/* The system library that would have to be changed; NULL: the program's own code. */
	const char *library;
	bool is_mine;    /* the function that allocates is the user's own code */
	uint64_t copies; /* reserve: see call_site_copies(); 0: reallocs grow the blocks */
	/* reuse: the calls that make its parts, which are kept with it, and their blocks */
	uint32_t with_count;
	uint64_t with_blocks;
	struct saving saves;
	bool is_small; /* too little to matter: see saving_is_small() */
	bool
		has_time; /* what it saves of the time can be promised: see saving_has_time() */
	/*
	 * Several call sites may be one line of the source: template instances, copies of an inlined
	 * function; and one arena serves all lines of a function. They are parts [part_first ..] of
	 * the list; call_site is the first of them.
	 */
	uint32_t part_first, part_count;
	struct life_summary
		*together; /* of all call paths of several call sites; or NULL */
};

struct advice_list {
	/*
	 * What saves more than a little comes first. Then the user's own code comes before others
	 * (own_code.h), and what saves the most time in malloc first.
	 */
	struct advice *items;
	size_t count;
	size_t shown;    /* these come first: their saving is not small */
	uint32_t *parts; /* numbers of call sites */
};

#endif
