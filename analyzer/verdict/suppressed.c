/* verdict/suppressed.c - which blocks that were never freed are kept on purpose. */
#include "verdict/suppressed.h"

#include "elf/allocators.h"
#include "elf/cxx_name.h"
#include "symbols/module_origin.h"
#include "verdict/stack_names.h"

#include <stdlib.h>
#include <string.h>

#define OWN_LIBRARY "liboutlive.so" /* its hooks make calls on the program's behalf */
#define LOADER "ld-linux"
#define RULE_UNKNOWN UINT32_MAX

struct suppressed_work {
	struct suppressed *suppressed;
	const struct profile *profile;
	uint32_t file_count;
	/* by node of the call tree: the file's rule that matches there */
	uint32_t *of_node;
	uint8_t *library_calls;   /* by location, as far as asked: enum library_call */
	struct stack_names names; /* the names of one call */
};

enum library_call { LIBRARY_CALL_UNKNOWN, LIBRARY_CALL_NOT, LIBRARY_CALL };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool begins_with(const char *text, const char *begin)
{
	return !strncmp(text, begin, strlen(begin));
}

/* ---- the rules of a file --------------------------------------------------------------- */

static bool is_named(const struct stack_names *names, const char *pattern)
{
	size_t i;

	if (suppression_matches(pattern, names->names[0].module))
		return true;
	for (i = 0; i < names->count; i++) {
		if (suppression_matches(pattern, names->names[i].function) ||
		    suppression_matches(pattern, names->names[i].file))
			return true;
	}
	return false;
}

/* *rule: the file's rule that matches a call. 0, or -1 when memory is out. */
static int node_match(struct suppressed_work *work, uint32_t node, uint32_t *rule)
{
	if (stack_names_fill_node(&work->names, work->profile, node))
		return -1;
	for (*rule = 1; *rule <= work->file_count; ++*rule) {
		if (is_named(&work->names, work->suppressed->uses[*rule].pattern))
			return 0;
	}
	*rule = SUPPRESSED_NOT;
	return 0;
}

/* The innermost frame that a rule matches decides. 0, or -1 when memory is out. */
static int file_match(struct suppressed_work *work, uint32_t path, uint32_t *rule)
{
	const struct call_node *nodes = work->profile->replay.tree.nodes;
	uint32_t first = profile_path(work->profile, path)->node, node;

	*rule = SUPPRESSED_NOT;
	if (!work->file_count)
		return 0;
	for (node = first; node != CALL_ROOT; node = nodes[node].parent) {
		*rule = work->of_node[node];
		if (*rule != RULE_UNKNOWN)
			break;
		if (node_match(work, node, rule))
			return -1;
		if (*rule != SUPPRESSED_NOT)
			break;
	}
	/*
	 * Every node passed on the way has the same answer. Keep it, so that each node is matched
	 * once, however many call paths go through it.
	 */
	for (; first != node; first = nodes[first].parent)
		work->of_node[first] = *rule;
	if (node != CALL_ROOT)
		work->of_node[node] = *rule;
	return 0;
}

/* ---- the rules of runtimes ------------------------------------------------------------- */

/* What is known of the calls from the allocator outwards, all in a runtime's code. */
struct runtime_walk {
	const char *module; /* file name of the last call's module */
	/* file name of the module that calls the allocator; NULL: not reached yet */
	const char *allocates;
	/* the one module of all calls up to the loader; "": several modules */
	const char *loads;
	bool is_inside; /* a call further in does more than allocate */
	bool is_loaded; /* this call is the loader's, and all further in are of `loads` */
};

/*
 * Rust's library, with the crates that are built into it, and the templates of the C++ library
 * are linked into the program and have no file of their own. What has no name but that of a
 * file and an address (elf/functions.h) has a file.
 */
static bool is_library_name(const struct stack_name *stack_name)
{
	const char *name = stack_name->function, *file = base_name(stack_name->module);
	static const char *const crates[] = { "addr2line::", "gimli::", "object::",
		                                  "miniz_oxide::", "memchr::" };
	size_t i, type_bytes;

	/* "<&mut <std::a::B>::f::{closure#0} as ..", "<u8 as std::a::C>::f", "<[u8] as .." */
	for (name += strspn(name, "<&*["); begins_with(name, "mut ");
	     name += strspn(name, "<&*["))
		name += strlen("mut ");
	type_bytes = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789]");
	if (type_bytes && begins_with(name + type_bytes, " as "))
		name += type_bytes + strlen(" as ");
	for (i = 0; i < sizeof(crates) / sizeof(*crates); i++) {
		if (begins_with(name, crates[i]))
			return true;
	}
	if (*file && begins_with(name, file) && name[strlen(file)] == '+')
		return false;
	return stack_name->is_library || is_allocator_name(name);
}

