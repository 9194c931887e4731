/*
 * trace_format.h - the ring file and the trace file, byte for byte: the one contract
 * between preload/ (the only writer of events) and analyzer/ (the judge that reads
 * them). The same in prose, with a worked hex dump: FORMAT.md. Layer 0.
 *
 *   ring file    [ ring_header, 4096 bytes | chunk states | chunk 0 | chunk 1 | ... ]
 *   trace file   [ trace_header, 64 bytes | block | block | ... | END block ]
 *   chunk        [ chunk_header, 64 bytes | records ... ]
 *
 * A chunk is the same bytes in both files; a trace keeps it as one zstd frame.
 * Everything is little-endian. The byte-coded records of an event chunk have no
 * alignment; every struct below lies on 8 bytes.
 */
#ifndef OUTLIVE_TRACE_FORMAT_H
#define OUTLIVE_TRACE_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define RING_MAGIC UINT64_C(0x0A0D474E49524F8A)  /* on disk: 8A "ORING" CR LF */
#define TRACE_MAGIC UINT64_C(0x0A0D435254544F8A) /* on disk: 8A "OTTRC" CR LF */
#define FORMAT_VERSION_MAJOR 1                   /* another major: refuse the file */
#define FORMAT_VERSION_MINOR 2 /* a higher minor: read it, skip what is unknown */

/* features_required: a bit not listed here means "refuse". None exists yet. */
#define FEATURES_REQUIRED_KNOWN UINT64_C(0)

/* ---- the ring file ---------------------------------------------------------- */

#define RING_HEADER_BYTES 4096 /* page 0; the chunk states follow it */
#define CHUNK_BYTES 65536      /* a reader accepts 4 KiB .. 16 MiB, powers of two */
#define CHUNK_COUNT_MIN 8
#define CHUNK_COUNT_MAX (1u << 20)
#define RING_PATH_BYTES 768
#define RING_COMMAND_BYTES 1536

enum ring_policy {
	RING_DRAIN = 1,  /* a reader empties full chunks; writers wait for it, bounded */
	RING_FLIGHT = 2, /* nobody reads: the oldest full chunk is overwritten */
};

enum ring_clock {
	CLOCK_TSC = 1,          /* invariant time-stamp counter, in ticks */
	CLOCK_MONOTONIC_NS = 2, /* CLOCK_MONOTONIC, in nanoseconds */
};

/* Why an event, or the stack or name that belongs to one, is missing. */
enum loss_cause {
	LOST_RING_FULL,   /* no chunk could be had within the bounded wait */
	LOST_OVERWRITTEN, /* flight recorder: events in chunks that were recycled */
	LOST_NESTED,      /* a signal handler called the allocator inside a call of it */
	LOST_NO_STATE,    /* no memory for the state of one more thread */
	LOST_TOO_BIG,     /* the event did not fit an empty chunk */
	LOST_DEFINITIONS, /* module records that found no definition chunk */
	LOST_STACKS_CUT,  /* events kept, but the walk stopped before the outermost frame */
	LOST_STUBS,       /* frames that got no return stub: none was left */
	LOST_CHILDREN,    /* children that could not have a ring */
	LOST_DRAINED,     /* none: the reader took them into its trace; 0 in a trace */
	LOST_CAUSES,
	LOST_CAUSES_MAX = 16, /* room in the header for causes of later minors */
};

enum ring_flags {
	RING_FINISHED = 1, /* the process reached its last destructor */
	RING_FORKED = 2,   /* began by fork, not by exec: earlier blocks are its parent's */
	RING_FRAMES_EXACT = 4, /* return stubs were on: frames are activations */
	RING_OUTLIVED = 8,     /* reader, in a trace: it still ran when the trace ended */
	RING_OWN_MALLOC = 16,  /* the program's own malloc serves it: not recorded */
	RING_PAST_US =
		32, /* a module was opened that reaches libc's malloc past us: atomic */
};

/*
 * Page 0 of a ring; also the payload of a PROCESS block. The writer fills it once;
 * the fields marked atomic change later, by the side named.
 */
