#!/bin/bash
# Advice whose buffer would have to go through functions of another module says so: a library that
# allocates for the program, and a library that calls the program back. Not within one module.
cat >lib.c <<'EOF'
#include <stdlib.h>
#include <string.h>
char *lib_text(int n) { char *text = malloc(40 + n % 3); memset(text, 1, 40); return text; }
void *lib_call(void *(*call)(void)) { void *volatile made = call(); return made; }
EOF
cat >shell.c <<'EOF'
#include <stdlib.h>
char *lib_text(int n);
void *lib_call(void *(*call)(void));
static void *volatile sink;
__attribute__((noinline)) static void *made_by_shell(void) { void *volatile made = malloc(64); return made; }
__attribute__((noinline)) static void row(int i) { char *text = lib_text(i); sink = text; free(text); }
__attribute__((noinline)) static void called_back(void) { void *made = lib_call(made_by_shell); sink = made; free(made); }
__attribute__((noinline)) static void *own(void) { void *volatile made = malloc(72); return made; }
__attribute__((noinline)) static void alone(void) { void *made = own(); sink = made; free(made); }
int main(void)
{
	for (int i = 0; i < 5000; i++)
		row(i), called_back(), alone();
	return 0;
}
EOF
"${CC:-gcc}" -g -O1 -fno-builtin -shared -fPIC -o libtext.so lib.c &&
	"${CC:-gcc}" -g -O1 -fno-builtin -o shell shell.c ./libtext.so || exit 77
"$OUTLIVE" run -q -o trace -- ./shell 2>/dev/null
COLUMNS=400 "$OUTLIVE" report --advice trace | sed -nE 's/^ *[0-9]+\. //p' | sort