static bool are_library_names(const struct stack_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (!is_library_name(&names->names[i]))
			return false;
	}
	return true;
}

/* The same of the call of a node, whose names are in work->names; asked once a location. */
static bool is_library_call(const struct suppressed_work *work, uint32_t node)
{
	uint32_t location = work->profile->replay.tree.nodes[node].location;
	uint8_t *known = &work->library_calls[location];

	if (*known == LIBRARY_CALL_UNKNOWN)
		*known = are_library_names(&work->names) ? LIBRARY_CALL : LIBRARY_CALL_NOT;
	return *known == LIBRARY_CALL;
}

/* Code of a runtime that is linked into the program is known by its names only. */
static bool is_runtime_call(const struct suppressed_work *work, const char *path,
                            bool is_library)
{
	return is_library ||
	       (*path &&
	        module_is_runtime(path, work->profile->process->header.executable)) ||
	       begins_with(base_name(path), OWN_LIBRARY);
}

static bool is_function_of(const struct stack_names *names,
                           const char *const *functions)
{
	size_t i, j;

	for (i = 0; i < names->count; i++) {
		for (j = 0; functions[j]; j++) {
			if (suppression_matches(functions[j],
			                        function_name_public(names->names[i].function)) ||
			    suppression_matches(functions[j], names->names[i].function) ||
			    /*
			     * if libc is stripped: the exported function that continues in this
			     * one
			     */
			    suppression_matches(functions[j],
			                        function_name_public(names->names[i].declared)))
				return true;
		}
	}
	return false;
}

/* Whether the rule covers the call at which the walk is now. */
static bool is_about(const struct runtime_suppression *rule,
                     const struct runtime_walk *walk, const struct stack_names *names)
{
	switch (rule->reach) {
	case REACH_MODULE:
		return walk->allocates && begins_with(walk->allocates, rule->module);
	case REACH_LOAD: return walk->is_loaded && begins_with(walk->loads, rule->module);
	case REACH_INSIDE:
		if (!walk->is_inside)
			return false;
		break;
	case REACH_FUNCTION:
	case REACH_PROGRAM: break;
	}
	return begins_with(walk->module, rule->module) &&
	       is_function_of(names, rule->functions);
}

/* Go one call further out. */
static void walk_step(struct runtime_walk *walk, const struct stack_names *names,
                      bool is_library)
{
	bool is_loader;

	walk->is_inside = walk->allocates != NULL;
	walk->module = base_name(names->names[0].module);
	is_loader = begins_with(walk->module, LOADER);
	walk->is_loaded = is_loader && walk->loads && *walk->loads;
	if (!is_loader && walk->loads && strcmp(walk->loads, walk->module) != 0)
		walk->loads = "";
	else if (!walk->loads)
		walk->loads = is_loader ? "" : walk->module;
	if (!walk->allocates && !is_library)
		walk->allocates = walk->module;
}

/* Whether the functions that the rule names may be in any file. */
static bool is_anywhere(const struct runtime_suppression *rule)
{
	return !*rule->module || rule->reach == REACH_PROGRAM;
}

/* *rule: the first runtime's rule that matches a call path. */
static int runtime_match(struct suppressed_work *work, uint32_t path, uint32_t *rule)
{
	const struct suppressed *suppressed = work->suppressed;
	const struct call_node *nodes = work->profile->replay.tree.nodes;
	uint32_t node = profile_path(work->profile, path)->node, i;
	struct runtime_walk walk = { .module = NULL };
	bool is_runtime = true, is_library;

	*rule = suppressed->count + 1;
	for (; node != CALL_ROOT && is_runtime; node = nodes[node].parent) {
		if (stack_names_fill_node(&work->names, work->profile, node))
			return -1;
		is_library = is_library_call(work, node);
		is_runtime = is_runtime_call(work, work->names.names[0].module, is_library);
		walk_step(&walk, &work->names, is_library);
		/* the first rule counts, so only rules before the one found are still of interest */
		for (i = work->file_count + 1; i < *rule; i++) {
			/* code that is linked into a program is known by its name alone */
			if ((is_runtime || is_anywhere(suppressed->uses[i].runtime)) &&
			    is_about(suppressed->uses[i].runtime, &walk, &work->names))
				*rule = i;
		}
	}
	if (*rule > suppressed->count)
		*rule = SUPPRESSED_NOT;
	return 0;
}

/* ---- all of them ----------------------------------------------------------------------- */

/* The file's rules come first. Each call path is matched once, for its first live block. */
static int path_match(struct suppressed_work *work, uint32_t path)
{
	uint32_t *rule = &work->suppressed->of_path[path];

	if (*rule != RULE_UNKNOWN)
		return 0;
	if (file_match(work, path, rule))
		return -1;
	return *rule == SUPPRESSED_NOT ? runtime_match(work, path, rule) : 0;
}

