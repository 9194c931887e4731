/*
 * verdict/advice.h - what to do about a call site, as far as the evidence supports it, and how
 * much that would save.
 */
#ifndef OUTLIVE_VERDICT_ADVICE_H
#define OUTLIVE_VERDICT_ADVICE_H

#include "verdict/advice_list.h"
#include "verdict/advice_rules.h"
#include "verdict/classes.h"
#include "verdict/call_sites.h"
#include "verdict/hubs.h"
#include "verdict/saving.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Flags call sites for advice_refusal_text(). 0, or -1 when memory is out; release it either way.
 */
int advice_make(struct advice_list *list, const struct classes *classes,
                struct call_sites *call_sites);
void advice_release(struct advice_list *list);

/* Whether it is about that call site. */
bool advice_concerns(const struct advice_list *list, const struct advice *advice,
                     uint32_t call_site);

/*
 * The location of the line to change: where the blocks are allocated, or, of copies, where the
 * owner has them made. A copy constructor that the compiler wrote has only the line of its class.
 */
uint32_t advice_location(const struct advice *advice, const struct classes *classes,
                         const struct call_sites *call_sites);

/* What is known of all blocks that it is about. */
const struct life_summary *advice_summary(const struct advice *advice,
                                          const struct call_sites *call_sites);

/* "local", "caller", "reuse", "arena", "reserve", "static", "move" */
const char *advice_kind_text(enum advice_kind kind);

/* Why nothing is advised about these blocks, in a few words. */
int advice_refusal_text(struct text *text, const struct classes *classes,
                        const struct call_site *call_site);

/*
 * The same without the figures of this call site: other call sites with the same reason have the
 * same words. NULL: the reason has no figures.
 */
const char *advice_refusal_shared(const struct classes *classes,
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
