/*
 * verdict/evidence.h - the evidence about a set of call paths: what verdicts and advice rest
 * on.
 */
#ifndef OUTLIVE_VERDICT_EVIDENCE_H
#define OUTLIVE_VERDICT_EVIDENCE_H

#include "verdict/classes.h"
#include "verdict/life_summary.h"

#include <stdbool.h>
#include <stdint.h>

/* Add a call path to the summary; a zeroed summary is empty. 0, or -1 when memory is out. */
int life_summary_add(struct life_summary *summary, const struct classes *classes,
                     uint32_t path);

/*
 * Call after the last one was added: sorts the rankings (most first; depths from 0), and works
 * out what depends on all call paths together.
 */
void life_summary_sort(struct life_summary *summary, const struct classes *classes);

/* "constant", "bounded", "unbounded" */
const char *size_kind_text(enum size_kind kind);

void life_summary_release(struct life_summary *summary);

/*
 * Whether the final sizes of blocks that realloc made larger differ so much that none will do for
 * all of them.
 */
bool has_uneven_finals(const struct life_summary *summary);

/*
 * Whether every block has the same owner function; and how many frames further out the owner
 * always is (0: it varies).
 */
bool has_single_owner(const struct life_summary *summary);
uint32_t single_level(const struct life_summary *summary);

#endif
