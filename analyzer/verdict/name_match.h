/*
 * verdict/name_match.h - whether a function is meant by what a user typed: its name as reports
 * show it, or a part of it.
 */
#ifndef OUTLIVE_VERDICT_NAME_MATCH_H
#define OUTLIVE_VERDICT_NAME_MATCH_H

#include <stdbool.h>

/*
 * Ways to mean a function, from strict to loose. The first way that matches any function decides.
 * Plain: without its parameters and template arguments. Cut: as a screen shortened it with "..".
 */
enum name_meaning {
	NAME_WHOLE,
	NAME_PLAIN,
	NAME_CUT,
	NAME_GLOB,
	NAME_PART,
	NAME_MEANINGS
};

/*
 * `name`: the whole name; `shown`: as reports show it, in which a static function's file may follow
 * in brackets. `which` may end in "()", as names of C functions do in sentences.
 */
bool name_is_meant(const char *name, const char *shown, const char *which,
                   enum name_meaning meaning);

/* Whether the text has * or ?, so that it may mean several names. "[" is in names, too. */
bool name_is_glob(const char *which);

#endif
