/* record/ring_server.c - listens, sends ring files, and gives complete rings their names. */
#include "record/ring_server.h"

#include "ring_socket.h"
#include "ring_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PEERS_MAX 1024
#define EVENTS_MAX 256 /* handled in one step, and connections accepted */
#define LISTENER PEERS_MAX
#define EMPTY_STEPS 64 /* so that emptying ends, however fast packets arrive */
#define NAME_TRIES 10000
#define NAME_BYTES 48

struct peer {
	int socket; /* -1: the slot is free */
	pid_t pid;
	char name[NAME_BYTES]; /* of the file that the peer was sent; "": none yet */
};

struct ring_server {
	const struct session *session;
	ring_server_take *take; /* NULL: libraries are not accepted */
	void *take_context;
	int listener, poll;
	struct peer peers[PEERS_MAX];
};

/* ---- files ---- */

static void name_make(char name[NAME_BYTES], bool is_hidden, pid_t pid, int number)
{
	snprintf(name, NAME_BYTES, "%s%d.%d.ring", is_hidden ? "." : "", (int)pid, number);
}

/* Create a file with a hidden name, which is put into peer->name. A descriptor, or -1. */
static int file_make(const struct ring_server *server, struct peer *peer)
{
	int file = -1, number;

	for (number = 0; number < NAME_TRIES; number++) {
		name_make(peer->name, true, peer->pid, number);
		file = openat(server->session->descriptor, peer->name,
		              O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (file >= 0 || errno != EEXIST)
			break;
	}
	if (file < 0)
		peer->name[0] = '\0';
	else
		fchmod(file, 0600); /* whatever the umask */
	return file;
}

/* Whether the recorder has completed the ring: it writes the magic of page 0 last. */
static bool file_is_ring(const struct ring_server *server, const char *name)
{
	int file = openat(server->session->descriptor, name,
	                  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t magic = 0;

	if (file < 0)
		return false;
	if (pread(file, &magic, sizeof(magic), 0) != sizeof(magic))
		magic = 0;
	close(file);
	return magic == RING_MAGIC;
}

/*
 * Rename a file without replacing another. 0, or -1 with errno. EINVAL from renameat2(): the
 * file system cannot do that at once, so check first, then rename.
 */
static int file_rename(int directory, const char *from, const char *to)
{
	if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL)
		return -1;
	if (faccessat(directory, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(directory, from, directory, to);
}

static void file_finish(const struct ring_server *server, const struct peer *peer)
{
	int directory = server->session->descriptor, number;
	char name[NAME_BYTES];

	for (number = 0; number < NAME_TRIES && file_is_ring(server, peer->name);
	     number++) {
		name_make(name, false, peer->pid, number);
		if (file_rename(directory, peer->name, name) == 0)
			return;
		if (errno != EEXIST)
			break;
	}
	unlinkat(directory, peer->name, 0);
}

/* ---- peers ---- */

static void peer_end(const struct ring_server *server, struct peer *peer)
{
	close(peer->socket);
	peer->socket = -1;
	if (peer->name[0])
		file_finish(server, peer);
	peer->name[0] = '\0';
}

/*
 * Send the descriptor of the file as ancillary data. Never waits: if the socket cannot take the
 * answer now, the peer gets no ring.
 */
static bool answer_send(int socket, uint64_t proof, int file)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct ring_answer answer = { proof };
	struct iovec part = { &answer, sizeof(answer) };
	struct msghdr message = { .msg_iov = &part,
		                      .msg_iovlen = 1,
		                      .msg_control = control,
		                      .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(file));
	memcpy(CMSG_DATA(header), &file, sizeof(file));
	return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(answer);
}

/* Send a file to a peer that knows the session's number. False: hang up. */
static bool peer_answer(const struct ring_server *server, struct peer *peer,
                        const struct ring_question *question)
{
	uint64_t session = server->session->number;
	bool is_sent;
	int file;

	if (peer->name[0])
		return false;
	file = file_make(server, peer);
	if (file < 0)
		return false;
	is_sent = answer_send(peer->socket,
	                      ring_proof(session, PROOF_ANSWER, question->nonce), file);
	close(file);
	return is_sent;
}

/* A packet from a peer. */
struct packet {
	struct ring_question question;
	char path[RING_MODULE_PATH_MAX + 1]; /* of a library, or "" */
	int file;                            /* descriptor in the packet; -1: none */
};

/*
 * Receive a packet. 1: there is one; 0: none yet; -1: the peer has closed the connection, or
 * the packet has a wrong size.
 */
static int packet_take(int socket, struct packet *packet)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec parts[2] = { { &packet->question, sizeof(packet->question) },
		                      { packet->path, RING_MODULE_PATH_MAX } };
	struct msghdr message = { .msg_iov = parts,
		                      .msg_iovlen = 2,
		                      .msg_control = control,
		                      /* room for exactly one descriptor */
		                      .msg_controllen = CMSG_LEN(sizeof(int)) };
	ssize_t bytes = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	packet->file = -1;
	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&packet->file, CMSG_DATA(header), sizeof(packet->file));
	if (bytes < (ssize_t)sizeof(packet->question) ||
	    message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -1;
	packet->path[(size_t)bytes - sizeof(packet->question)] = '\0';
	return 1;
}

/* Serve a packet, if it proves that its sender knows the session's number. False: hang up. */
static bool packet_serve(const struct ring_server *server, struct peer *peer,
                         struct packet *packet)
{
	const struct ring_question *question = &packet->question;
	uint64_t session = server->session->number;

	if (question->proof == ring_proof(session, PROOF_QUESTION, question->nonce))
		return packet->file < 0 && !packet->path[0] &&
		       peer_answer(server, peer, question);
	if (question->proof == ring_proof(session, PROOF_MODULE, question->nonce) &&
	    packet->file >= 0 && server->take) {
		server->take(server->take_context, packet->path, packet->file);
		packet->file = -1;
	}
	return false;
}

/* Receive and serve one packet, or the end of the connection. */
static void peer_serve(const struct ring_server *server, struct peer *peer)
{
	struct packet packet;
	int result = packet_take(peer->socket, &packet);

	if (result == 0)
		return;
	if (result < 0 || !packet_serve(server, peer, &packet))
		peer_end(server, peer);
	if (packet.file >= 0)
		close(packet.file);
}

/*
 * Whether the peer can be a process of this session. If we are root, its processes may have
 * taken any uid; otherwise they keep ours, or have become root. A peer without a pid in our pid
 * namespace was not started by us.
 */
static bool peer_is_plausible(int socket, pid_t *pid)
{
	uid_t ours = geteuid();
	struct ucred peer;
	socklen_t bytes = sizeof(peer);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes))
		return false;
	*pid = peer.pid;
	return peer.pid > 0 && (ours == 0 || peer.uid == ours || peer.uid == 0);
}

