/*
 * test_request.c - a file for the ring: what is believed of who answers, and
 * that nothing stays open, waits for long or changes errno.
 */
#include "ring/request.h"
#include "record/ring_server.h"
#include "ring_socket.h"
#include "system/system.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DESCRIPTORS 256
#define PROMISED_NS UINT64_C(500000000)
#define BOUND_NS (4 * PROMISED_NS) /* machines may be busy */

static char directory[] = "/tmp/outlive-request-XXXXXX";
static uint64_t session;

/* ---- who answers ---- */

/* An answer, right in all that its test does not change. */
struct server {
	bool is_mute;
	uint64_t wrong; /* added to the proof */
	size_t bytes_more;
	mode_t mode;
	const char *content, *also; /* `also`: another name of the file */
	bool is_fifo, is_gone, is_doubled, has_none;
	uid_t owner;
};

static int file_make(const struct server *server)
{
	char path[64], also[64];
	int file;

	snprintf(path, sizeof(path), "%s/file", directory);
	if (server->is_fifo) {
		assert_int_equal(mkfifo(path, 0600), 0);
		file = open(path, O_RDWR);
	} else {
		file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	}
	assert_true(file >= 0);
	fchmod(file, server->mode);
	if (server->content && write(file, server->content, strlen(server->content)) < 0)
		abort();
	snprintf(also, sizeof(also), "%s/%s", directory, server->also);
	if (server->also && link(path, also))
		abort();
	if (server->is_gone)
		unlink(path);
	if (server->owner && fchown(file, server->owner, (gid_t)-1))
		abort();
	return file;
}

static void answer(const struct server *server, int peer)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	size_t count = server->is_doubled ? 2 : 1;
	int files[2] = { file_make(server), STDIN_FILENO };
	struct ring_question question;
	char packet[64] = { 0 };
	struct iovec part = { packet, sizeof(struct ring_answer) + server->bytes_more };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *header = (struct cmsghdr *)control;
	uint64_t proof;

	if (recv(peer, &question, sizeof(question), 0) != sizeof(question) ||
	    question.proof != ring_proof(session, PROOF_QUESTION, question.nonce))
		_exit(1);
	proof = ring_proof(session, PROOF_ANSWER, question.nonce) + server->wrong;
	memcpy(packet, &proof, sizeof(proof));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), files, count * sizeof(int));
	if (!server->has_none) {
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	if (sendmsg(peer, &message, MSG_NOSIGNAL) < 0)
		_exit(2);
}

/* A process that listens, and answers once; its pid. */
static pid_t server_begin(const struct server *server)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0), peer;
	pid_t pid;

	ring_socket_name(session, address.sun_path + 1);
	assert_int_equal(
		bind(listener, (const struct sockaddr *)&address,
	         offsetof(struct sockaddr_un, sun_path) + 1 + RING_SOCKET_NAME_BYTES),
		0);
	assert_int_equal(listen(listener, 8), 0);
	pid = fork();
	if (pid == 0) {
		peer = accept(listener, NULL, NULL);
		if (server->is_mute)
			pause();
		answer(server, peer);
		pause();
	}
	close(listener);
	return pid;
}

static void server_end(pid_t pid)
{
	char path[64];

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/file", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/also", directory);
	unlink(path);
}

/* ---- who asks ---- */

static int descriptors_open(void)
{
	int count = 0, i;

	for (i = 0; i < DESCRIPTORS; i++)
		count += fcntl(i, F_GETFD) >= 0;
	return count;
}

/* Whether a file is had; whatever comes, nothing else may be seen of it. */
static bool is_had(void)
{
	uint64_t begin_ns = system_time_ns(CLOCK_MONOTONIC);
	int before = descriptors_open(), had, socket = -1, file;

	errno = 4711;
	file = ring_request(session, &socket);
	assert_int_equal(errno, 4711);
	assert_true(system_time_ns(CLOCK_MONOTONIC) - begin_ns < BOUND_NS);
	had = file >= 0;
	if (had) {
		assert_int_equal(fcntl(file, F_GETFD), FD_CLOEXEC);
		assert_int_equal(fcntl(socket, F_GETFD), FD_CLOEXEC);
		close(file);
		close(socket);
	}
	assert_int_equal(descriptors_open(), before);
	return had;
}