struct ring_header {
	uint64_t magic;
	uint16_t version_major, version_minor;
	uint32_t header_bytes;      /* offset of chunk 0: the header and states may grow */
	uint64_t features_required; /* an unknown bit here: refuse */
	uint64_t features_optional; /* an unknown bit here: ignore */
	uint32_t chunk_bytes;
	uint32_t chunk_count;
	uint32_t states_offset; /* of chunk_count 64-bit chunk states */
	uint32_t policy;        /* enum ring_policy; atomic, either side */
	uint32_t flags;         /* enum ring_flags; atomic, writer */
	uint32_t pid, parent_pid, user_id;

	/* Time: quantum q is (ticks >> clock_shift); two pairs calibrate the rest. */
	uint32_t clock_kind;    /* enum ring_clock */
	uint32_t clock_shift;   /* 0..16 */
	uint64_t start_ticks;   /* read together with start_ns */
	uint64_t start_ns;      /* CLOCK_MONOTONIC */
	uint64_t start_wall_ns; /* CLOCK_REALTIME */
	uint64_t last_ticks;    /* a later pair; atomic, writer (in a trace: reader) */
	uint64_t last_ns;
	uint64_t session; /* the same for all processes of one `outlive run` */

	uint32_t reader_pid; /* 0: nobody ever read */
	uint32_t reserved;
	uint64_t reader_beat_ns; /* CLOCK_MONOTONIC of the reader's last visit; atomic */
	uint64_t next_ticket;    /* atomic add, writer: order in which chunks are taken */
	uint64_t next_thread;    /* atomic add, writer: thread serials, from 1 */
	uint64_t lost[LOST_CAUSES_MAX]; /* atomic add, by enum loss_cause: DRAINED is the
	                                   reader's, the others are the writer's */

	uint64_t unused[64];
	char executable[RING_PATH_BYTES]; /* NUL-terminated, as /proc/self/exe said */
	char command[RING_COMMAND_BYTES]; /* arguments, each with its NUL; cut if longer */
	uint32_t command_bytes;           /* how much of `command` is filled */
	uint32_t padding;
	uint64_t tail[124];
};
static_assert(sizeof(struct ring_header) == RING_HEADER_BYTES, "page 0 of the ring");
static_assert(offsetof(struct ring_header, header_bytes) == 12,
              "read before the version");

/*
 * One 64-bit word a chunk: (ticket << 8) | state. Only a compare-and-swap changes it.
 *   FREE -> OWNED      a writer takes it             (acquire)
 *   OWNED -> FULL      its writer is done with it    (release)
 *   OWNED -> PARKED    its thread ended; room is left, the next thread may go on in it
 *   PARKED -> OWNED    that next thread
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
 * `commit` is the only field that changes after the chunk was taken: the bytes used,
 * this header included, in its low half, the events among them in its high half. It
 * is stored with release after the bytes it covers; load it with acquire before them.
 */
struct chunk_header {
	uint64_t ticket;     /* order of taking; 1 is the first */
	uint64_t commit;     /* atomic, writer */
	uint64_t time_first; /* quanta, when the chunk was taken */
	uint32_t kind;       /* enum chunk_kind */
	uint32_t pid;
	uint64_t reserved[4];
};
static_assert(sizeof(struct chunk_header) == 64, "on-disk size");
#define COMMIT_BYTES(commit) ((uint32_t)(commit))
#define COMMIT_EVENTS(commit) ((uint32_t)((commit) >> 32))

/* ---- records of an event chunk ---------------------------------------------- */

