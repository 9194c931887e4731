/*
 * attach_format.h - what `outlive attach` and liboutlive.so in a running process agree on: the
 * request that is handed over, and the control block that any outlive finds in the library.
 *
 * The control block is the exported variable `outlive_control`. The library is found among the
 * loaded objects by its build-id, not by its path. Everything is little-endian and aligned to 8
 * bytes. Neither side believes the other more than it must: the process may overwrite both.
 */
#ifndef OUTLIVE_ATTACH_FORMAT_H
#define OUTLIVE_ATTACH_FORMAT_H

#include <assert.h>
#include <stdint.h>

#define ATTACH_MAGIC UINT64_C(0x316863617474614F) /* "Oattach1" */
#define ATTACH_VERSION 1 /* of both structs: another version is refused */
#define ATTACH_DIRECTORY_BYTES 512
#define ATTACH_CONTROL "outlive_control"
#define ATTACH_SERVE "outlive_serve" /* void *outlive_serve(struct attach_request *) */

enum attach_state {
	ATTACH_INERT = 0,     /* loaded, but nothing is recorded */
	ATTACH_STARTING = 1,  /* the service thread prepares */
	ATTACH_RECORDING = 2, /* the words are patched */
	ATTACH_ENDING = 3,    /* the words are put back; threads may still be in a hook */
	ATTACH_OF_START = 4,  /* the library was loaded with the program, and records */
};

/* Why a start has failed; the state is ATTACH_INERT again. */
enum attach_failure {
	ATTACH_NO_FAILURE = 0,
	ATTACH_WRONG_REQUEST = 1, /* of another version, or impossible */
	ATTACH_NO_RING = 2,       /* no file or no memory for the ring */
	ATTACH_NO_WORDS = 3,      /* no word could be patched */
	ATTACH_NOT_LATE = 4,      /* the library was loaded with the program */
	ATTACH_NO_ROOM = 5,       /* no memory for the list of words */
};

/* Whether a request is served: another one may have come first. */
enum attach_answer { ATTACH_UNANSWERED = 0, ATTACH_SERVED = 1, ATTACH_BUSY = 2 };

/* The settings of a recording, filled by the tool. */
struct attach_request {
	uint64_t magic;
	uint32_t version, bytes;   /* sizeof(struct attach_request) */
	uint64_t ring_bytes;       /* of all chunks */
	uint64_t session;          /* of this recording: see ring_header.session */
	uint64_t reader_namespace; /* inode of the reader's pid namespace; 0: unknown */
	uint64_t reader_view;      /* ring_view() of the reader; 0: unknown */
	uint64_t age_ns;           /* how long the process had run; 0: unknown */
	uint64_t sample_bytes;     /* see ring_header.sample_bytes; 0: everything */
	uint32_t reader_pid;       /* 0: none */
	uint32_t policy;           /* enum ring_policy */
	uint32_t is_plain;         /* without return stubs */
	uint32_t answer;           /* enum attach_answer; atomic, the library */
	uint64_t mapping, mapping_bytes;        /* the tool's own memory in the process */
	char directory[ATTACH_DIRECTORY_BYTES]; /* of the ring */
};
static_assert(sizeof(struct attach_request) == 96 + ATTACH_DIRECTORY_BYTES,
              "no padding");

/* In the library. Written by it alone, atomically where it says so. */
struct attach_control {
	uint64_t magic;
	uint32_t version, bytes; /* sizeof(struct attach_control) */
	uint32_t state;          /* enum attach_state; atomic */
	uint32_t failure;        /* enum attach_failure of the last start */
	uint32_t pid;            /* whose state it is; a forked child's is another */
	uint32_t session;        /* recordings that were begun, counted */
	uint64_t mapping, mapping_bytes; /* the tool's, which serve every attach; 0: none */
	uint32_t words;                  /* patched at the moment */
	uint32_t foreign; /* words that hold somebody else's function: left alone */
	uint32_t denied;  /* words that could not be written */
	uint32_t
		put_back;  /* of the last detach: words that were ours and are not any more */
	uint32_t lost; /* words that somebody else has changed since */
	uint32_t standing; /* frames that still return through a stub */
	uint32_t inside;   /* threads that have not left a hook yet */
	uint32_t reserved;
};
static_assert(sizeof(struct attach_control) == 80, "no padding");

#endif
