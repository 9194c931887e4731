/*
 * epilogue.h - how a function without call frame information returns. x86-64.
 */
#ifndef OUTLIVE_EPILOGUE_H
#define OUTLIVE_EPILOGUE_H

#include <stdbool.h>
#include <stdint.h>

#define EPILOGUE_CFA_OFFSET 16 /* with fp and the return address on the stack */

/*
 * Every shared object has one function that compilers leave without it and that runs
 * destructors: __do_global_dtors_aux of their crtbegin. From the return address `code` of
 * its call on it goes straight to its return, taking one saved rbp off the stack, so that
 * CFA = sp + 16 and the caller's rbp lies at CFA - 16. True if that is what is there.
 * Reads nothing at or beyond `end`.
 */
bool epilogue_pops_fp(const uint8_t *code, const uint8_t *end);

#endif
