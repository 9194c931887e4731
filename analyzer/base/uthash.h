/*
 * base/uthash.h - uthash, set so that its hash tables survive a lack of memory: what finds
 * items that are pointers and come and go. (Items that are numbers: base/hash_index.h.)
 *
 * By default uthash calls exit() when memory is out. Here an item is then not added, and the
 * table stays as it was: ask hash_has() after each HASH_ADD.
 */
#ifndef OUTLIVE_BASE_UTHASH_H
#define OUTLIVE_BASE_UTHASH_H

#define HASH_NONFATAL_OOM 1
/* Nothing to do: uthash clears the handle's `tbl`, which is what hash_has() reads. */
#define uthash_nonfatal_oom(item)

#include <uthash.h>

#include <stdbool.h>

/* Whether the item with this handle was added. Handles are zero at first. */
static inline bool hash_has(const UT_hash_handle *handle)
{
	return handle->tbl;
}

#endif
