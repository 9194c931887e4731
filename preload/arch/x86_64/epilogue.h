/*
 * epilogue.h - how a function without call frame information returns. x86-64.
 */
#ifndef OUTLIVE_EPILOGUE_H
#define OUTLIVE_EPILOGUE_H

#include <stdbool.h>
#include <stdint.h>

#define EPILOGUE_CFA_OFFSET 16 /* fp and the return address are on the stack */

/*
 * Every shared object has one function that runs destructors and has no call frame information:
 * __do_global_dtors_aux of the compiler's crtbegin. From the return address `code` of its call
 * on, it runs straight to its return and pops one saved rbp. So CFA = sp + 16, and the caller's
 * rbp is at CFA - 16. True if this is the code there. Reads nothing at or beyond `end`.
 */
bool epilogue_pops_fp(const uint8_t *code, const uint8_t *end);

#endif
