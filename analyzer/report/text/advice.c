/* report/text/advice.c - advice for people. */
#include "report/text/advice.h"

#include "base/text.h"
#include "report/advice_words.h"
#include "report/text/classes.h"
#include "report/text/names.h"
#include "report/why_choice.h"
#include "verdict/interpreter.h"

#define SCREEN_ADVICE 3 /* pieces of advice on the default screen */

/*
 * Print a piece of advice: what to do, and what it saves. Nothing is cut: the meaning may be at
 * the end. 0, or -1: no memory.
 */
static int advice_print(const struct screen *screen, const struct findings *findings,
                        const struct advice *advice, size_t number)
{
	const struct call_site *call_site = &findings->call_sites
	                                         .call_sites[advice->call_site];
	struct text text = { NULL, 0, 0 }, saves = { NULL, 0, 0 };
	char where[256], why[WHY_NAME_BYTES];
	int result = -1;

	if (!advice_text(&text, advice, findings->classes, &findings->call_sites) &&
	    !advice_saves_text(&saves, advice) &&
	    !location_line_text(
			where, sizeof(where), findings->classes->profile,
			advice_location(advice, findings->classes, &findings->call_sites))) {
		screen_line(screen, 4, "%2zu. %s", number, text.data);
		screen_line(screen, 4, "    %s%s;  %s%s(--why %s)%s", screen_dim(screen),
		            saves.data, where, *where ? "  " : "",
		            why_call_site_text(why, call_site), screen_plain(screen));
		result = 0;
	}
	text_release(&text);
	text_release(&saves);
	return result;
}

static const char sampled
	[] = "a sample cannot show how many blocks are alive at once, or what follows what";

void report_interpreter(const struct screen *screen, const struct profile *profile)
{
	const struct interpreter *found = interpreter_find(
		profile->process->header.executable);

	if (found)
		screen_line(screen, 2,
		            "  %sfunctions of %s and its modules in C, not of the script%s%s%s",
		            screen->is_brief ? "" : "these are ", found->name,
		            *found->help ? ": " : "", found->help,
		            *found->help ? " shows that" : "");
}

int report_advice_brief(const struct screen *screen, const struct findings *findings)
{
	const struct advice_list *list = &findings->advice;
	size_t most = screen->rows ? screen->rows : SCREEN_ADVICE, i;
	int result = 0;

	if (profile_is_sampled(findings->classes->profile))
		screen_line(screen, 2, "  no advice: %s", sampled);
	else if (!list->count)
		screen_line(screen, 2, "  no advice: --why NAME says of each function why not");
	else if (!list->shown)
		screen_line(
			screen, 2,
			"  nothing here would pay: %zu change%s would save little; --advice "
			"lists %s",
			list->count, text_s(list->count), list->count == 1 ? "it" : "them");
	for (i = 0; i < list->shown && i < most && !result; i++)
		result = advice_print(screen, findings, &list->items[i], i + 1);
	if (!result && list->shown && i < list->count)
		screen_line(screen, 4, "    %s.. and %zu more%s: --advice lists all%s",
		            screen_dim(screen), list->count - i,
		            i < list->shown ? "" : ", which would save little",
		            screen_plain(screen));
	return result;
}

int report_advice_all(const struct screen *screen, const struct findings *findings,
                      uint64_t top)
{
	const struct advice_list *list = &findings->advice;
	int result = 0;
	size_t i;

	screen_heading(
		screen, "advice",
		"what saves the most time in malloc first; --why shows the evidence");
	report_interpreter(screen, findings->classes->profile);
	if (profile_is_sampled(findings->classes->profile))
		screen_line(screen, 2, "  none: %s", sampled);
	else if (!list->count)
		screen_line(screen, 2,
		            "  none: no rule finds anything to change; --why says why not");
	for (i = 0; i < list->count && (!top || i < top) && !result; i++) {
		if (i == list->shown)
			screen_heading(screen, "advice that would save little",
			               "less than 1 % of the calls and of the bytes, and 0.1 % of "
			               "the time");
		result = advice_print(screen, findings, &list->items[i], i + 1);
	}
	if (i < list->count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all", list->count - i);
	return result;
}

int report_advice_whole(const struct screen *screen, const struct findings *findings,
                        const struct advice *advice, size_t number)
{
	struct text text = { NULL, 0, 0 };
	int result = advice_print(screen, findings, advice, number);

	if (!result)
		result = advice_basis_text(&text, advice, findings->classes,
		                           &findings->call_sites);
	if (!result)
		screen_line(screen, 4, "    rests on: %s", text.data);
	text.bytes = 0;
	if (!result)
		result = advice_doubts_text(&text, advice, findings->classes,
		                            &findings->call_sites);
	if (!result)
		screen_line(screen, 4, "    wrong if: %s", text.data);
	text.bytes = 0;
	if (!result)
		result = advice_no_time_text(&text, advice);
	if (!result && text.bytes)
		screen_line(screen, 4, "    no time: %s", text.data);
	text_release(&text);
	return result;
}
