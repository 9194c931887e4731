/*
 * trace_format.h - the trace file, byte for byte: `outlive run` writes it from the rings of a
 * session, and `outlive report` reads it. FORMAT.md says the same in prose.
 *
 *   trace file   [ trace_header, 64 bytes | block | block | ... | END block ]
 *
 * A chunk has the same bytes here as in its ring (ring_format.h, record_format.h); a trace
 * stores it as one zstd frame. Everything is little-endian, and every struct is aligned to 8
 * bytes.
 */
#ifndef OUTLIVE_TRACE_FORMAT_H
#define OUTLIVE_TRACE_FORMAT_H

#include "record_format.h"
#include "ring_format.h"

#define TRACE_MAGIC UINT64_C(0x0A0D435254544F8A) /* on disk: 8A "OTTRC" CR LF */

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
	BLOCK_RING_DIRECTORY = 4, /* path of the rings; where to search if END is missing */
	/* The last block, without payload; missing: the trace was cut short. */
	BLOCK_END = 5,
	BLOCK_SEGMENTS = 6, /* a segments_sample and what follows it */
	BLOCK_SIZES = 7,    /* a sizes_batch and what follows it */
	BLOCK_SOURCES = 8,  /* a sources_header and what follows it (since 1.3) */
	BLOCK_COSTS = 9,    /* a costs_header and what follows it (since 1.3) */
	BLOCK_HEAP = 10,    /* a heap_sample and what follows it (since 1.3) */
	/* A ring's account (account_format.h), as it was; a later one of the process replaces it */
	BLOCK_ACCOUNT = 11, /* (since 1.6) */
};

/* Every payload is one zstd frame with its checksum on. */
struct trace_block {
	uint32_t type;         /* enum trace_block_type; unknown: skip */
	uint32_t process;      /* number of the process in this trace, from 0 */
	uint64_t stored_bytes; /* size of the payload in the file */
	uint64_t raw_bytes;    /* size of the decompressed payload */
	uint64_t ticket;       /* CHUNK: its ticket */
	uint64_t time_first;   /* CHUNK: its time_first */
	uint64_t events;       /* CHUNK: events committed. END: blocks before it */
	uint64_t magic;        /* BLOCK_MAGIC: a reader finds the next block after damage */
	uint64_t reserved;
};
static_assert(sizeof(struct trace_block) == 64, "on-disk size");
#define BLOCK_MAGIC UINT64_C(0x4B4C424556494C54) /* on disk: "TLIVEBLK" */
#define BLOCK_RAW_BYTES_MAX (UINT64_C(1) << 32)

/*
 * SYMBOLS of one process: the struct, then its addresses sorted by (module, offset), then its
 * frames, then the strings, each with its NUL; the first string is "" (unknown). Function names
 * are demangled. A module is the number of a MODULE definition of the process, counted from 0
 * in the order of (ticket of the definition chunk, position).
 */
struct symbols_header {
	uint64_t address_count, frame_count, string_bytes;
};
struct symbols_address {
	uint64_t offset; /* return address - bias of the module */
	uint32_t module;
	uint32_t frame_first; /* index into frames; innermost inlined function first */
	uint32_t frame_count; /* >= 1; the last is the machine function */
	uint32_t reserved;
};
struct symbols_frame {
	uint32_t function, file; /* offsets into the strings */
	uint32_t line;           /* 0: unknown */
	uint32_t flags;          /* bits below */
};
#define SYMBOL_INLINED 1u   /* inlined into the next frame */
#define SYMBOL_DECLARED 2u  /* a string with its declaration follows the function's */
#define SYMBOL_LIBRARY 4u   /* of a standard library of C++ or Rust; see below */
#define SYMBOL_COROUTINE 8u /* in the part of a coroutine that makes its frame */
/* The higher bits are the line where the function is defined or declared; 0: unknown. */
#define SYMBOL_LINE_SHIFT 8
#define SYMBOL_LINE_MAX 0xffffffu
/*
 * Since 1.3 the strings are followed by a uint32_t for each frame: the offset, in the strings, of
 * the file that defines or declares the frame's function; "" is unknown. Without them,
 * SYMBOL_LIBRARY is never set, and only names tell.
 */
