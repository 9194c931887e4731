/* stack/signal_frame.c - find the frame that the kernel pushes for a signal handler. */
#include "stack/signal_frame.h"

#include "arch.h"

bool signal_frame_between(uintptr_t low, uintptr_t high)
{
	uintptr_t at;

	for (at = low; at < high && high - at >= ARCH_SIGNAL_FRAME_BYTES;
	     at += sizeof(at)) {
		if (arch_is_signal_frame(at, high))
			return true;
	}
	return false;
}
