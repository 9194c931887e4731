/*
 * attach/guardian.c - does the attach: a process of its own, which no one has started by name.
 * Whoever is killed between two requests of ptrace leaves a thread with registers that are not its
 * own; so what the user has started only waits.
 */
#include "attach/library.h"
#include "attach/thread_pick.h"
#include "base/kernel_clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOAD_NS UINT64_C(20000000000) /* until the library records */
#define STEP_US 500
#define CLONE_FLAGS                                                     \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define CANARY_OFFSET 0x28 /* from the thread pointer: tcbhead_t */
#define GUARD_OFFSET 0x30

/* ---- what is brought in ---- */

static uint64_t map(struct attempt *attempt, size_t bytes, int protection)
{
	const uint64_t call[7] = {
		SYS_mmap,   0, bytes, (uint64_t)protection, MAP_PRIVATE | MAP_ANONYMOUS,
		UINT64_MAX, 0
	};
	int64_t address = thread_stop_call(&attempt->stop, call);

	return address < 0 && address > -4096 ? 0 : (uint64_t)address;
}

static void unmap(struct attempt *attempt, uint64_t address, size_t bytes)
{
	const uint64_t call[7] = { SYS_munmap, address, bytes, 0, 0, 0, 0 };

	if (address)
		thread_stop_call(&attempt->stop, call);
}

static bool memory_find(struct attempt *attempt)
{
	const struct injection *injection = attempt->injection;

	attempt->is_again = injection->control != 0;
	if (attempt->is_again) {
		attempt->data = injection->before.mapping;
		attempt->code = injection->carrier.code;
		return true;
	}
	attempt->code = map(attempt, CARRIER_CODE_BYTES, PROT_READ | PROT_EXEC);
	if (attempt->code)
		attempt->data = map(attempt, injection->plan.data_bytes,
		                    PROT_READ | PROT_WRITE);
	return attempt->data != 0;
}

/* Whether the first thread of an earlier attach is still there. */
static bool is_busy(const struct attempt *attempt)
{
	const struct injection *injection = attempt->injection;
	uint32_t tid = 0;

	return attempt->is_again && (!remote_read(&injection->remote,
	                                          attempt->data + injection->plan.block +
	                                              injection->plan.tid_offset,
	                                          &tid, sizeof(tid)) ||
	                             tid);
}

static bool memory_write(struct attempt *attempt)
{
	const struct injection *injection = attempt->injection;
	const struct remote *remote = &injection->remote;
	uint64_t thread = attempt->stop.registers.fs_base, entry;
	struct carrier carrier = injection->carrier;
	size_t bytes;
	const void *code = carrier_code(&bytes);

	carrier.load = attempt->code + carrier_load_offset();
	carrier.code = attempt->code;
	carrier.request = attempt->data + offsetof(struct carrier, asked);
	carrier.asked = injection->settings.request;
	carrier.asked.mapping = attempt->data;
	carrier.asked.mapping_bytes = injection->plan.data_bytes;
	entry = attempt->code + carrier_first_offset();
	return remote_write(remote, attempt->data, &carrier, sizeof(carrier)) &&
	       remote_write(remote, attempt->data + injection->plan.stack_top, &entry,
	                    sizeof(entry)) &&
	       (attempt->is_again || remote_write(remote, attempt->code, code, bytes)) &&
	       (attempt->is_again ||
	        carrier_block_write(&injection->plan, remote, attempt->data,
	                            remote_word(remote, thread + CANARY_OFFSET),
	                            remote_word(remote, thread + GUARD_OFFSET)));
}

static int64_t clone_call(struct attempt *attempt)
{
	const struct carrier_plan *plan = &attempt->injection->plan;
	uint64_t block = attempt->data + plan->block, tid = block + plan->tid_offset;
	const uint64_t call[7] = { SYS_clone, CLONE_FLAGS, attempt->data + plan->stack_top,
		                       tid,       tid,         block,
		                       0 };

	return thread_stop_clone(&attempt->stop, call, attempt->data, watch_mask());
}