/*
 * Every record begins with a tag byte: its low three bits are the operation, the
 * others are flags. An event is any operation but OP_CONTROL:
 *
 *   tag  shape  [pops]  [news]  time  [new frames]  operands
 *
 *   shape   pops << 4 | news, each 0..14; 15 says that a varint follows, holding the
 *           value less 15. `pops` inner frames of the thread's previous stack have
 *           ended, `news` have begun. Absent with TAG_SAME_SHAPE: as in the event
 *           before (after a RUN record: pops 0, news 0).
 *   time    varint, quanta since the previous event of this run (or the run's start)
 *   frames  absent with TAG_FRAMES_PREDICTED; else groups of eight, outermost first: a
 *           mask byte (bit i set: frame i of the group is the predicted one), then
 *           one frame code for each clear bit that stands for a frame.
 *   frame code   two bytes, high one first, below 0x8000: an index into the
 *           dictionary; or one byte 0x80, then six bytes of return address.
 *
 * varint: LEB128, at most 10 bytes. zigzag: (n << 1) ^ (n >> 63), as a varint.
 */
enum event_op {
	OP_NONE = 0, /* never written: zeros are not records */
	OP_MALLOC = 1,
	OP_CALLOC = 2,
	OP_ALIGNED = 3, /* posix_memalign, aligned_alloc, memalign, valloc, pvalloc */
	OP_FREE = 4,
	OP_REALLOC = 5,
	OP_FAILED = 6, /* an allocation that returned NULL */
	OP_CONTROL = 7,
};
#define TAG_OP(tag) ((tag)&7)
#define TAG_SIZE_PREDICTED 0x08    /* alloc: no size operand */
#define TAG_ADDRESS_PREDICTED 0x10 /* alloc: no address operand. free: recent (below) */
#define TAG_FRAMES_PREDICTED 0x20  /* all new frames are the predicted ones */
#define TAG_SAME_SHAPE 0x40        /* pops and news as in the previous event */
/*
 * What this event says of frames that have ended or go on is inferred in part: blocks of
 * its thread that live across it cannot be called exact.
 */
#define TAG_PLAIN 0x80

/*
 * Operands.
 *   malloc, calloc   [size]  [address]
 *   aligned          alignment as a power of two, 1 byte; [size]  [address]
 *   free             address: with TAG_ADDRESS_PREDICTED a varint `distance`, else
 *                    zigzag((address - last address) >> 3), see below
 *   realloc          realloc flags, 1 byte; varint duration in quanta (time is before
 *                    the real call, time + duration after it); old address coded as
 *                    in free; varint new size; new address as in malloc, absent with
 *                    REALLOC_IN_PLACE
 *   failed           varint size
 *
 * Addresses and sizes are predicted by tables that writer and reader both keep. All
 * are zero at the start of a run (a RUN record), so a chunk needs no other chunk.
 *
 *   dictionary[h(ra)]       the return address last coded there. A raw frame code
 *                           stores itself; an index code reads it.
 *   children[h(context)]    dictionary index of the frame last seen in this context.
 *                           The context of a new frame is the return address of its
 *                           parent (0 for the outermost), and for the first new frame
 *                           of an event also the frame it replaces: the previous
 *                           stack's return address at the same depth (0 if none);
 *                           for the later ones the event's operation. Set after each.
 *   sizes[h(leaf)]          size last allocated by this innermost frame
 *   recent                  numbers blocks as they are allocated, 1, 2, .. in a run;
 *                           slot[h(address)] holds address, number and size class.
 *                           `distance` = newest number - the block's number; valid
 *                           below RECENT_WINDOW.
 *   freed[size class]       the last FREED_DEPTH addresses freed in each size class,
 *                           last in first out: a free that is found in `recent`
 *                           pushes (dropping the oldest); an alloc pops, if any is
 *                           there, and is predicted if that is its address.
 *                           A realloc that moved is an alloc, then a free; one in
 *                           place neither pops nor pushes. Either numbers its block
 *                           anew in `recent`, with its new size class.
 *   last address            of the previous event that carried one (realloc: the new).
 *                           For the new address of a realloc: its old address.
 *
 * An address operand of an alloc is zigzag((address - last address) >> 3) if the low
 * three bits are clear. They always are: addresses with other low bits are recorded
 * with them cleared.
 */
enum realloc_flags {
	REALLOC_OLD_RECENT = 1,    /* old address as `distance` */
	REALLOC_NEW_PREDICTED = 2, /* new address is the popped one */
	REALLOC_IN_PLACE = 4,      /* new address = old address */
};

