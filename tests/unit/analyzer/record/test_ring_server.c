/*
 * test_ring_server.c - files for who proves to be of the session, and peers of all kinds.
 * Long, because each wrong client is a case.
 */
#include "record/ring_server.h"
#include "ring_socket.h"
#include "trace_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CROWD 1500 /* more than it has room for */

struct bench {
	char directory[64];
	struct session session;
	struct ring_server *server;
};

static int bench_begin(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	strcpy(bench->directory, "/tmp/outlive-test-server-XXXXXX");
	if (!mkdtemp(bench->directory))
		return -1;
	bench->session.descriptor = open(bench->directory, O_RDONLY | O_DIRECTORY);
	bench->session.number = (uint64_t)getpid() << 32 | 77;
	bench->server = ring_server_new(&bench->session);
	*state = bench;
	return bench->server ? 0 : -1;
}

static int bench_end(void **state)
{
	struct bench *bench = *state;
	char command[128];

	ring_server_free(bench->server);
	close(bench->session.descriptor);
	snprintf(command, sizeof(command), "rm -rf %s", bench->directory);
	free(bench);
	return system(command);
}

/* What is in the directory: how many files, hidden ones and all. */
static int files_count(const struct bench *bench, int *hidden)
{
	DIR *directory = opendir(bench->directory);
	const struct dirent *entry;
	int count = 0;

	*hidden = 0;
	while ((entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		count++;
		*hidden += entry->d_name[0] == '.';
	}
	closedir(directory);
	return count;
}

static void files_are(const struct bench *bench, int shown, int hidden)
{
	int hidden_now, all = files_count(bench, &hidden_now);

	assert_int_equal(hidden_now, hidden);
	assert_int_equal(all - hidden_now, shown);
}

/* ---- a peer ---- */

static int peer_connect(const struct bench *bench)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int peer = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	ring_socket_name(bench->session.number, address.sun_path + 1);
	assert_true(peer >= 0);
	assert_int_equal(
		connect(peer, (const struct sockaddr *)&address,
	            offsetof(struct sockaddr_un, sun_path) + 1 + RING_SOCKET_NAME_BYTES),
		0);
	return peer;
}

static void peer_ask(int peer, uint64_t session, uint64_t nonce)
{
	struct ring_question question = { nonce,
		                              ring_proof(session, PROOF_QUESTION, nonce) };

	assert_int_equal(send(peer, &question, sizeof(question), MSG_NOSIGNAL),
	                 sizeof(question));
}

/* The descriptor that came; -1: hung up on; -2: nothing yet. */
static int peer_take(int peer, struct ring_answer *answer)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { answer, sizeof(*answer) };
	struct msghdr message = { .msg_iov = &part,
		                      .msg_iovlen = 1,
		                      .msg_control = control,
		                      .msg_controllen = sizeof(control) };
	ssize_t bytes = recvmsg(peer, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int file = -1;

	if (bytes < 0)
		return errno == EAGAIN ? -2 : -1;
	if (bytes == 0)
		return -1;
	assert_int_equal(bytes, sizeof(*answer));
	assert_non_null(CMSG_FIRSTHDR(&message));
	memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(file));
	return file;
}

static int peer_get(struct bench *bench, int *peer)
{
	struct ring_answer answer;
	int file;

	*peer = peer_connect(bench);
	peer_ask(*peer, bench->session.number, 42);
	ring_server_step(bench->server);
	file = peer_take(*peer, &answer);
	if (file >= 0)
		assert_true(answer.proof ==
		            ring_proof(bench->session.number, PROOF_ANSWER, 42));
	return file;
}

static void ring_write(int file)
{
	uint64_t magic = RING_MAGIC;

	assert_int_equal(pwrite(file, &magic, sizeof(magic), 0), sizeof(magic));
	close(file);
}

