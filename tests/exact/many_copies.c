/*
 * many_copies.c - stack_copies.c with so many coroutines, all of which give way before the
 * first comes back, that stubs are used up: those of the copies are bound, and others stand
 * in for the same return addresses when the copies return. Whoever comes back must find its
 * way, and that copies come back must be noticed: nothing wrong may be called exact.
 *
 * guards: a bound stub goes on to its own return address, whoever has it
 * build: gcc -O2 switch.S
 * build: gcc -O0 switch.S
 * build: clang -O2 switch.S
 */
#define COROUTINES 12000
#define ROUNDS 1
#include "../stack_copies.c"
