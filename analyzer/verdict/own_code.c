/* verdict/own_code.c - which functions are the user's own code. */
#include "verdict/own_code.h"

#include "elf/cxx_name.h"
#include "elf/go_name.h"
#include "verdict/name_match.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 512 /* a longer name is compared up to there */

static bool begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* ---- names ---------------------------------------------------------------------------- */

/* The names of C++ have brackets that a glob would read: "show[abi:cxx11]". */
static bool name_matches(const char *glob, const char *name, const char *plain)
{
	char brief[NAME_BYTES];

	return !fnmatch(glob, plain, 0) || !fnmatch(glob, name, 0) ||
	       name_is_meant(name, function_name_short(brief, sizeof(brief), name), glob,
	                     NAME_WHOLE) ||
	       (!name_is_glob(glob) && name_is_meant(name, brief, glob, NAME_PLAIN));
}

bool function_name_matches(const char *name, const char *const *globs, size_t count)
{
	char plain[NAME_BYTES];
	size_t i, length = function_name_bytes(name);

	if (length >= sizeof(plain))
		length = sizeof(plain) - 1;
	memcpy(plain, name, length);
	plain[length] = 0;
	for (i = 0; i < count; i++) {
		if (name_matches(globs[i], name, plain))
			return true;
	}
	return false;
}

bool function_family_matches(const char *name, const char *const *families,
                             size_t count)
{
	char family[NAME_BYTES];
	size_t i;

	if (!count)
		return false;
	function_name_family(family, sizeof(family), name);
	for (i = 0; i < count; i++) {
		if (*family && !strcmp(family, families[i]))
			return true;
	}
	return false;
}

/* ---- the guess ------------------------------------------------------------------------ */

/* Whether it is of a module that Go fetched, "example.com/x@v1.2.3/x.go", or that is vendored. */
static bool is_fetched_by_go(const char *path)
{
	const char *version = strstr(path, "@v");

	return (version && isdigit((unsigned char)version[2])) ||
	       (is_go_source(path) && strstr(path, "/vendor/"));
}

/*
 * What is installed, and not written, by whoever runs the program. Images of containers keep the
 * program itself in /usr/src, and what was built by hand is installed in /usr/local/bin.
 */
static bool is_installed(const char *path)
{
	static const char *const prefixes[] = {
		"/lib/",   "/lib32/",     "/lib64/",     "/libx32/",    "/bin/",  "/sbin/",
		"/rustc/", "/rust/deps/", "/nix/store/", "/gnu/store/", "/snap/", "/var/lib/",
	};
	static const char *const local[] = {
		"/usr/local/include/", "/usr/local/lib/",   "/usr/local/lib64/",
		"/usr/local/share/",   "/usr/local/cargo/", "/usr/local/rustup/",
		"/usr/local/go/",
	};
	static const char *const caches[] = {
		"/.cargo/registry/", "/.cargo/git/",
		"/registry/src/",    "/.rustup/",
		"/site-packages/",   "/dist-packages/",
		"/pkg/mod/",         "/node_modules/",
		"/.conan/",          "/.conan2/",
		"/_deps/",           "/vcpkg_installed/",
		"/vcpkg/installed/", "/vcpkg/buildtrees/",
	};
	size_t i;

	if (is_fetched_by_go(path))
		return true;
	for (i = 0; i < sizeof(caches) / sizeof(*caches); i++) {
		if (strstr(path, caches[i]))
			return true;
	}
	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (begins_with(path, prefixes[i]))
			return true;
	}
	for (i = 0; i < sizeof(local) / sizeof(*local); i++) {
		if (begins_with(path, local[i]))
			return true;
	}
	return begins_with(path, "/usr/") && !begins_with(path, "/usr/local/") &&
	       (!begins_with(path, "/usr/src/") || begins_with(path, "/usr/src/debug/"));
}

/*
 * Distributions build in directories of other names, or of none at all ("./malloc"): where the
 * module is counts first.
 */
/* Wherever it is installed, the recorder is not the user's own code. */
static bool is_recorder(const char *module)
{
	const char *base = strrchr(module, '/');

	return base && !strcmp(base, "/liboutlive.so");
}

