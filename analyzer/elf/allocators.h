/*
 * elf/allocators.h - recognizes functions that allocate for their caller, or free for it, by
 * name.
 */
#ifndef OUTLIVE_ELF_ALLOCATORS_H
#define OUTLIVE_ELF_ALLOCATORS_H

#include <stdbool.h>

/*
 * Whether a block that this (demangled) function allocates itself really belongs to its caller:
 * operator new, xmalloc, strdup, g_malloc, C.CString. So it does of the containers and strings of
 * the C++ and Rust libraries, which library_name.h knows, and of what leads from Go to C
 * (go_name.h).
 */
bool is_allocator_name(const char *function);

/* The same for functions that free: operator delete, g_free. */
bool is_deallocator_name(const char *function);

/* Whether a name says that the function allocates: safe_malloc, memory_alloc, zstrdup. */
bool is_allocating_name(const char *function);

/* Whether it is a function of the C library, or of Go, that starts a program or a thread. */
bool is_startup_name(const char *function);

#endif
