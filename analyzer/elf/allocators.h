/*
 * elf/allocators.h - functions that allocate for their caller, or free for it, known by
 * name.
 */
#ifndef OUTLIVE_ELF_ALLOCATORS_H
#define OUTLIVE_ELF_ALLOCATORS_H

#include <stdbool.h>

/*
 * True if a block allocated right in this (demangled) function is its caller's in every
 * way that matters: operator new, xmalloc, strdup, g_malloc, the containers and strings
 * of the C++ and Rust libraries, C.CString.
 */
bool is_allocator_name(const char *function);

/* The same of functions that free: operator delete, g_free, destructors of containers. */
bool is_deallocator_name(const char *function);

/* Whether it is one of the C library's that start a program or a thread. */
bool is_startup_name(const char *function);

#endif
