/* verdict/libc_frames.c - which functions of the C library call main(), and run exit handlers. */
#include "verdict/libc_frames.h"

#include "symbols/module_origin.h"

#include <string.h>

/* Whether the function has this name, or is a version or an internal name of it. */
static bool is_called(const struct function *function, const char *wanted)
{
	const char *name = function->name;
	size_t bytes = strlen(wanted);

	if (!strncmp(name, "__GI_", 5))
		name += 5;
	return !strncmp(name, wanted, bytes) && (!name[bytes] || name[bytes] == '@');
}

static bool is_exit_runner(const struct function *function)
{
	static const char *const names[] = {
		"__run_exit_handlers", "__cxa_finalize", "_dl_fini",
		"_dl_call_fini",       "exit",           "__call_tls_dtors",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (is_called(function, names[i]))
			return true;
	}
	return false;
}

/* Whether it is a function of a runtime that has no name there, or "libc.so.6+0x12". */
static bool is_unnamed(const struct profile *profile, const struct function *function)
{
	const char *path;

	if (function->module == MODULE_NONE ||
	    (*function->name && !strstr(function->name, "+0x")))
		return false;
	path = address_map_module(profile->map, function->module)->path;
	return module_is_runtime(path, profile->process->header.executable);
}

/* A stack has these three frames, outermost first; functions[0] of the table where it ends. */
static void frames_take(struct function *functions, const struct profile *profile,
                        uint32_t outer, uint32_t middle, uint32_t inner)
{
	const struct function *starter = &functions[outer], *called = &functions[inner];

	if (starter->runs_exit && is_unnamed(profile, &functions[middle]))
		functions[middle].runs_exit = true;
	if (functions[middle].runs_exit && is_unnamed(profile, called))
		functions[inner].runs_exit = true;
	/* What calls constructors has the same caller, but calls neither of these. */
	if ((is_called(starter, "__libc_start_main") ||
	     is_called(starter, "__libc_start_main_impl")) &&
	    (is_called(called, "main") || is_called(called, "exit")) &&
	    is_unnamed(profile, &functions[middle]))
		functions[middle].calls_main = true;
}

/* The stacks of calls that allocated: the parent of a node is its caller. */
static void calls_take(struct function_table *table, const struct profile *profile)
{
	const struct call_node *nodes = profile->replay.tree.nodes;
	uint32_t i, caller, starter;

	for (i = 1; i < profile->replay.tree.count; i++) {
		caller = nodes[i].is_cut ? CALL_ROOT : nodes[i].parent;
		starter = nodes[caller].is_cut ? CALL_ROOT : nodes[caller].parent;
		frames_take(table->functions, profile,
		            function_of_node(table, profile, starter),
		            function_of_node(table, profile, caller),
		            function_of_node(table, profile, i));
	}
}

/*
 * The innermost frames of calls that freed: the parent of a node is what it called. Outer frames
 * have higher numbers, so what they tell of inner ones is known in time.
 */
static void frees_take(struct function_table *table, const struct profile *profile)
{
	const struct call_node *nodes = profile->replay.lives.freers.tree.nodes;
	const uint32_t *functions = table->of_location;
	uint32_t i, called, inner;

	for (i = profile->replay.lives.freers.tree.count; i-- > 1;) {
		called = nodes[i].parent;
		inner = nodes[called].parent;
		frames_take(table->functions, profile, functions[nodes[i].location],
		            functions[nodes[called].location],
		            functions[nodes[inner].location]);
	}
}

void libc_frames_find(struct function_table *table, const struct profile *profile)
{
	struct function *function;
	uint32_t i;

	for (i = 1; i < table->count; i++) {
		function = &table->functions[i];
		function->runs_exit = is_exit_runner(function);
		function->calls_main = is_called(function, "__libc_start_call_main");
	}
	calls_take(table, profile);
	frees_take(table, profile);
}
