/* report/text/why_advice.c - the advice in --why, and the reasons where there is none. */
#include "report/text/why_advice.h"

#include "report/text/advice.h"
#include "report/text/classes.h"
#include "report/why_choice.h"
#include "verdict/function_text.h"

#define ADVICE_SHOWN 8
#define REFUSALS_SHOWN 24

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

/* "none about parse() a.c:12 (35c): its blocks .." 0, or -1: memory is out. */
static int refusal_print(const struct why_advice *why,
                         const struct call_site *call_site)
{
	const struct classes *classes = why->findings->classes;
	char where[256], name[256], number[WHY_NAME_BYTES];
	struct text refusal = { NULL, 0, 0 };
	int result = advice_refusal_text(&refusal, classes, call_site);

	if (!result)
		result = location_line_text(where, sizeof(where), classes->profile,
		                            call_site->location);
	if (!result && why->call_site_count > 1)
		screen_line(
			why->screen, 8, "  none about %s %s (%s): %s",
			function_call_text(name, sizeof(name), classes, call_site->function), where,
			why_call_site_text(number, call_site), refusal.data);
	else if (!result)
		screen_line(why->screen, 8, "  none: %s", refusal.data);
	text_release(&refusal);
	return result;
}

/* Print why there is no advice, for each call site that has none. */
static int refusals_print(const struct why_advice *why)
{
	uint32_t i, shown = 0, more = 0;
	int result = 0;

	for (i = 0; i < why->call_site_count && !result; i++) {
		if (is_advised(why, why->call_sites[i]))
			continue;
		if (shown++ < REFUSALS_SHOWN)
			result = refusal_print(
				why, &why->findings->call_sites.call_sites[why->call_sites[i]]);
		else
			more++;
	}
	if (more)
		screen_line(why->screen, 5, "  .. and none about %u more", more);
	return result;
}

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
