/* elf/cxx_name.c - splits a demangled C++ or Rust name into its parts. */
#include "elf/cxx_name.h"

#include "elf/go_name.h"

#include <stdbool.h>
#include <string.h>

#define OPERATOR "operator"
#define ANONYMOUS "(anonymous namespace)"
#define GO_INSTANCE "[...]" /* of what type parameters, Go leaves out */
#define BRACKET_BYTES 48

/* Whether the word `operator` begins here. */
static bool is_operator(const char *function, const char *at)
{
	char after;

	if (strncmp(at, OPERATOR, strlen(OPERATOR)))
		return false;
	if (at > function && at[-1] != ':' && at[-1] != ' ')
		return false;
	after = at[strlen(OPERATOR)];
	return after && !strchr("_0123456789abcdefghijklmnopqrstuvwxyz"
	                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	                        after);
}

/* The length of the operator's symbol at `at`. Template arguments may follow: "operator+<char>". */
static size_t symbol_bytes(const char *at)
{
	/* of several that begin alike, the longest first */
	static const char *const symbols[] = {
		"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "==", "!=", "&&",
		"||",  "++",  "--",  "+=",  "-=", "*=", "/=", "%=", "^=", "&=", "|="
	};
	size_t i;

	for (i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		if (!strncmp(at, symbols[i], strlen(symbols[i])))
			return strlen(symbols[i]);
	}
	return *at && strchr("+-*/%^&|~!=<>,", *at) ? 1 : 0;
}

/* Skip `operator` and its symbol. Returns where the template arguments or parameters begin. */
static const char *operator_skip(const char *at)
{
	at += strlen(OPERATOR);
	if (!strncmp(at, "()", 2) || !strncmp(at, "[]", 2))
		return at + 2;
	if (*at == ' ') { /* new, delete, or the type of a conversion */
		while (*at && *at != '(')
			at++;
		return at;
	}
	/* Demanglers write a space between "operator<" and what begins with '<'. */
	return at + symbol_bytes(at);
}

/* Skip to after the bracket that closes the one at `at`; to the end if none does. */
static const char *bracket_skip(const char *at)
{
	size_t depth = 0;

	for (; *at; at++) {
		if (strchr("<([{", *at))
			depth++;
		else if (strchr(")]}", *at) || (*at == '>' && at[-1] != '-'))
			depth--;
		if (!depth)
			return at + 1;
	}
	return at;
}

/*
 * The return type ends at the last space outside of all brackets before the parameters. The
 * search stops at `operator`, since brackets and spaces after it may belong to its symbol.
 */
const char *function_name_start(const char *function)
{
	const char *at = function, *start = function;

	while (*at) {
		if (is_operator(function, at))
			return start;
		if (!strncmp(at, ANONYMOUS, strlen(ANONYMOUS)))
			at += strlen(ANONYMOUS);
		else if (*at == '(')
			return start;
		else if (*at == '<' || *at == '[' || *at == '{')
			at = bracket_skip(at);
		else if (*at++ == ' ')
			start = at;
	}
	/* A name without parameters is not of a C++ function, and has no return type. */
	return function;
}

static const char *behind(const char *name, const char *prefix)
{
	size_t bytes = strlen(prefix);

	return strncmp(name, prefix, bytes) ? name : name + bytes;
}

const char *function_name_public(const char *function)
{
	const char *plain = behind(function, "__GI_"), *name = plain + strspn(plain, "_");

	if (name == function)
		return function;
	return behind(name, plain[0] == '_' && plain[1] == '_' ? "libc_" : "IO_");
}

/* Append as much as fits, leaving room for the NUL. Returns the bytes used then. */
static size_t put(char *to, size_t bytes, size_t used, const char *from, size_t count)
{
	if (count > bytes - 1 - used)
		count = bytes - 1 - used;
	memcpy(to + used, from, count);
	return used + count;
}

/*
 * Go to the next bracket that is no part of the name itself, or to the end. Operators, "(anonymous
 * namespace)", "{lambda()#1}" and Go's "main.(*T).f" have brackets that are.
 */
static const char *bracket_find(const char *function, const char *at)
{
	while (*at) {
		if (is_operator(function, at))
			at = operator_skip(at);
		else if (!strncmp(at, ANONYMOUS, strlen(ANONYMOUS)))
			at += strlen(ANONYMOUS);
		else if (*at == '{')
			at = bracket_skip(at);
		else if (go_receiver_bytes(function, at))
			at += go_receiver_bytes(function, at);
		else if (*at == '<' || *at == '(')
			break;
		else
			at++;
	}
	return at;
}

size_t function_name_bytes(const char *function)
{
	const char *at = function + strcspn(function, "(");

	while (go_receiver_bytes(function, at)) {
		at += go_receiver_bytes(function, at);
		at += strcspn(at, "(");
	}
	return (size_t)(at - function);
}