/*
 * The rest of the payload, if there is any, is one of these for each file that was not found, but
 * is needed for the functions of a module: a .dwo file, or the file of dwz.
 */
struct symbols_missing {
	uint32_t module;
	uint32_t path; /* offset into the strings */
};

/*
 * SOURCES of one process: what its return addresses are in the source, names apart. The struct,
 * then its addresses, sorted by (module, offset), then their instances, then pairs of addresses,
 * then jumps, each sorted.
 */
struct sources_header {
	uint64_t address_count, instance_count, pair_count, jump_count;
};
struct sources_address {
	uint64_t offset; /* return address - bias of the module, as in symbols_address */
	uint32_t module;
	/* index of its first instance: as many as it has frames in SYMBOLS, in their order */
	uint32_t instance_first;
	uint32_t instance_count;
	uint32_t
		called; /* the function that the call before the address calls; 0: not known */
	uint32_t flags; /* bits below */
	uint32_t reserved;
};
static_assert(sizeof(struct sources_address) == 32, "on-disk size");
#define SOURCES_PART \
	1u /* the machine function was split off the function that calls it */
/*
 * A machine frame was in the call before the address `from`, later in the call before `to`.
 * Bit k of `kept`: perhaps exactly the outer k inlined instances that both have in common are
 * the same activations still; 0: not known. `merged` further ones of `to` are, too, though they
 * have other numbers: the compiler merged copies of code.
 */
struct sources_pair {
	uint32_t from, to; /* indexes of addresses */
	uint32_t merged;
	uint32_t reserved;
	uint64_t kept;
};
static_assert(sizeof(struct sources_pair) == 24, "on-disk size");
/*
 * A call of the machine function `from` became, by jumps at the ends of functions, one of the
 * machine function `to` (0: of the allocator). One such struct for each jump, in their order.
 */
struct sources_jump {
	uint64_t offset; /* of the instruction after the jump */
	uint32_t module;
	uint32_t from, to; /* instances of the module */
	uint32_t number;   /* 0: the jump out of `from` */
};
static_assert(sizeof(struct sources_jump) == 24, "on-disk size");

/*
 * COSTS: what malloc and free cost where the recording was made. The struct, then `class_count`
 * classes, by size, then a costs_memory (since 1.4; a recording may have none). Picoseconds; the
 * most is never less than the least.
 */
#define COSTS_CLASSES_MAX 16
struct costs_header {
	uint32_t class_count;           /* 1 to COSTS_CLASSES_MAX */
	uint32_t copy_least, copy_most; /* to copy 1 KiB */
	uint32_t reserved;
};
static_assert(sizeof(struct costs_header) == 16, "on-disk size");
struct costs_class {
	uint64_t
		bytes_max; /* sizes up to this one; of the last class: all larger ones, too */
	uint32_t least, most; /* a malloc and its free: see FORMAT.md */
};
static_assert(sizeof(struct costs_class) == 16, "on-disk size");
struct costs_memory {
	uint32_t miss;                    /* to read memory that no cache has */
	uint32_t clear_least, clear_most; /* to clear 1 KiB */
	uint32_t extend;                  /* a realloc that moves nothing */
	uint32_t map;         /* to map and unmap memory, and to touch its first page */
	uint32_t touch;       /* the first write to each further page */
	uint64_t cache_bytes; /* of the largest cache; 0: unknown */
};
static_assert(sizeof(struct costs_memory) == 32, "on-disk size");

/*
 * SEGMENTS: a snapshot of one process's memory, taken from outside. The struct, then
 * `segment_count` segments_use, then `stack_count` segments_stack, then `span_count`
 * segments_span (since 1.2). Times of one process grow from block to block. No segments: the
 * process existed, but could not be read.
 */