bool own_code_is_guess(const char *home, const char *module)
{
	return module[0] == '/' && !is_installed(module) && !is_installed(home) &&
	       !is_recorder(module);
}

/* ---- patterns ------------------------------------------------------------------------- */

/*
 * Whether the pattern is the path, a directory around it, or a glob of either. Only a whole path
 * can be of something installed: "src" must not match what a package manager keeps in its src.
 */
static bool is_path_match(const char *pattern, const char *path)
{
	char plain[NAME_BYTES];
	size_t length = strlen(pattern);
	const char *at = path;

	if (*pattern != '/' && is_installed(path))
		return false;
	while (length > 1 && pattern[length - 1] == '/')
		length--;
	snprintf(plain, sizeof(plain), "%.*s", (int)length, pattern);
	if (*pattern == '/')
		return !fnmatch(plain, path, FNM_LEADING_DIR);
	/* "src/parser" may begin at any part of the path */
	while (at && *at) {
		at += *at == '/';
		if (!fnmatch(plain, at, FNM_LEADING_DIR))
			return true;
		at = strchr(at, '/');
	}
	return false;
}

/* "libjq.so.1" and "libjq" name a module, wherever it is installed. */
static bool is_module_match(const char *pattern, const char *module)
{
	const char *slash = strrchr(module, '/'), *base = slash ? slash + 1 : module;
	size_t length = strlen(pattern);

	return is_path_match(pattern, module) || (*base && !fnmatch(pattern, base, 0)) ||
	       (!strncmp(base, pattern, length) && begins_with(base + length, ".so"));
}

/* Whether the pattern is the import path of a Go function, or whole parts of it. */
static bool is_package_match(const char *pattern, const char *function)
{
	size_t package = go_package_bytes(function), length = strlen(pattern);
	const char *at = function, *end = function + package;

	while (length && pattern[length - 1] == '/')
		length--;
	while (at < end && length) {
		if (length <= (size_t)(end - at) && !strncmp(at, pattern, length) &&
		    (at + length == end || at[length] == '/'))
			return true;
		at = memchr(at, '/', (size_t)(end - at));
		if (!at)
			break;
		at++;
	}
	return false;
}

/* Whether the function is in the namespace or package, or is of that name. */
static bool is_name_match(const char *pattern, const char *function)
{
	char family[NAME_BYTES];
	size_t length = strlen(pattern);
	const char *at;

	while (length && pattern[length - 1] == ':')
		length--;
	if (!*function || !length)
		return false;
	function_name_family(family, sizeof(family), function);
	/* "cache" is any namespace, or class, of that name, and "app::cache" that in app */
	for (at = family; at; at = strstr(at, "::")) {
		at += begins_with(at, "::") ? 2 : 0;
		if (!strncmp(at, pattern, length) &&
		    (!at[length] || begins_with(at + length, "::")))
			return true;
	}
	return is_package_match(pattern, function) ||
	       function_name_matches(function, &pattern, 1);
}

/*
 * A file of the library that was inlined into the user's module is no file of the user's, so a
 * module counts only for what is not installed.
 */
bool own_code_is_match(const char *pattern, const char *function, const char *home,
                       const char *module)
{
	return is_path_match(pattern, home) || is_name_match(pattern, function) ||
	       (is_module_match(pattern, module) && !is_installed(home));
}

static bool is_mine(const struct function *function, const char *module,
                    const struct class_options *options)
{
	size_t i;

	if (function->is_library)
		return false;
	if (!options->mine_count)
		return own_code_is_guess(function->home, module) &&
		       !begins_with(function->name, "x_cgo_") && /* C code of Go's runtime */
		       !(is_go_source(function->home) && is_go_standard(function->name));
	for (i = 0; i < options->mine_count; i++) {
		if (own_code_is_match(options->mine[i], function->name, function->home, module))
			return true;
	}
	return false;
}

/*
 * rustc makes a C function `main` that only calls std::rt::lang_start(): the user's main has a
 * crate's name before it. It has no line of any source, so nothing else says whose it is.
 */
