/* go/runtime.c - recognize Go's runtime in a module. */
#include "go/runtime.h"

#include <stddef.h>

#include "way_out.h"

#ifndef IGNORES_GO
#define IGNORES_GO \
	0 /* 1: stacks end where Go calls C; to measure against (make bench-go) */
#endif

struct go_runtime go_runtimes[GO_RUNTIMES_MAX];
_Atomic uint32_t go_runtime_count;

/* Offsets in a g that no code shows, from which version on (Go 1.N). */
static const struct layout {
	uint16_t version, g_id, g_start;
} layouts[] = {
	{ 18, 152, 312 }, { 20, 152, 0 },   { 21, 152, 296 }, { 23, 160, 304 },
	{ 25, 152, 0 },   { 26, 152, 304 }, { 27, 152, 0 },
};
#define LAYOUTS (sizeof(layouts) / sizeof(*layouts))

#define LABELS_MAP_LAST 23 /* 1.23 has labels in a map, later versions in a list */

static void layout_choose(struct go_runtime *runtime)
{
	uint16_t version = runtime->tables.version;

	for (size_t i = 0; i < LAYOUTS; i++) {
		/* Unknown: as in the newest. */
		if (version && layouts[i].version > version)
			break;
		runtime->g_id = layouts[i].g_id;
		runtime->g_start = layouts[i].g_start;
	}
	runtime->is_guess = !version || version > layouts[LAYOUTS - 1].version;
}

/*
 * The function's role. A wrapper has the same name, but calls another function; only of the
 * one that writes the stack pointer itself is the frame not like any other's.
 */
static enum go_role role_of(const struct go_tables *tables,
                            const struct go_function *function)
{
	static const struct {
		const char *name;
		uint8_t id, flags;
	} roles[GO_ROLES] = {
		[GO_ASMCGOCALL] = { "runtime.asmcgocall", GO_ID_ASMCGOCALL, 0 },
		[GO_CGOCALLBACK] = { "runtime.cgocallback", GO_ID_CGOCALLBACK, 0 },
		[GO_CROSSCALL2] = { "crosscall2", 0, 0 },
		[GO_CGOCALL] = { "runtime.cgocall", 0, 0 },
		[GO_SYSTEMSTACK] = { "runtime.systemstack", 0, GO_WRITES_SP },
		[GO_MORESTACK] = { "runtime.morestack", 0, GO_WRITES_SP },
		[GO_MCALL] = { "runtime.mcall", 0, GO_WRITES_SP },
		[GO_CALLS_MMAP] = { "runtime.callCgoMmap", 0, GO_WRITES_SP },
		[GO_CALLS_MUNMAP] = { "runtime.callCgoMunmap", 0, GO_WRITES_SP },
		[GO_LIBRARY] = { GO_LIBRARY_START, 0, GO_WRITES_SP },
		[GO_SCHEDINIT] = { "runtime.schedinit", 0, 0 },
		[GO_INIT] = { "runtime.init", 0, 0 },
		[GO_SAMPLE] = { "runtime.mProf_Malloc", 0, 0 },
		[GO_FLUSH] = { "runtime.mProf_FlushLocked", 0, 0 },
		[GO_EXIT] = { "runtime.exit", 0, 0 },
		[GO_LABEL] = { "runtime/pprof.runtime_setProfLabel", 0, 0 },
		[GO_START] = { "runtime.main", 0, 0 },
		[GO_MAIN] = { "main.main", 0, 0 },
	};

	for (enum go_role role = 0; role < GO_ROLES; role++) {
		if ((!roles[role].id || function->id == roles[role].id) &&
		    (function->flags & roles[role].flags) == roles[role].flags &&
		    go_tables_is_named(tables, function, roles[role].name))
			return role;
	}
	return GO_ROLES;
}

/* A wrapper, which has the function's name and role, is smaller than what is read of the heap. */
static bool is_wrapper(const struct go_runtime *runtime, enum go_role role,
                       struct go_code_range range)
{
	struct go_code_range other = runtime->roles[role];

	if (role == GO_EXIT)
		return !go_code_is_exit(range);
	return role >= GO_SWITCHES && range.end - range.start < other.end - other.start;
}

/* Find the functions with a role. False: the tables are wrong. */
static bool roles_find(struct go_runtime *runtime)
{
	struct go_function function;
	struct go_code_range range;

	for (uint64_t i = 0; i < runtime->tables.function_count; i++) {
		enum go_role role;

		if (!go_tables_function(&runtime->tables, i, &function))
			return false;
		role = role_of(&runtime->tables, &function);
		range = (struct go_code_range){ function.entry, function.end };
		if (role != GO_ROLES && !is_wrapper(runtime, role, range))
			runtime->roles[role] = range;
	}
	return true;
}

static bool is_within(uintptr_t address, uintptr_t start, uintptr_t end)
{
	return address >= start && address < end && end - address >= 8;
}