static bool is_hung_up_on(struct bench *bench, int peer)
{
	struct ring_answer answer;
	int file;

	ring_server_step(bench->server);
	file = peer_take(peer, &answer);
	close(peer);
	return file == -1;
}

/* ---- tests ---- */

/* The reference vector of SipHash-2-4: key 00..0f, message 00..0f. */
static void the_proof_is_siphash(void **state)
{
	uint64_t session = UINT64_C(0x123456789abcdef0);

	(void)state;
	assert_true(ring_hash(UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908),
	                      UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)) ==
	            UINT64_C(0x3f2acc7f57c29bdb));
	assert_true(ring_proof(session, PROOF_QUESTION, 1) !=
	            ring_proof(session, PROOF_ANSWER, 1));
	assert_true(ring_proof(session, PROOF_ANSWER, 1) !=
	            ring_proof(session + 1, PROOF_ANSWER, 1));
}

static void a_ring_gets_its_name_when_it_is_one(void **state)
{
	struct bench *bench = *state;
	struct pollfd ready = { .fd = ring_server_descriptor(bench->server),
		                    .events = POLLIN };
	struct stat status;
	char name[128];
	int peer, file = peer_get(bench, &peer);

	assert_true(file >= 0);
	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(status.st_size, 0);
	assert_int_equal(status.st_uid, geteuid());
	files_are(bench, 0, 1);
	assert_int_equal(poll(&ready, 1, 0), 0);
	ring_write(file);
	close(peer);
	assert_int_equal(poll(&ready, 1, 1000), 1);
	ring_server_step(bench->server);
	files_are(bench, 1, 0);
	snprintf(name, sizeof(name), "%s/%d.0.ring", bench->directory, (int)getpid());
	assert_int_equal(access(name, F_OK), 0);
	/* the same pid again */
	ring_write(peer_get(bench, &peer));
	close(peer);
	ring_server_step(bench->server);
	snprintf(name, sizeof(name), "%s/%d.1.ring", bench->directory, (int)getpid());
	assert_int_equal(access(name, F_OK), 0);
	files_are(bench, 2, 0);
}

static void what_became_no_ring_goes(void **state)
{
	struct bench *bench = *state;
	int peer, file = peer_get(bench, &peer);

	assert_int_equal(write(file, "no ring at all", 14), 14);
	close(file);
	close(peer);
	ring_server_step(bench->server);
	files_are(bench, 0, 0);
	/* never read, never even taken */
	peer = peer_connect(bench);
	peer_ask(peer, bench->session.number, 1);
	ring_server_step(bench->server);
	files_are(bench, 0, 1);
	close(peer);
	ring_server_step(bench->server);
	files_are(bench, 0, 0);
	/* gone before it was answered */
	peer = peer_connect(bench);
	peer_ask(peer, bench->session.number, 1);
	close(peer);
	ring_server_step(bench->server);
	ring_server_step(bench->server);
	files_are(bench, 0, 0);
}

static void the_end_names_rings_and_takes_the_rest(void **state)
{
	struct bench *bench = *state;
	int peers[3];

	ring_write(peer_get(bench, &peers[0])); /* has not hung up yet */
	close(peer_get(bench, &peers[1]));
	peers[2] = peer_connect(bench);
	files_are(bench, 0, 2);
	ring_server_free(bench->server);
	bench->server = NULL;
	files_are(bench, 1, 0);
	close(peers[0]);
	close(peers[1]);
	close(peers[2]);
}

