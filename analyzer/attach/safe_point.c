/*
 * attach/safe_point.c - follows the stack of the only thread.
 *
 * The nearest exported symbol does not tell which function of libc a thread is in: most functions
 * are local. So the outermost frame of each run of frames in libc must be of an exported function,
 * by where its unwind table entry begins, and that function must be in a list of those that hold
 * no lock and no half-made structure: what is not in the list is not safe.
 */
#include "attach/safe_point.h"

#include "base/array.h"

#include <elf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 256
#define TABLE_ENTRIES_MAX (1u << 20)
#define TABLE_KIND \
	0x3b /* .eh_frame_hdr: pairs of signed words, relative to its start */

/* Calls that wait, and functions that only read or write their arguments. */
static const char *const harmless[] = {
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"poll",
	"ppoll",
	"select",
	"pselect",
	"read",
	"write",
	"readv",
	"writev",
	"pread",
	"pread64",
	"pwrite",
	"pwrite64",
	"recv",
	"recvfrom",
	"recvmsg",
	"recvmmsg",
	"send",
	"sendto",
	"sendmsg",
	"sendmmsg",
	"accept",
	"accept4",
	"connect",
	"nanosleep",
	"clock_nanosleep",
	"usleep",
	"sleep",
	"pause",
	"sigsuspend",
	"sigwait",
	"sigtimedwait",
	"sigwaitinfo",
	"wait",
	"wait3",
	"wait4",
	"waitpid",
	"waitid",
	"sched_yield",
	"semop",
	"semtimedop",
	"msgrcv",
	"msgsnd",
	"flock",
	"fsync",
	"fdatasync",
	"syscall",
	"clock_gettime",
	"gettimeofday",
	"time",
	"getpid",
	"kill",
	"memcpy",
	"memset",
	"memmove",
	"memcmp",
	"memchr",
	"strlen",
	"strcmp",
	"strncmp",
	"strchr",
	"strcpy",
	"__libc_start_main",
};
#define HARMLESS (sizeof(harmless) / sizeof(harmless[0]))

struct safe_point {
	const struct remote *remote;
	Dwfl *dwfl;
	const struct user_regs_struct *registers;
	uint64_t *starts; /* of libc's functions, by its unwind table; sorted */
	size_t start_count, start_capacity;
	uint64_t allowed[HARMLESS];
	Dwfl_Module *libc;
	/* of a walk: */
	uint64_t libc_function; /* outermost of the run of libc's frames so far; 0: none */
	size_t frames;
	const char *why;
};

/* ---- libc's functions ---- */

/* The table of a module's unwind entries, from its memory: sorted by address. */
static int starts_read(struct safe_point *place, uint64_t header)
{
	struct {
		uint8_t version, pointer_kind, count_kind, table_kind;
		int32_t frames;
		uint32_t count;
	} head;
	int32_t pair[2];
	uint32_t i;

	if (!remote_read(place->remote, header, &head, sizeof(head)) ||
	    head.table_kind != TABLE_KIND || head.count_kind != 0x03 ||
	    head.count > TABLE_ENTRIES_MAX)
		return -1;
	for (i = 0; i < head.count; i++) {
		if (!remote_read(place->remote, header + sizeof(head) + i * sizeof(pair), pair,
		                 sizeof(pair)) ||
		    array_reserve(place->starts, place->start_capacity, place->start_count + 1))
			return -1;
		place->starts[place->start_count++] = header + (uint64_t)(int64_t)pair[0];
	}
	return place->start_count ? 0 : -1;
}

static uint64_t table_address(const struct remote *remote,
                              const struct remote_object *object)
{
	Elf64_Phdr header;
	Elf64_Ehdr elf;
	size_t i;

	if (!remote_read(remote, object->bias, &elf, sizeof(elf)))
		return 0;
	for (i = 0; i < elf.e_phnum && i < 64; i++) {
		if (remote_read(remote, object->bias + elf.e_phoff + i * sizeof(header),
		                &header, sizeof(header)) &&
		    header.p_type == PT_GNU_EH_FRAME)
			return object->bias + header.p_vaddr;
	}
	return 0;
}

static int libc_read(struct safe_point *place)
{
	const struct remote_object *libc = remote_named(place->remote, "libc.so.6");
	struct remote_symbols symbols;
	size_t i;

	if (!libc || starts_read(place, table_address(place->remote, libc)) ||
	    remote_symbols_read(place->remote, libc, &symbols))
		return -1;
	for (i = 0; i < HARMLESS; i++)
		place->allowed[i] = remote_symbol(&symbols, harmless[i]);
	remote_symbols_release(&symbols);
	place->libc = dwfl_addrmodule(place->dwfl, libc->code_start);
	return place->libc ? 0 : -1;
}

