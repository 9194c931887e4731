/*
 * hooks/getenv.c - the hook of secure_getenv(), by which OCaml's runtime is recognized. It
 * reads its own return addresses, so its frames must not get stubs.
 *
 * OCaml's native programs and libraries export a symbol that modules/unwinder.c finds, unless
 * they are linked into a C program or hide their symbols. But their runtime begins by reading
 * its settings, before any OCaml code runs.
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
	if (stub_is(address)) /* called by a jump */
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
	/*
	 * If it is missing, getenv() will do: a privileged program cannot have been preloaded.
	 */
	real_resolve();
	return real.secure_getenv ? real.secure_getenv(name) : getenv(name);
}
EXPORT(secure_getenv);
