/*
 * hooks/table.c - the table of hooks, made from modules/hook_list.h, and searches in it.
 */
#include "hooks/table.h"

#include "hooks/hook.h"
#include "modules/dynamic_symbols.h"

#define ROW(family, name, real) \
	{ #name, (void (*)(void))hook_##name, real, HOOKS_##family },
#define REAL(name) (void *const *)&real.name

const struct hook hooks[] = {
#define HOOK(family, type, name, parameters) ROW(family, name, REAL(name))
#define HOOK_ALSO(family, type, name, parameters, other) ROW(family, name, REAL(other))
#define HOOK_LATE(family, type, name, parameters) ROW(family, name, NULL)
#define HOOK_ONLY(family, type, name, parameters) ROW(family, name, NULL)
#include "modules/hook_list.h"
};
const size_t hooks_count = sizeof(hooks) / sizeof(*hooks);

void *hook_before(void *function)
{
	for (size_t i = 0; function && i < hooks_count; i++) {
		if (hooks[i].family == HOOKS_ALLOCATOR && *hooks[i].real == function)
			return (void *)hooks[i].ours;
	}
	return function;
}

static const struct hook *allocators_find(const char *name)
{
	for (size_t i = 0; i < hooks_count; i++) {
		if (hooks[i].family == HOOKS_ALLOCATOR && names_are_equal(hooks[i].name, name))
			return &hooks[i];
	}
	return NULL;
}

void *hook_before_named(const char *name, const void *function)
{
	const struct hook *found = allocators_find(name);

	return found && *found->real == function ? (void *)found->ours : NULL;
}

bool hook_is_allocators(const char *name)
{
	return allocators_find(name) != NULL;
}
