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
 * How much of what is at `at` is part of the name itself; 0: a bracket that is not, or the end.
 * Operators, "(anonymous namespace)", "{lambda()#1}" and Go's "main.(*T).f" have brackets that are.
 */
static size_t own_bytes(const char *function, const char *at)
{
	size_t receiver;

	if (is_operator(function, at))
		return (size_t)(operator_skip(at) - at);
	if (!strncmp(at, ANONYMOUS, strlen(ANONYMOUS)))
		return strlen(ANONYMOUS);
	if (*at == '{')
		return (size_t)(bracket_skip(at) - at);
	receiver = go_receiver_bytes(function, at);
	if (receiver)
		return receiver;
	return *at && *at != '<' && *at != '(';
}

/* Go to the next bracket that is no part of the name itself, or to the end. */
static const char *bracket_find(const char *function, const char *at)
{
	size_t bytes;

	while ((bytes = own_bytes(function, at)))
		at += bytes;
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

/* ---- what is in brackets -------------------------------------------------------------- */

/*
 * The arguments of the standard library's templates that are left out, as each has a default:
 * behind the comma at `at`, up to the end of the bracket. Returns where they end, or NULL.
 */
static const char *defaults_end(const char *at)
{
	static const char *const defaults[] = {
		", std::allocator<", ", std::less<",        ", std::hash<",
		", std::equal_to<",  ", std::char_traits<", ", std::default_delete<"
	};
	const char *end = at, *from;
	size_t i;

	do {
		from = end;
		for (i = 0; i < sizeof(defaults) / sizeof(*defaults) && end == from; i++) {
			if (behind(from, defaults[i]) != from)
				end = bracket_skip(from + strlen(defaults[i]) - 1);
		}
	} while (end != from);
	end += *end == ' ' && end != at;
	return end != at && *end == '>' ? end : NULL;
}

/*
 * What is at `at` within a bracket, as people write it: sets *text to that and *bytes to its
 * length. Returns what it stands for, or NULL: itself.
 */
static const char *brief_find(const char *at, const char **text, size_t *bytes)
{
	static const char *const briefs[][2] = {
		{ "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
		  "std::string" },
		{ "std::__cxx11::", "std::" },
		{ " >", ">" },
	};
	const char *end;
	size_t i;

	for (i = 0; i < sizeof(briefs) / sizeof(*briefs); i++) {
		end = behind(at, briefs[i][0]);
		if (end != at) {
			*text = briefs[i][1];
			*bytes = strlen(*text);
			return end;
		}
	}
	*text = "";
	*bytes = 0;
	return *at == ',' ? defaults_end(at) : NULL;
}

/* Whether a bracket is short enough to be shown with all that is in it. */
static bool is_brief(const char *at, const char *end)
{
	size_t used = 0, bytes;
	const char *text, *next;

	for (; at < end && used <= BRACKET_BYTES; at = next) {
		next = brief_find(at, &text, &bytes);
		used += next ? bytes : 1;
		next = next ? next : at + 1;
	}
	return used <= BRACKET_BYTES;
}

/* How many brackets begin in the text, for their numbers: all, to be simple. */
static size_t brackets_in(const char *at, const char *end)
{
	size_t count = 0;

	for (; at < end; at++)
		count += *at == '<' || *at == '(';
	return count;
}

static uint32_t bracket_bit(size_t number)
{
	return UINT32_C(1) << (number < NAME_BRACKETS ? number : NAME_BRACKETS - 1);
}

char *function_name_partly(char *to, size_t bytes, const char *function, uint32_t shown)
{
	const char *at = function_name_start(function), *next, *text;
	const char *whole = at, *open = at; /* the ends of brackets that are shown */
	size_t used = 0, number = 0, count;

	next = name_begin(at);
	used = put(to, bytes, used, at, (size_t)(next - at));
	for (; *next && used < bytes - 1; number += brackets_in(at, next)) {
		at = next;
		next = at < whole || at < open ? brief_find(at, &text, &count) : NULL;
		if (next) {
			used = put(to, bytes, used, text, count);
			continue;
		}
		count = at < whole ? 1 : own_bytes(function, at);
		next = count ? at + count : bracket_skip(at);
		if (!count && shown & bracket_bit(number)) {
			if (is_brief(at, next))
				whole = next;
			else if (next > open)
				open = next;
			next = at + 1;
			count = 1;
		}
		if (count)
			used = put(to, bytes, used, at, count);
		else
			used = put(to, bytes, used, *at == '<' ? "<>" : "()", 2);
	}
	to[used] = 0;
	return to;
}

uint32_t function_name_difference(const char *function, const char *one,
                                  const char *other)
{
	const char *at = name_begin(function_name_start(function)), *end;
	size_t number = 0;
	uint32_t bits = 0;

	while (*one && *one == *other) {
		one++;
		other++;
	}
	while (number < NAME_BRACKETS && at < one && *(at = bracket_find(function, at))) {
		end = bracket_skip(at);
		if (at < one && one < end) {
			bits |= bracket_bit(number);
			end = at + 1;
		}
		number += brackets_in(at, end);
		at = end;
	}
	return at < one && *at ? bits | bracket_bit(number) : bits;
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
