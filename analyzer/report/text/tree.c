/* report/text/tree.c - the call tree of a text report. */
#include "report/text/tree.h"

#include "report/tree.h"
#include "report/text/names.h"
#include "verdict/function_text.h"

#include <stdlib.h>
#include <string.h>

/* forks below each other that are shown: it bounds the recursion of branch_print() */
#define DEPTH_MAX 20
#define NAMES_COLUMNS_MIN 14 /* deeper branches are not indented further */
#define JOINT " > "
#define CUT ".." JOINT
/* branches with less than one in so many of the total are left out: REPORT_TREE_LEAST */
#define SHARE_MIN 40

/* The nodes that carry enough to be shown, by parent, the heaviest child first. */
struct branch {
	uint64_t weight;
	uint32_t parent, node;
};

struct tree_print {
	const struct screen *screen;
	struct name_tree names;
	struct branch *branches;
	size_t branch_count;
	uint64_t total;
	bool has_go; /* Go's heap is in it, and has a column */
	enum report_sort sort;
	/*
	 * lines that may still be printed; deeper branches of a heavy one come before lighter ones
	 */
	size_t lines_left;
	size_t left_out; /* branches for which no line was left */
};

/*
 * By parent, so that children_find() can search for it; then the heaviest first. Equal ones in
 * the order of the nodes.
 */
