/*
 * ring_format.h - the ring file, byte for byte: the one contract between preload/, which writes
 * it, and analyzer/, which reads it and believes nothing. The records in its chunks are in
 * record_format.h. FORMAT.md says the same in prose, with a worked hex dump.
 *
 *   ring file    [ ring_header, 4096 bytes | chunk states | chunk 0 | chunk 1 | ... | account ]
 *   chunk        [ chunk_header, 64 bytes | records ... ]
 *
 * Everything is little-endian, and every struct is aligned to 8 bytes.
 */
#ifndef OUTLIVE_RING_FORMAT_H
#define OUTLIVE_RING_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MAGIC UINT64_C(0x0A0D474E49524F8A) /* on disk: 8A "ORING" CR LF */
#define FORMAT_VERSION_MAJOR 1                  /* another major: refuse the file */
#define FORMAT_VERSION_MINOR 6 /* a higher minor: read it, skip what is unknown */

/* features_required: a reader refuses files with other bits than these. */
#define FEATURE_SAMPLED \
	UINT64_C(1) /* only a sample of the blocks is recorded: sample_bytes */
#define FEATURES_REQUIRED_KNOWN FEATURE_SAMPLED
#define SAMPLE_BYTES_MAX (UINT64_C(1) << 30)

#define RING_HEADER_BYTES 4096 /* page 0; the chunk states follow it */
#define CHUNK_BYTES 65536      /* a reader accepts 4 KiB .. 16 MiB, powers of two */
#define CHUNK_COUNT_MIN 8
#define CHUNK_COUNT_MAX (1u << 20)
#define RING_PATH_BYTES 768
#define RING_COMMAND_BYTES 1536

enum ring_policy {
	/* A reader empties full chunks; writers wait for it, not for long. */
	RING_DRAIN = 1,
	RING_FLIGHT = 2, /* no one reads: the oldest full chunk is overwritten */
};

enum ring_clock {
	CLOCK_TSC = 1,          /* invariant time-stamp counter, in ticks */
	CLOCK_MONOTONIC_NS = 2, /* CLOCK_MONOTONIC, in nanoseconds */
};

/* Why an event, or the stack or name that belongs to one, is missing. */
enum loss_cause {
	LOST_RING_FULL,   /* no chunk was free within the bounded wait */
	LOST_OVERWRITTEN, /* flight recorder: events in chunks that were recycled */
	LOST_NESTED,      /* a signal handler interrupted the allocator and called it */
	LOST_NO_STATE,    /* no memory for another thread's state */
	LOST_TOO_BIG,     /* the event did not fit into an empty chunk */
	LOST_DEFINITIONS, /* definitions that found no chunk */
	LOST_STACKS_CUT,  /* events kept, but the walk stopped before the outermost frame */
	LOST_STUBS,       /* frames that got no return stub: none was left */
	LOST_CHILDREN,    /* children that got no ring */
	LOST_DRAINED,     /* no loss: events that the reader took; 0 in a trace */
	LOST_SAMPLES, /* sampled blocks that were not recorded: the table of them was full */
	LOST_CAUSES,
	LOST_CAUSES_MAX = 16, /* room in the header for causes of later minor versions */
};

/* Where a walk stopped before the outermost frame: the kinds of LOST_STACKS_CUT. */
enum cut_kind {
	CUT_NONE,  /* it did not */
	CUT_DEPTH, /* there are more frames than are kept, or than memory was left for */
	CUT_NO_CODE, /* a return address that is in no known code: a JIT compiler's, or none */
	CUT_NO_TABLES,  /* code without call frame information */
	CUT_OFF_STACK,  /* the next frame would not be on the stack that the walk was on */
	CUT_FAULT,      /* where the process died: what called that code is unknown */
	CUT_GO_UNKNOWN, /* Go code whose runtime is not understood */
	CUT_GO_FRAME,   /* a Go function, in assembly, that moves its stack pointer */
	CUT_GO_SYSTEM, /* Go's runtime on the thread's stack, for no goroutine that is known */
	CUT_GO_RESUME, /* a goroutine for which the runtime does not say where it waits */
	CUT_GO_SIGNAL, /* a signal handler on Go's stack for it, or that interrupted Go code */
	CUT_GO_CALLBACK, /* a call from C to Go whose frame is not on the thread's stack */
	CUT_GO_C,        /* C that Go's linker has put among Go's code, of unproven size */
	CUT_KINDS,
	CUT_KINDS_MAX = 16, /* room in the header for kinds of later minor versions */
};

