/*
 * A server with a hash table, a ring of recent keys, early returns, a switch, and helpers that
 * compilers inline everywhere.
 *
 * short: yes
 * truth: allocate freed read_key 2000
 * truth: allocate freed log_line 667
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct entry *next;
	char *key, *value;
};

static struct entry *table[32];
static char *recent[16], *last_error;
static volatile unsigned long sink;

static void *allocate(size_t size)
{
	void *block = malloc(size);

	if (!block)
		abort();
	return block;
}

static char *copy_text(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(allocate(size), text, size);
}

static unsigned hash(const char *text)
{
	unsigned value = 5381;

	while (*text)
		value = value * 33 + (unsigned char)*text++;
	return value % 32;
}

static struct entry *find(const char *key)
{
	struct entry *entry = table[hash(key)];

	while (entry && strcmp(entry->key, key))
		entry = entry->next;
	return entry;
}

static void entry_free(struct entry *entry)
{
	free(entry->key);
	free(entry->value);
	free(entry);
}

static void put(const char *key, const char *value)
{
	struct entry *entry = find(key);

	if (entry) {
		free(entry->value);
		entry->value = copy_text(value);
		return;
	}
	entry = allocate(sizeof(*entry));
	entry->key = copy_text(key);
	entry->value = copy_text(value);
	entry->next = table[hash(key)];
	table[hash(key)] = entry;
}

static int drop(const char *key)
{
	struct entry **link, *entry;

	for (link = &table[hash(key)]; *link; link = &(*link)->next) {
		if (strcmp((*link)->key, key))
			continue;
		entry = *link;
		*link = entry->next;
		entry_free(entry);
		return 1;
	}
	return 0;
}

static void complain(int number)
{
	char *text = allocate(60);

	snprintf(text, 60, "request %d failed", number);
	free(last_error);
	last_error = text;
}

static void log_line(int number)
{
	char *line;

	if (number % 3)
		return;
	line = allocate(200);
	snprintf(line, 200, "line %d", number);
	sink += strlen(line);
	free(line);
}

static void remember(int number, const char *key)
{
	free(recent[number % 16]);
	recent[number % 16] = copy_text(key);
}

static size_t answer(int number)
{
	size_t room = 8, used = 0, i;
	char *buffer = allocate(room), *parts[4];
	int count = 0;

	for (i = 0; i < (size_t)(number % 50); i++) {
		if (used == room)
			buffer = realloc(buffer, room *= 2);
		buffer[used++] = (char)i;
	}
	for (i = 0; i < 4; i++) {
		if ((number + i) % 5 == 0)
			break;
		parts[count++] = copy_text("part of an answer");
	}
	while (count)
		free(parts[--count]);
	sink += (unsigned long)buffer[0];
	free(buffer);
	return used;
}

static void read_key(int number)
{
	char text[40], *key;

	snprintf(text, sizeof(text), "key %d", number * 7 % 150);
	key = copy_text(text);
	log_line(number);
	switch (number % 4) {
	case 0:
	case 1: put(key, text); break;
	case 2:
		if (!find(key))
			complain(number);
		break;
	default:
		if (!drop(key)) {
			complain(number);
			free(key);
			return;
		}
	}
	remember(number, key);
	sink += answer(number);
	free(key);
}

int main(void)
{
	int i;

	for (i = 0; i < 2000; i++)
		read_key(i);
	return 0;
}
