/*
 * Two units, so that only the linker can inline one into the other.
 *
 * parts: 2
 * short: yes
 * truth: text_join freed page
 */
#include <stdlib.h>
#include <string.h>

char *text_copy(const char *text);
char *text_join(char *one, const char *two);
void text_replace(char **text, const char *with);
void text_drop(char *text);

#if PART == 1
char *text_copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(malloc(size), text, size);
}

char *text_join(char *one, const char *two)
{
	size_t first = strlen(one), second = strlen(two) + 1;
	char *joined = malloc(first + second);

	memcpy(joined, one, first);
	memcpy(joined + first, two, second);
	free(one);
	return joined;
}

void text_drop(char *text)
{
	free(text);
}

void text_replace(char **text, const char *with)
{
	text_drop(*text);
	*text = text_copy(with);
}
#else
static char *title;
static volatile unsigned long sink;

static char *line(int number)
{
	char *text = text_copy("a line ");
	int i;

	for (i = 0; i < number % 5; i++)
		text = text_join(text, i % 2 ? "and " : "more ");
	return text;
}

static void page(int number)
{
	char *lines[6], *whole = text_copy("");
	int i, count = number % 6;

	for (i = 0; i < count; i++)
		lines[i] = line(number + i);
	for (i = 0; i < count; i++) {
		whole = text_join(whole, lines[i]);
		text_drop(lines[i]);
	}
	if (strlen(whole) % 3 == 0)
		text_replace(&title, whole);
	sink += strlen(whole);
	text_drop(whole);
}

int main(void)
{
	int i;

	for (i = 0; i < 700; i++)
		page(i);
	text_drop(title);
	return 0;
}
#endif