/* The rule that matches the block's birth, or else its last realloc; exceeded or not. */
static uint32_t rule_of(const struct suppressed *suppressed,
                        const struct profile *profile, const struct block *block)
{
	uint32_t origin = block_lives_origin(&profile->replay.lives, block).path;
	uint32_t rule = suppressed->of_path[origin];

	return rule == SUPPRESSED_NOT ? suppressed->of_path[block->path] : rule;
}

static int block_match(struct suppressed_work *work, const struct block *block)
{
	struct suppressed *suppressed = work->suppressed;
	uint32_t origin = block_lives_origin(&work->profile->replay.lives, block).path;
	uint32_t rule;

	if (path_match(work, origin) || path_match(work, block->path))
		return -1;
	rule = rule_of(suppressed, work->profile, block);
	if (rule != SUPPRESSED_NOT) {
		suppressed->uses[rule].blocks += block->weight;
		suppressed->uses[rule].bytes += block->weight * block->size;
	}
	return 0;
}

static int blocks_match(struct suppressed_work *work)
{
	const struct live_table *live = &work->profile->replay.live;
	size_t i;

	for (i = 0; i < (size_t)1 << live->bits; i++) {
		if (live->addresses[i] && live->blocks[i].path &&
		    block_match(work, &live->blocks[i]))
			return -1;
	}
	return 0;
}

/* Call paths without live blocks were not checked: no rule is needed for them. */
static void paths_settle(struct suppressed *suppressed, size_t paths)
{
	size_t i;

	for (i = 0; i < paths; i++) {
		if (suppressed->of_path[i] == RULE_UNKNOWN)
			suppressed->of_path[i] = SUPPRESSED_NOT;
	}
}

/* Call when all live blocks are counted: a rule with too many of them applies to none. */
static void limits_check(struct suppressed *suppressed)
{
	struct suppression_use *use;
	uint32_t i;

	for (i = 1; i <= suppressed->count; i++) {
		use = &suppressed->uses[i];
		use->is_exceeded = use->runtime && use->runtime->blocks_max &&
		                   use->blocks > use->runtime->blocks_max;
	}
}

static void rules_list(struct suppressed *suppressed, const struct suppressions *file,
                       const struct runtime_suppression *runtime, size_t count)
{
	uint32_t i, file_count = file ? file->count : 0;

	for (i = 0; i < file_count; i++)
		suppressed->uses[1 + i] = (struct suppression_use){
			.pattern = file->rules[i].pattern,
			.file = file->rules[i].file,
			.line = file->rules[i].line,
		};
	for (i = 0; i < count; i++)
		suppressed->uses[1 + file_count + i].runtime = &runtime[i];
	suppressed->count = file_count + (uint32_t)count;
}

int suppressed_make(struct suppressed *suppressed, const struct profile *profile,
                    const struct suppressions *file)
{
	struct suppressed_work work = { .suppressed = suppressed,
		                            .profile = profile,
		                            .file_count = file ? file->count : 0 };
	size_t count, nodes = work.file_count ? profile->replay.tree.count : 0;
	size_t paths = profile->replay.paths.count;
	const struct runtime_suppression *runtime = runtime_suppressions(&count);
	int result = -1;

	*suppressed = (struct suppressed){ .uses = NULL };
	suppressed->uses = calloc(work.file_count + count + 1, sizeof(*suppressed->uses));
	suppressed->of_path = malloc((paths + 1) * sizeof(*suppressed->of_path));
	work.of_node = malloc((nodes + 1) * sizeof(*work.of_node));
	work.library_calls = calloc(profile->sources.location_count + 1, 1);
	if (suppressed->uses && suppressed->of_path && work.of_node && work.library_calls) {
		memset(suppressed->of_path, 0xff, paths * sizeof(*suppressed->of_path));
		memset(work.of_node, 0xff, nodes * sizeof(*work.of_node));
		rules_list(suppressed, file, runtime, count);
		result = blocks_match(&work);
		paths_settle(suppressed, paths);
		limits_check(suppressed);
	}
	free(work.of_node);
	free(work.library_calls);
	stack_names_release(&work.names);
	return result;
}

void suppressed_release(struct suppressed *suppressed)
{
	free(suppressed->uses);
	free(suppressed->of_path);
	*suppressed = (struct suppressed){ .uses = NULL };
}

uint32_t suppressed_rule(const struct suppressed *suppressed,
                         const struct profile *profile, const struct block *block)
{
	uint32_t rule = rule_of(suppressed, profile, block);

	return suppressed->uses[rule].is_exceeded ? SUPPRESSED_NOT : rule;
}
