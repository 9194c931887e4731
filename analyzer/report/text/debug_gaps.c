/* report/text/debug_gaps.c - says where debug information is missing, and what to do. */
#include "report/text/debug_gaps.h"

#include "base/text.h"
#include "symbols/module_origin.h"
#include "verdict/debug_gaps.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define GAPS_SHOWN 2
#define MISSING_SHOWN 1 /* they take three lines each */
#define GAP_PERCENT 5   /* of all bytes: modules with less are not worth a line */

/* What to do about it: a trace keeps its names, a ring asks anew. */
static const char *remedy(const struct profile *profile)
{
	return profile->process->is_from_ring ? "report again"
	                                      : "run 'outlive symbols' on this trace";
}

static bool is_worth_a_line(const struct profile *profile, const struct debug_gap *gap)
{
	return gap->bytes * 100 >= profile->replay.totals.bytes * GAP_PERCENT;
}

/* Name the module that was built with debug information in part, as Rust's programs are. */
static void partial_print(const struct screen *screen, const struct profile *profile,
                          const struct debug_gaps *gaps)
{
	char path[256];
	size_t i;

	for (i = 0; i < gaps->count; i++) {
		if (!gaps->gaps[i].is_partial || !is_worth_a_line(profile, &gaps->gaps[i]))
			continue;
		text_escape(path, sizeof(path),
		            address_map_module(profile->map, gaps->gaps[i].module)->path);
		screen_line(
			screen, 2,
			"no debug information of some functions in %s, which allocated %.1f%% of "
			"the bytes; they are shown as they were compiled, without lines. "
			"Build them with it (-g; Rust: debug = 1), and record again",
			path,
			100.0 * (double)gaps->gaps[i].bytes / (double)profile->replay.totals.bytes);
		return; /* of the others JSON tells */
	}
}

/* Whether the user built the module, so that no package has its debug information. */
static bool is_own(const struct profile *profile, const struct debug_gap *gap)
{
	return !*gap->package &&
	       !module_is_of_system(address_map_module(profile->map, gap->module)->path,
	                            profile->process->header.executable);
}

/*
 * What to do about the user's own modules without lines. A stripped program may have been kept
 * unstripped: the build-id says whether a file is that.
 */
static void own_line(const struct screen *screen, const struct profile *profile,
                     const char *modules, const char *more, bool has_id)
{
	const char *keeps = profile->process->is_from_ring
	                        ? ""
	                        : ", and 'outlive symbols' keeps them";

	if (screen->is_brief)
		screen_line(
			screen, 2, "no debug information: %s%s: build with -g, and record again%s",
			modules, more,
			has_id ? "; or report --symbols DIR with an unstripped file of this "
					 "build-id"
				   : "");
	else
		screen_line(
			screen, 2,
			"no debug information: %s%s; functions are shown as they were compiled, "
			"without lines. Build with -g, and record again%s%s",
			modules, more,
			has_id
				? "; or, if there is a debug file or an unstripped one of this build-id, "
				  "'report --symbols DIR' shows its names"
				: "",
			has_id ? keeps : "");
}

/* What to do about other modules without lines: those of packages. */
static void unknown_line(const struct screen *screen, const struct profile *profile,
                         const char *modules, const char *more, bool is_packaged)
{
	if (screen->is_brief)
		screen_line(
			screen, 2,
			"no debug information: %s%s: install it%s or set DEBUGINFOD_URLS, then %s",
			modules, more, is_packaged ? "" : " (a -dbgsym package)", remedy(profile));
	else
		screen_line(
			screen, 2,
			"no debug information: %s%s; functions are shown as they were compiled, "
			"without lines. Install it%s, or set DEBUGINFOD_URLS, and %s",
			modules, more, is_packaged ? "" : " (on Debian a -dbgsym package)",
			remedy(profile));
}

/* Name the modules whose functions are known without lines: the user's own, or all others. */
static void unknown_print(const struct screen *screen, const struct profile *profile,
                          const struct debug_gaps *gaps, bool are_own)
{
	char id[BUILD_ID_TEXT_BYTES], path[256], package[256], more[32] = "";
	struct text line = { NULL, 0, 0 };
	const struct module *module;
	const struct debug_gap *gap;
	const char *slash;
	bool is_packaged = false, has_id = false;
	size_t i, shown = 0, others = 0;

	for (i = 0; i < gaps->count; i++) {
		gap = &gaps->gaps[i];
		if (gap->is_partial || !is_worth_a_line(profile, gap) ||
		    is_own(profile, gap) != are_own)
			continue;
		if (shown == GAPS_SHOWN) {
			others++;
			continue;
		}
		module = address_map_module(profile->map, gap->module);
		build_id_text(id, module);
		slash = screen->is_brief ? strrchr(module->path, '/') : NULL;
		text_escape(path, sizeof(path), slash ? slash + 1 : module->path);
		text_escape(package, sizeof(package), gap->package);
		if (text_printf(&line, "%s%s%s%s%s%s%s%s", shown ? ", " : "", path,
		                *gap->package || *id ? " (" : "",
		                *gap->package ? "package " : "", package,
		                *gap->package && *id ? ", build-id "
		                : *id                ? "build-id "
		                                     : "",
		                id, *gap->package || *id ? ")" : ""))
			break;
		is_packaged |= *gap->package;
		has_id |= *id;
		shown++;
	}
	if (others)
		snprintf(more, sizeof(more), " and %zu more", others);
	if (shown && line.data && are_own)
		own_line(screen, profile, line.data, more, has_id);
	else if (shown && line.data)
		unknown_line(screen, profile, line.data, more, is_packaged);
	text_release(&line);
}

/* Name the files that debug information is split into, and that are not there. */
static void missing_print(const struct screen *screen, const struct profile *profile,
                          const struct debug_gaps *gaps)
{
	char module[256], path[256], others[64] = "";
	const struct missing_file *first;
	size_t i, end, shown = 0, left_out = 0;

	for (i = 0; i < gaps->missing_count; i = end) {
		first = &gaps->missing[i];
		for (end = i + 1;
		     end < gaps->missing_count && gaps->missing[end].module == first->module;
		     end++)
			;
		if (first->module >= address_map_module_count(profile->map))
			continue;
		if (shown++ >= MISSING_SHOWN) {
			left_out++;
			continue;
		}
		if (end - i > 1)
			snprintf(others, sizeof(others), " and %zu more files", end - i - 1);
		else
			others[0] = 0;
		screen_line(
			screen, 2,
			"%s: its debug information is split, and %s%s %s not found: "
			"functions inlined there are not known, and a line may be that of one "
			"inlined into the function beside it. Bring %s back, and %s",
			text_escape(module, sizeof(module),
		                address_map_module(profile->map, first->module)->path),
			text_escape(path, sizeof(path), first->path), others,
			end - i > 1 ? "were" : "was", end - i > 1 ? "them" : "it", remedy(profile));
	}
	if (left_out)
		screen_line(screen, 2, "so are files of %zu more module%s", left_out,
		            text_s(left_out));
}

void debug_gaps_print(const struct screen *screen, const struct classes *classes)
{
	struct debug_gaps gaps;

	if (debug_gaps_make(&gaps, classes) == 0) {
		unknown_print(screen, classes->profile, &gaps, true);
		unknown_print(screen, classes->profile, &gaps, false);
		partial_print(screen, classes->profile, &gaps);
		missing_print(screen, classes->profile, &gaps);
	}
	debug_gaps_release(&gaps);
}