static void rust_start_find(struct function_table *table, const struct profile *profile)
{
	static const char start[] = "std::rt::lang_start";
	const struct call_node *nodes = profile->replay.tree.nodes;
	struct function *outer;
	uint32_t i;

	for (i = 1; i < profile->replay.tree.count; i++) {
		outer = &table->functions[table->of_location[nodes[nodes[i].parent].location]];
		if (!strcmp(outer->name, "main") && !*outer->home &&
		    begins_with(table->functions[table->of_location[nodes[i].location]].name,
		                start))
			outer->is_library = outer->is_allocator = outer->is_deallocator = true;
	}
}

/* What Go calls in C is a stub of cgo's, which has no name without symbols. */
static void cgo_stub_find(struct function_table *table, uint32_t caller,
                          uint32_t called)
{
	static const char switches[] = "runtime.asmcgocall";
	struct function *stub = &table->functions[called];

	if (called && !strcmp(table->functions[caller].name, switches) &&
	    (!*stub->name || strstr(stub->name, "+0x")) && !*stub->home)
		stub->is_allocator = stub->is_deallocator = true;
}

/* The same of all calls, and of those that freed, whose frames run inwards. */
static void cgo_stubs_find(struct function_table *table, const struct profile *profile)
{
	const struct call_tree *freers = &profile->replay.lives.freers.tree;
	const struct call_node *nodes = profile->replay.tree.nodes;
	const uint32_t *of = table->of_location;
	uint32_t i;

	for (i = 1; i < profile->replay.tree.count; i++)
		cgo_stub_find(table, of[nodes[nodes[i].parent].location],
		              of[nodes[i].location]);
	nodes = freers->nodes;
	for (i = 1; i < freers->count; i++)
		cgo_stub_find(table, of[nodes[i].location],
		              of[nodes[nodes[i].parent].location]);
}

/* Whether a pattern of --keep names it: 'main.*' is not meant for what cgo puts into main. */
static bool is_kept(const struct function *function, const char *pattern)
{
	const char *name = function->name;
	bool is_gos = is_go_plumbing(name) || !strcmp(function->home, "<autogenerated>");

	if (is_gos && name_is_glob(pattern) && strcmp(pattern, name) &&
	    !is_go_plumbing_glob(pattern))
		return false;
	return function_name_matches(name, &pattern, 1) ||
	       function_family_matches(name, &pattern, 1);
}

static bool is_any_kept(const struct function *function,
                        const struct class_options *options)
{
	size_t i;

	for (i = 0; *function->name && i < options->kept_count; i++) {
		if (is_kept(function, options->kept[i]))
			return true;
	}
	return false;
}

void own_code_find(struct function_table *table, const struct profile *profile,
                   const struct class_options *options)
{
	struct function *function;
	const char *module;
	uint32_t i;

	table->is_mine_given = options->mine_count;
	rust_start_find(table, profile);
	cgo_stubs_find(table, profile);
	for (i = 1; i < table->count; i++) {
		function = &table->functions[i];
		function->is_kept = is_any_kept(function, options);
		if (function->is_kept)
			function->is_library = function
			                           ->is_allocator = function
			                                                ->is_deallocator = false;
		module = function->module == MODULE_NONE
		             ? ""
		             : address_map_module(profile->map, function->module)->path;
		function->is_mine = is_mine(function, module, options);
		table->has_mine |= function->is_mine;
	}
}

int own_code_compare(const struct function_table *table, bool is_mine_one, uint64_t one,
                     bool is_mine_two, uint64_t two)
{
	uint64_t of_one = is_mine_one ? one : one / OWN_CODE_TIMES;
	uint64_t of_two = is_mine_two ? two : two / OWN_CODE_TIMES;

	if (!one != !two)
		return one ? -1 : 1;
	if (table->is_mine_given && is_mine_one != is_mine_two)
		return is_mine_one ? -1 : 1;
	if (is_mine_one == is_mine_two)
		return one > two ? -1 : one < two;
	if (of_one != of_two)
		return of_one > of_two ? -1 : 1;
	return is_mine_one ? -1 : 1;
}
