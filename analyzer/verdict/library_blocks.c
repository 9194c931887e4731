/* verdict/library_blocks.c - blocks of a library or the compiler, for purposes of its own. */
#include "verdict/library_blocks.h"

#include "elf/containers.h"

#include <string.h>

/* Whether a wrapper of any of the call paths is such a function. */
static bool has_wrapper(const struct classes *classes,
                        const struct life_summary *summary,
                        bool (*is_such)(const struct function *function))
{
	const struct replay *replay = &classes->profile->replay;
	const struct function *function;
	uint32_t i, left, node;

	for (i = 0; i < summary->path_count; i++) {
		node = replay_path(replay, summary->paths[i].path)->node;
		for (left = classes->peeling.path_frames[summary->paths[i].path]; left;
		     left--) {
			function = &classes->functions.functions[function_of_node(
				&classes->functions, classes->profile, node)];
			if (is_such(function))
				return true;
			node = replay->tree.nodes[node].parent;
		}
	}
	return false;
}

static bool is_thrower(const struct function *function)
{
	return !strcmp(function->name, "__cxa_allocate_exception");
}

static bool is_stream(const struct function *function)
{
	return function->is_library && is_stream_name(function->name);
}

/* Rust's format!(): it makes the string that it writes into. */
static bool is_format(const struct function *function)
{
	static const char format[] = "alloc::fmt::format";

	return function->is_library && !strncmp(function->name, format, sizeof(format) - 1);
}

static bool is_container(const struct function *function)
{
	return function->is_library && is_container_name(function->name);
}

/*
 * Rust's vec![..] makes a box, which only then becomes the storage of a Vec: that it has is seen
 * when it grows, as no box does.
 */
static bool is_box(const struct function *function)
{
	return function->is_library && is_box_name(function->name);
}

bool is_of_container(const struct classes *classes, const struct life_summary *summary)
{
	return has_wrapper(classes, summary, is_container) ||
	       (summary->chains && has_wrapper(classes, summary, is_box));
}

bool is_of_stream(const struct classes *classes, const struct life_summary *summary)
{
	return has_wrapper(classes, summary, is_stream);
}

bool is_of_format(const struct classes *classes, const struct life_summary *summary)
{
	return has_wrapper(classes, summary, is_format);
}

bool is_of_exception(const struct classes *classes, const struct life_summary *summary)
{
	return has_wrapper(classes, summary, is_thrower);
}

/* A member, too: a coroutine's promise type may have one. */
static bool is_operator_new(const struct function *function)
{
	static const char name[] = "operator new";
	const char *found = strstr(function->name, name);
	const char *end = found ? found + sizeof(name) - 1 : NULL;

	return found && (found == function->name || found[-1] == ':') &&
	       (!*end || strchr("(<@", *end));
}

/*
 * Outwards from the allocator, the coroutine comes right behind operator new. What its parameters
 * allocate when they are copied comes behind their constructors.
 */
static bool is_coroutine_frame(const struct classes *classes, uint32_t path)
{
	const struct profile *profile = classes->profile;
	uint32_t node = replay_path(&profile->replay, path)->node;
	const struct symbol_frame *frames;
	bool is_new = false;
	size_t count;

	for (; node != CALL_ROOT; node = profile->replay.tree.nodes[node].parent) {
		frames = profile_frames(profile, profile->replay.tree.nodes[node].location,
		                        &count);
		if (is_operator_new(&classes->functions.functions[function_of_node(
				&classes->functions, profile, node)]))
			is_new = true;
		else if (is_new)
			return count && frames[count - 1].is_coroutine;
	}
	return false;
}

bool is_of_coroutine(const struct classes *classes, const struct life_summary *summary)
{
	uint32_t i;

	for (i = 0; i < summary->path_count; i++) {
		if (!is_coroutine_frame(classes, summary->paths[i].path))
			return false;
	}
	return summary->path_count != 0;
}
