/*
 * record_format.h - the records in the chunks of a ring or a trace, byte for byte. Event chunks
 * hold events and what belongs to them, as bytes without alignment; definition chunks hold
 * modules, phases, and snapshots of the process's own memory, as structs aligned to 8 bytes.
 *
 * Long, because a reader of the format wants all kinds of records side by side.
 */
#ifndef OUTLIVE_RECORD_FORMAT_H
#define OUTLIVE_RECORD_FORMAT_H

#include "ring_format.h"

/* ---- records of an event chunk ---------------------------------------------- */

/*
 * Every record begins with a tag byte: its low three bits are the operation, the others are
 * flags. An event is any operation but OP_CONTROL:
 *
 *   tag  shape  [popped]  [pushed]  time  [new frames]  operands
 *
 *   shape   popped << 4 | pushed, each 0..14; 15: a varint follows, which holds the
 *           value less 15. `popped` inner frames of the thread's previous stack have
 *           ended, `pushed` frames have begun. Absent with TAG_SAME_SHAPE: as in the
 *           event before (after a RUN record: both 0).
 *   time    varint, quanta since the previous event of this run (or the run's start)
 *   frames  absent with TAG_FRAMES_PREDICTED; else groups of eight, outermost first: a
 *           mask byte (bit i set: frame i of the group is the predicted one), then
 *           one frame code for each clear bit that stands for a frame
 *   frame code   two bytes, high one first, below 0x8000: an index into the
 *           dictionary; or one byte 0x80, then six bytes of return address
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
#define TAG_SAME_SHAPE 0x40        /* popped and pushed as in the previous event */
/*
 * Which frames ended and which go on is partly inferred for this event: blocks of its thread
 * that live across it cannot be called exact.
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
 * Addresses and sizes are predicted by tables that writer and reader both keep. All tables are
 * zero at the start of a run (a RUN record), so a chunk needs no other chunk.
 *
 *   dictionary[h(ra)]       the return address last coded there. A raw frame code
 *                           stores its address; an index code reads one.
 *   children[h(context)]    dictionary index of the frame last seen in this context.
 *                           The context of a new frame is the return address of its
 *                           parent (0 for the outermost) and, for the first new frame
 *                           of an event, the frame it replaces: the previous stack's
 *                           return address at the same depth (0 if none); for the
 *                           other new frames, the event's operation. Set after each.
 *   sizes[h(leaf)]          size last allocated by this innermost frame
 *   recent                  numbers blocks as they are allocated, 1, 2, .. in a run;
 *                           slot[h(address)] holds address, number and size class.
 *                           `distance` = newest number - the block's number; valid
 *                           below RECENT_WINDOW.
 *   freed[size class]       the last FREED_DEPTH addresses freed in each size class,
 *                           last in, first out: a free that is found in `recent`
 *                           pushes (dropping the oldest); an alloc pops, if there is
 *                           one, and is predicted if that is its address.
 *                           A realloc that moved is an alloc, then a free; a realloc
 *                           in place neither pops nor pushes. Either gives its block
 *                           a new number in `recent`, with its new size class.
 *   last address            of the previous event that had one (realloc: the new).
 *                           For the new address of a realloc: its old address.
 *
 * An address operand of an alloc is zigzag((address - last address) >> 3) if the low three bits
 * are clear. They always are: the recorder clears the low bits of other addresses.
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
/* Size classes: 16-byte steps up to 480, and one class for all larger sizes. */
#define SIZE_CLASS(size) ((size) > 480 ? 31u : (uint32_t)(((uint64_t)(size) + 15) >> 4))
#define FORMAT_HASH(word, bits) \
	((uint32_t)(((uint64_t)(word)*UINT64_C(0x9E3779B97F4A7C15)) >> (64 - (bits))))
#define CHILD_CONTEXT(parent, other) ((uint64_t)(parent) ^ ((uint64_t)(other) << 7))

/*
 * OP_CONTROL: the tag's high bits are the kind. From CONTROL_SIZED on, a varint after the tag
 * gives the number of bytes that follow it, so a reader can skip an unknown kind. Records of
 * these kinds are not events; each belongs to the event or RUN record before it.
 */
