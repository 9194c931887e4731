/* report/text/why_advice.c - the advice in --why, and the reasons where there is none. */
#include "report/text/why_advice.h"

#include "report/text/advice.h"
#include "report/text/classes.h"
#include "report/text/names.h"
#include "report/why_choice.h"
#include "verdict/function_text.h"

#include <stdlib.h>
#include <string.h>

#define ADVICE_SHOWN 8
#define ROWS_SHOWN 8 /* call sites that are named of each reason */

struct why_advice {
	const struct screen *screen;
	const struct findings *findings;
	const uint32_t *call_sites;
	uint32_t call_site_count;
};

/* Whether any advice is about the call site. */
static bool is_advised(const struct why_advice *why, uint32_t call_site)
{
	const struct advice_list *list = &why->findings->advice;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (advice_concerns(list, &list->items[i], call_site))
			return true;
	}
	return false;
}

/* ---- no advice ------------------------------------------------------------------------ */

/* A reason, and the call sites that it is given for. */
struct reason {
	char *text;         /* of the first; malloc'ed */
	const char *shared; /* without figures; NULL: it has none */
	bool is_same;       /* the text is that of all */
	uint32_t count;     /* of call sites */
};

struct reasons {
	struct reason *reasons; /* in the order in which they were met */
	uint32_t *of_call_site; /* the reason of each of why->call_sites, + 1; 0: advised */
	uint32_t count;
};

static bool is_reason(const struct reason *reason, const char *text, const char *shared)
{
	return reason->shared ? reason->shared == shared : !strcmp(reason->text, text);
}

/* Add the reason of one call site. 0, or -1: memory is out. */
static int reason_add(struct reasons *reasons, const struct why_advice *why,
                      uint32_t at)
{
	const struct classes *classes = why->findings->classes;
	const struct call_site *call_site = &why->findings->call_sites
	                                         .call_sites[why->call_sites[at]];
	const char *shared = advice_refusal_shared(classes, call_site);
	struct text text = { NULL, 0, 0 };
	uint32_t i = 0;

	if (advice_refusal_text(&text, classes, call_site) || !text.data) {
		text_release(&text);
		return -1;
	}
	while (i < reasons->count && !is_reason(&reasons->reasons[i], text.data, shared))
		i++;
	if (i == reasons->count)
		reasons->reasons[reasons->count++] = (struct reason){ strdup(text.data), shared,
			                                                  true, 0 };
	reasons->reasons[i].count++;
	if (reasons->reasons[i].text && strcmp(reasons->reasons[i].text, text.data))
		reasons->reasons[i].is_same = false;
	reasons->of_call_site[at] = i + 1;
	text_release(&text);
	return reasons->reasons[i].text ? 0 : -1;
}

/*
 * Append the call sites of a reason, those of one line of a function together: "make() a.c:9 (6c,
 * 10c), one() a.c:20 (7c) and 3 more". 0, or -1: memory is out.
 */
static int rows_text(struct text *text, const struct why_advice *why,
                     const struct reasons *reasons, uint32_t reason)
{
	const struct classes *classes = why->findings->classes;
	char where[256], name[256], last[512] = "", row[512], number[WHY_NAME_BYTES];
	uint32_t i, shown = 0;

	for (i = 0; i < why->call_site_count; i++) {
		const struct call_site *call_site = &why->findings->call_sites
		                                         .call_sites[why->call_sites[i]];

		if (reasons->of_call_site[i] != reason + 1)
			continue;
		if (shown == ROWS_SHOWN)
			return text_printf(text, ") and %u more",
			                   reasons->reasons[reason].count - shown);
		if (location_line_text(where, sizeof(where), classes->profile,
		                       call_site->location))
			return -1;
		function_call_text(name, sizeof(name), classes, call_site->function);
		snprintf(row, sizeof(row), "%s %s", name, where);
		why_call_site_text(number, call_site);
		if (!strcmp(row, last)
		        ? text_printf(text, ", %s", number)
		        : text_printf(text, "%s%s (%s", shown ? "), " : "", row, number))
			return -1;
		memcpy(last, row, sizeof(last));
		shown++;
	}
	return text_printf(text, ")");
}

static int reason_print(const struct why_advice *why, const struct reasons *reasons,
                        uint32_t number)
{
	const struct reason *reason = &reasons->reasons[number];
	const char *says = reason->is_same ? reason->text : reason->shared;
	struct text rows = { NULL, 0, 0 };
	int result = 0;

	if (why->call_site_count == 1) {
		screen_line(why->screen, 8, "  none: %s", says);
	} else if (reason->count == why->call_site_count && reason->count > ROWS_SHOWN) {
		screen_line(why->screen, 8, "  none about any of these %u calls: %s",
		            reason->count, says);
	} else {
		result = rows_text(&rows, why, reasons, number);
		if (!result)
			screen_line(why->screen, 8, "  none about %s: %s", rows.data, says);
	}
	text_release(&rows);
	return result;
}

/* Print why there is no advice: each reason once, with the call sites that it is for. */
static int refusals_print(const struct why_advice *why)
{
	struct reasons reasons = {
		.reasons = calloc((size_t)why->call_site_count + 1, sizeof(*reasons.reasons)),
		.of_call_site = calloc((size_t)why->call_site_count + 1,
		                       sizeof(*reasons.of_call_site)),
	};
	int result = reasons.reasons && reasons.of_call_site ? 0 : -1;
	uint32_t i;

	for (i = 0; i < why->call_site_count && !result; i++) {
		if (!is_advised(why, why->call_sites[i]))
			result = reason_add(&reasons, why, i);
	}
	for (i = 0; i < reasons.count; i++) {
		if (!result)
			result = reason_print(why, &reasons, i);
		free(reasons.reasons[i].text);
	}
	free(reasons.reasons);
	free(reasons.of_call_site);
	return result;
}

/* ---- the whole ------------------------------------------------------------------------ */

static bool is_concerned(const struct why_advice *why, const struct advice *advice)
{
	uint32_t i;

	for (i = 0; i < why->call_site_count; i++) {
		if (advice_concerns(&why->findings->advice, advice, why->call_sites[i]))
			return true;
	}
	return false;
}

int report_why_advice(const struct screen *screen, const struct findings *findings,
                      const uint32_t *call_sites, uint32_t count)
{
	const struct why_advice parts = { screen, findings, call_sites, count },
							*why = &parts;
	const struct advice_list *list = &why->findings->advice;
	size_t i, shown = 0;
	int result = 0;

	screen_heading(why->screen, "advice",
	               "about all call paths through these lines of the program");
	for (i = 0; i < list->count && shown < ADVICE_SHOWN && !result; i++) {
		if (is_concerned(why, &list->items[i]))
			result = report_advice_whole(why->screen, why->findings, &list->items[i],
			                             ++shown);
	}
	return result ? result : refusals_print(why);
}
