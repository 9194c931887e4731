/*
 * stub_layout.h - numbers that stub.S and C agree on. x86-64.
 */
#ifndef OUTLIVE_STUB_LAYOUT_H
#define OUTLIVE_STUB_LAYOUT_H

#define STUB_COUNT \
	65536 /* a power of two, at least 4096; x 16 fits const4u's third byte */
#define STUB_BYTES 16 /* of a stub, and of its entry */
#define STUB_ENTRY_RETURNED 8
#define STUB_ENTRY_BIAS 9

#endif
