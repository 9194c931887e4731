/* elf/containers.c - recognizes the internals of containers by name. */
#include "elf/containers.h"

#include "elf/cxx_name.h"

#include <stddef.h>
#include <string.h>

/* Beginnings of names, behind what Rust writes before the type of a method. */
static const char *const containers[] = {
	"std::vector<",
	"std::_Vector_base<",
	"std::_Bvector_base<",
	"std::deque<",
	"std::_Deque_base<",
	"std::list<",
	"std::_List_base<",
	"std::__cxx11::list<",
	"std::__cxx11::_List_base<",
	"std::forward_list<",
	"std::_Fwd_list_base<",
	"std::map<",
	"std::multimap<",
	"std::set<",
	"std::multiset<",
	"std::_Rb_tree<",
	"std::unordered_",
	"std::_Hashtable<",
	"std::__detail::_Hashtable_alloc<",
	"std::basic_string<",
	"std::__cxx11::basic_string<",
	"std::basic_stringbuf<",
	"std::__cxx11::basic_stringbuf<",
	"std::string::",
	"alloc::vec::",
	"alloc::raw_vec::",
	"alloc::string::",
	"alloc::collections::",
	"alloc::slice::",
	"alloc::str::",
	"alloc::fmt::format",
	"std::collections::",
	"hashbrown::",
};

bool is_container_name(const char *function)
{
	const char *name = function_name_start(function);
	size_t i;

	for (name += strspn(name, "<&*["); !strncmp(name, "mut ", 4);
	     name += strspn(name, "<&*["))
		name += 4;
	for (i = 0; i < sizeof(containers) / sizeof(*containers); i++) {
		if (!strncmp(name, containers[i], strlen(containers[i])))
			return true;
	}
	return false;
}

bool is_box_name(const char *function)
{
	return !strncmp(function_name_start(function), "alloc::boxed::", 14);
}

bool is_stream_name(const char *function)
{
	const char *name = function_name_start(function);

	return !strncmp(name, "std::basic_stringbuf<", 21) ||
	       !strncmp(name, "std::__cxx11::basic_stringbuf<", 30);
}

/* "T::name(T const&)", whatever T is */
static bool is_copy_constructor(const char *function)
{
	static const char end[] = " const&)";
	const char *name = function_name_start(function), *at;
	size_t length = strlen(name), type;

	if (length < sizeof(end) || strcmp(name + length - (sizeof(end) - 1), end))
		return false;
	/* T may contain brackets, too */
	for (at = strchr(name, '('); at && at + sizeof(end) < name + length;
	     at = strchr(at + 1, '(')) {
		type = length - (sizeof(end) - 1) - (size_t)(at + 1 - name);
		if (type && type + 2 < (size_t)(at - name) && !strncmp(name, at + 1, type) &&
		    !strncmp(name + type, "::", 2))
			return true;
	}
	return false;
}

/* What the copy constructor of libstdc++'s strings jumps to, and hardly anything else. */
static bool is_string_copier(const char *function)
{
	return strstr(function, "basic_string<") &&
	       (strstr(function, "::_M_construct<char*>(char*") ||
	        strstr(function, "::_M_construct<true>("));
}

bool is_copy_name(const char *function)
{
	static const char clone[] = " as core::clone::Clone>::clone";
	const char *at = strstr(function, clone);

	return (at && !at[sizeof(clone) - 1]) || is_copy_constructor(function) ||
	       is_string_copier(function);
}
