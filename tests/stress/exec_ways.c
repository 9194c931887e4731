/*
 * exec_ways.c - starts itself in every way there is, with an environment that has nothing
 * of the recorder's in it: each child is recorded, by a ring of its own, and finds the
 * strings it was given, in their order. Where it cannot be helped (an environment of
 * thousands of strings, a stack without room for it, system() without the variables), the
 * child runs as it would, and is counted. Calls that fail do so with the same errno, and
 * are no children.
 *
 * build: -pthread
 * expect: $out.failed == 0
 * expect: $out.ways == 26
 * expect: [.processes[] | select(.arguments[1] == "worker") | .allocations] | sort
 *   == [range(101; 127)]
 * expect: [.processes[].lost.children] | add == $out.lost
 * expect: [.processes[].lost.events] | add == 0
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRINGS_MANY 6000 /* more than are copied */
#define STRINGS_SOME 1200 /* more than fit a stack of PTHREAD_STACK_MIN */

static char self[4096], count_text[16];
static char *with_two[] = { "FIRST=1", "SECOND=", NULL };
static char *with_other[] = { "LD_PRELOAD=libdl.so.2", "LAST", NULL };
static char *with_none[] = { NULL };
static char *with_some[STRINGS_SOME + 1];
static void *volatile sink;
static int failed, ways, lost;
static char **volatile no_array = (char **)16;

static void check(int is_right, const char *what)
{
	if (!is_right) {
		failed++;
		fprintf(stderr, "%s (way %d, errno %d)\n", what, ways, errno);
	}
}

/* ---- the child ---- */

static int is_recorders(const char *variable)
{
	return !strncmp(variable, "OUTLIVE_", 8) || !strncmp(variable, "LD_PRELOAD=", 11);
}

/* worker COUNT [VARIABLE]...: allocate COUNT blocks; these variables, in this order. */
static int worker(int argc, char **argv)
{
	int expected = 3;

	for (char **variable = environ; *variable; variable++) {
		const char *end = strrchr(*variable, ':');

		if (!strcmp(*variable, "SOME=1")) {
			continue;
		} else if (expected < argc && !strncmp(argv[expected], "LD_PRELOAD=", 11)) {
			/* alone, or behind ours, but in its place */
			if (strcmp(end ? end + 1 : *variable + 11, argv[expected++] + 11))
				return 3;
		} else if (is_recorders(*variable)) {
			continue;
		} else if (expected == argc || strcmp(*variable, argv[expected++])) {
			return 4;
		}
	}
	for (int i = atoi(argv[2]); i; i--)
		sink = malloc(16);
	return expected == argc ? 0 : 5;
}

/* ---- its parent ---- */

static char **arguments_make(char **environment)
{
	static char *arguments[8];
	int count = 3;

	ways++;
	snprintf(count_text, sizeof(count_text), "%d", 100 + ways);
	arguments[0] = self;
	arguments[1] = "worker";
	arguments[2] = count_text;
	while (environment && *environment)
		arguments[count++] = *environment++;
	arguments[count] = NULL;
	return arguments;
}

static void reap(pid_t pid)
{
	int status = -1;

	check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "child");
}

/* A child that goes on with `call`, which does not return. */
#define CHILD(how, environment, call)                          \
	do {                                                       \
		char **arguments = arguments_make(environment), **env; \
		pid_t pid = how();                                     \
                                                               \
		env = (environment);                                   \
		if (pid == 0) {                                        \
			call;                                              \
			_exit(1);                                          \
		}                                                      \
		(void)arguments;                                       \
		(void)env;                                             \
		reap(pid);                                             \
	} while (0)

static void exec_explicitly(void)
{
	int file = open(self, O_RDONLY | O_CLOEXEC);

	CHILD(fork, with_two, execve(self, arguments, env));
	CHILD(vfork, with_two, execve(self, arguments, env));
	CHILD(fork, with_other, execve(self, arguments, env));
	CHILD(vfork, with_none, execve(self, arguments, env));
	CHILD(vfork, NULL, execve(self, arguments, env));
	CHILD(fork, with_two, syscall(SYS_execve, self, arguments, env));
	CHILD(fork, with_two, execvpe("exec_ways", arguments, env));
	CHILD(vfork, with_other, execvpe(self, arguments, env));
	CHILD(vfork, with_two, fexecve(file, arguments, env));
	CHILD(fork, with_two, execveat(file, "", arguments, env, AT_EMPTY_PATH));
	CHILD(vfork, with_two, execveat(AT_FDCWD, self, arguments, env, 0));
	CHILD(fork, with_two,
	      execle(self, self, "worker", count_text, env[0], env[1], NULL, env));
	CHILD(vfork, with_none, execle(self, self, "worker", count_text, NULL, env));
	CHILD(vfork, NULL, execle(self, self, "worker", count_text, NULL, NULL));
	close(file);
}

static void path_keep(void)
{
	clearenv();
	setenv("PATH", ".", 1);
}

