/*
 * modules/cfi_rule.h - the rule by which a walk gets from a frame to its caller.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_RULE_H
#define OUTLIVE_PRELOAD_MODULES_CFI_RULE_H

#include <stdbool.h>
#include <stdint.h>

enum cfi_kind {
	CFI_NO_CODE, /* the address cannot be a return address: the walk ends before it */
	CFI_NONE,    /* no information covers the address: the walk ends here */
	CFI_SP,      /* CFA = sp + cfa_offset */
	CFI_FP,      /* CFA = fp + cfa_offset */
	CFI_END,     /* the return address is undefined: the outermost frame */
	CFI_COMPLEX, /* anything else: expressions, other registers */
	CFI_SIGNAL,  /* a signal frame: the next frame was interrupted, it made no call */
	CFI_SWITCH,  /* Go's runtime: the stack goes on elsewhere (go/runtime.h) */
};

/*
 * With CFI_SP and CFI_FP, the return address is at CFA - ARCH_RETURN_BELOW_CFA, and the
 * caller's sp is the CFA. The caller's fp is at CFA - fp_below, or unchanged if fp_below is 0.
 */
struct cfi_rule {
	enum cfi_kind kind;
	uint32_t cfa_offset;  /* a multiple of 8 */
	uint32_t fp_below;    /* a multiple of 8 */
	bool has_personality; /* the frame may catch exceptions or clean up */
};

#endif
