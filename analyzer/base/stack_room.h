/*
 * base/stack_room.h - enough stack for libraries that take a lot of it, whatever the limit of ours
 * is.
 *
 * libdw keeps the lines of a file on the stack while it reads them: some 150 KiB.
 */
#ifndef OUTLIVE_BASE_STACK_ROOM_H
#define OUTLIVE_BASE_STACK_ROOM_H

/*
 * Do call(context), in a thread that has the room if our own stack may have little (and on
 * that all the same if there can be no thread). What it returns.
 */
int stack_room_call(int (*call)(void *context), void *context);

#endif
