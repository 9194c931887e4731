/*
 * hooks/table.c - the table of hooks, made from modules/hook_list.h, and searches in it.
 */
#include "hooks/table.h"

#include "hooks/hook.h"
#include "modules/dynamic_symbols.h"
#include "stack/late_function.h"

#define ROW(family, name, real, late) \
	{ #name, (void (*)(void))hook_##name, real, HOOKS_##family, late },
#define REAL(name) (void *const *)&real.name

const struct hook hooks[] = {
#define HOOK(family, type, name, parameters) ROW(family, name, REAL(name), -1)
#define HOOK_ALSO(family, type, name, parameters, other) \
	ROW(family, name, REAL(other), -1)
#define HOOK_LATE(family, type, name, parameters) ROW(family, name, NULL, LATE_##name)
#define HOOK_ONLY(family, type, name, parameters) ROW(family, name, NULL, -1)
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

/* ---- by name, in a running process ------------------------------------------------ */

#define NAMES 512 /* slots of the hash table; a power of two, several times the hooks */

static uint16_t by_name[NAMES]; /* index + 1; 0: empty */
static bool are_named;

static uint32_t name_slot(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return (hash ^ hash >> 15) % NAMES;
}

static bool is_for_attach(const struct hook *hook)
{
	switch (hook->family) {
	case HOOKS_ALLOCATOR:
	case HOOKS_THREADS:
	case HOOKS_UNWINDING:
	case HOOKS_FILTERS:
	case HOOKS_MAPPINGS: return true;
	/* What a program has found by dlsym() it keeps. */
	case HOOKS_LOOKUP:
		return names_are_equal(hook->name, "dlopen") ||
		       names_are_equal(hook->name, "dlmopen") ||
		       names_are_equal(hook->name, "dlclose");
	case HOOKS_PHASES: return !names_are_equal(hook->name, "__libc_start_main");
	default: return false;
	}
}

static void names_enter(void)
{
	for (size_t i = 0; i < hooks_count; i++) {
		uint32_t slot = name_slot(hooks[i].name);

		while (by_name[slot])
			slot = (slot + 1) % NAMES;
		by_name[slot] = (uint16_t)(i + 1);
	}
	are_named = true;
}

bool hook_choose(const char *name, uintptr_t module, struct hook_choice *choice)
{
	const struct hook *hook = NULL;
	uint32_t slot = name_slot(name);

	if (!are_named)
		names_enter();
	for (; by_name[slot]; slot = (slot + 1) % NAMES) {
		hook = &hooks[by_name[slot] - 1];
		if (names_are_equal(hook->name, name))
			break;
		hook = NULL;
	}
	if (!hook || !is_for_attach(hook))
		return false;
	choice->ours = (uintptr_t)hook->ours;
	choice->is_unwinding = hook->family == HOOKS_UNWINDING;
	choice->is_resume = names_are_equal(hook->name, "_Unwind_Resume");
	choice->real = hook->late >= 0
	                   ? late_function_find((enum late_name)hook->late, module)
	               : hook->real ? (uintptr_t)*hook->real
	                            : 0;
	return choice->real;
}