/* Where the function of libc that contains `address` begins; 0: unknown. */
static uint64_t function_start(const struct safe_point *place, uint64_t address)
{
	size_t low = 0, high = place->start_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (place->starts[middle] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? place->starts[low - 1] : 0;
}

static bool is_harmless(const struct safe_point *place, uint64_t function)
{
	size_t i;

	for (i = 0; i < HARMLESS; i++) {
		if (place->allowed[i] && place->allowed[i] == function)
			return true;
	}
	return false;
}

/* ---- the walk ---- */

static bool memory_read(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word,
                        void *argument)
{
	const struct safe_point *place = argument;

	(void)dwfl;
	return remote_read(place->remote, address, word, sizeof(*word));
}

static bool registers_set(Dwfl_Thread *thread, void *argument)
{
	const struct safe_point *place = argument;
	const struct user_regs_struct *from = place->registers;
	/* in the order of DWARF's numbers */
	const Dwarf_Word words[17] = { from->rax, from->rdx, from->rcx, from->rbx,
		                           from->rsi, from->rdi, from->rbp, from->rsp,
		                           from->r8,  from->r9,  from->r10, from->r11,
		                           from->r12, from->r13, from->r14, from->r15,
		                           from->rip };

	return dwfl_thread_state_registers(thread, 0, 17, words);
}

static pid_t next_thread(Dwfl *dwfl, void *argument, void **of_thread)
{
	if (*of_thread)
		return 0;
	*of_thread = argument;
	return dwfl_pid(dwfl);
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *argument, void **of_thread)
{
	(void)dwfl;
	(void)tid;
	*of_thread = argument;
	return true;
}

/* The files of modules are found as they are mapped; nothing else is searched. */
static int no_debug_file(Dwfl_Module *module, void **user, const char *name,
                         Dwarf_Addr base, const char *file, const char *link,
                         GElf_Word crc, char **found)
{
	(void)module, (void)user, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)found;
	return -1;
}

static const char *module_path(Dwfl_Module *module)
{
	const char *name = module ? dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL,
	                                             NULL, NULL)
	                          : NULL;

	return name ? name : "";
}

static int refuse(struct safe_point *place, const char *why)
{
	place->why = why;
	return DWARF_CB_ABORT;
}

static int frame_visit(Dwfl_Frame *frame, void *argument)
{
	struct safe_point *place = argument;
	bool is_activation;
	Dwfl_Module *module;
	const char *path;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(frame, &pc, &is_activation) || place->frames++ == FRAMES_MAX)
		return refuse(place, "a stack that cannot be followed");
	pc -= !is_activation;
	module = dwfl_addrmodule(place->dwfl, pc);
	path = module_path(module);
	if (module == place->libc) {
		place->libc_function = function_start(place, pc);
		return DWARF_CB_OK;
	}
	if (place->libc_function && !is_harmless(place, place->libc_function))
		return refuse(place, "a function of libc that may be half done");
	place->libc_function = 0;
	if (!module)
		return refuse(place, "code of no module");
	if (strstr(path, "ld-linux"))
		return refuse(place, "the loader");
	if (strstr(path, "malloc") || strstr(path, "liboutlive"))
		return refuse(place, "an allocator");
	return DWARF_CB_OK;
}

bool safe_point_is(struct safe_point *place, const struct user_regs_struct *registers,
                   const char **why)
{
	place->registers = registers;
	place->libc_function = 0;
	place->frames = 0;
	place->why = NULL;
	dwfl_getthread_frames(place->dwfl, place->remote->pid, frame_visit, place);
	if (!place->why && place->libc_function &&
	    !is_harmless(place, place->libc_function))
		place->why = "a function of libc that may be half done";
	if (!place->why && place->frames < 2)
		place->why = "a stack that cannot be followed";
	*why = place->why;
	return !place->why;
}

/* ---- make and free ---- */

/* Open the unwind tables now: not while the thread is stopped. */
static int module_warm(Dwfl_Module *module, void **user, const char *name,
                       Dwarf_Addr base, void *argument)
{
	Dwarf_Addr bias;

	(void)user, (void)name, (void)base, (void)argument;
	dwfl_module_eh_cfi(module, &bias);
	return DWARF_CB_OK;
}

struct safe_point *safe_point_new(const struct remote *remote)
{
	static const Dwfl_Callbacks files = { .find_elf = dwfl_linux_proc_find_elf,
		                                  .find_debuginfo = no_debug_file };
	static const Dwfl_Thread_Callbacks threads = {
		.next_thread = next_thread,
		.get_thread = get_thread,
		.memory_read = memory_read,
		.set_initial_registers = registers_set
	};
	struct safe_point *place = calloc(1, sizeof(*place));

	if (!place)
		return NULL;
	place->remote = remote;
	place->dwfl = dwfl_begin(&files);
	if (place->dwfl && dwfl_linux_proc_report(place->dwfl, remote->pid) == 0 &&
	    dwfl_report_end(place->dwfl, NULL, NULL) == 0 &&
	    dwfl_getmodules(place->dwfl, module_warm, NULL, 0) == 0 &&
	    libc_read(place) == 0 &&
	    dwfl_attach_state(place->dwfl, NULL, remote->pid, &threads, place))
		return place;
	safe_point_free(place);
	return NULL;
}

void safe_point_free(struct safe_point *place)
{
	if (!place)
		return;
	if (place->dwfl)
		dwfl_end(place->dwfl);
	free(place->starts);
	free(place);
}
