/* go/main.c - the beginning of a Go program's main.main. */
#include "go/main.h"

#include "system/system.h"

static const struct go_runtime *program;
static uintptr_t
	word; /* where the runtime reads the address of main.main; 0: not replaced */
static uintptr_t own; /* what is there by itself */
static void (*begins)(void);

static bool word_write(uintptr_t value)
{
	int memory = system_open("/proc/self/mem", O_RDWR | O_CLOEXEC, 0);
	long written;

	if (memory < 0)
		return false;
	written = system_call(SYS_pwrite64, memory, (long)&value, sizeof(value), (long)word,
	                      0, 0);
	system_close(memory);
	return written == sizeof(value);
}

/* What has a pointer to main.main of its own gets the real one from now on. */
static void main_begins(void)
{
	uint64_t mask;

	system_signals_block(&mask);
	word_write(own);
	begins();
	system_signals_restore(&mask);
}

void go_main_catch(const struct go_runtime *runtime, void (*run)(void))
{
	uintptr_t main = runtime->roles[GO_MAIN].start;

	/* Without cgo, threads have no thread-local data of C's. */
	if (!main || !runtime->roles[GO_CROSSCALL2].start)
		return;
	word = go_code_find_main(runtime->roles[GO_START]);
	if (word < runtime->start || word >= runtime->end || word % sizeof(word) ||
	    *(const uintptr_t *)word != main) {
		word = 0;
		return;
	}
	own = main;
	begins = run;
	program = runtime;
	arch_go_main_own = main;
	arch_go_main_run = main_begins;
	if (!word_write((uintptr_t)arch_go_main))
		word = 0;
}

bool go_main_is_caught(uintptr_t main)
{
	return word && go_runtime_at(main) == program;
}