enum control_kind {
	CONTROL_RUN = 0,         /* tag 0x07 */
	CONTROL_STACK = 1,       /* tag 0x0f */
	CONTROL_STACK_PLAIN = 2, /* tag 0x17 */
	CONTROL_SIZED = 3,
	CONTROL_THREAD = 3,     /* tag 0x1f */
	CONTROL_DEPTH = 4,      /* tag 0x27 */
	CONTROL_TOUCHED = 5,    /* tag 0x2f */
	CONTROL_FAULT = 6,      /* tag 0x37 */
	CONTROL_NAME = 7,       /* tag 0x3f */
	CONTROL_GAP = 8,        /* tag 0x47 */
	CONTROL_STANDS = 9,     /* tag 0x4f */
	CONTROL_MAPPING = 10,   /* tag 0x57 */
	CONTROL_GOROUTINE = 11, /* tag 0x5f */
	CONTROL_GO_END = 12,    /* tag 0x67 */
};
#define CONTROL_TAG(kind) ((uint8_t)(OP_CONTROL | (kind) << 3))

/*
 * RUN begins the events of one thread in a chunk: at the chunk's start, and where another
 * thread continues in a parked chunk. After the struct come `stack_frames` frames, the thread's
 * stack after its previous event, outermost first. They are coded like the new frames of an
 * event (in groups of eight, all contexts as in an OP_NONE event).
 */
struct run_record {
	uint64_t time; /* quanta, absolute */
	/* of this thread; a reader that read fewer has a hole */
	uint64_t events_before;
	uint32_t thread; /* serial in this process, from 1 */
	uint32_t tid;    /* as the kernel knows it */
	uint32_t stack_frames;
	uint32_t stack_cut; /* 1: outer frames were left out */
	char name[16];      /* comm, NUL-padded */
};
static_assert(sizeof(struct run_record) == 48, "on-disk size");

/*
 * STACK and STACK_PLAIN say how the thread's stack has changed without an event of the
 * allocator: shape, time and new frames as in an event, never absent, with the contexts of
 * OP_CONTROL. They count as events. STACK_PLAIN means what TAG_PLAIN means for other events.
 */

/*
 * The fields of the records from here on are varints; addresses are whole, sizes in bytes unless
 * stated otherwise.
 *
 * THREAD follows a RUN record: creator, start, high, room.
 *   creator  serial of the thread that created this one; 0: unknown, or the first thread
 *   start    address of the function that the thread began with; 0: unknown
 *   high     the thread's own stack ends before this address; 0: unknown
 *   room     how far the stack may grow down from there, without its guard pages
 *
 * DEPTH is the depth of the stack at the event before it: kind, high, room, depth, first,
 * count, then `count` frame sizes.
 *   kind     enum stack_kind: which stack the innermost frame is on
 *   high     as in THREAD, and room likewise, for that stack; both 0 for STACK_OWN
 *   depth    from `high` down to the slot of the innermost entry
 *   first    the outermost entry whose size is given; `count` entries from there to the
 *            innermost. The sizes of entries further out were written before, in this run.
 *   size     in words of 8 bytes, plus 1: from an entry's slot up to the slot of the entry
 *            outside it (the outermost: to the end of the stack). 0: the two are not on one
 *            stack, or it is unknown what is outside the outermost entry.
 *
 * TOUCHED says how deep the thread's own stack was ever used, by its resident pages: bytes from
 * its end down to the lowest of these.
 *
 * FAULT follows the STACK record of a thread that a signal is about to kill, or in which the
 * program's own handler of that signal is ending the process: signal, kind, address,
 * instruction, depth, end (absent before 1.2: 0).
 *   kind         enum fault_kind
 *   address      the address that could not be accessed (si_addr); 0: unknown
 *   instruction  the address of the instruction that did it
 *   depth        from the end of the thread's own stack down to its stack pointer; 0: it
 *                was not on its own stack
 *   end          enum fault_end
 *
 * GAP follows an event, a STACK or a RUN record: outer.
 *   outer  frames are missing outside the entry that has so many entries further out
 *
 * STANDS follows an event or STACK_PLAIN record that is not exact, after its GAP record if it
 * has one. It says what is known nevertheless: sure, left.
 *   sure  how many outer entries are proven to have been running since the event before
 *   left  1: these are all the entries that were kept. The others were not seen to return or
 *         to be unwound, but control has come back to a frame outside them. So they have
 *         ended and the event is exact, unless the process copies parts of its stacks
 *         (RING_COPIES_STACKS).
 *   compared  absent (as before 1.5) or 1 + the number of outer entries that are on the stack of
 *         a goroutine. Then the entries that were kept beyond the sure ones are frames of Go
 *         code, or further out than such a frame. They were on the goroutine's stack at the event
 *         before, at the same depth, with the same return address; whether it is the same call is
 *         not known. All entries that are gone have ended.
 *
 * GOROUTINE says which goroutine the events of its thread after it belong to, up to the next
 * GOROUTINE record; it precedes the event that is the first, and follows a RUN record whose
 * stack is a goroutine's: goroutine, start, frames, high, bytes, depth.
 *   goroutine  its number; 0: none, they belong to the thread
 *              GOROUTINE_SCHEDULER and a thread's serial: Go's scheduler in that thread. A
 *              GAP may be outside its outermost entry: those further out are of what waits,
 *              since C has called Go back, and are no callers of the scheduler's
 *   start      address of the function that it began with; 0: unknown
 *   frames     how many outer entries are on the goroutine's stack, before C was first called:
 *              of the event that follows it, or of the RUN's stack
 *   high       its stack ends before this address; bytes: how large it is
 *   depth      how many bytes of it were in use: the most that the thread has seen
 *   labels     absent: none. Else GOROUTINE_LABELS_MAX bytes at most: a byte, twice the number of
 *              labels, and 1 more if some, or parts of them, were left out; then of each the
 *              bytes of its key and its value, a byte each, and these, without a NUL
 *
 * GO_END follows the STACK record of where Go's runtime ends the process after a panic or a fatal
 * error, on the goroutine that it is of: status, signal, address, instruction.
 *   status       the exit status
 *   signal       of the fault in Go code that became this panic, with address and instruction as
 *                in FAULT; 0: none did
 *
 * NAME gives the thread's name from `time` on, until a later NAME or RUN record or definition
 * gives another: time, first, second.
 *   time     quanta, absolute
 *   first    the first eight bytes of the name; second: the other eight, padded with NULs
 */
