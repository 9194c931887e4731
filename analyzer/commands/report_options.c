/* commands/report_options.c - the options of `outlive report`. */
#include "commands/report_options.h"

#include "base/error.h"
#include "commands/formats.h"
#include "commands/pager.h"

/*
 * The names are in the order of enum report_group, enum verdict and enum report_sort: the index
 * that the parser stores is used as the enum's value. The aliases are the names of version 0.1,
 * and the class whose printed name has spaces.
 */
static const char *const groups[] = { "path",  "function", "module", "thread",
	                                  "owner", "label",    NULL };
static const struct option_alias group_aliases[] = { { "site", REPORT_BY_PATH },
	                                                 { NULL, 0 } };
static const char *const classes[] = {
	"stack-like", "escaping",  "crossed", "static-like", "live-at-exit",
	"suppressed", "inferred",  "open",    "unknown",     "local",
	"scoped",     "contained", "growing", "grown",       "steady",
	"once",       NULL
};
#define CLASSES_WHOLE 9 /* the others are kinds, in the order of enum block_kind */
static const struct option_alias class_aliases[] = {
	{ "stack", CLASS_STACK },       { "escape", CLASS_ESCAPING },
	{ "static", CLASS_STATIC },     { "live", CLASS_LIVE },
	{ "live at exit", CLASS_LIVE }, { NULL, 0 }
};
static const char *const sorts[] = { "bytes", "calls", "peak", "live", NULL };
/* Filled by formats_offer() before the command line is parsed, since the options point here. */
static const char *formats[FORMATS_MAX + 1];

