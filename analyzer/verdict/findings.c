/* verdict/findings.c - everything a report says of lives. */
#include "verdict/findings.h"

int findings_make(struct findings *findings, const struct profile *profile,
                  const struct class_options *options)
{
	*findings = (struct findings){ .classes = NULL };
	findings->classes = classes_new(profile, options);
	if (!findings->classes || places_make(&findings->places, findings->classes))
		return -1;
	return advice_make(&findings->advice, findings->classes, &findings->places);
}

void findings_release(struct findings *findings)
{
	advice_release(&findings->advice);
	places_release(&findings->places);
	classes_free(findings->classes);
	findings->classes = NULL;
}
