/* go/exit.c - the end of a Go program. */
#include "go/exit.h"

#include "system/system.h"

void go_exit_catch(const struct go_runtime *runtime, go_exit_function *run)
{
	struct go_code_range range = runtime->roles[GO_EXIT];
	uint8_t code[GO_EXIT_BYTES];
	int memory;

	/* Without cgo, threads have no thread-local data of C's. */
	if (!range.start || !runtime->roles[GO_CROSSCALL2].start)
		return;
	memory = system_open("/proc/self/mem", O_RDWR | O_CLOEXEC, 0);
	if (memory < 0)
		return;
	arch_go_exit_run = run;
	go_code_make_exit(code);
	system_call(SYS_pwrite64, memory, (long)code, sizeof(code), (long)range.start, 0,
	            0);
	system_close(memory);
}
