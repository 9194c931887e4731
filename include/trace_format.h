/*
 * trace_format.h - the trace file, byte for byte: what `outlive run` makes of the rings of a
 * session, and `outlive report` reads. FORMAT.md has the same in prose.
 *
 *   trace file   [ trace_header, 64 bytes | block | block | ... | END block ]
 *
 * A chunk is the same bytes here as in its ring (ring_format.h, record_format.h); a trace keeps
 * it as one zstd frame. Everything is little-endian, and every struct lies on 8 bytes.
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
#define SYMBOL_INLINED 1u  /* into the next frame */
#define SYMBOL_DECLARED 2u /* behind the function's string another: its declaration's */

/*
 * SEGMENTS: how one process used its memory at a time, seen from outside. The struct, then
 * `segment_count` segments_use, then `stack_count` segments_stack, then `span_count`
 * segments_span (since 1.2). Times of one process grow from block to block. Without segments:
 * the process was there and could not be read.
 */
/* Bits. */
enum segments_reason {
	SEGMENTS_FIRST = 1,
	SEGMENTS_INTERVAL = 2,
	SEGMENTS_PEAK = 4, /* resident memory had grown beyond all samples before */
	SEGMENTS_EXEC = 8, /* the first of a program that another became, by exec */
	SEGMENTS_LAST = 16,
	SEGMENTS_SAME = 32, /* only its size was read, and had not changed */
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
static_assert(sizeof(struct segments_sample) == 64, "on-disk size");
/* Bits: whatever keeps memory that malloc of libc knows nothing of. */
enum segments_runtime {
	RUNTIME_PYTHON = 1,
	RUNTIME_JAVA = 2,
	RUNTIME_NODE = 4,
	RUNTIME_MALLOC = 8, /* a library that is another malloc */
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
	uint64_t size, rss; /* of the mapping the thread's stack lies in */
	char name[16];      /* comm, NUL-padded */
};
static_assert(sizeof(struct segments_stack) == 40, "on-disk size");

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
static_assert(sizeof(struct segments_span) == 32, "on-disk size");

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
static_assert(sizeof(struct sizes_batch) == 32, "on-disk size");
struct sizes_entry {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t size;    /* of all mappings. Bytes, these and those below */
	uint64_t resident;
	uint64_t shared; /* of these: of files and shared memory; the rest is anonymous */
};
static_assert(sizeof(struct sizes_entry) == 32, "on-disk size");

#endif