static void who_breaks_the_protocol_is_hung_up_on(void **state)
{
	struct bench *bench = *state;
	uint64_t session = bench->session.number;
	static char garbage[100000];
	int peer;

	peer = peer_connect(bench);
	peer_ask(peer, session + 1, 42); /* does not know the session */
	assert_true(is_hung_up_on(bench, peer));
	peer = peer_connect(bench);
	assert_int_equal(send(peer, garbage, 1, 0), 1);
	assert_true(is_hung_up_on(bench, peer));
	peer = peer_connect(bench);
	assert_int_equal(send(peer, garbage, 0, 0), 0);
	assert_true(is_hung_up_on(bench, peer));
	peer = peer_connect(bench);
	assert_int_equal(send(peer, garbage, sizeof(garbage), 0), sizeof(garbage));
	assert_true(is_hung_up_on(bench, peer));
	files_are(bench, 0, 0);
	/* asks for more than one: what it has is no ring */
	close(peer_get(bench, &peer));
	peer_ask(peer, session, 43);
	assert_true(is_hung_up_on(bench, peer));
	files_are(bench, 0, 0);
}

/* Connections that say nothing are in nobody's way. */
static void a_silent_crowd_makes_room(void **state)
{
	struct rlimit limit = { 0, 0 };
	struct bench *bench = *state;
	static int crowd[CROWD];
	int peer, file, i;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < 2 * CROWD + 100)
		skip();
	for (i = 0; i < CROWD; i++) {
		crowd[i] = peer_connect(bench);
		ring_server_step(bench->server);
	}
	file = peer_get(bench, &peer);
	assert_true(file >= 0);
	ring_write(file);
	close(peer);
	ring_server_step(bench->server);
	files_are(bench, 1, 0);
	for (i = 0; i < CROWD; i++)
		close(crowd[i]);
	for (i = 0; i < CROWD / 100; i++)
		ring_server_step(bench->server);
	ring_write(peer_get(bench, &peer));
	close(peer);
	ring_server_step(bench->server);
	files_are(bench, 2, 0);
}

/* Those who hold files do not make room: the next one is turned away, and all is well. */
static void a_greedy_crowd_is_bounded(void **state)
{
	struct bench *bench = *state;
	static int crowd[CROWD];
	struct rlimit limit;
	int served = 0, file, i, hidden;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < 3 * CROWD + 100)
		skip();
	for (i = 0; i < CROWD; i++) {
		file = peer_get(bench, &crowd[i]);
		if (file >= 0) {
			served++;
			close(file);
		}
	}
	assert_in_range(served, 100, CROWD - 1);
	assert_int_equal(files_count(bench, &hidden), served);
	for (i = 0; i < CROWD; i++)
		close(crowd[i]);
	for (i = 0; i < CROWD / 100; i++)
		ring_server_step(bench->server);
	files_are(bench, 0, 0);
}

static void one_session_has_one_server(void **state)
{
	struct bench *bench = *state;

	assert_null(ring_server_new(&bench->session));
	ring_server_free(NULL);
}

/* Exit status of a process of that user that asks: 0: it got a file, 1: hung up on. */
static int other_asks(struct bench *bench, uid_t user)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct pollfd answered = { .fd = -1, .events = POLLIN };

		if (seteuid(0) || setuid(user))
			_exit(9);
		answered.fd = peer_connect(bench);
		peer_ask(answered.fd, bench->session.number, 1);
		poll(&answered, 1, 5000);
		_exit(peer_take(answered.fd, &(struct ring_answer){ 0 }) >= 0 ? 0 : 1);
	}
	while (waitpid(pid, &status, WNOHANG) != pid) {
		ring_server_step(bench->server);
		usleep(1000);
	}
	ring_server_step(bench->server);
	return WEXITSTATUS(status);
}