enum ring_flags {
	RING_FINISHED = 1, /* the process reached its last destructor */
	RING_FORKED = 2,   /* began by fork, not by exec: earlier blocks are its parent's */
	RING_FRAMES_EXACT = 4,   /* return stubs were on: frames are activations */
	RING_OUTLIVED = 8,       /* reader, in a trace: it still ran at the trace's end */
	RING_OWN_MALLOC = 16,    /* the program has its own malloc, which is not recorded */
	RING_PAST_US = 32,       /* a module calls libc's malloc unrecorded; atomic */
	RING_COPIES_STACKS = 64, /* removed parts of a stack came back; atomic */
	RING_GO_UNKNOWN =
		128,       /* Go's runtime is not understood: stacks end there; atomic */
	RING_GO = 256, /* the program is Go's, which ends without destructors; atomic */
	RING_ATTACHED = 512,  /* recording began in the running process: see age_ns */
	RING_DETACHED = 1024, /* recording ended, and the process ran on; atomic */
	RING_MALLOC_BEFORE =
		2048, /* another library's malloc is called first, and may call the recorder's */
	RING_UNREADABLE =
		4096, /* reader, in a trace: part of the ring's file could not be read */
	RING_WAITED = 8192, /* ATTACHED, by --start-after or outlive_start(), to itself */
};

/* What a process that was attached to is asked for. */
enum ring_wish {
	WISH_NONE = 0,
	WISH_DETACH = 1, /* put everything back, and end the recording */
};

/*
 * The same, and count for at most so long until no frame returns through a stub: the upper bits
 * are tenths of a second.
 */
#define WISH_STEP_NS UINT64_C(100000000)
#define WISH_DETACH_FOR(ns)                                                         \
	((uint32_t)((ns) / WISH_STEP_NS > 0xffff ? 0xffff : (ns) / WISH_STEP_NS) << 8 | \
	 WISH_DETACH)
#define WISH_STEPS(wish) ((wish) >> 8)

/*
 * Page 0 of a ring, and the payload of a PROCESS block. The writer fills it once; the fields
 * marked atomic change later, by the side named.
 */
struct ring_header {
	uint64_t magic;
	uint16_t version_major, version_minor;
	uint32_t header_bytes;      /* offset of chunk 0; may grow */
	uint64_t features_required; /* unknown bit: refuse the file */
	uint64_t features_optional; /* unknown bit: ignore it */
	uint32_t chunk_bytes;
	uint32_t chunk_count;
	uint32_t states_offset; /* offset of chunk_count 64-bit chunk states */
	uint32_t policy;        /* enum ring_policy; atomic, either side */
	uint32_t flags;         /* enum ring_flags; atomic, writer */
	uint32_t pid, parent_pid, user_id;

	/* Time: a quantum is ticks >> clock_shift. Two pairs of (ticks, ns) calibrate it. */
	uint32_t clock_kind;    /* enum ring_clock */
	uint32_t clock_shift;   /* 0..16 */
	uint64_t start_ticks;   /* read together with start_ns */
	uint64_t start_ns;      /* CLOCK_MONOTONIC */
	uint64_t start_wall_ns; /* CLOCK_REALTIME */
	uint64_t last_ticks;    /* a later pair; atomic, writer (in a trace: reader) */
	uint64_t last_ns;
	uint64_t session; /* the same for all processes of one `outlive run` */

	uint32_t reader_pid; /* 0: there never was a reader */
	uint32_t wish; /* enum ring_wish; atomic, reader: a futex, shared by processes */
	uint64_t reader_beat_ns; /* CLOCK_MONOTONIC of the reader's last visit; atomic */
	uint64_t next_ticket;    /* atomic add, writer: order in which chunks are taken */
	uint64_t next_thread;    /* atomic add, writer: thread serials, from 1 */
	uint64_t lost[LOST_CAUSES_MAX]; /* atomic add, by enum loss_cause: DRAINED is the
	                                   reader's, the others are the writer's */