/*
 * Find a free slot; if there is none, hang up on a peer that was sent nothing yet. NULL: all
 * slots are in use.
 */
static struct peer *peer_slot_find(struct ring_server *server)
{
	struct peer *silent = NULL, *peer;

	for (peer = server->peers; peer < server->peers + PEERS_MAX; peer++) {
		if (peer->socket < 0)
			return peer;
		if (!silent && !peer->name[0])
			silent = peer;
	}
	if (silent)
		peer_end(server, silent);
	return silent;
}

/* Whether accept failed because no one is waiting. Any other failure would repeat for ever. */
static bool is_nobody(int cause)
{
	return cause == EAGAIN || cause == EINTR || cause == ECONNABORTED;
}

static void listener_close(struct ring_server *server)
{
	if (server->listener >= 0)
		close(server->listener);
	server->listener = -1;
}

/*
 * Accept one connection, and serve its first packet if that has arrived already. False: no one
 * is waiting, or accept failed and the listener is closed.
 */
static bool peer_accept(struct ring_server *server)
{
	int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct epoll_event wanted = { .events = EPOLLIN };
	struct peer *peer;
	pid_t pid;

	if (socket < 0) {
		if (!is_nobody(errno))
			listener_close(server);
		return false;
	}
	peer = peer_is_plausible(socket, &pid) ? peer_slot_find(server) : NULL;
	wanted.data.u64 = peer ? (uint64_t)(peer - server->peers) : 0;
	if (!peer || epoll_ctl(server->poll, EPOLL_CTL_ADD, socket, &wanted)) {
		close(socket);
		return true;
	}
	peer->socket = socket;
	peer->pid = pid;
	peer_serve(server, peer);
	return true;
}

/* ---- the server ---- */

static int listener_open(uint64_t session)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t bytes = offsetof(struct sockaddr_un, sun_path) + 1 +
	                  RING_SOCKET_NAME_BYTES;
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (listener < 0)
		return -1;
	ring_socket_name(session, address.sun_path + 1);
	if (bind(listener, (const struct sockaddr *)&address, bytes) == 0 &&
	    listen(listener, SOMAXCONN) == 0)
		return listener;
	close(listener);
	return -1;
}

struct ring_server *ring_server_new(const struct session *session)
{
	struct epoll_event wanted = { .events = EPOLLIN, .data.u64 = LISTENER };
	struct ring_server *server = calloc(1, sizeof(*server));
	size_t i;

	if (!server)
		return NULL;
	for (i = 0; i < PEERS_MAX; i++)
		server->peers[i].socket = -1;
	server->session = session;
	server->poll = epoll_create1(EPOLL_CLOEXEC);
	server->listener = listener_open(session->number);
	if (server->listener >= 0 && server->poll >= 0 &&
	    epoll_ctl(server->poll, EPOLL_CTL_ADD, server->listener, &wanted) == 0)
		return server;
	ring_server_free(server);
	return NULL;
}

void ring_server_on_module(struct ring_server *server, ring_server_take *take,
                           void *context)
{
	server->take = take;
	server->take_context = context;
}

int ring_server_descriptor(const struct ring_server *server)
{
	return server->poll;
}

/*
 * Peers are served before new ones are accepted: an event carries the number of a slot, which
 * accepting may give to another peer.
 */
bool ring_server_step(struct ring_server *server)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(server->poll, events, EVENTS_MAX, 0), i, accepted;

	for (i = 0; i < count; i++) {
		if (events[i].data.u64 < PEERS_MAX &&
		    server->peers[events[i].data.u64].socket >= 0)
			peer_serve(server, &server->peers[events[i].data.u64]);
	}
	for (i = 0; i < count; i++) {
		if (events[i].data.u64 != LISTENER)
			continue;
		for (accepted = 0; accepted < EVENTS_MAX && peer_accept(server); accepted++)
			;
	}
	return count > 0;
}

void ring_server_empty(struct ring_server *server)
{
	int steps = 0;

	while (steps++ < EMPTY_STEPS && ring_server_step(server))
		;
}

void ring_server_free(struct ring_server *server)
{
	size_t i;

	if (!server)
		return;
	listener_close(server);
	for (i = 0; i < PEERS_MAX; i++) {
		if (server->peers[i].socket >= 0)
			peer_end(server, &server->peers[i]);
	}
	if (server->poll >= 0)
		close(server->poll);
	free(server);
}
