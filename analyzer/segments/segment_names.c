/* segments/segment_names.c - what segments are called, in JSON and on screens. */
#include "segments/segment.h"

static const struct {
	const char *key, *title;
} names[SEGMENT_COUNT] = {
	[SEGMENT_CODE] = { "code", "code" },
	[SEGMENT_RODATA] = { "rodata", "read-only data" },
	[SEGMENT_DATA] = { "data", "data" },
	[SEGMENT_BSS] = { "bss", "bss" },
	[SEGMENT_HEAP] = { "heap", "heap" },
	[SEGMENT_STACK] = { "stack", "stack" },
	[SEGMENT_GO_HEAP] = { "go_heap", "Go heap" },
	[SEGMENT_GO_STACK] = { "go_stack", "Go stacks" },
	[SEGMENT_JIT] = { "jit", "JIT code" },
	[SEGMENT_FILE] = { "file", "file maps" },
	[SEGMENT_SHARED] = { "shared", "shared" },
	[SEGMENT_KERNEL] = { "vdso", "vdso, vvar" },
	[SEGMENT_GUARD] = { "guard", "guard, reserved" },
	[SEGMENT_OUTLIVE] = { "outlive", "outlive's own" },
	[SEGMENT_OTHER] = { "other", "other" },
};

const char *segment_key(enum segment segment)
{
	return names[segment].key;
}

const char *segment_title(enum segment segment)
{
	return names[segment].title;
}