static bool is_had_from(struct server server)
{
	pid_t pid = server_begin(&server);
	bool had = is_had();

	server_end(pid);
	return had;
}

/* ---- tests ---- */

static void a_right_answer_is_taken(void **state)
{
	(void)state;
	assert_true(is_had_from((struct server){ .mode = 0600 }));
}

static void nobody_and_mute_ones_are_not_waited_for(void **state)
{
	(void)state;
	assert_false(is_had());
	assert_false(is_had_from((struct server){ .is_mute = true }));
	session = 0; /* nobody's session: by hand */
	assert_false(is_had());
	session = (uint64_t)getpid() << 32 | 78;
}

static void wrong_answers_are_not_believed(void **state)
{
	(void)state;
	assert_false(is_had_from((struct server){ .mode = 0600, .wrong = 1 }));
	assert_false(is_had_from((struct server){ .mode = 0600, .bytes_more = 8 }));
	assert_false(is_had_from((struct server){ .mode = 0600, .has_none = true }));
	assert_false(is_had_from((struct server){ .mode = 0600, .is_doubled = true }));
}

static void files_that_others_have_are_not_taken(void **state)
{
	(void)state;
	assert_false(is_had_from((struct server){ .mode = 0644 }));
	assert_false(is_had_from((struct server){ .mode = 0600, .content = "x" }));
	assert_false(is_had_from((struct server){ .mode = 0600, .also = "also" }));
	assert_false(is_had_from((struct server){ .mode = 0600, .is_gone = true }));
	assert_false(is_had_from((struct server){ .mode = 0600, .is_fifo = true }));
	if (geteuid() == 0)
		assert_false(is_had_from((struct server){ .mode = 0600, .owner = 65534 }));
}

/* One who is under a filter only since the start does not ask; one who always was, does. */
static void a_new_filter_is_not_tried(void **state)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { 1, code };
	struct server server = { .mode = 0600 };
	pid_t pid = server_begin(&server), asker;
	int status = -1;

	(void)state;
	asker = fork();
	if (asker == 0) {
		int socket;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
			_exit(77);
		if (ring_request(session, &socket) >= 0)
			_exit(1);
		ring_request_start();
		_exit(ring_request(session, &socket) >= 0 ? 0 : 2);
	}
	waitpid(asker, &status, 0);
	server_end(pid);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/*
 * One of a crowd, which on a busy machine is not served in half a second: who waited for so long
 * may ask again, who was refused may not. 0 if a file was had in the end.
 */
static int ask_in_a_crowd(void)
{
	uint64_t begin_ns;
	int attempts;

	for (attempts = 0; attempts < 100; attempts++) {
		begin_ns = system_time_ns(CLOCK_MONOTONIC);
		if (is_had())
			return 0;
		if (system_time_ns(CLOCK_MONOTONIC) - begin_ns < PROMISED_NS)
			return 1;
	}
	return 2;
}

/* The two halves understand each other, also when many ask at once. */
static void the_real_one_serves_a_crowd(void **state)
{
	struct session real = { .number = session };
	struct ring_server *server;
	int i, status, bad = 0;
	pid_t crowd[100];

	(void)state;
	real.descriptor = open(directory, O_RDONLY | O_DIRECTORY);
	server = ring_server_new(&real);
	assert_non_null(server);
	for (i = 0; i < 100; i++) {
		crowd[i] = fork();
		if (crowd[i] == 0)
			_exit(ask_in_a_crowd());
	}
	for (i = 0; i < 100; i++) {
		while (waitpid(crowd[i], &status, WNOHANG) == 0)
			ring_server_step(server);
		bad += status != 0;
	}
	assert_int_equal(bad, 0);
	ring_server_free(server);
	close(real.descriptor);
}

static int set_up(void **state)
{
	(void)state;
	session = (uint64_t)getpid() << 32 | 78;
	ring_request_start();
	return mkdtemp(directory) ? 0 : -1;
}

/* Fails if a test left something. */
static int tear_down(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_answer_is_taken),
		cmocka_unit_test(nobody_and_mute_ones_are_not_waited_for),
		cmocka_unit_test(wrong_answers_are_not_believed),
		cmocka_unit_test(files_that_others_have_are_not_taken),
		cmocka_unit_test(a_new_filter_is_not_tried),
		cmocka_unit_test(the_real_one_serves_a_crowd),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
