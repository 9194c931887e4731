/*
 * elf/containers.h - recognizes the internals of containers of the standard libraries, by name.
 */
#ifndef OUTLIVE_ELF_CONTAINERS_H
#define OUTLIVE_ELF_CONTAINERS_H

#include <stdbool.h>

/*
 * Whether a (demangled) function of a standard library belongs to a container, which decides
 * itself when it needs memory: std::vector, std::string, maps and lists; Vec, String, HashMap.
 * Smart pointers and operator new are none.
 */
bool is_container_name(const char *function);

/* Whether it belongs to Rust's Box. */
bool is_box_name(const char *function);

/*
 * Whether it belongs to what a std::stringstream writes into, which grows like a container, but
 * has no reserve().
 */
bool is_stream_name(const char *function);

/*
 * Whether a (demangled) function makes a copy of a value: the copy constructor of a class, or
 * Rust's clone().
 */
bool is_copy_name(const char *function);

#endif