	/* Of the processor, the recorder's own included, when it was finished; 0: not known. Writer */
	uint64_t processor_ns;
	uint64_t age_ns; /* ATTACHED: the process had run so long by start_ns; 0: unknown */

	/*
	 * SAMPLED: one byte in so many is sampled, and a block of s bytes is recorded with a
	 * probability of 1 - exp(-s / sample_bytes). 0: all blocks are recorded.
	 */
	uint64_t sample_bytes;

	/* By enum cut_kind, since minor version 5: in all lost[LOST_STACKS_CUT]. Atomic add, writer */
	uint64_t cuts[CUT_KINDS_MAX];

	/*
	 * Since minor version 6: where the account (account_format.h) is in the ring's file; bytes 0:
	 * it has none. In a trace, the bytes count, the offset does not.
	 */
	uint64_t account_offset, account_bytes;

	/*
	 * What of the process's resident memory is the recorder's own, in bytes, since minor version
	 * 6; 0: not known. Writer: the first two as the ring grows, the others when the process ends
	 * by itself, and before an exec.
	 */
	uint64_t ring_bytes; /* of the ring */
	uint64_t peak_bytes; /* the most of the process, without what the ring had then */
	uint64_t own_bytes;  /* of the library, its states of threads, the account */
	uint64_t own_file_bytes; /* part of own_bytes: pages of files */

	uint64_t unused[39];
	char executable[RING_PATH_BYTES]; /* NUL-terminated, from /proc/self/exe */
	char command[RING_COMMAND_BYTES]; /* arguments, each with its NUL; may be cut */
	uint32_t command_bytes;           /* bytes used of `command` */
	uint32_t snapshots; /* that the program has asked for; atomic add, writer */
	uint64_t tail[124];
};
static_assert(sizeof(struct ring_header) == RING_HEADER_BYTES, "page 0 of the ring");
static_assert(offsetof(struct ring_header, header_bytes) == 12,
              "read before the version");

/*
 * One 64-bit word for each chunk: (ticket << 8) | state. Only a compare-and-swap changes it.
 *   FREE -> OWNED      a writer takes it             (acquire)
 *   OWNED -> FULL      its writer is done with it    (release)
 *   OWNED -> PARKED    its thread ended with room left; another thread may continue in it
 *   PARKED -> OWNED    by that other thread
 *   FULL -> DRAINING   the reader copies it; -> FREE when copied
 *   FULL -> OWNED      flight recorder: the oldest is overwritten
 * Definition chunks stay in DEFINITIONS for ever.
 */
enum chunk_state {
	CHUNK_FREE = 0,
	CHUNK_OWNED = 1,
	CHUNK_FULL = 2,
	CHUNK_DRAINING = 3,
	CHUNK_PARKED = 4,
	CHUNK_DEFINITIONS = 5,
};
#define CHUNK_STATE_BITS 8

enum chunk_kind {
	CHUNK_KIND_EVENTS = 1,
	CHUNK_KIND_DEFINITIONS = 2,
};

/*
 * `commit` is the only field that changes after the chunk was taken. Its low half is the number
 * of bytes used, including this header; its high half is the number of events in them. It is
 * stored with release after the bytes that it covers; load it with acquire before reading them.
 */
struct chunk_header {
	uint64_t ticket;     /* chunks are numbered as they are taken, from 1 */
	uint64_t commit;     /* atomic, writer */
	uint64_t time_first; /* quanta, when the chunk was taken */
	uint32_t kind;       /* enum chunk_kind */
	uint32_t pid;
	uint64_t reserved[4];
};
static_assert(sizeof(struct chunk_header) == 64, "on-disk size");
#define COMMIT_BYTES(commit) ((uint32_t)(commit))
#define COMMIT_EVENTS(commit) ((uint32_t)((commit) >> 32))

#endif
