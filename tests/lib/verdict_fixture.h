/*
 * verdict_fixture.h - an acted program, read and classified: what the tests of classes, peeling and
 * advice share.
 */
#ifndef OUTLIVE_VERDICT_FIXTURE_H
#define OUTLIVE_VERDICT_FIXTURE_H

#include "verdict/advice.h"
#include "life_model.h"
#include "verdict/evidence.h"

/* The model is read and classified; asked for below. */
struct verdict_fixture {
	struct model model;
	struct profile *profile;
	struct findings findings;
};

/* Read the model and classify it, with a wrapper of the user's or none. */
void classify_with(struct verdict_fixture *verdict_fixture, const char *wrapper);
void classify(struct verdict_fixture *verdict_fixture);
void verdict_fixture_release(struct verdict_fixture *verdict_fixture);

/* How many blocks are of a class, of each. */
uint64_t blocks_of(const struct verdict_fixture *verdict_fixture,
                   enum life_class class);
void expect_classes(const struct verdict_fixture *verdict_fixture, uint64_t stack,
                    uint64_t escaping, uint64_t crossed, uint64_t fixed, uint64_t live);

/* The blocks at this key; 0: it is not there. */
uint64_t rank_of(const struct ranking *ranking, uint32_t key);

/* Of all call sites; to be released. */
struct life_summary summary_of_all(const struct classes *classes);

/* Callers 10, 11, .. each get blocks from function 1 and free them themselves. */
void wrapper_act(struct model *model, unsigned callers, unsigned blocks);

#endif