/*
 * MAPPING follows the STACK record of a call that maps or unmaps memory (or the RUN record that
 * repeats this stack in another chunk): call, error, address, bytes, protection, flags, then
 * path_bytes and as many bytes of a path.
 *   call        enum mapping_call
 *   error       errno of the call; 0: it succeeded
 *   address     of the mapping that began or ended; 0 if mmap, mremap or shmat failed
 *   bytes       the length that was asked for; the kernel rounds it up to whole pages. 0 for
 *               MAPPING_SHMDT: as long as the mapping is
 *   protection  as for mmap(); 0 for the calls that have none
 *   flags       as for mmap(), mremap() or shmat()
 *   path        of the mapped file; none: anonymous memory, or unknown. No NUL.
 * The STACK record has the time before the real call if a mapping ends, and after it if one
 * begins. So a mremap() is two: where the old range ends, and where the new one begins.
 */
enum mapping_call {
	MAPPING_MMAP = 0,
	MAPPING_MUNMAP = 1,
	MAPPING_MREMAP_FROM = 2, /* the old range ends */
	MAPPING_MREMAP_TO = 3,   /* the new range begins */
	MAPPING_SHMAT = 4,
	MAPPING_SHMDT = 5,
};
#define MAPPING_PATH_MAX 1024

#define GOROUTINE_SCHEDULER (UINT64_C(1) << 62)
#define GOROUTINE_LABEL_MAX 120 /* bytes of a key, or of a value */
#define GOROUTINE_LABELS_MAX 512

enum stack_kind {
	STACK_OWN = 0,    /* the thread's own stack */
	STACK_SIGNAL = 1, /* sigaltstack(2) */
	STACK_OTHER = 2,  /* a coroutine's, or any other */
};
enum fault_kind {
	FAULT_OTHER = 0,
	FAULT_STACK_OVERFLOW = 1, /* the thread's own stack ran into its end */
	FAULT_SENT = 2,           /* no fault: the signal was sent */
	FAULT_NO_ADDRESS = 3,     /* the processor does not say which address it refused */
	FAULT_NOT_CLASSIFIED = 4, /* OTHER or STACK_OVERFLOW: no room to find out */
};

enum fault_end {
	FAULT_END_KILLED = 0,  /* the signal kills the thread */
	FAULT_END_HANDLED = 1, /* the handler called exit() or the like */
	/*
	 * The handler called abort(). If the process exits later, or the thread has another
	 * fault, a handler of SIGABRT has jumped out of abort().
	 */
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
	DEFINITION_HEAP = 9,
	DEFINITION_GO_HEAP = 10,
};

struct definition_header {
	uint16_t kind;  /* enum definition_kind; unknown: skip */
	uint16_t bytes; /* the whole record, a multiple of 8 */
	uint32_t reserved;
	uint64_t time; /* quanta: valid from then on (0: always was) */
};