/* Root's session is for all; another's is for him and for root. */
static void others_are_turned_away(void **state)
{
	struct bench *bench = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(other_asks(bench, 65534), 0);
	assert_int_equal(chmod(bench->directory, 0777), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(other_asks(bench, 65534), 0);
	assert_int_equal(other_asks(bench, 0), 0);
	assert_int_equal(other_asks(bench, 65533), 1);
	assert_int_equal(seteuid(0), 0);
	files_are(bench, 0, 0);
}

/* ---- libraries ---- */

struct taken {
	int count;
	char path[RING_MODULE_PATH_MAX + 1];
	ino_t inode;
};

static void take(void *context, const char *path, int file)
{
	struct taken *taken = context;
	struct stat status;

	taken->count++;
	strcpy(taken->path, path);
	assert_int_equal(fstat(file, &status), 0);
	taken->inode = status.st_ino;
	close(file);
}

/* `count` descriptors of `file` go with it. */
static void give(struct bench *bench, enum ring_proof_use use, uint64_t session,
                 const char *path, int file, size_t count)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct ring_question question = { 42, ring_proof(session, use, 42) };
	struct iovec parts[2] = { { &question, sizeof(question) },
		                      { (char *)path, strlen(path) } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	int peer = peer_connect(bench), files[2] = { file, file };

	if (count) {
		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		CMSG_FIRSTHDR(&message)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&message)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&message)->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), files, count * sizeof(int));
	}
	assert_true(sendmsg(peer, &message, MSG_NOSIGNAL) > 0);
	close(peer);
	while (ring_server_step(bench->server))
		;
}

static int descriptors_open(void)
{
	int count = 0, i;

	for (i = 0; i < 1024; i++)
		count += fcntl(i, F_GETFD) >= 0;
	return count;
}

static void a_library_that_is_given_is_taken(void **state)
{
	static char longest[RING_MODULE_PATH_MAX + 2];
	struct bench *bench = *state;
	uint64_t session = bench->session.number;
	struct taken taken = { 0 };
	int file = open("/proc/self/exe", O_RDONLY), before = descriptors_open();
	struct stat status;

	assert_int_equal(fstat(file, &status), 0);
	give(bench, PROOF_MODULE, session, "/nobody/wants/it.so", file, 1);
	ring_server_on_module(bench->server, take, &taken);
	give(bench, PROOF_MODULE, session + 1, "/another/session.so", file, 1);
	give(bench, PROOF_MODULE, session, "/none.so", -1, 0);
	give(bench, PROOF_MODULE, session, "/two.so", file, 2);
	give(bench, PROOF_QUESTION, session, "", file, 1);
	give(bench, PROOF_QUESTION, session, "/no.so", -1, 0);
	memset(longest, '/', sizeof(longest) - 1);
	give(bench, PROOF_MODULE, session, longest, file, 1);
	assert_int_equal(taken.count, 0);
	give(bench, PROOF_MODULE, session, longest + 1, file, 1);
	assert_int_equal(taken.count, 1);
	give(bench, PROOF_MODULE, session, "/a/plugin.so", file, 1);
	assert_int_equal(taken.count, 2);
	assert_string_equal(taken.path, "/a/plugin.so");
	assert_int_equal(taken.inode, status.st_ino);
	assert_int_equal(descriptors_open(), before);
	files_are(bench, 0, 0);
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_proof_is_siphash),
		cmocka_unit_test_setup_teardown(a_ring_gets_its_name_when_it_is_one,
		                                bench_begin, bench_end),
		cmocka_unit_test_setup_teardown(what_became_no_ring_goes, bench_begin,
		                                bench_end),
		cmocka_unit_test_setup_teardown(the_end_names_rings_and_takes_the_rest,
		                                bench_begin, bench_end),
		cmocka_unit_test_setup_teardown(who_breaks_the_protocol_is_hung_up_on,
		                                bench_begin, bench_end),
		cmocka_unit_test_setup_teardown(a_silent_crowd_makes_room, bench_begin,
		                                bench_end),
		cmocka_unit_test_setup_teardown(a_greedy_crowd_is_bounded, bench_begin,
		                                bench_end),
		cmocka_unit_test_setup_teardown(one_session_has_one_server, bench_begin,
		                                bench_end),
		cmocka_unit_test_setup_teardown(others_are_turned_away, bench_begin, bench_end),
		cmocka_unit_test_setup_teardown(a_library_that_is_given_is_taken, bench_begin,
		                                bench_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