#define DICTIONARY_BITS 10
#define CHILDREN_BITS 10
#define SIZES_BITS 8
#define RECENT_BITS 8
#define RECENT_WINDOW 4096
#define FREED_CLASSES 32
#define FREED_DEPTH 7
/* Size classes: 16-byte steps up to 480, one for all the rest. */
#define SIZE_CLASS(size) ((size) > 480 ? 31u : (uint32_t)(((uint64_t)(size) + 15) >> 4))
#define FORMAT_HASH(word, bits) \
	((uint32_t)(((uint64_t)(word)*UINT64_C(0x9E3779B97F4A7C15)) >> (64 - (bits))))
#define CHILD_CONTEXT(parent, other) ((uint64_t)(parent) ^ ((uint64_t)(other) << 7))

/*
 * OP_CONTROL: the tag's high bits name it. From CONTROL_SIZED on the tag is followed by a
 * varint, the bytes that follow that: an unknown one is skipped. Those are no events, and
 * are read with the event or the RUN record they come after.
 */
enum control_kind {
	CONTROL_RUN = 0,         /* tag 0x07 */
	CONTROL_STACK = 1,       /* tag 0x0f */
	CONTROL_STACK_PLAIN = 2, /* tag 0x17 */
	CONTROL_SIZED = 3,
	CONTROL_THREAD = 3,  /* tag 0x1f */
	CONTROL_DEPTH = 4,   /* tag 0x27 */
	CONTROL_TOUCHED = 5, /* tag 0x2f */
	CONTROL_FAULT = 6,   /* tag 0x37 */
	CONTROL_NAME = 7,    /* tag 0x3f */
	CONTROL_GAP = 8,     /* tag 0x47 */
};
#define CONTROL_TAG(kind) ((uint8_t)(OP_CONTROL | (kind) << 3))

/*
 * Begins the events of one thread in a chunk: at the chunk's start, and where the
 * next thread goes on in a parked chunk. After the struct: `stack_frames` frames
 * coded as the new frames of an event are (groups of eight, all contexts as in an
 * OP_NONE event), the thread's stack after its previous event, outermost first.
 */
struct run_record {
	uint64_t time; /* quanta, absolute */
	uint64_t
		events_before; /* of this thread: equal to what was read so far, or a hole */
	uint32_t thread;   /* serial in this process, from 1 */
	uint32_t tid;      /* as the kernel knows it */
	uint32_t stack_frames;
	uint32_t stack_cut; /* 1: outer frames were left out */
	char name[16];      /* comm, NUL-padded */
};
/*
 * A private, anonymous, writable mapping of 64 KiB or more that was not taken for heap. What
 * malloc mapped for a large block may be part of it: the kernel joins neighbours. By
 * address; those of which the most is resident, if there are very many.
 */
struct segments_span {
	uint64_t start, end, rss;
	uint32_t segment; /* what it was taken for, as in segments_use */
	uint32_t tid;     /* whose stack it was taken for; 0: no thread's */
};
static_assert(sizeof(struct run_record) == 48, "on-disk size");

/*
 * STACK and STACK_PLAIN say what the thread's stack has become without an event of the
 * allocator: shape, time and new frames as in an event, all of them present, with the
 * contexts of OP_CONTROL. They count as events; PLAIN is what TAG_PLAIN says of others.
 */

