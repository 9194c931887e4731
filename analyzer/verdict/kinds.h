/*
 * verdict/kinds.h - the kinds of stack-like blocks and of those that were never freed, by name.
 */
#ifndef OUTLIVE_VERDICT_KINDS_H
#define OUTLIVE_VERDICT_KINDS_H

#include "verdict/classes.h"

#include <stdint.h>

struct findings;

/* Stack-like blocks (advice_rules.h), then live ones (classes.h). */
enum block_kind {
	KIND_ALL,
	KIND_LOCAL,
	KIND_SCOPED,
	KIND_CONTAINED,
	KIND_GROWING,
	KIND_GROWN,
	KIND_STEADY,
	KIND_ONCE,
	KIND_COUNT,
};

/* "", "local", .. */
const char *block_kind_text(enum block_kind kind);

/* The class whose blocks are of this kind (not of KIND_ALL). */
enum life_class block_kind_class(enum block_kind kind);

/*
 * The share that each call path has of a class, or of one kind of it. By number of the call path;
 * the caller frees it. NULL: memory is out.
 */
struct class_share *class_shares_by_path(const struct findings *findings,
                                         enum verdict class, enum block_kind kind);

#endif
