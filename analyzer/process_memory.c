/* process_memory.c - another process's memory, a word here and there. Layer 1. */
#include "process_memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PLACES_MAX 512 /* at once; the kernel takes 1024 */

struct process_memory process_memory_open(pid_t pid)
{
	struct process_memory memory = { .pid = pid };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	memory.file = open(path, O_RDONLY | O_CLOEXEC);
	return memory;
}

void process_memory_close(struct process_memory *memory)
{
	if (memory->file >= 0)
		close(memory->file);
	memory->file = -1;
}

bool process_memory_read(const struct process_memory *memory, uint64_t address,
                         struct word_pair *pair)
{
	return memory->file >= 0 &&
	       pread(memory->file, pair, sizeof(*pair), (off_t)address) == sizeof(*pair);
}

void process_memory_gather(const struct process_memory *memory,
                           const uint64_t *addresses, size_t count,
                           struct word_pair *pairs)
{
	struct iovec there[PLACES_MAX], here;
	size_t done = 0, batch, i;
	ssize_t got;

	memset(pairs, 0, count * sizeof(*pairs));
	if (memory->file < 0)
		return;
	while (done < count) {
		batch = count - done < PLACES_MAX ? count - done : PLACES_MAX;
		for (i = 0; i < batch; i++)
			there[i] = (struct iovec){ (void *)(uintptr_t)addresses[done + i],
				                       sizeof(*pairs) };
		here = (struct iovec){ &pairs[done], batch * sizeof(*pairs) };
		got = process_vm_readv(memory->pid, &here, 1, there, batch, 0);
		done += got > 0 ? (size_t)got / sizeof(*pairs) : 0;
		/* It stopped at one: gone meanwhile, or the call is not allowed here at all. */
		if (got < (ssize_t)(batch * sizeof(*pairs))) {
			memset(&pairs[done], 0, sizeof(*pairs));
			process_memory_read(memory, addresses[done], &pairs[done]);
			done++;
		}
	}
}