/*
 * All fields of the five below are varints; addresses are whole, sizes in bytes unless
 * said otherwise.
 *
 * THREAD follows a RUN record: creator, start, high, room.
 *   creator  serial of the thread that made this one; 0: not known, or the first
 *   start    address of the function the thread began with; 0: not known
 *   high     the thread's own stack ends before this address; 0: not known
 *   room     how far it may grow down from there, its guard pages not included
 *
 * DEPTH is a sample of the stack as it is at the event before it: kind, high, room, depth,
 * first, count, then `count` frame sizes.
 *   kind     enum stack_kind: what stack the innermost frame lies on
 *   high     of that stack, and its room, as in THREAD; both 0 for STACK_OWN (see there)
 *   depth    from `high` down to the slot of the innermost entry
 *   first    the outermost entry whose size is given; the `count` from there on reach to
 *            the innermost. Those further out were given before, in this run.
 *   size     in words of 8 bytes, plus 1: from an entry's slot up to that of the entry
 *            outside it (the outermost: to the end of the stack). 0: not on one stack, or
 *            nothing is known of what lies outside the outermost.
 *
 * TOUCHED says how deep the thread's own stack was ever used, by the pages that are
 * resident in it: bytes from its end down to the lowest.
 *
 * FAULT follows the STACK record of a thread that a signal is about to kill, or one that a
 * handler of the program's own was given, which ends the process now: signal, kind,
 * address, instruction, depth, end (missing before 1.2: 0).
 *   kind         enum fault_kind
 *   address      that could not be accessed (si_addr); 0 where nothing says which
 *   instruction  that did it
 *   depth        from the end of the thread's own stack down to its stack pointer; 0: it
 *                was not on its own stack
 *   end          enum fault_end
 *
 * NAME is what the thread is called from then on, until a later NAME or RUN record or
 * definition of it says otherwise: time, first, second.
 *   time     quanta, absolute
 *   first    the first eight bytes of the name, the second eight; padded with NULs
 */
enum stack_kind {
	STACK_OWN = 0,    /* the thread's */
	STACK_SIGNAL = 1, /* sigaltstack(2) */
	STACK_OTHER = 2,  /* of a coroutine, or whatever the program made */
};
enum fault_kind {
	FAULT_OTHER = 0,
	FAULT_STACK_OVERFLOW = 1, /* of the thread's own stack: it ran into its end */
	FAULT_SENT = 2,           /* none at all: somebody sent the signal */
	FAULT_NO_ADDRESS = 3,     /* the processor refused, and does not say what address */
	FAULT_NOT_JUDGED = 4,     /* OTHER or STACK_OVERFLOW: there was no room to look */
};

enum fault_end {
	FAULT_END_KILLED = 0,  /* by the signal */
	FAULT_END_HANDLED = 1, /* the handler called exit() or the like */
	/* It called abort(): if the process exits later, or the thread has another fault, a
	   handler of SIGABRT has jumped out of that. */
	FAULT_END_ABORTED = 2,
};

#define STACK_FRAMES_MAX 65536 /* a reader refuses a deeper stack */
#define EVENT_BYTES_MAX (CHUNK_BYTES / 2)

/* ---- records of a definition chunk ------------------------------------------ */

enum definition_kind {
	DEFINITION_MODULE = 1,
	DEFINITION_MODULE_GONE = 2,
	DEFINITION_PHASE = 3,
	DEFINITION_MAPS = 4,
	DEFINITION_MAPS_USE = 5,
	DEFINITION_MEMORY = 6,
	DEFINITION_STACKS = 7,
	DEFINITION_THREAD_NAME = 8,
};

struct definition_header {
	uint16_t kind;  /* enum definition_kind; unknown: skip */
	uint16_t bytes; /* the whole record, a multiple of 8 */
	uint32_t reserved;
	uint64_t time; /* quanta; from here on it holds (a module: 0 if ever since) */
};

#define BUILD_ID_BYTES_MAX 32
#define MODULE_SEGMENTS_MAX 8

/* A loaded ELF object. Return addresses in [start, end) are its. */
struct module_definition {
	struct definition_header header;
	uint64_t start, end;    /* of all its PT_LOAD segments, in memory */
	uint64_t bias;          /* memory address - ELF virtual address */
	uint16_t path_bytes;    /* after the struct, no NUL */
	uint8_t build_id_bytes; /* 0: it has none */
	uint8_t segment_count;
	uint32_t reserved;
	uint8_t build_id[BUILD_ID_BYTES_MAX];
	struct {
		uint64_t start, end; /* in memory */
		uint32_t flags;      /* PF_R, PF_W, PF_X */
		uint32_t reserved;
	} segments[MODULE_SEGMENTS_MAX];
	/* path follows, then zeros up to a multiple of 8 */
};

