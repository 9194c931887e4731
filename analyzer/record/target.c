/* record/target.c - starts the program, passes on its signals, and mirrors its end. */
#include "record/target.h"

#include "record/reader_view.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals that are meant for the program while it lives, and are passed on to it. */
static const int handed_on[] = { SIGHUP,  SIGINT,  SIGQUIT,   SIGTERM, SIGUSR1,
	                             SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPOLL,
	                             SIGPWR,  SIGTSTP, SIGCONT };
#define HANDED_ON_COUNT (sizeof(handed_on) / sizeof(handed_on[0]))

/* Signals whose action we set. */
static const int acted_on[TARGET_ACTIONS] = { SIGCHLD, SIGPIPE, SIGXFSZ };

/* ---- the child, before exec ---- */

static void preload_set(const char *library)
{
	const char *old = getenv("LD_PRELOAD");
	char *value = NULL;

	if (old && *old && asprintf(&value, "%s:%s", library, old) < 0)
		value = NULL;
	setenv("LD_PRELOAD", value ? value : library, 1);
	free(value);
}

static void number_set(const char *name, const char *format, uint64_t number)
{
	char value[32];

	snprintf(value, sizeof(value), format, number);
	setenv(name, value, 1);
}

/* Set the variable to the number, if it is known. */
static void known_set(const char *name, const char *format, uint64_t number)
{
	if (number)
		number_set(name, format, number);
	else
		unsetenv(name);
}

/*
 * The settings of the recorder are environment variables, which the processes that the program
 * starts inherit. Values of an outer `outlive run` are replaced or removed.
 */
static void environment_set(const struct target_settings *settings)
{
	known_set("OUTLIVE_READER_FILES", "%016" PRIx64, reader_view());
	preload_set(settings->library);
	setenv("OUTLIVE_DIR", settings->directory, 1);
	setenv("OUTLIVE_POLICY", settings->is_flight ? "flight" : "drain", 1);
	setenv("OUTLIVE_FRAMES", settings->is_plain ? "plain" : "exact", 1);
	number_set("OUTLIVE_RING", "%" PRIu64, settings->ring_bytes);
	number_set("OUTLIVE_GO_HEAP", "%" PRIu64, settings->go_heap_bytes);
	known_set("OUTLIVE_SAMPLE", "%" PRIu64, settings->sample_bytes);
	known_set("OUTLIVE_START_NS", "%" PRIu64, settings->start_ns);
	if (settings->start_phase)
		setenv("OUTLIVE_START_PHASE", settings->start_phase, 1);
	else
		unsetenv("OUTLIVE_START_PHASE");
	number_set("OUTLIVE_SESSION", "%016" PRIx64, settings->session);
	number_set("OUTLIVE_READER", "%" PRIu64, (uint64_t)getppid());
	known_set("OUTLIVE_READER_NS", "%" PRIu64, reader_view_pids());
	if (settings->is_followed)
		unsetenv("OUTLIVE_ROOT");
	else
		number_set("OUTLIVE_ROOT", "%" PRIu64, (uint64_t)getpid());
}

static void signals_give_back(const struct target *target)
{
	size_t i;

	for (i = 0; i < TARGET_ACTIONS; i++)
		sigaction(acted_on[i], &target->old_actions[i], NULL);
	if (target->has_taken)
		sigprocmask(SIG_SETMASK, &target->mask, NULL);
}

/*
 * Wait for the byte in the gate, then exec. If the gate ends without a byte, the recording was
 * given up. The other pipe is closed by a successful exec; if exec fails, its errno goes
 * through it.
 */
static _Noreturn void child_run(struct target *target,
                                const struct target_settings *settings, int gate,
                                int refusal)
{
	int cause;
	char go;

	if (read(gate, &go, 1) != 1)
		_exit(EXIT_BAD_INPUT);
	environment_set(settings);
	signals_give_back(target);
	execv(settings->path, settings->argv);
	cause = errno;
	if (write(refusal, &cause, sizeof(cause)) < 0)
		_exit(EXIT_BAD_INPUT);
	_exit(EXIT_BAD_INPUT);
}

/* ---- start ---- */

void target_signals_hold(struct target *target)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	size_t i;

	memset(target, 0, sizeof(*target));
	target->gate = target->refusal = -1;
	for (i = 0; i < TARGET_ACTIONS; i++) {
		/* if SIGCHLD were ignored, the child's exit status would be lost */
		action.sa_handler = acted_on[i] == SIGCHLD ? SIG_DFL : SIG_IGN;
		sigaction(acted_on[i], &action, &target->old_actions[i]);
	}
}

void target_streams_hold(void)
{
	int file;

	/*
	 * With O_PATH, reads and writes fail as if it were closed. O_CLOEXEC: exec closes it.
	 */
	do
		file = open("/dev/null", O_PATH | O_CLOEXEC);
	while (file >= 0 && file <= STDERR_FILENO);
	if (file > STDERR_FILENO)
		close(file);
}

/* Block the signals that the signalfd delivers; keep the old mask for the child. */
static int signals_take(struct target *target)
{
	sigset_t taken;
	size_t i;

	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	for (i = 0; i < HANDED_ON_COUNT; i++)
		sigaddset(&taken, handed_on[i]);
	target->signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
	if (target->signals < 0)
		return -1;
	sigprocmask(SIG_BLOCK, &taken, &target->mask);
	target->has_taken = true;
	return 0;
}

static bool terminal_check(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (terminal < 0)
		return false;
	close(terminal);
	return true;
}

int target_none(struct target *target, struct error *error)
{
	target->has_ended = true; /* signals are counted, and passed on to no one */
	return signals_take(target) ? error_set(error, "signalfd: %s", strerror(errno)) : 0;
}