static int branch_compare(const void *one, const void *two)
{
	const struct branch *a = one, *b = two;

	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

static uint64_t weight_of(const struct tree_print *print, uint32_t node)
{
	const struct name_weight *weight = &print->names.weights[node];

	return weight->c + weight->go;
}

/*
 * Collect the nodes that carry enough, which are counted first. A node weighs at least as much
 * as its children, so the parent of a node that is shown is shown, too. 0, or -1: no memory.
 */
static int branches_make(struct tree_print *print)
{
	const struct call_tree *tree = &print->names.tree;
	uint64_t weight_min;
	size_t count = 0;
	uint32_t i;

	print->total = weight_of(print, CALL_ROOT);
	weight_min = print->total / SHARE_MIN + 1;
	for (i = 1; i < tree->count; i++)
		count += weight_of(print, i) >= weight_min;
	print->branches = malloc((count + 1) * sizeof(*print->branches));
	if (!print->branches)
		return -1;
	for (i = 1; i < tree->count; i++) {
		if (weight_of(print, i) >= weight_min)
			print->branches[print->branch_count++] = (struct branch){
				weight_of(print, i), tree->nodes[i].parent, i
			};
	}
	qsort(print->branches, count, sizeof(*print->branches), branch_compare);
	return 0;
}

/* The children of a node that are shown; *count of them. */
static const struct branch *children_find(const struct tree_print *print,
                                          uint32_t parent, size_t *count)
{
	size_t low = 0, high = print->branch_count, middle;

	/*
	 * a binary search for the first branch of this parent; `low` is where it would be if it had
	 * none
	 */
	while (low < high) {
		middle = (low + high) / 2;
		if (print->branches[middle].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	for (*count = 0; low + *count < print->branch_count; ++*count) {
		if (print->branches[low + *count].parent != parent)
			break;
	}
	return print->branches + low;
}

/* Columns of the figures, and of what separates the names from them. */
static size_t figure_columns(const struct tree_print *print)
{
	return print->screen->is_narrow ? (print->has_go ? 24 : 16)
	                                : (print->has_go ? 30 : 19);
}

/* Columns of a line before its names: the figures, and one or two for each branch above. */
static size_t indent_columns(const struct tree_print *print, unsigned depth)
{
	const struct screen *screen = print->screen;
	size_t figures = figure_columns(print);
	size_t indent = screen->is_narrow ? depth : 2 * depth;
	size_t most = screen->columns - figures - NAMES_COLUMNS_MIN;

	return figures + (indent < most ? indent : most);
}

/*
 * Append a function's name, shortened to fit a line of its own, to a list with line ends between
 * the names: what else there is may be a part of a name. 0, or -1: no memory.
 */
static int name_add(const struct tree_print *print, struct text *line, uint32_t node,
                    size_t used)
{
	const struct name_tree *names = &print->names;
	char name[512], fitted[512];

	stack_name_text(name, sizeof(name),
	                &names->labels[names->tree.nodes[node].location]);
	report_name_fit(fitted, sizeof(fitted), name,
	                print->screen->columns - used - strlen(CUT));
	return text_printf(line, "%s%s", line->bytes ? "\n" : "", fitted);
}

/* Write a list of names, with JOINT between them. */
static char *names_text(char *to, size_t bytes, const char *list)
{
	size_t used = 0, length;

	for (*to = 0; *list && used < bytes; list += length + (list[length] != 0)) {
		length = strcspn(list, "\n");
		snprintf(to + used, bytes - used, "%s%.*s", used ? JOINT : "", (int)length,
		         list);
		used += strlen(to + used);
	}
	return to;
}

/* The last functions of a list, as many whole names as fit into the columns; at least one. */
static const char *last_names(const char *list, size_t columns)
{
	char text[2048];
	const char *next;

	while (text_columns(names_text(text, sizeof(text), list)) > columns &&
	       (next = strchr(list, '\n')))
		list = next + 1;
	return list;
}

/* Write a number of bytes, or of calls. */
static void weight_text(const struct tree_print *print, char text[TEXT_NUMBER_BYTES],
                        uint64_t weight)
{
	if (!weight)
		snprintf(text, TEXT_NUMBER_BYTES, "-");
	else if (print->sort == REPORT_SORT_CALLS)
		text_short(text, weight);
	else
		text_size(text, weight);
}

/* Write what stands before the names: figure_columns() less 1. */
static void figures_text(const struct tree_print *print, const struct branch *branch,
                         char text[64])
{
	const struct name_weight *weight = &print->names.weights[branch->node];
	char go[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES], share[TEXT_NUMBER_BYTES];
	bool is_narrow = print->screen->is_narrow;

	weight_text(print, go, weight->go);
	weight_text(print, c, weight->c);
	text_percent(share, branch->weight, print->total);
	if (print->has_go)
		snprintf(text, 64, is_narrow ? "%8s %8s %5s" : "%10s %10s %6s ", go, c, share);
	else
		snprintf(text, 64, is_narrow ? "%8s %5s" : "%10s %6s ", c, share);
}

/*
 * Print a branch on one line, or on about two if the screen is narrow. The functions at its end
 * are kept: the next branches start from them.
 */
static void line_print(const struct tree_print *print, const struct branch *branch,
                       const char *list, size_t used)
{
	const struct screen *screen = print->screen;
	size_t room = screen->columns - used, figures = figure_columns(print);
	char text[64], joined[2048];
	const char *names = last_names(list, (screen->is_narrow ? 2 : 1) * room);
	const char *cut;

	if (!screen->is_narrow && names != list)
		names = last_names(names, room - strlen(CUT));
	cut = names == list ? "" : CUT;
	figures_text(print, branch, text);
	screen_line(screen, used, "%s%*s%s%s", text, (int)(used - figures + 1), "", cut,
	            names_text(joined, sizeof(joined), names));
}

/* Whether a node carries nearly all of what another one does, of each heap. */
static bool carries_all(const struct tree_print *print, uint32_t node, uint32_t of)
{
	const struct name_weight *weights = print->names.weights;

	return weights[node].c >= weights[of].c / 20 * 19 &&
	       weights[node].go >= weights[of].go / 20 * 19;
}

/*
 * Print a branch: its functions down to the fork, then its children, indented. Without a line
 * left, only count them.
 */
static int branch_print(struct tree_print *print, const struct branch *branch,
                        unsigned depth)
{
	size_t used = indent_columns(print, depth), count, i;
	struct text line = { NULL, 0, 0 };
	const struct branch *children, *at = branch;
	int result;

	bool is_shown = print->lines_left > 0 && depth <= DEPTH_MAX;

	print->lines_left -= is_shown;
	print->left_out += !is_shown;
	result = name_add(print, &line, at->node, used);
	children = children_find(print, at->node, &count);
	/* If one child carries nearly all, there is no fork. */
	while (!result && count == 1 && carries_all(print, children->node, at->node)) {
		at = children;
		result = name_add(print, &line, at->node, used);
		children = children_find(print, at->node, &count);
	}
	if (!result && is_shown)
		line_print(print, branch, line.data, used);
	text_release(&line);
	/*
	 * the children came from the branches' array, which does not change: `children` stays valid
	 */
	for (i = 0; i < count && !result && depth <= DEPTH_MAX; i++)
		result = branch_print(print, &children[i], depth + 1);
	return result;
}

/* Say what the columns are, and print the line of everything. */
static void go_titles_print(const struct tree_print *print)
{
	const struct branch all = { .node = CALL_ROOT, .weight = print->total };
	bool is_narrow = print->screen->is_narrow;
	char text[64];

	fprintf(print->screen->file, is_narrow ? "%8s %8s %5s %s\n" : "%10s %10s %6s  %s\n",
	        "Go heap", "C", "share", "function, and what it calls");
	figures_text(print, &all, text);
	fprintf(print->screen->file, "%s %s\n", text, "both heaps");
}

int report_tree(const struct screen *screen, const struct classes *classes,
                const struct report_tree_choice *choice)
{
	struct tree_print print = { .screen = screen,
		                        .sort = choice->sort,
		                        .has_go = choice->has_go,
		                        .lines_left = choice->lines_max };
	const struct branch *roots;
	size_t count, i;
	int result = name_tree_make(&print.names, classes, choice->has_go);

	if (!result) {
		name_tree_weigh(&print.names, classes->profile, choice->sort, choice->only,
		                classes->hidden_bytes);
		result = branches_make(&print);
	}
	if (!result && print.has_go)
		go_titles_print(&print);
	if (!result) {
		roots = children_find(&print, CALL_ROOT, &count);
		for (i = 0; i < count && !result; i++)
			result = branch_print(&print, &roots[i], 0);
	}
	if (!result && print.left_out)
		screen_line(screen, 3, ".. and %zu more branch%s; %s", print.left_out,
		            print.left_out == 1 ? "" : "es", choice->others);
	free(print.branches);
	name_tree_release(&print.names);
	return result;
}