static void exec_without_environment(void)
{
	static char *with_path[] = { "PATH=.", NULL };

	CHILD(fork, NULL, (clearenv(), execv(self, arguments)));
	CHILD(fork, NULL, (clearenv(), execl(self, self, "worker", count_text, NULL)));
	CHILD(fork, with_path, (path_keep(), execvp("exec_ways", arguments)));
	CHILD(
		fork, with_path,
		(path_keep(), execlp("exec_ways", self, "worker", count_text, "PATH=.", NULL)));
	CHILD(fork, with_two, (environ = with_two, execv(self, arguments)));
}

static void spawn(int by_path, char **environment)
{
	char **arguments = arguments_make(environment == with_some ? NULL : environment);
	pid_t pid = -1;
	int error = by_path ? posix_spawnp(&pid, "exec_ways", NULL, NULL, arguments,
	                                   environment)
	                    : posix_spawn(&pid, self, NULL, NULL, arguments, environment);

	check(error == 0, "posix_spawn");
	reap(pid);
}

static void *spawn_some(void *argument)
{
	spawn(0, with_some);
	return argument;
}

/* More strings than a coroutine's stack has room for: but these are on others. */
static void exec_with_some(void)
{
	pthread_t thread;

	for (int i = 0; i < STRINGS_SOME; i++)
		with_some[i] = "SOME=1";
	spawn(0, with_some);
	CHILD(vfork, NULL, (void)env; execve(self, arguments, with_some));
	if (pthread_create(&thread, NULL, spawn_some, NULL) == 0)
		pthread_join(thread, NULL);
}

/* ---- what cannot be helped ---- */

static void *spawn_unhelped(void *environment)
{
	char *arguments[] = { "/bin/true", NULL };
	pid_t pid = -1;

	check(posix_spawn(&pid, arguments[0], NULL, NULL, arguments, environment) == 0,
	      "posix_spawn, unhelped");
	reap(pid);
	lost++;
	return NULL;
}

static void unhelped(void)
{
	static char *many[STRINGS_MANY + 1];
	char *arguments[] = { "/bin/true", NULL };
	pthread_attr_t attributes;
	pthread_t thread;
	pid_t pid;

	for (int i = 0; i < STRINGS_MANY; i++)
		many[i] = "MANY=1";
	spawn_unhelped(many);
	check(execve("/none", arguments, many) == -1 && errno == ENOENT, "execve, many");
	check(posix_spawn(&pid, "/none", NULL, NULL, arguments, many) == ENOENT,
	      "posix_spawn, many");
	pid = vfork();
	if (pid == 0) {
		execve(arguments[0], arguments, many);
		_exit(1);
	}
	reap(pid);
	lost++;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	if (pthread_create(&thread, &attributes, spawn_unhelped, with_some) == 0)
		pthread_join(thread, NULL);
	pid = fork();
	if (pid == 0) {
		clearenv();
		_exit(system("true") == 0 ? 0 : 1);
	}
	reap(pid);
	lost++;
}

/* ---- what fails ---- */

static void failures(void)
{
	static char *with_bad[] = { "FIRST=1", (char *)16, NULL };
	char *arguments[] = { "none", NULL };
	pid_t pid;

	errno = 0;
	check(execve("/none", arguments, with_two) == -1 && errno == ENOENT, "execve");
	check(execve("/", arguments, NULL) == -1 && errno == EACCES, "execve of /");
	check(execvpe("none-such", arguments, with_none) == -1 && errno == ENOENT,
	      "execvpe");
	check(fexecve(-1, arguments, with_two) == -1 && errno == EINVAL, "fexecve");
	check(execle("/none", "none", NULL, with_two) == -1 && errno == ENOENT, "execle");
	check(execl("/none", "none", NULL) == -1 && errno == ENOENT, "execl");
	check(posix_spawn(&pid, "/none", NULL, NULL, arguments, with_two) == ENOENT,
	      "posix_spawn");
	check(posix_spawnp(&pid, "none-such", NULL, NULL, arguments, with_two) == ENOENT,
	      "posix_spawnp");
	check(execve("/bin/true", arguments, no_array) == -1 && errno == EFAULT,
	      "execve, no array");
	check(execve("/bin/true", arguments, with_bad) == -1 && errno == EFAULT,
	      "execve, no string");
	check(execve((char *)16, arguments, with_two) == -1 && errno == EFAULT,
	      "execve, no path");
	check(!strcmp(with_two[0], "FIRST=1") && !strcmp(with_two[1], "SECOND=") &&
	          !with_two[2] && !strcmp(with_other[0], "LD_PRELOAD=libdl.so.2"),
	      "the caller's arrays");
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "worker"))
		return worker(argc, argv);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	setenv("PATH", "/usr/bin:/bin:.", 1);
	exec_explicitly();
	exec_without_environment();
	spawn(0, with_two);
	spawn(0, NULL);
	spawn(1, with_other);
	spawn(1, with_none);
	exec_with_some();
	unhelped();
	failures();
	printf("failed=%d\nways=%d\nlost=%d\n", failed, ways, lost);
	return 0;
}
