/*
 * hooks/getenv.c - a runtime that reads its own return addresses makes itself known.
 *
 * Programs and libraries of OCaml's native code export what modules/unwinder.c looks for,
 * unless they were linked into a C program, or hide their names. But the first thing their
 * runtime does is to ask for its settings, before any of their code runs.
 */
#include <stdlib.h>

#include "hooks/hook.h"
#include "modules/dynamic_symbols.h"
#include "modules/frame_rule.h"
#include "event/lifecycle.h"
#include "modules/map.h"

static void runtime_starts(const struct walk_start *caller)
{
	uintptr_t address = caller->return_address;

	if (!recorder.is_recording || !lifecycle_enter(caller))
		return;
	if (stub_is(address)) /* a tail call */
		address = outlive_stub_entries[stub_of(address)].return_address;
	if (module_map_distrust(address - 1))
		frame_rule_flush();
	guard_leave();
}

char *hook_secure_getenv(const char *name)
{
	struct walk_start caller = CALLER();

	if (names_are_equal(name, "OCAMLRUNPARAM"))
		runtime_starts(&caller);
	/* Nobody preloads us where the environment is not to be trusted. */
	real_resolve();
	return real.secure_getenv ? real.secure_getenv(name) : getenv(name);
}
EXPORT(secure_getenv);