/* Bits. */
enum segments_reason {
	SEGMENTS_FIRST = 1,
	SEGMENTS_INTERVAL = 2,
	SEGMENTS_PEAK = 4, /* resident memory was above that of all snapshots before */
	SEGMENTS_EXEC = 8, /* the first after an exec */
	SEGMENTS_LAST = 16,
	SEGMENTS_SAME = 32, /* only its size was read, and had not changed */
};
struct segments_sample {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t reason;  /* enum segments_reason */
	uint32_t pid;
	uint64_t peak_rss_bytes; /* VmHWM: the most ever resident; 0: unknown */
	uint64_t limit_bytes;    /* of the main stack (RLIMIT_STACK); 0: none or unknown */
	uint32_t segment_count, stack_count;
	uint32_t mapping_count, thread_count;
	uint32_t span_count;
	uint32_t runtimes; /* enum segments_runtime, or'ed: found in the process */
	uint64_t reserved;
};
static_assert(sizeof(struct segments_sample) == 64, "on-disk size");
/* Bits: runtimes that manage memory which libc's malloc does not know. */
enum segments_runtime {
	RUNTIME_PYTHON = 1,
	RUNTIME_JAVA = 2,
	RUNTIME_NODE = 4,
	RUNTIME_MALLOC = 8, /* a library with another malloc */
};
struct segments_use {
	/* 0 code, 1 rodata, 2 data, 3 bss, 4 heap, 5 stack, 6 go heap, 7 go stacks, 8 jit,
	   9 files, 10 shared, 11 kernel, 12 guard, 13 outlive, 14 other; unknown: other */
	uint32_t segment;
	uint32_t mappings;
	uint64_t size, rss, pss, private_dirty, private_clean, shared_dirty, shared_clean;
	uint64_t anonymous, swap, swap_pss, huge, locked;
};
static_assert(sizeof(struct segments_use) == 104, "on-disk size");
struct segments_stack {
	uint32_t tid;
	uint32_t reserved;
	uint64_t size, rss; /* of the mapping that holds the thread's stack */
	char name[16];      /* comm, NUL-padded */
};
static_assert(sizeof(struct segments_stack) == 40, "on-disk size");

/*
 * A private, anonymous, writable mapping of 64 KiB or more that was not classified as heap. It
 * may contain large blocks that malloc mapped, since the kernel joins neighbouring mappings.
 * Sorted by address; if there are very many, only those with the most resident memory.
 */
struct segments_span {
	uint64_t start, end, rss;
	uint32_t segment; /* how it was classified, as in segments_use */
	uint32_t tid;     /* the thread whose stack it was taken for; 0: none */
};
static_assert(sizeof(struct segments_span) == 32, "on-disk size");

/*
 * HEAP: which pages of libc's heap were in memory, read from outside: the struct, then
 * `part_count` heap_part (record_format.h), each followed by its runs and zeros up to 8 bytes.
 * Written when the heap was clearly larger than at any HEAP before, and at the end.
 */
struct heap_sample {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t part_count;
	uint32_t reserved;
};
static_assert(sizeof(struct heap_sample) == 16, "on-disk size");

/*
 * SIZES: how large one process was, from /proc/PID/statm: the struct, then `count` sizes_entry.
 * Times of one process grow from entry to entry and from block to block. Of several equal
 * readings in a row the first and the last are kept: between two equal entries, no reading
 * differed.
 */
struct sizes_batch {
	uint32_t count;
	uint32_t reserved;
	uint64_t every_ns;   /* the interval at which a reading is kept */
	uint64_t readings;   /* all readings since the block before, kept or not */
	uint64_t longest_ns; /* the longest time between two readings */
};
static_assert(sizeof(struct sizes_batch) == 32, "on-disk size");
struct sizes_entry {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t size;    /* all mappings; bytes, like those below */
	uint64_t resident;
	/* Part of resident: files and shared memory; the rest is anonymous. */
	uint64_t shared;
};
static_assert(sizeof(struct sizes_entry) == 32, "on-disk size");

#endif
