/*
 * verdict/interpreter.h - whether the program runs a script: then its functions and lines are
 * those of the interpreter, which the author of the script does not change.
 */
#ifndef OUTLIVE_VERDICT_INTERPRETER_H
#define OUTLIVE_VERDICT_INTERPRETER_H

struct interpreter {
	const char *name; /* of the program, without a version: "python" */
	const char
		*help; /* what shows the script's own lines; "": nothing that is known here */
};

/* By the path of the program; NULL: it is none that is known. */
const struct interpreter *interpreter_find(const char *executable);

#endif
