/* attach/checks.c - reads /proc, and refuses. */
#include "attach/checks.h"

#include "base/kernel_clock.h"
#include "elf/machine.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAME_BYTES 64

/* ---- facts ---- */

void process_facts_take(struct process_facts *facts, const char *line)
{
	const char *last;

	if (sscanf(line, "State: %c", &facts->state) == 1 ||
	    sscanf(line, "PPid: %d", &facts->parent) == 1 ||
	    sscanf(line, "TracerPid: %d", &facts->tracer) == 1 ||
	    sscanf(line, "Uid: %*u %u", &facts->uid) == 1 ||
	    sscanf(line, "Seccomp: %d", &facts->seccomp) == 1 ||
	    sscanf(line, "Threads: %u", &facts->threads) == 1)
		return;
	if (!strncmp(line, "NSpid:", 6)) {
		last = strrchr(line, '\t');
		facts->inner_pid = last ? atoi(last + 1) : 0;
	} else if (!strncmp(line, "x86_Thread_features:", 20)) {
		facts->has_shadow_stack = strstr(line, "shstk");
	} else if (!strncmp(line, "VmSize:", 7)) {
		facts->is_kernel_thread = false;
	}
}

/* The 22nd field of /proc/PID/stat is the start, in ticks since the machine's. */
static uint64_t age_read(pid_t pid)
{
	unsigned long long start = 0;
	char path[64], text[1024], *at;
	uint64_t now_ns, start_ns;
	FILE *file;
	size_t bytes;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	bytes = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[bytes] = '\0';
	at = strrchr(text, ')');
	for (i = 2; at && i < 22; i++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &start) != 1)
		return 0;
	start_ns = start * (UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
	now_ns = kernel_clock_ns(CLOCK_BOOTTIME);
	return now_ns > start_ns ? now_ns - start_ns : 1;
}

int process_facts_read(struct process_facts *facts, pid_t pid, struct error *error)
{
	char path[64], line[512];
	FILE *file;

	memset(facts, 0, sizeof(*facts));
	facts->state = '?';
	facts->is_kernel_thread = true;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return error_set(error, errno == ENOENT ? "%d: no such process" : "%d: %s",
		                 (int)pid, strerror(errno));
	while (fgets(line, sizeof(line), file))
		process_facts_take(facts, line);
	fclose(file);
	facts->age_ns = age_read(pid);
	return 0;
}

/* ---- refusals ---- */

static void name_read(pid_t pid, char name[NAME_BYTES])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file || !fgets(name, NAME_BYTES, file))
		strcpy(name, "?");
	name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
}

static int tracer_refuse(const struct process_facts *facts, pid_t pid,
                         struct error *error)
{
	char name[NAME_BYTES];

	name_read(facts->tracer, name);
	return error_set(error, "%d: is traced by %s (pid %d): end that first", (int)pid,
	                 name, (int)facts->tracer);
}

static int state_check(const struct process_facts *facts, pid_t pid,
                       struct error *error)
{
	if (facts->state == 'Z' || facts->state == 'X')
		return error_set(error, "%d: has ended, and waits for its parent process (%d)",
		                 (int)pid, (int)facts->parent);
	if (facts->is_kernel_thread)
		return error_set(error, "%d: is a thread of the kernel", (int)pid);
	if (facts->tracer)
		return tracer_refuse(facts, pid, error);
	if (facts->state == 'T' || facts->state == 't')
		return error_set(error, "%d: is stopped: continue it first (kill -CONT %d)",
		                 (int)pid, (int)pid);
	return 0;
}

/* A child of vfork() has its parent's memory: to patch it would patch the parent. */
static bool is_vfork_child(pid_t pid, pid_t parent)
{
	return parent > 0 && syscall(SYS_kcmp, pid, parent, KCMP_VM, 0, 0) == 0;
}

static int program_check(pid_t pid, struct error *error)
{
	unsigned char ident[EI_NIDENT] = { 0 };
	uint16_t type_and_machine[2] = { 0, 0 };
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0; /* tracing will not be permitted either */
	if (pread(file, ident, sizeof(ident), 0) != sizeof(ident) ||
	    pread(file, type_and_machine, sizeof(type_and_machine), EI_NIDENT) !=
	        sizeof(type_and_machine))
		ident[EI_CLASS] = ELFCLASSNONE;
	close(file);
	if (ident[EI_CLASS] == ELFCLASS32)
		return error_set(error,
		                 "%d: is a 32-bit program, outlive records 64-bit ones: "
		                 "build it for 64 bits (without -m32)",
		                 (int)pid);
	if (ident[EI_CLASS] == ELFCLASS64 && type_and_machine[1] != MACHINE_HERE)
		return error_set(error, "%d: is built for another kind of machine", (int)pid);
	return 0;
}

int process_check(const struct process_facts *facts, pid_t pid, struct error *error)
{
	if (state_check(facts, pid, error))
		return -1;
	if (is_vfork_child(pid, facts->parent))
		return error_set(error,
		                 "%d: has its parent's memory (vfork), and is about to become "
		                 "another program: try again",
		                 (int)pid);
	if (program_check(pid, error))
		return -1;
	if (facts->seccomp == 1)
		return error_set(error,
		                 "%d: may only read, write and end (seccomp, strict mode): "
		                 "record it from its start (outlive run)",
		                 (int)pid);
	return 0;
}

/* ---- permission ---- */

static int yama_scope(void)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &scope) != 1)
		scope = 0;
	fclose(file);
	return scope;
}

void process_denied(const struct process_facts *facts, pid_t pid, int cause,
                    struct error *error)
{
	int scope = yama_scope();

	if (cause != EPERM && cause != EACCES)
		error_set(error, "%d: cannot be traced: %s", (int)pid, strerror(cause));
	else if (geteuid() != 0 && facts->uid != geteuid())
		error_set(error, "%d: belongs to user %u: attach as that user, or as root",
		          (int)pid, facts->uid);
	else if (scope == 3)
		error_set(error,
		          "%d: this machine forbids tracing until it is started again "
		          "(kernel.yama.ptrace_scope is 3): record it from its start "
		          "(outlive run)",
		          (int)pid);
	else if (scope == 2 && geteuid() != 0)
		error_set(error,
		          "%d: only root may trace here (kernel.yama.ptrace_scope is 2): "
		          "attach as root",
		          (int)pid);
	else if (scope == 1 && geteuid() != 0)
		error_set(error,
		          "%d: only a parent may trace here (kernel.yama.ptrace_scope is 1): "
		          "attach as root, or set it to 0",
		          (int)pid);
	else if (geteuid() != 0)
		error_set(error,
		          "%d: does not let others trace it (not dumpable: it has changed its "
		          "user or has capabilities): attach as root",
		          (int)pid);
	else
		error_set(error,
		          "%d: tracing is not permitted here: the container lacks "
		          "CAP_SYS_PTRACE (--cap-add=SYS_PTRACE), or a security module "
		          "forbids it",
		          (int)pid);
}
