/* stub_layout.h - numbers that stub.S and the C code share. x86-64. */
#ifndef OUTLIVE_STUB_LAYOUT_H
#define OUTLIVE_STUB_LAYOUT_H

#define STUB_COUNT 65536 /* power of two from 4096; x 16 fits const4u's byte 3 */
#define STUB_BYTES 16    /* of a stub, and of its entry */
#define STUB_ENTRY_RETURNED 8
#define STUB_ENTRY_BIAS 9

#endif
