/* system/control.c - the control block before anything has happened. */
#include "system/control.h"

struct attach_control outlive_control = { .magic = ATTACH_MAGIC,
	                                      .version = ATTACH_VERSION,
	                                      .bytes = sizeof(struct attach_control) };
