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
