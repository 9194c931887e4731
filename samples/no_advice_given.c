/*
 * no_advice_given.c - blocks that live no longer than the function that made them, and still
 * could not be variables: a library frees them, or gives them to realloc, as getline() does.
 * What another function of the program frees could be one, if that function is changed.
 *
 * library: lib/taker.c
 * build: ./taker.so -Wl,-rpath,.
 * expect: verdicts("sends") == ["stack_like"]
 * expect: [by("sends")[] | .no_advice] == ["another (or an unknown)
 *   module frees them"]
 * expect: [by("fills")[] | select(.blocks > 0).no_advice] ==
 *   ["another (or an unknown) module passes them to realloc"]
 * expect: [innermost("lines")[].no_advice] ==
 *   ["another (or an unknown) module passes them to realloc"]
 * expect: [by("lines")[].realloced_by[].function] | any(test("getdelim|getline"))
 * expect: [.advice[] | [.kind, .function]] == [["local", "helped"]]
 * expect: .advice[0].text | endswith("; destroy() must no longer free them")
 */
#include <stdio.h>
#include <stdlib.h>

#define FUNCTION static __attribute__((noinline))

void take(char *message);
void enlarge(char **buffer);

static void *volatile sink;

FUNCTION void sends(void)
{
	char *message = malloc(100);

	take(message);
	sink = NULL;
}

FUNCTION void fills(void)
{
	char *buffer = malloc(20);

	enlarge(&buffer);
	free(buffer);
}

FUNCTION void lines(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	size_t bytes = 16;
	char *line = malloc(bytes);

	while (file && getline(&line, &bytes, file) > 0)
		sink = line;
	free(line);
	if (file)
		fclose(file);
}

FUNCTION void destroy(char *block)
{
	block[0] = 0;
	free(block);
	sink = NULL;
}

FUNCTION void helped(void)
{
	char *block = malloc(64);

	sink = block;
	destroy(block);
	sink = NULL;
}

int main(void)
{
	for (int i = 0; i < 20; i++) {
		sends();
		fills();
		lines();
		helped();
	}
	return 0;
}
