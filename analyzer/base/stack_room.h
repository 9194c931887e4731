/*
 * base/stack_room.h - enough stack for libraries that need much of it, whatever this process's
 * limit is.
 *
 * libdw keeps the lines of a file on the stack while it reads them: about 150 KiB.
 */
#ifndef OUTLIVE_BASE_STACK_ROOM_H
#define OUTLIVE_BASE_STACK_ROOM_H

/*
 * Return call(context). If the limit of this process's stack is low, call it in a thread with a
 * larger stack; if no thread can be created, call it here all the same.
 */
int stack_room_call(int (*call)(void *context), void *context);

#endif