/* Where the profile of the heap is; all of it is in the module, which is mapped at [start, end). */
static void heap_find(struct go_runtime *runtime, uintptr_t start, uintptr_t end)
{
	struct go_heap_code *heap = &runtime->heap;
	const struct go_code_range *roles = runtime->roles;

	if (!go_code_read_heap(roles[GO_SCHEDINIT], roles[GO_INIT], roles[GO_SAMPLE],
	                       roles[GO_FLUSH], heap) ||
	    !is_within(heap->disabled, start, end) || !is_within(heap->rate, start, end) ||
	    heap->rate % 8 || !is_within(heap->buckets, start, end) || heap->buckets % 8 ||
	    !is_within(heap->cycle, start, end) || heap->cycle % 4)
		*heap = (struct go_heap_code){ 0 };
}

/* Modules that cannot be understood: a walk that ends in one is counted apart. */
static struct go_code_range unknown[GO_RUNTIMES_MAX];
static _Atomic uint32_t unknown_count;

bool go_runtime_is_unknown(uintptr_t address)
{
	uint32_t count = atomic_load_explicit(&unknown_count, memory_order_acquire);

	for (uint32_t i = 0; i < count; i++) {
		if (address - unknown[i].start < unknown[i].end - unknown[i].start)
			return true;
	}
	return false;
}

static bool runtime_add(uintptr_t start, uintptr_t end)
{
	uint32_t count = atomic_load_explicit(&go_runtime_count, memory_order_relaxed);
	struct go_runtime *runtime;

	if (IGNORES_GO || count == GO_RUNTIMES_MAX)
		return false;
	runtime = &go_runtimes[count];
	*runtime = (struct go_runtime){ .start = start, .end = end };
	if (!go_tables_find(start, end, &runtime->tables) || !roles_find(runtime))
		return false;
	if (runtime->roles[GO_ASMCGOCALL].start) {
		if (!go_code_read(runtime->roles[GO_ASMCGOCALL], runtime->roles[GO_SYSTEMSTACK],
		                  runtime->roles[GO_CGOCALL], &runtime->code))
			return false;
		layout_choose(runtime);
		runtime->code.g_labels = go_code_find_labels(runtime->roles[GO_LABEL]);
		runtime->labels_are_map = runtime->tables.version &&
		                          runtime->tables.version <= LABELS_MAP_LAST;
		runtime->has_runtime = true;
		heap_find(runtime, start, end);
	}
	atomic_store_explicit(&go_runtime_count, count + 1, memory_order_release);
	return true;
}

bool go_runtime_add(uintptr_t start, uintptr_t end)
{
	uint32_t count = atomic_load_explicit(&unknown_count, memory_order_relaxed);

	if (runtime_add(start, end))
		return true;
	if (count < GO_RUNTIMES_MAX) {
		unknown[count] = (struct go_code_range){ start, end };
		atomic_store_explicit(&unknown_count, count + 1, memory_order_release);
	}
	return false;
}

bool go_runtime_switches(const struct go_runtime *runtime, uintptr_t pc)
{
	for (enum go_role role = 0; role < GO_SWITCHES; role++) {
		if (role != GO_CROSSCALL2 && role != GO_CGOCALL &&
		    go_runtime_is_in(runtime, role, pc))
			return true;
	}
	return false;
}

/*
 * The frame of a C function that Go's own linker has put among Go's code: it drops the call frame
 * information, and its tables know no frame of C.
 */
static struct go_frame c_frame_find(const struct go_runtime *runtime, uintptr_t pc)
{
	int32_t bytes = way_out_bytes((const uint8_t *)pc,
	                              (const uint8_t *)runtime->tables.text,
	                              (const uint8_t *)runtime->tables.text_end);

	if (bytes < 0)
		return (struct go_frame){ .kind = GO_FRAME_UNKNOWN };
	return (struct go_frame){ .kind = GO_FRAME_C, .cfa_offset = (uint32_t)bytes + 8 };
}

struct go_frame go_frame_find(const struct go_runtime *runtime, uintptr_t pc)
{
	struct go_frame frame = { .kind = GO_FRAME_UNKNOWN };
	struct go_function function;
	int64_t bytes;

	if (!go_tables_lookup(&runtime->tables, pc, &function))
		return c_frame_find(runtime, pc);
	if (function.flags & GO_TOP_FRAME) {
		frame.kind = GO_FRAME_TOP;
		return frame;
	}
	bytes = go_tables_frame_bytes(&runtime->tables, &function, pc);
	if (bytes >= 0 && bytes % 8 == 0 && bytes <= INT32_MAX)
		frame.cfa_offset = (uint32_t)bytes + 8;
	if (go_runtime_switches(runtime, pc)) {
		frame.kind = GO_FRAME_SWITCH;
		return frame;
	}
	if (bytes < 0)
		return c_frame_find(runtime, pc);
	if (go_runtime_is_in(runtime, GO_LIBRARY, pc))
		return (struct go_frame){ .kind = GO_FRAME_BY_FP,
			                      .cfa_offset = GO_LIBRARY_CFA_ABOVE_FP,
			                      .fp_below = GO_LIBRARY_CFA_ABOVE_FP };
	if (!frame.cfa_offset || function.flags & GO_WRITES_SP)
		return frame;
	frame.kind = GO_FRAME_PLAIN;
	if (go_runtime_is_in(runtime, GO_CROSSCALL2, pc))
		frame.fp_below = GO_CROSS_FP_BELOW_CFA;
	return frame;
}
