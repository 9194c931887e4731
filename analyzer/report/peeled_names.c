/* report/peeled_names.c - the names of the wrappers that were skipped, for people. */
#include "report/peeled_names.h"

#include "elf/cxx_name.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAMILY_BYTES 256

/* Most blocks first. Equal ones by number, so that the order is the same every time. */
static int peel_compare(const void *one, const void *two, void *context)
{
	const struct peel *peels = context;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;

	if (peels[a].blocks != peels[b].blocks)
		return peels[a].blocks > peels[b].blocks ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Add the name of the function, unless it is already in the list. */
static void name_add(struct peeled_names *names, const struct classes *classes,
                     uint32_t function)
{
	struct peeled_name *name = &names->names[names->count];
	const char *full = classes->functions.functions[function].name;
	const char *apart = classes->functions.functions[function].apart;
	char family[FAMILY_BYTES];
	size_t i, used;

	name->reason = classes->peeling.functions[function].reason;
	if (*full) {
		function_name_family(family, sizeof(family), full);
		used = strlen(family);
		/* the classes of a library are the same in every module */
		if (*apart && name->reason != PEEL_BUILTIN)
			snprintf(family + used, sizeof(family) - used, " (%s)", apart);
		text_escape(name->text, sizeof(name->text), family);
	} else {
		function_text(name->text, sizeof(name->text), classes, function);
	}
	/* the name already stands behind the last one; it counts only if it is new */
	for (i = 0; i < names->count; i++) {
		if (names->names[i].reason == name->reason &&
		    !strcmp(names->names[i].text, name->text))
			return;
	}
	names->count++;
}

int peeled_names_make(struct peeled_names *names, const struct classes *classes)
{
	const struct peel *peels = classes->peeling.functions;
	uint32_t *order = malloc(classes->functions.count * sizeof(*order));
	size_t count = 0, i;
	uint32_t j;

	*names = (struct peeled_names){ NULL, 0 };
	for (j = 1; order && j < classes->functions.count; j++) {
		if (peels[j].reason && peels[j].blocks)
			order[count++] = j;
	}
	names->names = malloc((count + 1) * sizeof(struct peeled_name));
	if (!order || !names->names) {
		free(order);
		peeled_names_release(names);
		return -1;
	}
	/*
	 * Sorted before the names are made: of all functions that share a name, the one with most
	 * blocks decides where the name stands.
	 */
	if (count)
		qsort_r(order, count, sizeof(*order), peel_compare, (void *)peels);
	for (i = 0; i < count; i++)
		name_add(names, classes, order[i]);
	free(order);
	return 0;
}

void peeled_names_release(struct peeled_names *names)
{
	free(names->names);
	*names = (struct peeled_names){ NULL, 0 };
}
