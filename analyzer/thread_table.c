/* thread_table.c - the threads that the events of a process are of. Layer 5. */
#include "thread_table.h"

#include <stdlib.h>

static uint64_t hash_of(const void *context, uint32_t number)
{
	const struct thread_table *table = context;

	return hash_words(table->items[number - 1]->serial, 1);
}

struct thread *thread_table_find(const struct thread_table *table, uint32_t serial)
{
	uint32_t slot, number;

	if (!table->by_serial.count)
		return NULL;
	slot = hash_index_slot(&table->by_serial, hash_words(serial, 1));
	while ((number = hash_index_next(&table->by_serial, &slot))) {
		if (table->items[number - 1]->serial == serial)
			return table->items[number - 1];
	}
	return NULL;
}

struct thread *thread_table_add(struct thread_table *table, uint32_t serial)
{
	size_t capacity = table->capacity ? 2 * table->capacity : 16;
	struct thread *thread, **items;

	if (table->count == table->capacity) {
		items = realloc(table->items, capacity * sizeof(struct thread *));
		if (!items)
			return NULL;
		table->items = items;
		table->capacity = capacity;
	}
	thread = calloc(1, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->serial = serial;
	thread->index = (uint32_t)table->count;
	table->items[table->count] = thread;
	if (hash_index_add(&table->by_serial, hash_words(serial, 1),
	                   (uint32_t)table->count + 1, hash_of, table)) {
		free(thread);
		return NULL;
	}
	table->count++;
	return thread;
}

void thread_table_release(struct thread_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		free(table->items[i]->stack);
		free(table->items[i]);
	}
	free(table->items);
	hash_index_release(&table->by_serial);
	*table = (struct thread_table){ .count = 0 };
}