const struct option report_options[REPORT_OPTIONS] = {
	{ "by", 'b', OPTION_CHOICE, offsetof(struct report_options, group), NULL,
	  "one row for each of these, instead of the overview", groups, group_aliases },
	{ "sort", 's', OPTION_CHOICE, offsetof(struct report_options, sort), NULL,
	  "sort by bytes allocated, calls, bytes at the peak, or bytes never\n"
	  "freed; the most first",
	  sorts, NULL },
	{ "class", 'c', OPTION_CHOICE, offsetof(struct report_options, class), NULL,
	  "show which functions allocate the blocks of this class, or of this\n"
	  "kind of stack-like (local ..) or live-at-exit (growing ..) ones",
	  classes, class_aliases },
	{ "why", 'w', OPTION_ONCE, offsetof(struct report_options, why), "WHAT",
	  "the evidence about a call path (its number), a call site (35c), a\n"
	  "line (a.c:12), or a function: its number (35f), its name as shown,\n"
	  "or a part of it; or about calls that map memory (12m), or a stack (3s)",
	  NULL, NULL },
	{ "explain", 'e', OPTION_ONCE, offsetof(struct report_options, explain), "BLOCK",
	  "follow one block: its address (0x..), or the number of its\n"
	  "allocation, counted from 1",
	  NULL, NULL },
	{ "advice", 0, OPTION_FLAG, offsetof(struct report_options, advice), NULL,
	  "all advice, the most useful first", NULL, NULL },
	{ "stacks", 0, OPTION_FLAG, offsetof(struct report_options, stacks), NULL,
	  "how deep the stacks of the threads went, and by which functions;\n"
	  "filters then choose stacks",
	  NULL, NULL },
	{ "kept", 0, OPTION_FLAG, offsetof(struct report_options, heap_kept), NULL,
	  "what malloc keeps though it is free, which blocks pin it, what helps", NULL,
	  NULL },
	{ "mappings", 0, OPTION_FLAG, offsetof(struct report_options, mappings), NULL,
	  "which calls mapped memory themselves (mmap), and what became of it;\n"
	  "with --by path: with their callers; filters then choose such calls",
	  NULL, NULL },
	{ "thread", 't', OPTION_ONCE, offsetof(struct report_options, thread), "THREAD",
	  "only blocks that this thread allocated: its number, its name, or a\n"
	  "glob",
	  NULL, NULL },
	{ "label", 0, OPTION_LIST, offsetof(struct report_options, labels), "KEY[=VALUE]",
	  "only blocks of C that goroutines with this pprof label allocated (Go);\n"
	  "may be repeated",
	  NULL, NULL },
	{ "module", 0, OPTION_LIST, offsetof(struct report_options, modules), "NAME",
	  "only blocks that functions of this module allocated (program or\n"
	  "library): its name, path, a part or a glob; may be repeated",
	  NULL, NULL },
	{ "function", 0, OPTION_LIST, offsetof(struct report_options, functions), "NAME",
	  "only blocks that this function allocated, or what it called: its name\n"
	  "as shown, a part, a glob or its number (35f); may be repeated",
	  NULL, NULL },
	{ "size", 0, OPTION_ONCE, offsetof(struct report_options, sizes), "SIZES",
	  "only blocks of this size when they were allocated: 24, 1K..64K, ..256\n"
	  "or 4K..",
	  NULL, NULL },
	{ "only-mine", 0, OPTION_FLAG, offsetof(struct report_options, only_mine), NULL,
	  "only blocks that your own code allocated: see --mine", NULL, NULL },
	{ "phase", 0, OPTION_ONCE, offsetof(struct report_options, phase), "NAME",
	  "only blocks allocated in this phase: load, main, exit, or one that\n"
	  "the program named (see outlive_phase(3))",
	  NULL, NULL },
	{ "wrapper", 0, OPTION_LIST, offsetof(struct report_options, wrappers), "NAME",
	  "a function that only allocates for its caller; may be a glob", NULL, NULL },
	{ "keep", 0, OPTION_LIST, offsetof(struct report_options, kept), "NAME",
	  "a function that is no wrapper, though it is of a standard library, or\n"
	  "allocates for its caller; may be a glob",
	  NULL, NULL },
	{ "mine", 'm', OPTION_LIST, offsetof(struct report_options, mine), "PATTERN",
	  "list your own code first: source files, modules, directories or\n"
	  "namespaces (default: a guess); may be repeated",
	  NULL, NULL },
	{ "symbols", 0, OPTION_LIST, offsetof(struct report_options, symbols), "FILE",
	  "take names and lines from this debug file or unstripped program, or\n"
	  "from those in this directory; may be repeated",
	  NULL, NULL },
	{ "suppressions", 0, OPTION_LIST, offsetof(struct report_options, suppressions),
	  "FILE",
	  "hide never-freed blocks that match a rule of this file, in the syntax\n"
	  "of LeakSanitizer: lines of leak:PATTERN; may be repeated",
	  NULL, NULL },
	{ "all", 'a', OPTION_FLAG, offsetof(struct report_options, all), NULL,
	  "hide nothing, not even what libc and runtimes keep on purpose", NULL, NULL },
	{ "full", 0, OPTION_FLAG, offsetof(struct report_options, full), NULL,
	  "the default screen whole, though it may take more than 40 lines", NULL, NULL },
	{ "top", 'n', OPTION_COUNT, offsetof(struct report_options, top), "N",
	  "show at most N rows (default 20; json: 1000 paths; csv: all); 0: all", NULL,
	  NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct report_options, format), NULL,
	  "for people (default), for programs: see outlive-report-json(5), or\n"
	  "call paths as a table",
	  formats, NULL },
	{ "pid", 'p', OPTION_COUNT, offsetof(struct report_options, process.pid), "PID",
	  "report the process with this pid (default: the program that the first\n"
	  "process became by exec, else the process with the most events)",
	  NULL, NULL },
	{ "process", 0, OPTION_COUNT, offsetof(struct report_options, process.number), "N",
	  "report the process with this number in 'outlive info', if exec made\n"
	  "several of one pid",
	  NULL, NULL },
	PAGER_OPTION(report_options, no_pager),
};

void report_formats_offer(void)
{
	formats_offer(formats, REPORT_OVERVIEW, REPORT_EXPLAIN);
}

const struct reporter *report_format(const struct report_options *options)
{
	return format_find(formats[options->format.value]);
}

/* ---- views ---------------------------------------------------------------------------- */