#define BUILD_ID_BYTES_MAX 32
#define MODULE_SEGMENTS_MAX 8

/* A loaded ELF object. Return addresses in [start, end) belong to it. */
struct module_definition {
	struct definition_header header;
	uint64_t start, end;    /* of all its PT_LOAD segments, in memory */
	uint64_t bias;          /* memory address - ELF virtual address */
	uint16_t path_bytes;    /* after the struct, no NUL */
	uint8_t build_id_bytes; /* 0: none */
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
 * A thread's name from header.time on: another thread set it, or read it when the process
 * ended.
 */
struct thread_name_definition {
	struct definition_header header;
	uint32_t thread; /* serial */
	uint32_t tid;
	char name[16]; /* comm, NUL-padded */
};
static_assert(sizeof(struct thread_name_definition) == 40, "on-disk size");

/*
 * The process enters a phase at header.time. Before its first phase record it is in PHASE_LOAD.
 */
enum phase {
	PHASE_LOAD = 0,  /* loader, constructors, init functions of Go packages */
	PHASE_MAIN = 1,  /* main() was called, or Go's main.main */
	PHASE_EXIT = 2,  /* main() has returned, or exit() was called */
	PHASE_NAMED = 3, /* outlive_phase() was called; within one of the others */
};
#define PHASE_NAME_BYTES_MAX 255
struct phase_definition {
	struct definition_header header;
	uint32_t phase;  /* enum phase */
	uint32_t thread; /* serial of the thread that began it; 0: unknown */
	/* NAMED: follows the struct, no NUL. 0: the named phase ends. */
	uint32_t name_bytes;
	uint32_t reserved;
};

/*
 * A snapshot of the process's address space, taken by itself. What does not fit into one record
 * continues in the next one, with the same time and reason.
 */
enum maps_reason {
	MAPS_START = 1,
	MAPS_MODULES = 2, /* libraries were loaded or unloaded */
	MAPS_EXEC = 3,    /* an exec is about to replace the program */
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
	uint32_t reason; /* enum maps_reason */
	uint32_t first;  /* number of the first mapping here; 0 begins a new snapshot */
	uint32_t count;  /* mappings in this record */
	/* 1: the snapshot ends here. No such record: no room for the rest. */
	uint32_t is_last;
	/* then `count` maps_entry */
};
struct maps_entry {
	uint64_t start, end, offset; /* offset: in the file */
	uint32_t access;             /* enum maps_access */
	uint16_t name_bytes;         /* follows the struct; no NUL, then zeros up to 8 */
	uint16_t kind;               /* enum maps_kind */
};
/* What most of an anonymous mapping is; the recorder reads the headers in it. */
enum maps_kind {
	MAPS_KIND_UNTOLD = 0,
	MAPS_KIND_OWN = 1,    /* the recorder's own, by struct own_header */
	MAPS_KIND_MALLOC = 2, /* large blocks of glibc's malloc, by their headers */
	/* a mapping that begins at the end of a file's data, by the file's program headers: */
	MAPS_KIND_BSS = 3,   /* uninitialized variables of that file */
	MAPS_KIND_APART = 4, /* neither these nor any of the above */
	/* a mapping above a guard, by whether glibc's block of a thread is at its end: */
	MAPS_KIND_STACK =
		5, /* the stack of a thread, or one that waits for the next thread */
	MAPS_KIND_GUARDED = 6, /* neither this nor any of the above */
	MAPS_KIND_GO = 7,      /* arenas of a Go runtime: it reserved these addresses */
	/* where an arena of glibc could begin, but none does */
	MAPS_KIND_ALIGNED = 8,
};

/*
 * How much of the mappings of the preceding MAPS record was in memory, from /proc/self/smaps;
 * same time, reason, first and count. A MAPS record without one: that is unknown. For each of
 * the `count` mappings: a mask of 16 bits, then a varint in KiB for each bit below
 * MAPS_USE_FIELDS that is set, lowest first; fields without a bit are 0. After the last
 * mapping, zeros up to 8 bytes.
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
	MAPS_USE_GROWS_DOWN = 15, /* no varint: a stack that the kernel grows */
};
#define MAPS_USE_BYTES_MAX (2 + 10 * MAPS_USE_FIELDS) /* of one mapping */
struct maps_use_definition {
	struct definition_header header;
	uint32_t reason; /* enum maps_reason */
	uint32_t first, count;
	uint32_t reserved;
};

/*
 * The process's memory as a whole, from /proc/self/statm and status, before the snapshot of the
 * same time and reason. Written for EXEC and END even if there is no snapshot.
 */
