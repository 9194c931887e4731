/* replay/threads.c - the threads of a process, as its events show them. */
#include "replay/threads.h"

#include "base/array.h"
#include "trace/definitions.h"

#include <stdlib.h>
#include <string.h>

#define THREAD_NAME_BYTES 16

static uint64_t hash_of(const void *context, uint32_t number)
{
	const struct thread_table *table = context;

	return hash_words(table->items[number - 1]->serial, 1);
}

static bool is_serial(const void *context, uint32_t number, const void *serial)
{
	const struct thread_table *table = context;

	return table->items[number - 1]->serial == *(const uint32_t *)serial;
}

struct thread *thread_table_find(const struct thread_table *table, uint32_t serial)
{
	uint32_t number = hash_index_find(&table->by_serial, hash_words(serial, 1),
	                                  is_serial, table, &serial);

	return number ? table->items[number - 1] : NULL;
}

/* Threads are allocated one by one, as slices keep pointers to them while the table grows. */
struct thread *thread_table_add_strand(struct thread_table *table)
{
	struct thread *thread;

	if (array_reserve(table->items, table->capacity, table->count + 1))
		return NULL;
	thread = calloc(1, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->copies_stacks = table->copies_stacks;
	thread->index = (uint32_t)table->count;
	table->items[table->count++] = thread;
	return thread;
}

struct thread *thread_table_add(struct thread_table *table, uint32_t serial)
{
	struct thread *thread = thread_table_add_strand(table);

	if (!thread)
		return NULL;
	thread->serial = serial;
	if (hash_index_add(&table->by_serial, hash_words(serial, 1), thread->index + 1,
	                   hash_of, table)) {
		table->count--;
		free(thread);
		return NULL;
	}
	return thread;
}

size_t thread_table_threads(const struct thread_table *table)
{
	size_t i, count = 0;

	for (i = 0; i < table->count; i++)
		count += table->items[i]->goroutine == 0;
	return count;
}

const char *thread_table_kind(const struct thread_table *table)
{
	return table->by_goroutine.count ? "goroutine or thread" : "thread";
}

void thread_name_set(struct thread *thread, const char *name, uint64_t time)
{
	if (time < thread->name_time)
		return;
	memcpy(thread->name, name, THREAD_NAME_BYTES);
	thread->name_time = time;
}

int thread_table_names(void *table, const uint8_t *data, size_t bytes,
                       struct error *error)
{
	struct definition_cursor cursor = { .data = data, .bytes = bytes };
	struct thread_name_definition definition;
	struct thread *thread;

	(void)error;
	while (definition_next(&cursor)) {
		if (cursor.header.kind != DEFINITION_THREAD_NAME ||
		    cursor.header.bytes < sizeof(definition))
			continue;
		memcpy(&definition, cursor.record, sizeof(definition));
		thread = thread_table_find(table, definition.thread);
		if (thread)
			thread_name_set(thread, definition.name, definition.header.time);
	}
	return 0;
}

void thread_table_release(struct thread_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		free(table->items[i]->stack);
		free(table->items[i]->levels);
		free(table->items[i]->machine);
		free(table->items[i]->compared.items);
		free(table->items[i]->doubts.items);
		free(table->items[i]->open.items);
		free(table->items[i]->supported.items);
		free(table->items[i]);
	}
	free(table->items);
	hash_index_release(&table->by_serial);
	hash_index_release(&table->by_goroutine);
	free(table->seen);
	labels_release(&table->labels);
	*table = (struct thread_table){ .count = 0 };
}