/* Options that select a view, or that some views refuse. */
enum {
	ASKED_BY = 1 << 0,
	ASKED_SORT = 1 << 1,
	ASKED_CLASS = 1 << 2,
	ASKED_TOP = 1 << 3,
	ASKED_WHY = 1 << 4,
	ASKED_EXPLAIN = 1 << 5,
	ASKED_STACKS = 1 << 6,
	ASKED_SIZE = 1 << 7,
	ASKED_LABEL = 1 << 12,
	ASKED_ADVICE = 1 << 8,
	ASKED_KEPT = 1 << 9,
	ASKED_MAPPINGS = 1 << 10,
	ASKED_PHASE = 1 << 11,
};
#define REFUSED_MAX 4 /* sets of options that a view refuses */
#define ASKED_ROWS (ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_TOP)

/*
 * One row for each view. The first row with a given option is shown. So the order of the rows
 * is that of precedence: a view that refuses other options comes before the views that these
 * select. The overview, which no option selects, ends the search.
 */
static const struct view_row {
	enum report_view view;
	const char *name; /* of the option, for messages */
	unsigned options; /* that select the view; 0: the default */
	struct {
		unsigned options;
		const char *message;
	} refused[REFUSED_MAX];
} views[] = {
	{ REPORT_MAPPINGS,
	  "--mappings",
	  ASKED_MAPPINGS,
	  { { ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN | ASKED_STACKS |
	          ASKED_ADVICE | ASKED_KEPT,
	      "--mappings goes with none of --sort, --class, --why, --explain, --advice, "
	      "--kept and --stacks" } } },
	{ REPORT_STACKS,
	  "--stacks",
	  ASKED_STACKS,
	  { { ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN |
	          ASKED_ADVICE | ASKED_KEPT,
	      "--stacks goes alone, without --by, --sort, --class, --why, --advice, --kept or "
	      "--explain" },
	    { ASKED_SIZE,
	      "--stacks shows frames, and --size is of blocks: --by function --size shows who "
	      "allocated blocks of this size" },
	    { ASKED_PHASE,
	      "--stacks knows when each stack went deepest, and not how deep it went in "
	      "each phase: --by function --phase shows who allocated in it" },
	    { ASKED_LABEL,
	      "--stacks shows stacks of threads, and --label is of goroutines: --by function "
	      "--label shows who allocated in them" } } },
	{ REPORT_KEPT,
	  "--kept",
	  ASKED_KEPT,
	  { { ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN |
	          ASKED_ADVICE,
	      "--kept goes with none of --by, --sort, --class, --why, --advice and --explain" } } },
	{ REPORT_ADVICE,
	  "--advice",
	  ASKED_ADVICE,
	  { { ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN,
	      "--advice goes alone, without --by, --sort, --class, --why or --explain" } } },
	{ REPORT_WHY,
	  "--why",
	  ASKED_WHY,
	  { { ASKED_EXPLAIN, "--why and --explain do not go together" },
	    { ASKED_ROWS, "--why goes with none of --by, --class, --sort and --top" } } },
	{ REPORT_EXPLAIN,
	  "--explain",
	  ASKED_EXPLAIN,
	  { { ASKED_ROWS,
	      "--explain goes with none of --by, --class, --sort and --top" } } },
	{ REPORT_CLASS, "--class", ASKED_CLASS, { { 0, NULL } } },
	{ REPORT_ROWS, "--by", ASKED_BY | ASKED_SORT | ASKED_TOP, { { 0, NULL } } },
	{ REPORT_OVERVIEW, "the overview", 0, { { 0, NULL } } },
};

/*
 * The options that were given, as ASKED bits. Those that go with every view (--thread, --wrapper
 * ..), or choose the process, have no bit.
 */
static unsigned asked_options(const struct report_options *options)
{
	return (options->group.is_given ? ASKED_BY : 0) |
	       (options->sort.is_given ? ASKED_SORT : 0) |
	       (options->class.is_given ? ASKED_CLASS : 0) |
	       (options->top.is_given ? ASKED_TOP : 0) | (options->why ? ASKED_WHY : 0) |
	       (options->explain ? ASKED_EXPLAIN : 0) |
	       (options->stacks ? ASKED_STACKS : 0) | (options->advice ? ASKED_ADVICE : 0) |
	       (options->heap_kept ? ASKED_KEPT : 0) |
	       (options->mappings ? ASKED_MAPPINGS : 0) |
	       (options->phase ? ASKED_PHASE : 0) |
	       (options->labels.count ? ASKED_LABEL : 0) |
	       (options->sizes ? ASKED_SIZE : 0);
}