/* While the thread is stopped. 0, or -1 and the report's error: then nothing has changed. */
static int carrier_bring(struct attempt *attempt)
{
	struct error *error = &attempt->report->error;
	int64_t result;

	if (!memory_find(attempt)) {
		unmap(attempt, attempt->code, CARRIER_CODE_BYTES);
		return error_set(error,
		                 "%d: gets no more memory (ulimit -v, or a filter): nothing "
		                 "was changed",
		                 attempt_pid(attempt));
	}
	if (is_busy(attempt))
		return error_set(error, "%d: an earlier attach has not ended: try again",
		                 attempt_pid(attempt));
	result = memory_write(attempt) ? clone_call(attempt) : -EFAULT;
	if (result > 0)
		return 0;
	if (!attempt->is_again) {
		unmap(attempt, attempt->data, attempt->injection->plan.data_bytes);
		unmap(attempt, attempt->code, CARRIER_CODE_BYTES);
	}
	return error_set(error,
	                 "%d: gets no more threads: %s (ulimit -u, pids.max, or a "
	                 "filter): nothing was changed",
	                 attempt_pid(attempt), strerror((int)-result));
}

/* ---- until it records ---- */

/* The lines of a thread's status that say what it may do. */
static bool credentials_read(const struct attempt *attempt, uint32_t tid, char *text,
                             size_t bytes)
{
	char path[80], line[256];
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/task/%u/status", attempt_pid(attempt), tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if ((!strncmp(line, "Uid:", 4) || !strncmp(line, "Gid:", 4) ||
		     !strncmp(line, "CapEff:", 7)) &&
		    strlen(text) + strlen(line) < bytes)
			strcat(text, line);
	}
	fclose(file);
	return true;
}

/* Whether a thread (`name` in the process's task/) has this number in its own pid namespace. */
static bool is_called(const struct attempt *attempt, const char *name, uint32_t tid)
{
	char path[320], line[256];
	const char *last;
	bool is_it = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/status", attempt_pid(attempt), name);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		last = strncmp(line, "NSpid:", 6) ? NULL : strrchr(line, '\t');
		if (last)
			is_it = strtoul(last, NULL, 10) == tid;
	}
	if (file)
		fclose(file);
	return is_it;
}

