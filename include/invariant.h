/*
 * invariant.h - what is true at one line of code whatever the program does or a file says: a
 * claim about our own code, never a check of input. Builds with DEBUG=1 trap where it is not. In
 * others the condition is compiled but not evaluated, and nothing is assumed from it.
 */
#ifndef OUTLIVE_INVARIANT_H
#define OUTLIVE_INVARIANT_H

#ifdef OUTLIVE_DEBUG
#define invariant(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define invariant(condition) ((void)(0 && (condition)))
#endif

#endif