/* Choose the view by the options. Exits with an error if they do not go together. */
static const struct view_row *view_choose(const struct report_options *options)
{
	unsigned asked = asked_options(options);
	const struct view_row *row = views;
	size_t i;

	/*
	 * a thread allocates blocks of all classes, and an owner owns blocks that others
	 * allocated
	 */
	if (options->class.is_given && (options->group.value == REPORT_BY_THREAD ||
	                                options->group.value == REPORT_BY_OWNER ||
	                                options->group.value == REPORT_BY_LABEL))
		die_usage("report",
		          "report: --class goes with --by path, function or module, not %s",
		          groups[options->group.value]);
	if (options->mappings && options->group.is_given &&
	    options->group.value != REPORT_BY_PATH &&
	    options->group.value != REPORT_BY_FUNCTION)
		die_usage("report",
		          "report: --mappings goes with --by path or function, not %s",
		          groups[options->group.value]);
	while (row->options && !(row->options & asked))
		row++;
	for (i = 0; i < REFUSED_MAX; i++) {
		if (row->refused[i].options & asked)
			die_usage("report", "report: %s", row->refused[i].message);
	}
	return row;
}

/*
 * Exits with an error if the format cannot show the view or its groups. This is checked before
 * the recording is opened, since reading it may take minutes.
 */
static void view_check(const struct view_row *row, const struct report_options *options,
                       const struct reporter *reporter)
{
	const char *group = groups[options->group.value];

	if (!reporter->show[row->view])
		die_usage("report", "report: %s %s", row->name, reporter->refusal);
	if (options->group.is_given && !(reporter->groups & 1u << options->group.value))
		die_usage("report", "report: --by %s %s", group, reporter->refusal);
}

enum report_view report_view_choose(const struct report_options *options,
                                    const struct reporter *reporter)
{
	const struct view_row *row = view_choose(options);

	view_check(row, options, reporter);
	return row->view;
}

/* ---- settings ------------------------------------------------------------------------- */

static enum block_kind kind_of(const struct report_options *options)
{
	int kind = options->class.value - CLASSES_WHOLE;

	return kind < 0 ? KIND_ALL : (enum block_kind)(kind + 1);
}

static enum verdict class_of(const struct report_options *options)
{
	enum block_kind kind = kind_of(options);

	return kind ? (enum verdict)block_kind_class(kind)
	            : (enum verdict)options->class.value;
}

struct report_settings report_settings_of(const struct report_options *options,
                                          const struct reporter *reporter,
                                          const struct suppressions *suppressions)
{
	return (struct report_settings){
		.group = options->group.is_given ? (enum report_group)options->group.value
		                                 : reporter->group,
		.sort = (enum report_sort)options->sort.value,
		.top = options->top.is_given ? options->top.value
		       : options->advice     ? 0
		                             : reporter->top,
		.is_full = options->full,
		.class = class_of(options),
		.kind = kind_of(options),
		.why = options->why,
		.classes = { .wrappers = options->wrappers.items,
		             .wrapper_count = options->wrappers.count,
		             .kept = options->kept.items,
		             .kept_count = options->kept.count,
		             .mine = options->mine.items,
		             .mine_count = options->mine.count,
		             .suppressions = options->suppressions.count ? suppressions : NULL,
		             .shows_suppressed = options->all },
	};
}

struct filter_request report_filter_asked(const struct report_options *options)
{
	struct filter_request asked = { .is_of_mappings = options->mappings,
		                            .is_of_stacks = options->stacks,
		                            .phase = options->phase,
		                            .thread = options->thread,
		                            .labels = options->labels.items,
		                            .label_count = options->labels.count,
		                            .modules = options->modules.items,
		                            .module_count = options->modules.count,
		                            .functions = options->functions.items,
		                            .function_count = options->functions.count,
		                            .is_only_mine = options->only_mine,
		                            .has_sizes = options->sizes };

	if (options->sizes &&
	    filter_sizes(options->sizes, &asked.size_min, &asked.size_max))
		die_usage(
			"report",
			"--size takes a number of bytes, or the least and the most, such as 24, "
			"1K..64K, ..256 or 4K.., not '%s'",
			options->sizes);
	return asked;
}