struct memory_definition {
	struct definition_header header;
	uint32_t reason;         /* enum maps_reason */
	uint32_t threads;        /* 0: unknown, as all below */
	uint64_t time_ns;        /* CLOCK_MONOTONIC */
	uint64_t size, resident; /* bytes */
	uint64_t shared;         /* part of resident: files, shared memory */
	uint64_t peak;           /* the most that was ever resident (VmHWM) */
	uint64_t swap;
};

/*
 * Where threads had their stacks at the time of the next snapshot, as far as the recorder knew.
 */
struct stacks_definition {
	struct definition_header header;
	uint32_t reason; /* enum maps_reason */
	uint32_t count;  /* then `count` stacks_entry */
};
struct stacks_entry {
	uint64_t address; /* in the mapping that holds the thread's stack */
	uint32_t tid, reserved;
	char name[16]; /* comm, NUL-padded */
};

/*
 * Which pages of libc's heap were in memory when the exit phase began: one record for each part
 * of the heap, in the order of addresses. A part is [heap], one of the 64 MiB heaps of an arena,
 * or a piece of either. The last record has is_last; if there is none, parts are missing.
 */
struct heap_part {
	uint64_t start, end; /* whole pages */
	uint64_t arena; /* address of glibc's arena in its first heap; 0: the main arena */
	uint64_t top;   /* address of the arena's top chunk; 0: not known */
	/* After the struct, uint32_t each: pages that are not in memory, pages that are, .. */
	uint32_t run_count;
	uint32_t reserved;
};
static_assert(sizeof(struct heap_part) == 40, "on-disk size");
struct heap_definition {
	struct definition_header header; /* all records of one time belong together */
	uint32_t first;                  /* number of this part; 0: a new list begins */
	uint32_t is_last;
	struct heap_part part;
	/* then the runs of the part, and zeros up to 8 bytes */
};
static_assert(sizeof(struct heap_definition) == 64, "on-disk size");

/*
 * What a Go runtime's own sampler has counted, up to header.time: a list of records for each
 * runtime, which replaces the list before. If its last record has no GO_HEAP_LAST, buckets are
 * missing.
 */
enum go_heap_flags {
	GO_HEAP_LAST = 1,     /* the list ends here */
	GO_HEAP_CUT = 2,      /* there was no room for the rest */
	GO_HEAP_MOVED = 4,    /* a collection ended meanwhile: counts are of two moments */
	GO_HEAP_OWN_RATE = 8, /* the program has set the rate itself */
};
struct go_heap_definition {
	struct definition_header header;
	uint32_t first; /* number of this record; 0: a new list begins */
	uint32_t flags; /* enum go_heap_flags */
	uint64_t rate;  /* runtime.MemProfileRate: bytes for each sample; 1: everything */
	uint32_t cycle; /* runtime.mProfCycle: twice the collections so far, and a flag */
	uint32_t count; /* buckets in this record */
	uint32_t runtime, reserved; /* which one: below GO_HEAP_RUNTIMES_MAX */
								/*
	 * Then the buckets, as varints: size, GO_HEAP_COUNTS - 1 counts, how many return
	 * addresses, and these, innermost first, as zigzag of the difference to the one before in
	 * this record (0 at first); then zeros up to 8 bytes. The addresses are of logical frames:
	 * each stands for the innermost inlined function there alone.
	 */
};
static_assert(sizeof(struct go_heap_definition) == 48, "on-disk size");
#define GO_HEAP_RUNTIMES_MAX 8
#define GO_HEAP_PCS_MAX 1024 /* of a bucket */
enum go_heap_count {
	GO_HEAP_SIZE, /* of each object of the bucket */
	GO_HEAP_ALLOCS,
	GO_HEAP_FREES,       /* as far as they were noticed */
	GO_HEAP_ALLOCS_THEN, /* as of the last collection that is complete */
	GO_HEAP_FREES_THEN,
	GO_HEAP_COUNTS,
};

/*
 * Memory that the recorder maps begins with this struct, so that whoever reads the living
 * process from outside can distinguish it from the program's.
 */
struct own_header {
	uint64_t magic;
	uint64_t bytes; /* of this memory, including this struct; whole pages */
};
#define OWN_HEADER_MAGIC UINT64_C(0x4B52414D4C54554F) /* in memory: "OUTLMARK" */
/* A signal stack, and above it the state of a thread. */
#define OWN_THREAD_BYTES (416 * 1024)

#endif
