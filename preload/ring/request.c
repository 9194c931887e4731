/*
 * ring/request.c - asks for a file through a Unix socket, within a bound of time.
 */
#include "ring/request.h"

#include "ring_socket.h"
#include "system/system.h"

#define WAIT_NS UINT64_C(500000000) /* the same as for a full ring */
#define CROWD_NS 1000000            /* between two attempts to enter a full queue */
#define AGAIN (-11)                 /* EAGAIN */

static int filter_at_start;

void ring_request_start(void)
{
	filter_at_start = system_filter_mode();
}

/* The kernel's answer: 0; AGAIN if the listener's queue is full; or another error. */
static int connect_once(int socket, uint64_t session)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	ring_socket_name(session, address.sun_path + 1);
	return system_connect(socket, &address,
	                      offsetof(struct sockaddr_un, sun_path) + 1 +
	                          RING_SOCKET_NAME_BYTES);
}

/* A listener's queue may be full for a moment, when many children start at once. */
static bool request_connect(int socket, uint64_t session, uint64_t until_ns)
{
	int result;

	while ((result = connect_once(socket, session)) == AGAIN &&
	       system_time_ns(CLOCK_MONOTONIC) < until_ns)
		system_sleep_ns(CROWD_NS);
	return result == 0;
}

/* The descriptor that came with a message, or -1. */
static int descriptor_of(const struct msghdr *message)
{
	const struct cmsghdr *control = message->msg_control;
	int descriptor = -1;

	if (message->msg_controllen >= CMSG_LEN(sizeof(descriptor)) &&
	    control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
	    control->cmsg_len == CMSG_LEN(sizeof(descriptor)))
		memcpy(&descriptor, CMSG_DATA(control), sizeof(descriptor));
	return descriptor;
}

/* No one else may hold the file open: they could truncate it under us. */
static bool file_is_fit(int file)
{
	struct stat status = { .st_mode = 0 };

	return system_status(file, &status) == 0 && status.st_mode == (S_IFREG | 0600) &&
	       status.st_size == 0 && status.st_nlink == 1 &&
	       (status.st_uid == 0 || status.st_uid == system_user_id());
}

static int answer_take(int socket, uint64_t proof, uint64_t until_ns)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct ring_answer answer = { 0 };
	struct iovec part = { &answer, sizeof(answer) };
	struct msghdr message = { .msg_iov = &part,
		                      .msg_iovlen = 1,
		                      .msg_control = control,
		                      /* room for exactly one descriptor */
		                      .msg_controllen = CMSG_LEN(sizeof(int)) };
	uint64_t now_ns;
	long count;
	int file;

	while ((count = system_receive(socket, &message)) == AGAIN &&
	       (now_ns = system_time_ns(CLOCK_MONOTONIC)) < until_ns)
		system_wait_input(socket, until_ns - now_ns);
	if (count < 0)
		return -1;
	file = descriptor_of(&message);
	if (file >= 0 &&
	    (count != sizeof(answer) || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
	     answer.proof != proof || !file_is_fit(file))) {
		system_close(file);
		file = -1;
	}
	return file;
}

static struct ring_question question_make(uint64_t session, enum ring_proof_use use)
{
	uint64_t nonce = system_time_ns(CLOCK_MONOTONIC) ^ (uint64_t)system_pid() << 40;

	return (struct ring_question){ nonce, ring_proof(session, use, nonce) };
}

static int file_ask(int socket, uint64_t session, uint64_t until_ns)
{
	struct ring_question question = question_make(session, PROOF_QUESTION);

	if (!request_connect(socket, session, until_ns) ||
	    system_send(socket, &question, sizeof(question)) != sizeof(question))
		return -1;
	return answer_take(socket, ring_proof(session, PROOF_ANSWER, question.nonce),
	                   until_ns);
}

/* A filter installed since may kill for a socket. */
static bool may_ask(uint64_t session)
{
	return session && system_filter_mode() == filter_at_start;
}

bool ring_request_is_heard(uint64_t session)
{
	int socket = may_ask(session) ? system_socket() : -1, result;

	if (socket < 0)
		return false;
	result = connect_once(socket, session);
	system_close(socket);
	return result == 0 || result == AGAIN;
}

int ring_request(uint64_t session, int *socket)
{
	uint64_t until_ns = system_time_ns(CLOCK_MONOTONIC) + WAIT_NS;
	int file;

	if (!may_ask(session))
		return -1;
	*socket = system_socket();
	if (*socket < 0)
		return -1;
	file = file_ask(*socket, session, until_ns);
	if (file < 0)
		system_close(*socket);
	return file;
}

static bool file_send(int socket, const struct iovec *parts, size_t count, int file)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(file))] = { 0 };
	struct cmsghdr *header = (struct cmsghdr *)control;
	struct msghdr message = { .msg_iov = (struct iovec *)parts,
		                      .msg_iovlen = count,
		                      .msg_control = control,
		                      .msg_controllen = sizeof(control) };

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(file));
	memcpy(CMSG_DATA(header), &file, sizeof(file));
	return system_send_message(socket, &message) > 0;
}

bool ring_request_give(uint64_t session, int file, const char *directory,
                       const char *path)
{
	struct ring_question question;
	struct iovec parts[3] = { { &question, sizeof(question) },
		                      { (char *)directory, strlen(directory) },
		                      { (char *)path, strlen(path) } };
	int socket = may_ask(session) ? system_socket() : -1;
	bool is_given;

	if (socket < 0)
		return false;
	question = question_make(session, PROOF_MODULE);
	is_given = connect_once(socket, session) == 0 && file_send(socket, parts, 3, file);
	system_close(socket);
	return is_given;
}