struct module_gone_definition {
	struct definition_header header;
	uint64_t start, end; /* as in the module's definition */
};

/*
 * What a thread is called from header.time on: another thread has named it, or saw its name
 * when the process ended.
 */
struct thread_name_definition {
	struct definition_header header;
	uint32_t thread; /* serial */
	uint32_t tid;
	char name[16]; /* comm, NUL-padded */
};
static_assert(sizeof(struct thread_name_definition) == 40, "on-disk size");

/* The process enters a phase, at header.time. Before the first one it is in PHASE_LOAD. */
enum phase {
	PHASE_LOAD = 0,  /* loader, constructors */
	PHASE_MAIN = 1,  /* main() is entered */
	PHASE_EXIT = 2,  /* main() has returned, or exit() was called */
	PHASE_NAMED = 3, /* outlive_phase() was called: within the three above */
};
#define PHASE_NAME_BYTES_MAX 255
struct phase_definition {
	struct definition_header header;
	uint32_t phase;      /* enum phase */
	uint32_t thread;     /* serial of the thread that said so; 0: not known */
	uint32_t name_bytes; /* NAMED: after the struct, no NUL. 0 ends the named phase */
	uint32_t reserved;
};

/*
 * The address space of the process, as it saw itself. What does not fit one record goes on
 * in the next, with the same time and reason.
 */
enum maps_reason {
	MAPS_START = 1,
	MAPS_MODULES = 2, /* libraries came or went */
	MAPS_EXEC = 3,    /* it is about to become another program */
	MAPS_END = 4,
};
enum maps_access {
	MAPS_READ = 1,
	MAPS_WRITE = 2,
	MAPS_EXECUTE = 4,
	MAPS_SHARED = 8,
};
struct maps_definition {
	struct definition_header header;
	uint32_t reason;  /* enum maps_reason */
	uint32_t first;   /* number of the first mapping here; 0 begins a new picture */
	uint32_t count;   /* of mappings in this record */
	uint32_t is_last; /* 1: the picture is whole. Never met: the rest found no room */
					  /* then `count` times: */
};
struct maps_entry {
	uint64_t start, end, offset; /* of the file */
	uint32_t access;             /* enum maps_access */
	uint16_t name_bytes;         /* after the struct, no NUL, then zeros up to 8 */
	uint16_t kind;               /* enum maps_kind */
};
/* What most of an anonymous mapping is, by what begins there: the recorder has looked. */
enum maps_kind {
	MAPS_KIND_UNTOLD = 0,
	MAPS_KIND_OWN = 1,    /* the recorder's, by its marks */
	MAPS_KIND_MALLOC = 2, /* large blocks of glibc's malloc, by their headers */
	/* where it begins at the end of a file's data, by the file's program headers: */
	MAPS_KIND_BSS = 3,   /* uninitialised variables of that file */
	MAPS_KIND_APART = 4, /* not those, nor any of the above */
};

/*
 * How much of the mappings of the MAPS record before it was in memory, by
 * /proc/self/smaps: the same time, reason, first and count. Not there for every MAPS
 * record of a picture: how much that was, is not known. Each of the `count` is a mask of
 * 16 bits and for each bit in it below MAPS_USE_FIELDS, the lowest first, a varint, in
 * KiB. What has no bit is 0. Zeros up to 8 bytes follow the last.
 */
enum maps_use_field {
	MAPS_USE_RSS,
	MAPS_USE_PSS,
	MAPS_USE_PRIVATE_DIRTY,
	MAPS_USE_PRIVATE_CLEAN,
	MAPS_USE_SHARED_DIRTY,
	MAPS_USE_SHARED_CLEAN,
	MAPS_USE_ANONYMOUS,
	MAPS_USE_SWAP,
	MAPS_USE_SWAP_PSS,
	MAPS_USE_HUGE,
	MAPS_USE_LOCKED,
	MAPS_USE_FIELDS,
	MAPS_USE_GROWS_DOWN = 15, /* no size: a stack that the kernel grows */
};
#define MAPS_USE_BYTES_MAX (2 + 10 * MAPS_USE_FIELDS) /* of one mapping */
struct maps_use_definition {
	struct definition_header header;
	uint32_t reason; /* enum maps_reason */
	uint32_t first, count;
	uint32_t reserved;
};