/* Our number of a thread that knows itself as `tid`; 0: it is not found. */
static uint32_t tid_here(const struct attempt *attempt, uint32_t tid)
{
	const struct dirent *entry;
	uint32_t found = 0;
	char path[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", attempt_pid(attempt));
	tasks = opendir(path);
	while (tasks && !found && (entry = readdir(tasks))) {
		if (entry->d_name[0] != '.' && is_called(attempt, entry->d_name, tid))
			found = (uint32_t)strtoul(entry->d_name, NULL, 10);
	}
	if (tasks)
		closedir(tasks);
	return found;
}

/*
 * A thread that is created while another one's setuid() is being passed on keeps the old
 * credentials: it must not run.
 */
static bool is_like_others(const struct attempt *attempt, uint32_t tid)
{
	char own[512], others[512];

	return !credentials_read(attempt, (uint32_t)attempt_pid(attempt), others,
	                         sizeof(others)) ||
	       (credentials_read(attempt, tid_here(attempt, tid), own, sizeof(own)) &&
	        !strcmp(own, others));
}

static void gate_set(const struct attempt *attempt, enum carrier_gate gate)
{
	const uint32_t word = gate;

	remote_write(&attempt->injection->remote,
	             attempt->data + offsetof(struct carrier, gate), &word, sizeof(word));
}

static int carrier_refuse(const struct attempt *attempt, const struct carrier *carrier)
{
	struct error *error = &attempt->report->error;

	if (attempt->watch.fault)
		return error_set(error,
		                 "%d: our thread in it met %s at %#llx, and was ended; the "
		                 "process runs on, unrecorded",
		                 attempt_pid(attempt), strsignal(attempt->watch.fault),
		                 (unsigned long long)attempt->watch.fault_address);
	if (carrier->status == CARRIER_NO_THREAD)
		return error_set(error, "%d: gets no more threads: %s (ulimit -u, pids.max)",
		                 attempt_pid(attempt), strerror(carrier->failure));
	if (carrier->status == CARRIER_NOT_LOADED)
		return error_set(error, "%d: its loader refuses the library: %.*s",
		                 attempt_pid(attempt), (int)sizeof(carrier->error) - 1,
		                 carrier->error);
	return error_set(error, "%d: the library does not answer: its loader may be busy",
	                 attempt_pid(attempt));
}

/* Wait until the library has been entered. */
static int carrier_follow(struct attempt *attempt)
{
	const struct remote *remote = &attempt->injection->remote;
	struct carrier carrier;
	bool is_open = false;

	for (;;) {
		if (!remote_read(remote, attempt->data, &carrier, sizeof(carrier)))
			return error_set(&attempt->report->error, "%d: has ended",
			                 attempt_pid(attempt));
		carrier.error[sizeof(carrier.error) - 1] = '\0';
		if (carrier.status == CARRIER_LOADED)
			return 0;
		if (carrier.status < 0 || attempt->watch.fault ||
		    kernel_now_ns() - attempt->begun_ns > LOAD_NS)
			break;
		if (carrier.status == CARRIER_THERE && !is_open) {
			is_open = true;
			gate_set(attempt,
			         is_like_others(attempt, carrier.tid) ? GATE_OPEN : GATE_AWAY);
		}
		watch_step(&attempt->watch, STEP_US);
	}
	gate_set(attempt, GATE_AWAY);
	return carrier_refuse(attempt, &carrier);
}

static int failure_tell(const struct attempt *attempt, uint32_t failure)
{
	struct error *error = &attempt->report->error;

	switch (failure) {
	case ATTACH_NO_RING:
		return error_set(
			error,
			"%d: cannot make its ring in %s: no right to write there, or no "
			"room there or in its memory (ulimit -v, -f; see --ring)",
			attempt_pid(attempt), attempt->injection->settings.request.directory);
	case ATTACH_NO_WORDS:
		return error_set(error,
		                 "%d: calls no allocator that can be seen: its malloc is its "
		                 "own, or it calls none",
		                 attempt_pid(attempt));
	default:
		return error_set(error, "%d: the library did not start (failure %u)",
		                 attempt_pid(attempt), failure);
	}
}

/* Whether the library serves our request: another attach may have come first. */
static enum attach_answer answer_read(const struct attempt *attempt)
{
	uint32_t answer = ATTACH_UNANSWERED;

	remote_read(&attempt->injection->remote,
	            attempt->data + offsetof(struct carrier, asked.answer), &answer,
	            sizeof(answer));
	return (enum attach_answer)answer;
}

/* Wait until it records. */
static int library_follow(struct attempt *attempt)
{
	struct injection *injection = attempt->injection;
	struct attach_control *control = &attempt->report->control;
	uint32_t session = injection->control ? injection->before.session : 0;
	struct error *error = &attempt->report->error;
	uint64_t serve;

	if (!injection->control &&
	    (remote_objects(&injection->remote, error) ||
	     library_find(&injection->remote, injection->settings.library,
	                  &injection->control, &serve, error)))
		return -1;
	while (library_control(&injection->remote, injection->control, control)) {
		enum attach_answer answer = answer_read(attempt);

		if (answer == ATTACH_BUSY)
			return error_set(error, "%d: is recorded already: another attach was first",
			                 attempt_pid(attempt));
		if (answer == ATTACH_SERVED && control->state >= ATTACH_RECORDING &&
		    control->session > session)
			return 0;
		if (answer == ATTACH_SERVED && control->state == ATTACH_INERT &&
		    control->failure)
			return failure_tell(attempt, control->failure);
		if (attempt->watch.fault || kernel_now_ns() - attempt->begun_ns > LOAD_NS)
			return carrier_refuse(attempt, &injection->carrier);
		watch_step(&attempt->watch, STEP_US);
	}
	return error_set(error, "%d: has ended", attempt_pid(attempt));
}

/* ---- the whole ---- */

/*
 * While a thread stands still, it waits for our turn on a processor: before all others, where we
 * may. It sleeps in between, so that it takes no one's processor.
 */
static void hurry(bool is_stopping)
{
	const struct sched_param first = { .sched_priority = 1 }, usual = { 0 };

	sched_setscheduler(0, is_stopping ? SCHED_FIFO : SCHED_OTHER,
	                   is_stopping ? &first : &usual);
}

static int attach(struct attempt *attempt)
{
	int result;

	attempt->watch.gadget = attempt->stop.gadget;
	attempt->watch.late = &attempt->stop.late;
	if (thread_pick_filters(attempt))
		return -1;
	hurry(true);
	if (thread_pick(attempt))
		return -1;
	result = carrier_bring(attempt);
	thread_stop_end(&attempt->stop);
	attempt->report->stopped_ns = kernel_now_ns() - attempt->stop.stopped_ns;
	attempt->report->mended = attempt->stop.mended;
	if (result)
		return -1;
	if (attempt->stop.child)
		watch_add(&attempt->watch, attempt->stop.child);
	hurry(false);
	if (!carrier_follow(attempt))
		result = library_follow(attempt);
	else
		result = -1;
	watch_end(&attempt->watch);
	return result;
}

/* Nothing may stop us or take our memory away while a thread waits for us. */
static void guardian_prepare(void)
{
	sigset_t all;

	setsid();
	sigfillset(&all);
	sigdelset(&all, SIGALRM);
	sigprocmask(SIG_SETMASK, &all, NULL);
	mlockall(MCL_CURRENT);
	srandom((unsigned)getpid() ^ (unsigned)kernel_now_ns());
	thread_stop_prepare();
}

static _Noreturn void guardian_run(struct injection *injection, int answer)
{
	static struct injection_report report;
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	ssize_t written;

	if (!attempt)
		_exit(1);
	guardian_prepare();
	attempt->injection = injection;
	attempt->report = &report;
	attempt->stop.remote = &injection->remote;
	attempt->stop.gadget = injection->gadget;
	attempt->begun_ns = kernel_now_ns();
	report.is_attached = attach(attempt) == 0;
	report.whole_ns = kernel_now_ns() - attempt->begun_ns;
	elsewhere_remove_copy(&injection->there);
	written = write(answer, &report, sizeof(report));
	_exit(written != sizeof(report));
}

static bool report_read(int file, struct injection_report *report)
{
	size_t bytes = 0;
	ssize_t got;

	while (bytes < sizeof(*report)) {
		got = read(file, (char *)report + bytes, sizeof(*report) - bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		bytes += (size_t)got;
	}
	return true;
}

int injection_run(struct injection *injection, struct injection_report *report)
{
	int answer[2];
	pid_t guardian;

	memset(report, 0, sizeof(*report));
	if (pipe2(answer, O_CLOEXEC))
		return error_set(&report->error, "pipe: %s", strerror(errno));
	fflush(NULL);
	guardian = fork();
	if (guardian == 0) {
		close(answer[0]);
		guardian_run(injection, answer[1]);
	}
	close(answer[1]);
	if (guardian > 0 && !report_read(answer[0], report))
		error_set(&report->error,
		          "%d: the process that attaches was killed: check that %d still runs; "
		          "'outlive detach %d' ends what it may have begun",
		          (int)injection->settings.pid, (int)injection->settings.pid,
		          (int)injection->settings.pid);
	if (guardian < 0)
		error_set(&report->error, "fork: %s", strerror(errno));
	close(answer[0]);
	if (guardian > 0)
		waitpid(guardian, NULL, 0);
	return report->is_attached ? 0 : -1;
}
