/*
 * verdict/advice.h - what to do about a call site, as far as the evidence supports it, and how
 * much that would save.
 */
#ifndef OUTLIVE_VERDICT_ADVICE_H
#define OUTLIVE_VERDICT_ADVICE_H

#include "verdict/advice_rules.h"
#include "verdict/classes.h"
#include "verdict/call_sites.h"
#include "verdict/hubs.h"
#include "verdict/saving.h"
#include "base/text.h"

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
	 * (own_code.h), and the largest saving first.
	 */
	struct advice *items;
	size_t count;
	size_t shown;    /* these come first: their saving is not small */
	uint32_t *parts; /* numbers of call sites */
};

/* 0, or -1 when memory is out; release it either way. */
int advice_make(struct advice_list *list, const struct classes *classes,
                const struct call_sites *call_sites);
void advice_release(struct advice_list *list);

/* Whether it is about that call site. */
bool advice_concerns(const struct advice_list *list, const struct advice *advice,
                     uint32_t call_site);

/* What is known of all blocks that it is about. */
const struct life_summary *advice_summary(const struct advice *advice,
                                          const struct call_sites *call_sites);

/* "local", "caller", "reuse", "arena", "reserve", "static", "move" */
const char *advice_kind_text(enum advice_kind kind);

/* Why nothing is advised about these blocks, in a few words. */
int advice_refusal_text(struct text *text, const struct classes *classes,
                        const struct call_site *call_site);

/* Everything that a report says of lives, made by one call. */
struct findings {
	struct classes *classes;
	struct call_sites call_sites;
	struct advice_list advice;
	struct kind_split split; /* of all stack-like blocks */
	struct hubs hubs;        /* frames that own nearly everything */
};

/*
 * Takes what classes_new() takes. Returns 0, or -1 when memory is out; release it either way.
 */
int findings_make(struct findings *findings, const struct profile *profile,
                  const struct class_options *options);
void findings_release(struct findings *findings);

#endif