/*
 * The process's memory as a whole, before the picture of the same time and reason, by
 * /proc/self/statm and status. There for EXEC and END, also where the picture is not.
 */
struct memory_definition {
	struct definition_header header;
	uint32_t reason;         /* enum maps_reason */
	uint32_t threads;        /* 0: not known, as all below */
	uint64_t time_ns;        /* CLOCK_MONOTONIC */
	uint64_t size, resident; /* bytes */
	uint64_t shared;         /* of what is resident: files, shared memory */
	uint64_t peak;           /* the most that was ever resident (VmHWM) */
	uint64_t swap;
};

/* Where threads had their stacks at the time of the next picture: those it knows of. */
struct stacks_definition {
	struct definition_header header;
	uint32_t reason; /* enum maps_reason */
	uint32_t count;  /* then so many times: */
};
struct stacks_entry {
	uint64_t address; /* in the mapping that the thread's stack lies in */
	uint32_t tid, reserved;
	char name[16]; /* comm, NUL-padded */
};

/*
 * Memory that the recorder maps begins with this, so that who looks at the living process
 * from outside can tell it from the program's.
 */
struct own_mark {
	uint64_t magic;
	uint64_t bytes; /* of this memory, the mark included; whole pages */
};
#define OWN_MARK_MAGIC UINT64_C(0x4B52414D4C54554F) /* in memory: "OUTLMARK" */
#define OWN_THREAD_BYTES \
	(416 * 1024) /* a signal stack, and above it a thread's state */

/* ---- the trace file --------------------------------------------------------- */

struct trace_header {
	uint64_t magic;
	uint16_t version_major, version_minor;
	uint32_t header_bytes; /* offset of the first block */
	uint64_t features_required;
	uint64_t features_optional;
	uint64_t session;       /* as in the rings it was drained from */
	uint64_t start_wall_ns; /* CLOCK_REALTIME */
	uint64_t reserved[2];
};
static_assert(sizeof(struct trace_header) == 64, "on-disk size");

enum trace_block_type {
	BLOCK_PROCESS = 1, /* a ring_header; a later one of the same process replaces it */
	BLOCK_CHUNK = 2,   /* the used bytes of one chunk, chunk_header included */
	BLOCK_SYMBOLS = 3, /* symbols_header and what follows it */
	BLOCK_RING_DIRECTORY = 4, /* path of the rings; where to look if END is missing */
	BLOCK_END = 5, /* nothing follows; no payload. Missing: the trace was cut short */
	BLOCK_SEGMENTS = 6, /* a segments_sample and what follows it */
	BLOCK_SIZES = 7,    /* a sizes_batch and what follows it */
};

/* Every payload is one zstd frame with its checksum on. */
struct trace_block {
	uint32_t type;         /* enum trace_block_type; unknown: skip */
	uint32_t process;      /* number of the process in this trace, from 0 */
	uint64_t stored_bytes; /* of the payload as it lies in the file */
	uint64_t raw_bytes;    /* of the payload decompressed */
	uint64_t ticket;       /* CHUNK: its ticket */
	uint64_t time_first;   /* CHUNK: its time_first */
	uint64_t events;       /* CHUNK: events committed. END: blocks before it */
	uint64_t magic;        /* BLOCK_MAGIC: lets a reader find its feet after damage */
	uint64_t reserved;
};
static_assert(sizeof(struct trace_block) == 64, "on-disk size");
#define BLOCK_MAGIC UINT64_C(0x4B4C424556494C54) /* on disk: "TLIVEBLK" */
#define BLOCK_RAW_BYTES_MAX (UINT64_C(1) << 32)

