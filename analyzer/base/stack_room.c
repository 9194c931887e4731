/* base/stack_room.c - calls functions on a stack that is large enough. */
#include "base/stack_room.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>

#define STACK_BYTES ((size_t)2 << 20)

struct room {
	int (*call)(void *context);
	void *context;
	int result;
};

static void *room_run(void *argument)
{
	struct room *room = argument;

	room->result = room->call(room->context);
	return NULL;
}

int stack_room_call(int (*call)(void *context), void *context)
{
	struct room room = { .call = call, .context = context };
	pthread_attr_t attributes;
	struct rlimit limit;
	pthread_t thread;
	int failure;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= STACK_BYTES)
		return call(context);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	failure = pthread_create(&thread, &attributes, room_run, &room);
	pthread_attr_destroy(&attributes);
	if (failure || pthread_join(thread, NULL))
		return call(context);
	return room.result;
}