/* In Rust's "<T as Trait>::f" the first bracket is the part that matters. */
static const char *name_begin(const char *start)
{
	return *start == '<' ? bracket_skip(start) : start;
}

/* Append a bracket with what is in it, of a long one only both ends. */
static size_t bracket_put(char *to, size_t bytes, size_t used, const char *from,
                          size_t count)
{
	if (count <= BRACKET_BYTES)
		return put(to, bytes, used, from, count);
	used = put(to, bytes, used, from, BRACKET_BYTES / 2);
	used = put(to, bytes, used, "..", 2);
	return put(to, bytes, used, from + count - BRACKET_BYTES / 2, BRACKET_BYTES / 2);
}

char *function_name_partly(char *to, size_t bytes, const char *function, uint32_t shown)
{
	const char *from = function_name_start(function), *at, *end;
	size_t used = 0, number = 0;

	for (at = name_begin(from); *from && used < bytes - 1; from = at) {
		at = bracket_find(function, at);
		used = put(to, bytes, used, from, (size_t)(at - from));
		if (!*at)
			break;
		end = bracket_skip(at);
		if (shown >> number & 1)
			used = bracket_put(to, bytes, used, at, (size_t)(end - at));
		else
			used = put(to, bytes, used, *at == '<' ? "<>" : "()", 2);
		number += number + 1 < NAME_BRACKETS;
		at = end;
	}
	to[used] = 0;
	return to;
}

char *function_name_short(char *to, size_t bytes, const char *function)
{
	return function_name_partly(to, bytes, function, 0);
}

size_t function_name_brackets(const char *function, const char *texts[NAME_BRACKETS],
                              size_t lengths[NAME_BRACKETS])
{
	const char *at = name_begin(function_name_start(function));
	size_t count = 0;

	for (; count < NAME_BRACKETS; count++) {
		at = bracket_find(function, at);
		if (!*at)
			break;
		texts[count] = at;
		at = bracket_skip(at);
		lengths[count] = (size_t)(at - texts[count]);
	}
	return count;
}

/*
 * The type in "<&mut Type<A> as Trait<B>>::f", or the trait if the type has no path. *count:
 * its length.
 */
static const char *rust_family(const char *at, size_t *count)
{
	static const char *const words[] = { "mut ", "const ", "dyn ", "impl " };
	const char *type = at + strspn(at, "<&*(["), *end = bracket_skip(at);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strncmp(type, words[i], strlen(words[i])))
			type += strlen(words[i]);
	}
	*count = strcspn(type, "<>()[]{};, ");
	if (memmem(type, *count, "::", 2))
		return type;
	for (at++; at < end;) {
		if (!strncmp(at, " as ", 4)) {
			*count = strcspn(at + 4, "<>(");
			return at + 4;
		}
		at = strchr("<([{", *at) ? bracket_skip(at) : at + 1;
	}
	return type;
}

/*
 * The end of "<a::Type>" in "<a::Type>::f". Functions of a type without arguments do not form a
 * family, so each is named, as in C++. NULL: the name has another form.
 */
static const char *rust_method(const char *at)
{
	const char *end = bracket_skip(at);
	size_t count = strcspn(at + 1, "<>()[]{}&*;, ");

	return at[1 + count] == '>' && at + count + 2 == end && !strncmp(end, "::", 2)
	           ? end
	           : NULL;
}

/*
 * The name ends at the first bracket that is not part of it; for a template's method this is
 * the class, since its arguments come before the method. What is left must not end with "::".
 */
char *function_name_family(char *to, size_t bytes, const char *function)
{
	const char *start = function_name_start(function), *at = start, *method;
	size_t count, used;

	if (*start == '<' && (method = rust_method(start))) {
		count = 2 + strcspn(method + 2, "<([{");
		while (method[count - 1] == ':')
			count--;
		used = put(to, bytes, 0, start + 1, (size_t)(method - start) - 2);
		to[put(to, bytes, used, method, count)] = 0;
		return to;
	}
	if (*start == '<') {
		start = rust_family(start, &count);
	} else {
		while (*at) {
			if (is_operator(function, at))
				at = operator_skip(at);
			else if (!strncmp(at, ANONYMOUS, strlen(ANONYMOUS)))
				at += strlen(ANONYMOUS);
			else if (go_receiver_bytes(function, at))
				at += go_receiver_bytes(function, at);
			else if (!strncmp(at, GO_INSTANCE, strlen(GO_INSTANCE)))
				at += strlen(GO_INSTANCE);
			else if (strchr("<([{", *at))
				break;
			else
				at++;
		}
		count = (size_t)(at - start);
	}
	while (count && strchr(": ", start[count - 1])) /* "operator<< <char>" */
		count--;
	if (!count)
		return function_name_short(to, bytes, function);
	to[put(to, bytes, 0, start, count)] = 0;
	return to;
}