int target_fork(struct target *target, const struct target_settings *settings,
                struct error *error)
{
	int gate[2], refusal[2];

	target->has_terminal = terminal_check();
	if (pipe2(gate, O_CLOEXEC))
		return error_set(error, "pipe: %s", strerror(errno));
	if (pipe2(refusal, O_CLOEXEC)) {
		error_set(error, "pipe: %s", strerror(errno));
		goto close_gate;
	}
	if (signals_take(target)) {
		error_set(error, "signalfd: %s", strerror(errno));
		goto close_refusal;
	}
	fflush(NULL);
	target->pid = fork();
	if (target->pid < 0) {
		error_set(error, "fork: %s", strerror(errno));
		goto close_refusal;
	}
	if (target->pid == 0) {
		close(gate[1]);
		child_run(target, settings, gate[0], refusal[1]);
	}
	close(gate[0]);
	close(refusal[1]);
	target->gate = gate[1];
	target->refusal = refusal[0];
	return 0;

close_refusal:
	close(refusal[0]);
	close(refusal[1]);
close_gate:
	close(gate[0]);
	close(gate[1]);
	return -1;
}

/* The read waits until exec has closed the child's end of the pipe, or has failed. */
int target_release(struct target *target)
{
	ssize_t bytes;
	int cause = 0;

	/* if the child has died already, the read below returns end of file */
	while (write(target->gate, "g", 1) < 0 && errno == EINTR)
		;
	close(target->gate);
	target->gate = -1;
	do {
		bytes = read(target->refusal, &cause, sizeof(cause));
	} while (bytes < 0 && errno == EINTR);
	close(target->refusal);
	if (bytes != sizeof(cause))
		return 0;
	waitpid(target->pid, &target->wait_status, 0);
	target->has_ended = true;
	return cause;
}

void target_abandon(struct target *target)
{
	close(target->gate);
	close(target->refusal);
	target->gate = target->refusal = -1;
	waitpid(target->pid, &target->wait_status, 0);
	target->has_ended = true;
}

int target_become(struct target *target, const char *path, char *const *argv)
{
	if (target->gate >= 0)
		target_abandon(target);
	fflush(NULL);
	signals_give_back(target);
	execv(path, argv);
	return errno;
}

/* ---- while it runs ---- */

static bool is_job_control_stop(int signal)
{
	return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Stop like the child, so that the shell sees its job stopped; continue together with it. */
static void stop_along(struct target *target)
{
	siginfo_t info = { .si_pid = 0 };

	kill(getpid(), SIGSTOP);
	if (waitid(P_PID, (id_t)target->pid, &info, WCONTINUED | WNOHANG) == 0 &&
	    info.si_pid)
		return; /* the shell woke the whole group */
	kill(target->pid, SIGCONT);
}

/*
 * Handle all changes of the child's state. WNOWAIT reads a change without consuming it: an end is
 * left for waitpid(), which returns the status that we mirror.
 */
static void child_check(struct target *target)
{
	siginfo_t info;

	while (!target->has_ended) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)target->pid, &info,
		           WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT) ||
		    !info.si_pid)
			return;
		if (info.si_code == CLD_STOPPED || info.si_code == CLD_CONTINUED) {
			waitid(P_PID, (id_t)target->pid, &info, WSTOPPED | WCONTINUED | WNOHANG);
			if (info.si_code == CLD_STOPPED && target->has_terminal &&
			    is_job_control_stop(info.si_status))
				stop_along(target);
			continue;
		}
		waitpid(target->pid, &target->wait_status, 0);
		target->has_ended = true;
	}
}

static bool is_interrupt(int signal)
{
	return signal == SIGINT || signal == SIGTERM || signal == SIGHUP ||
	       signal == SIGQUIT;
}

/*
 * Pass a signal on to the program. After its end, signals that would end us are only counted:
 * whoever works then decides whether to stop early.
 */
static void signal_take(struct target *target, const struct signalfd_siginfo *info)
{
	int signal = (int)info->ssi_signo;

	if (signal == SIGCHLD)
		return;
	if (target->has_ended) {
		if (is_interrupt(signal))
			target->interrupts++;
		else if (signal == SIGTSTP)
			kill(getpid(), SIGSTOP);
		return;
	}
	/* the terminal sent it to the whole process group, as did the child's kill(0) */
	if (info->ssi_code == SI_KERNEL || (pid_t)info->ssi_pid == target->pid)
		return;
	kill(target->pid, signal);
}

void target_wait(struct target *target, int other, int timeout_ms)
{
	struct pollfd ready[2] = { { .fd = target->signals, .events = POLLIN },
		                       { .fd = other, .events = POLLIN } };
	struct signalfd_siginfo info;

	if (poll(ready, 2, timeout_ms) <= 0 || !ready[0].revents)
		return;
	while (read(target->signals, &info, sizeof(info)) == sizeof(info))
		signal_take(target, &info);
	child_check(target);
}

/* ---- after its end ---- */

int target_exit_status(const struct target *target)
{
	if (WIFSIGNALED(target->wait_status))
		return 128 + WTERMSIG(target->wait_status);
	return WEXITSTATUS(target->wait_status);
}

bool target_death(const struct target *target, char *text, size_t bytes)
{
	int signal = WTERMSIG(target->wait_status);

	if (!WIFSIGNALED(target->wait_status))
		return false;
	snprintf(text, bytes, "signal %d (%s)%s", signal, strsignal(signal),
	         WCOREDUMP(target->wait_status) ? ", core dumped" : "");
	return true;
}