/*
 * SYMBOLS of one process: the struct, then `addresses` sorted by (module, offset),
 * then `frames`, then the strings, each with its NUL; string 0 is "" (unknown).
 * Function names are demangled. Modules count the MODULE definitions of the process
 * in the order of (definition chunk ticket, position), from 0.
 */
struct symbols_header {
	uint64_t address_count, frame_count, string_bytes;
};
struct symbols_address {
	uint64_t offset; /* return address - bias of the module */
	uint32_t module;
	uint32_t frame_first; /* index into frames; innermost inlined function first */
	uint32_t frame_count; /* >= 1; the last is the physical function */
	uint32_t reserved;
};
struct symbols_frame {
	uint32_t function, file; /* offsets into the strings */
	uint32_t line;           /* 0: unknown */
	uint32_t flags;          /* bits below */
};
#define SYMBOL_INLINED 1u /* into the next frame */
#define SYMBOL_DECLARED \
	2u /* behind the function's string another: where it is declared */

/*
 * SEGMENTS: how one process used its memory at a time, seen from outside. The struct, then
 * `segment_count` segments_use, then `stack_count` segments_stack, then `span_count`
 * segments_span (since 1.2). Times of one process grow from block to block. Without segments: it was there and could not be looked at.
 */
enum segments_reason { /* bits */
	                   SEGMENTS_FIRST = 1,
	                   SEGMENTS_INTERVAL = 2,
	                   SEGMENTS_PEAK =
	                       4, /* resident memory had grown beyond all samples before */
	                   SEGMENTS_EXEC =
	                       8, /* the first of a program that another became, by exec */
	                   SEGMENTS_LAST = 16,
	                   SEGMENTS_SAME = 32, /* its size alone was looked at, and had not
	                                          changed: the rest is of the look before */
};
struct segments_sample {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t reason;  /* enum segments_reason */
	uint32_t pid;
	uint64_t peak_rss_bytes; /* VmHWM: the most that was ever resident; 0: not known */
	uint64_t limit_bytes; /* of the main stack (RLIMIT_STACK); 0: none or not known */
	uint32_t segment_count, stack_count;
	uint32_t mapping_count, thread_count;
	uint32_t span_count;
	uint32_t runtimes; /* enum segments_runtime, or'ed: what was seen in the process */
	uint64_t reserved;
};
enum segments_runtime { /* bits: who keeps memory that malloc of libc knows nothing of */
	                    RUNTIME_PYTHON = 1,
	                    RUNTIME_JAVA = 2,
	                    RUNTIME_NODE = 4,
	                    RUNTIME_MALLOC = 8, /* a library that is another malloc */
};
struct segments_use {
	uint32_t
		segment; /* 0 code, 1 rodata, 2 data, 3 bss, 4 heap, 5 stack, 6 go heap, 7 go
	                     stacks, 8 jit, 9 files, 10 shared, 11 kernel, 12 guard, 13
	                     outlive, 14 other; unknown: other */
	uint32_t mappings;
	uint64_t size, rss, pss, private_dirty, private_clean, shared_dirty, shared_clean;
	uint64_t anonymous, swap, swap_pss, huge, locked;
};
struct segments_stack {
	uint32_t tid;
	uint32_t reserved;
	uint64_t size, rss; /* of the mapping the thread's stack lies in */
	char name[16];      /* comm, NUL-padded */
};

/*
 * SIZES: how large one process was, as its /proc/PID/statm said: the struct, then `count`
 * sizes_entry. Times of one process grow from entry to entry and from block to block. Of
 * readings one after the other that were alike the first and the last are kept: between two
 * entries that are alike it was so all the time.
 */
struct sizes_batch {
	uint32_t count;
	uint32_t reserved;
	uint64_t every_ns;   /* how often it was read to be kept */
	uint64_t readings;   /* so many since the block before, those left out included */
	uint64_t longest_ns; /* the longest time between two of these */
};
struct sizes_entry {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t size;    /* of all mappings. Bytes, these and those below */
	uint64_t resident;
	uint64_t shared; /* of these: of files and shared memory; the rest is anonymous */
};

#endif
