/*
 * ring_socket.h - how a process gets a ring if it cannot reach the directory of the rings
 * (after chroot(), in another mount namespace), and how `outlive run` gets the file of a
 * library that is removed right after it was loaded.
 *
 * `outlive run` listens on an abstract Unix socket (SOCK_SEQPACKET), which a process can reach
 * whatever its root is:
 *
 *   process -> run   struct ring_question
 *   run -> process   struct ring_answer, and with it the descriptor of an empty file in
 *                    the directory (SCM_RIGHTS)
 *   process          makes the file its ring and closes the socket
 *   run              names the file if it is a ring by then, else removes it
 *
 * A process also sends the file of a library that it is about to load, since the file may have
 * no name later; and files of its modules, if it sees another file system than `outlive run`.
 *
 *   process -> run   struct ring_question with the proof of PROOF_MODULE, the library's path
 *                    as the process names it, without NUL, and the file's descriptor
 *                    (SCM_RIGHTS)
 *   process          closes the socket: there is no answer
 *
 * Anyone can see the socket's name, connect to it, and take it once `run` has ended. So each
 * side proves to the other that it knows the number of the session, without sending it. That
 * number is only in the environment as long as it matters.
 */
#ifndef OUTLIVE_RING_SOCKET_H
#define OUTLIVE_RING_SOCKET_H

#include <stdint.h>

/*
 * The length of the name: "outlive." and 16 hexadecimal digits; after a NUL byte, without a NUL
 * at its end.
 */
#define RING_SOCKET_NAME_BYTES 24

struct ring_question {
	uint64_t nonce; /* never used twice */
	uint64_t proof; /* ring_proof() of PROOF_QUESTION or PROOF_MODULE and `nonce` */
};

struct ring_answer {
	uint64_t proof; /* ring_proof() of PROOF_ANSWER and the question's nonce */
};

enum ring_proof_use { PROOF_NAME = 1, PROOF_QUESTION, PROOF_ANSWER, PROOF_MODULE };

#define RING_MODULE_PATH_MAX 4095 /* bytes of a library's path */

#define RING_PROOF_KEY UINT64_C(0x72696E6720313030) /* change it with the protocol */

static inline uint64_t ring_rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void ring_hash_rounds(uint64_t v[4], int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[1] = ring_rotate(v[1], 13) ^ v[0];
		v[0] = ring_rotate(v[0], 32);
		v[2] += v[3];
		v[3] = ring_rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = ring_rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = ring_rotate(v[1], 17) ^ v[2];
		v[2] = ring_rotate(v[2], 32);
	}
}

/* SipHash-2-4 of two words (16 bytes). */
static inline uint64_t ring_hash(uint64_t key0, uint64_t key1, uint64_t word0,
                                 uint64_t word1)
{
	const uint64_t words[3] = { word0, word1, UINT64_C(16) << 56 };
	uint64_t v[4] = { key0 ^ UINT64_C(0x736F6D6570736575),
		              key1 ^ UINT64_C(0x646F72616E646F6D),
		              key0 ^ UINT64_C(0x6C7967656E657261),
		              key1 ^ UINT64_C(0x7465646279746573) };

	for (int i = 0; i < 3; i++) {
		v[3] ^= words[i];
		ring_hash_rounds(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	ring_hash_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/*
 * Identifies a view of the file system: the mount namespace (its inode; 0: unknown) and the
 * root directory. OUTLIVE_READER_FILES has the reader's.
 */
static inline uint64_t ring_view(uint64_t namespace, uint64_t root_device,
                                 uint64_t root_inode)
{
	return ring_hash(RING_PROOF_KEY, namespace, root_device, root_inode);
}

static inline uint64_t ring_proof(uint64_t session, enum ring_proof_use use,
                                  uint64_t nonce)
{
	return ring_hash(session, RING_PROOF_KEY, use, nonce);
}

/*
 * Write the socket's name into `name`: RING_SOCKET_NAME_BYTES of sun_path, from its second byte
 * on.
 */
static inline void ring_socket_name(uint64_t session, char *name)
{
	static const char prefix[] = "outlive.", digits[] = "0123456789abcdef";
	uint64_t proof = ring_proof(session, PROOF_NAME, 0);

	for (int i = 0; i < 8; i++)
		name[i] = prefix[i];
	for (int i = 0; i < 16; i++)
		name[8 + i] = digits[proof >> (60 - 4 * i) & 15];
}

#endif
