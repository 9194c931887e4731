/*
 * test_source.c - source frames of programs that the test compiles: which instances are where,
 * which may stay between two calls, and where functions jump.
 *
 * Calls are named by the function called (m1, m2 ..) and their order in the code, so what must
 * come out is known from the source. Long, because the sources of the programs are in it.
 */
#include "elf/file.h"
#include "symbols/symbolizer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/outlive-test-source-XXXXXX";

/* Functions that the compiler calls and does not merge with each other. */
#define CALLED                                                               \
	"extern volatile int sink; volatile int sink;\n"                         \
	"#define NEVER_INLINED __attribute__((noinline))\n"                      \
	"#define INLINED static inline __attribute__((always_inline))\n"         \
	"#define M(n) NEVER_INLINED void m##n(void) { sink = sink + n; }\n"      \
	"M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13)\n" \
	"M(14) M(15) M(16) M(17) M(18) M(19)\n"

static const char flow_c[] =
	"#include <setjmp.h>\n#include <stdlib.h>\n" CALLED
	"INLINED void pair(void) { m1(); m2(); }\n"
	"NEVER_INLINED void around(int n) { for (int i = 0; i < n; i++) { pair(); sink++; } }\n"
	"INLINED void inner(int n) { for (int i = 0; i < n; i++) { m3(); m4(); } }\n"
	"NEVER_INLINED void outer(int n) { for (int i = 0; i < n; i++) { inner(n); m19(); } }\n"
	"INLINED void one_loop(int n) { do { m5(); m6(); } while (--n); }\n"
	"NEVER_INLINED void nest(int n) { for (int i = 0; i < n; i++) one_loop(n); }\n"
	"INLINED void fill(void **to) { m7(); *to = malloc(24); m8(); }\n"
	"NEVER_INLINED void stops(void **to) { fill(to); sink++; }\n"
	"NEVER_INLINED void *makes(void) { void *new = malloc(8); sink++;\n"
	"	*(char *)new = 1; return new; }\n"
	"INLINED void fill_far(void **to) { m9(); *to = makes(); m10(); }\n"
	"NEVER_INLINED void stops_far(void **to) { fill_far(to); sink++; }\n"
	"INLINED void frees(void *old) { m11(); free(old); m12(); }\n"
	"NEVER_INLINED void goes_on(void *old) { frees(old); sink++; }\n"
	"NEVER_INLINED void last(int n) { m13(); sink = n; m13(); sink++; }\n"
	"INLINED void middle_in(int n) { m14(); last(n + 1); }\n"
	"NEVER_INLINED void middle(int n) { m14(); sink++; middle_in(n); }\n"
	"NEVER_INLINED void first(int n) { m15(); middle(n + 1); }\n"
	"NEVER_INLINED void drop(void *old) { m15(); free(old); }\n"
	"INLINED void choose(int n) { m16(); switch (n) { case 0: m1(); break;\n"
	"	case 1: m2(); break; case 2: m3(); break; case 3: m4(); break;\n"
	"	case 4: m5(); break; case 5: m6(); break; case 6: m17(); break;\n"
	"	case 7: m8(); sink++; break; case 8: m7(); sink++; break; } m18(); }\n"
	"NEVER_INLINED void chooses(int n) { choose(n); sink++; }\n"
	"static NEVER_INLINED void stop(int n) { for (;;) { m1(); sink = n; } }\n"
	"INLINED void dies(int n) { m9(); if (n > 7) { m10(); stop(n); }\n"
	"	if (n > 5) { m11(); stop(n + 1); } m12(); }\n"
	"NEVER_INLINED void dying(int n) { dies(n); sink++; }\n"
	"jmp_buf back;\n"
	"INLINED void two_calls(void) { m9(); m10(); }\n"
	"NEVER_INLINED void jumping(int n) { if (!setjmp(back)) two_calls(); sink = n; }\n"
	"int main(int argc, char **argv) { void *old = argv; around(argc); outer(argc);\n"
	"	dying(argc); jumping(argc);\n"
	"	nest(argc); stops(&old); stops_far(&old); goes_on(old); first(argc);\n"
	"	drop(old); chooses(argc); return sink; }\n";

static const char throws_cpp[] = CALLED
	"NEVER_INLINED void may_throw(int n) { if (n > sink) throw n; sink = n; }\n"
	"struct guard { __attribute__((always_inline)) ~guard() { m2(); } };\n"
	"INLINED void work(int n) { guard g; m1(); may_throw(n); m4(); }\n"
	"NEVER_INLINED void run(int n) { work(n); sink = 3; }\n"
	"int main(int argc, char **) { try { run(argc); } catch (int n) { m3(); }\n"
	"	return sink; }\n";

/* The largest part of `shorten` is not inlined; the rarely used end goes apart. */
static const char parts_c[] = CALLED
	"NEVER_INLINED __attribute__((cold)) void rare(int n) { sink = n; m9(); m9(); }\n"
	"NEVER_INLINED void has_cold(int n) { m1(); if (__builtin_expect(n > 100, 0)) {\n"
	"	m2(); rare(n); m3(); rare(n + 1); } m4(); sink++; }\n"
	"static void shorten(int *n) { if (!*n) return;\n"
	"	for (int i = 0; i < *n; i++) { m5(); m6(); m7(); sink += i; m5(); m6(); m7();\n"
	"		sink -= i; m5(); m6(); m8(); sink ^= i; m5(); m7(); } *n = 0; m8(); }\n"
	"NEVER_INLINED void one(int *n) { sink++; shorten(n); m10(); }\n"
	"NEVER_INLINED void two(int *n) { sink--; shorten(n); m11(); }\n"
	"NEVER_INLINED void three(int *n) { sink ^= 3; shorten(n); m12(); }\n"
	"int main(int argc, char **argv) { (void)argv; one(&argc); two(&argc);\n"
	"	three(&argc); has_cold(argc); return sink; }\n";

/* Copies of one function: one after the other, and two that share their end. */
static const char copies_c[] =
	"#include <stdlib.h>\n" CALLED
	"INLINED void turn(void **p) { if (sink % 3 == 0) { free(*p); *p = 0; } m1(); m2(); }\n"
	"NEVER_INLINED void spins(int n, void **p) {\n"
	"	for (int i = 0; i < n; i++) { turn(p); turn(p + 1); turn(p + 2); } }\n"
	"INLINED void either(int k) { if (k == 5) m6(); else m7(); m3(); m4(); m5(); m8(); m9();\n"
	"	m10(); m11(); sink = sink * 3; }\n"
	"NEVER_INLINED void ends(int n) { if (n) either(5); else either(7);\n"
	"	sink = 9; m12(); sink = 10; }\n"
	"int main(int argc, char **argv) { spins(argc, (void **)argv); ends(argc);\n"
	"	return 0; }\n";

/*
 * What gcc 14 makes of a loop that is written in an inlined function, and works on several
 * elements at once: no debug entry has the loop, so that it seems to be the code of the function
 * around. In each function all but the loop is `inlined`.
 */
static const char bare_s[] =
	"	.file 1 \"bare.c\"\n"
	"	.text\n"
	".Ltext:\n"
	"	.macro begin name\n"
	"	.globl \\name\n"
	"	.type \\name, @function\n"
	"\\name:\n"
	"	.cfi_startproc\n"
	"	.loc 1 20\n"
	"	sub $8, %rsp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	".L\\name\\()_in:\n"
	"	.endm\n"
	"	.macro calls number, line\n"
	"	.loc 1 \\line\n"
	"	call m\\number\n"
	"	.endm\n"
	"	.macro hole name\n"
	".L\\name\\()_hole:\n"
	"	.loc 1 90\n"
	".L\\name\\()_loop:\n"
	"	dec %eax\n"
	"	jne .L\\name\\()_loop\n"
	"	.endm\n"
	"	.macro end name\n"
	".L\\name\\()_end:\n"
	"	.loc 1 29\n"
	"	add $8, %rsp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".L\\name\\()_last:\n"
	"	.size \\name, . - \\name\n"
	"	.endm\n"
	"# a call, the loop, a call further on in the source\n"
	"	begin on\n"
	"	calls 1, 5\n"
	"	hole on\n"
	".Lon_on:\n"
	"	calls 2, 7\n"
	"	end on\n"
	"# a call, the loop, a call before it in the source\n"
	"	begin back\n"
	"	calls 1, 7\n"
	"	hole back\n"
	".Lback_on:\n"
	"	calls 2, 5\n"
	"	end back\n"
	"# the loop comes after the inlined function, in a loop of the function itself\n"
	"	begin round\n"
	"	calls 1, 5\n"
	"	calls 2, 7\n"
	"	hole round\n"
	"	.loc 1 25\n"
	"	testl $1, sink(%rip)\n"
	"	jne .Lround_in\n"
	".Lround_on:\n"
	"	nop\n"
	"	end round\n"
	".Lend:\n"
	"	.section .debug_abbrev\n"
	".Labbrev: # a unit, an inlined function, a machine function, an instance\n"
	"	.byte 1, 0x11, 1, 0x10, 0x17, 0x11, 1, 0x12, 7, 0x13, 5, 3, 8, 0, 0\n"
	"	.byte 2, 0x2e, 0, 3, 8, 0x20, 11, 0, 0\n"
	"	.byte 3, 0x2e, 1, 3, 8, 0x11, 1, 0x12, 7, 0, 0\n"
	"	.byte 4, 0x1d, 0, 0x31, 0x13, 0x55, 0x17, 0x58, 11, 0x59, 11, 0, 0\n"
	"	.byte 0\n"
	"	.section .debug_ranges\n"
	".Lranges:\n"
	"	.irp name, on, back, round\n"
	"	.quad .L\\name\\()_in - .Ltext, .L\\name\\()_hole - .Ltext\n"
	"	.quad .L\\name\\()_on - .Ltext, .L\\name\\()_end - .Ltext, 0, 0\n"
	"	.endr\n"
	"	.section .debug_info\n"
	".Linfo:\n"
	"	.long .Linfo_end - .Lversion\n"
	".Lversion:\n"
	"	.short 4\n"
	"	.long .Labbrev\n"
	"	.byte 8, 1\n"
	"	.long .Lline\n"
	"	.quad .Ltext, .Lend - .Ltext\n"
	"	.short 12\n"
	"	.string \"bare.c\"\n"
	".Linlined:\n"
	"	.byte 2\n"
	"	.string \"inlined\"\n"
	"	.byte 1\n"
	"	.macro function name, ranges\n"
	"	.byte 3\n"
	"	.string \"\\name\"\n"
	"	.quad \\name, .L\\name\\()_last - \\name\n"
	"	.byte 4\n"
	"	.long .Linlined - .Linfo, .Lranges + \\ranges\n"
	"	.byte 1, 22, 0\n"
	"	.endm\n"
	"	function on, 0\n"
	"	function back, 48\n"
	"	function round, 96\n"
	"	.byte 0\n"
	".Linfo_end:\n"
	"	.section .debug_line\n"
	".Lline:\n"
	"	.section .note.GNU-stack, \"\", @progbits\n";
static const char bare_main_c[] = CALLED
	"void on(void); void back(void); void round(void);\n"
	"int main(void) { on(); back(); round(); return 0; }\n";

static const char act_rs[] = "#[inline(never)] pub fn act(n: u32) -> Vec<u32> {\n"
							 "	let mut all = Vec::new();\n"
							 "	for i in 0..n { all.push(i) } all }\n";
static const char
	main_rs[] = "extern crate one; extern crate two;\n"
				"fn main() { let n = std::env::args().count() as u32;\n"
				"	println!(\"{}\", one::act(n).len() + two::act(n).len()); }\n";

/* ---- programs ---- */

struct program {
	char name[64], path[256];
	struct symbolizer *symbolizer;
	int module;
};

__attribute__((format(printf, 1, 2))) static void shell(const char *format, ...)
{
	char command[1024];
	int used = snprintf(command, sizeof(command), "cd %s && ", directory);
	va_list args;

	va_start(args, format);
	vsnprintf(command + used, sizeof(command) - (size_t)used, format, args);
	va_end(args);
	assert_int_equal(system(command), 0);
}

/* Compile `source`, a file of the directory, and open the program. */
static struct program program_make(const char *source, const char *compiler)
{
	static unsigned number;
	struct program program = { .module = -1 };
	struct elf_file elf;
	int file;

	snprintf(program.name, sizeof(program.name), "program%u", number++);
	snprintf(program.path, sizeof(program.path), "%s/%s", directory, program.name);
	shell("%s -g -o %s %s", compiler, program.name, source);
	file = open(program.path, O_RDONLY);
	assert_int_equal(elf_file_read(&elf, file), ELF_OK);
	close(file);
	program.symbolizer = symbolizer_new();
	program.module = symbolizer_module(program.symbolizer, program.path, elf.build_id,
	                                   elf.build_id_bytes);
	assert_true(program.module >= 0);
	return program;
}

static void program_end(struct program *program)
{
	symbolizer_free(program->symbolizer);
	unlink(program->path);
}

/* Each line of the disassembly: calls step(context, function, address, instruction). */
static void disassemble(const struct program *program,
                        void (*step)(void *context, const char *function,
                                     uint64_t address, const char *text),
                        void *context)
{
	char command[400], line[1024], function[600] = "", *text;
	uint64_t address;
	FILE *pipe;

	snprintf(command, sizeof(command), "objdump -d --no-show-raw-insn %s",
	         program->path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		if (sscanf(line, "%*x <%599[^>]>:", function) == 1)
			continue;
		text = strchr(line, '\t');
		if (text && sscanf(line, "%" SCNx64 ":", &address) == 1)
			step(context, function, address, text + 1);
	}
	pclose(pipe);
}

struct call_search {
	const char *function, *called;
	unsigned skip;
	bool is_next;
	uint64_t found;
};

static void call_step(void *context, const char *function, uint64_t address,
                      const char *text)
{
	struct call_search *search = context;
	char called[600];
	size_t length = strlen(search->function);

	if (search->is_next)
		search->found = address;
	search->is_next = false;
	if (search->found || strncmp(function, search->function, length) ||
	    (function[length] && function[length] != '.') ||
	    sscanf(text, "call%*[q ] %*x <%599[^>]>", called) != 1 ||
	    strcmp(called, search->called))
		return;
	search->is_next = search->skip-- == 0;
}

/* The return address of a call in a function (or its parts), the first one being 0. */
static uint64_t call_find(const struct program *program, const char *function,
                          const char *called, unsigned number)
{
	struct call_search search = { function, called, number, false, 0 };

	disassemble(program, call_step, &search);
	return search.found;
}

static uint64_t call_of(const struct program *program, const char *function,
                        const char *called)
{
	uint64_t found = call_find(program, function, called, 0);

	if (!found)
		fail_msg("%s: %s does not call %s", program->path, function, called);
	return found;
}

static struct source_chain chain_of(const struct program *program, uint64_t offset)
{
	struct source_chain chain;

	assert_true(
		symbolizer_source(program->symbolizer, program->module, offset, &chain));
	return chain;
}

/* The machine function at a call. */
static uint32_t function_of(const struct program *program, uint64_t offset)
{
	struct source_chain chain = chain_of(program, offset);

	return chain.instances[chain.count - 1];
}

static uint64_t kept(const struct program *program, const char *function,
                     const char *from, const char *to)
{
	uint32_t merged;

	return symbolizer_kept(program->symbolizer, program->module,
	                       call_of(program, function, from),
	                       call_of(program, function, to), &merged);
}

/* ---- every call ---- */

static void frame_count(void *context, const struct symbol_frame *frame)
{
	unsigned *count = context;

	assert_non_null(frame->function);
	++*count;
}

/* Instances and names agree, and each instance is inside the next one. */
static void call_check(const struct program *program, uint64_t offset)
{
	struct source_chain chain = chain_of(program, offset);
	struct source_instance facts;
	unsigned count = 0, i;

	symbolizer_resolve(program->symbolizer, program->module, offset, frame_count,
	                   &count);
	assert_int_equal(chain.count, count);
	assert_true(chain.is_known);
	for (i = 0; i < count; i++) {
		assert_true(symbolizer_instance(program->symbolizer, program->module,
		                                chain.instances[i], &facts));
		assert_int_equal(facts.parent, i + 1 < count ? chain.instances[i + 1] : 0);
		assert_int_not_equal(facts.origin, 0);
	}
}

struct all_calls {
	const struct program *program;
	bool is_next;
	unsigned checked;
};

static void check_step(void *context, const char *function, uint64_t address,
                       const char *text)
{
	struct all_calls *calls = context;

	bool is_own = function[0] != '_' || function[1] == 'Z';

	if (calls->is_next && is_own) {
		call_check(calls->program, address);
		calls->checked++;
	}
	calls->is_next = !strncmp(text, "call", 4) && is_own;
}

static void all_calls_check(const struct program *program)
{
	struct all_calls calls = { program, false, 0 };

	disassemble(program, check_step, &calls);
	assert_true(calls.checked > 5);
}

/* ---- tests ---- */

static const char *const c_compilers[] = {
	"gcc -O2",
	"gcc -O3",
	"gcc -O2 -flto",
	"gcc -O2 -no-pie -fcf-protection",
	"gcc -O2 -fno-plt -gdwarf-4",
	"clang -O2",
	"clang -O3",
};
static const char *const cpp_compilers[] = { "g++ -O2", "g++ -O3", "g++ -O2 -flto",
	                                         "clang++ -O2", "clang++ -O3" };

#define EACH(list, i)                     \
	(i) = 0;                              \
	(i) < sizeof(list) / sizeof(*(list)); \
	(i)++

/* Loops: what is inside the loop's scope ends on the way round. */
static void flow_check(const struct program *program)
{
	/* within pair(), straight on or in a later one; and from one pair() to the next */
	assert_int_equal(kept(program, "around", "m1", "m2"), 3);
	assert_int_equal(kept(program, "around", "m2", "m1"), 1);
	assert_int_equal(kept(program, "around", "m1", "m1"), 1);
	/* m4 to m3: round the inner loop, or round the outer one, where m19 makes no event */
	assert_int_equal(kept(program, "outer", "m3", "m4"), 3);
	assert_int_equal(kept(program, "outer", "m4", "m3"), 3);
	assert_int_equal(kept(program, "nest", "m6", "m5"), 3);
	/* malloc is an event that would have been seen */
	assert_int_equal(kept(program, "stops", "m7", "m8"), 0);
	assert_int_equal(kept(program, "stops_far", "m9", "m10"), 0);
	assert_int_equal(kept(program, "goes_on", "m11", "m12"), 2);
	/* each case is reached by the table */
	assert_int_equal(kept(program, "chooses", "m16", "m18"), 2);
	assert_int_equal(kept(program, "chooses", "m16", "m1"), 2);
	assert_int_equal(kept(program, "chooses", "m16", "m17"), 2);
	assert_int_equal(kept(program, "chooses", "m1", "m18"), 2);
	assert_int_equal(kept(program, "chooses", "m17", "m16"), 0);
	/* stop() never returns, so that the code behind its call is not reached from there */
	assert_int_equal(kept(program, "dying", "m9", "m11"), 2);
	assert_int_equal(kept(program, "dying", "m10", "m11"), 0);
	assert_int_equal(kept(program, "dying", "m10", "m12"), 0);
	assert_int_equal(kept(program, "dying", "m11", "m10"), 0);
	assert_int_equal(kept(program, "dying", "m11", "m12"), 0);
	/* where setjmp() is called, any call may lead to any other */
	assert_int_equal(kept(program, "jumping", "m9", "m10"), 0);
	/* two functions */
	assert_int_equal(symbolizer_kept(program->symbolizer, program->module,
	                                 call_of(program, "around", "m1"),
	                                 call_of(program, "outer", "m3"), &(uint32_t){ 0 }),
	                 0);
}

static void jumps_check(const struct program *program)
{
	struct symbolizer *symbolizer = program->symbolizer;
	int module = program->module;
	uint32_t first = function_of(program, call_of(program, "first", "m15"));
	uint32_t last = function_of(program, call_of(program, "last", "m13"));
	uint32_t drop = function_of(program, call_of(program, "drop", "m15"));
	const struct source_jump *jumps;
	struct source_chain chain;
	uint64_t offsets[8];
	size_t count;

	jumps = symbolizer_jumps(symbolizer, module, drop, &count);
	assert_int_equal(count, 1);
	assert_int_equal(jumps[0].target, 0);
	assert_int_equal(symbolizer_jump_chain(symbolizer, module, drop, 0, offsets, 8), 1);
	assert_int_equal(offsets[0], jumps[0].offset);
	/* first -> middle -> last, the second jump being one of middle_in() */
	assert_int_equal(symbolizer_jump_chain(symbolizer, module, first, last, offsets, 8),
	                 2);
	assert_int_equal(function_of(program, offsets[0]), first);
	chain = chain_of(program, offsets[1]);
	assert_int_equal(chain.count, 2);
	assert_int_equal(chain.instances[1],
	                 function_of(program, call_find(program, "middle", "m14", 0)));
	assert_int_equal(symbolizer_jump_chain(symbolizer, module, first, last, offsets, 1),
	                 0);
	assert_int_equal(symbolizer_jump_chain(symbolizer, module, last, first, offsets, 8),
	                 0);
	/* up to the jump, middle_in() is kept */
	assert_int_equal(symbolizer_kept(symbolizer, module,
	                                 call_find(program, "middle", "m14", 1), offsets[1],
	                                 &(uint32_t){ 0 }),
	                 2);
}

static void knows_the_flow_of_c(void **state)
{
	struct program program;
	struct source_chain chain;
	size_t i;

	(void)state;
	for (EACH(c_compilers, i)) {
		program = program_make("flow.c", c_compilers[i]);
		all_calls_check(&program);
		flow_check(&program);
		jumps_check(&program);
		/* which function a call calls; not known if it is in another module */
		chain = chain_of(&program, call_of(&program, "main", "first"));
		assert_int_equal(chain.called,
		                 function_of(&program, call_of(&program, "first", "m15")));
		program_end(&program);
	}
}

/*
 * When may_throw() throws, the guard is destroyed within work(): a second call of m2(), which
 * only the table of exceptions leads to.
 */
static void knows_where_throws_go(void **state)
{
	struct program program;
	uint64_t from, to;
	uint32_t merged;
	unsigned number;
	size_t i;

	(void)state;
	for (EACH(cpp_compilers, i)) {
		program = program_make("throws.cpp", cpp_compilers[i]);
		all_calls_check(&program);
		from = call_of(&program, "_Z3runi", "_Z2m1v");
		for (number = 0; number < 2; number++) {
			to = call_find(&program, "_Z3runi", "_Z2m2v", number);
			assert_int_not_equal(to, 0);
			assert_int_equal(function_of(&program, from), function_of(&program, to));
			assert_int_equal(
				symbolizer_kept(program.symbolizer, program.module, from, to, &merged),
				2);
		}
		program_end(&program);
	}
}

/* What is rare is apart, in a function's cold part; jumps to it are not jumps out. */
static void cold_check(const struct program *program)
{
	uint32_t function = function_of(program, call_of(program, "has_cold", "m1"));
	size_t count;

	assert_int_equal(function_of(program, call_of(program, "has_cold", "m2")),
	                 function);
	assert_int_equal(function_of(program, call_of(program, "has_cold", "m4")),
	                 function);
	symbolizer_jumps(program->symbolizer, program->module, function, &count);
	assert_int_equal(count, 0);
}

/* The end of shorten() is a function of its own, and its beginning is inlined in one(). */
static void part_check(const struct program *program)
{
	struct source_chain chain = chain_of(program,
	                                     call_of(program, "one", "shorten.part.0"));
	struct source_instance inlined, part;

	assert_int_equal(chain.count, 2);
	assert_int_not_equal(chain.called, 0);
	assert_true(symbolizer_instance(program->symbolizer, program->module,
	                                chain.instances[0], &inlined));
	assert_true(
		symbolizer_instance(program->symbolizer, program->module, chain.called, &part));
	assert_int_equal(inlined.origin, part.origin);
	assert_true(part.is_part);
	assert_false(inlined.is_part);
}

static void knows_parts_of_functions(void **state)
{
	static const char *const little_debug[] = { "-g0 parts.c", "-g1 parts.c" };
	struct program program;
	size_t i;

	(void)state;
	for (EACH(c_compilers, i)) {
		program = program_make("parts.c", c_compilers[i]);
		all_calls_check(&program);
		cold_check(&program);
		if (!strcmp(c_compilers[i], "gcc -O2"))
			part_check(&program);
		program_end(&program);
	}
	for (EACH(little_debug, i)) {
		program = program_make(little_debug[i], "gcc -O2");
		all_calls_check(&program);
		cold_check(&program);
		program_end(&program);
	}
}

/* All calls of spins(): m1, m2 and free, three times each. */
static size_t spin_calls(const struct program *program, uint64_t *calls)
{
	static const char *const called[] = { "m1", "m2", "free@plt" };
	size_t count = 0, i;
	unsigned number;

	for (EACH(called, i)) {
		for (number = 0; number < 3; number++) {
			calls[count] = call_find(program, "spins", called[i], number);
			if (calls[count])
				count++;
		}
	}
	return count;
}

/* Each turn() after another one is a new activation, wherever its code lies. */
static void turns_check(const struct program *program)
{
	uint64_t calls[9];
	size_t count = spin_calls(program, calls), i, j;
	uint32_t merged;

	assert_int_equal(count, 9);
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++) {
			symbolizer_kept(program->symbolizer, program->module, calls[i], calls[j],
			                &merged);
			assert_int_equal(merged, 0);
		}
	}
}

/* m6() and m7() are in two copies of either(), m3() only in one of them. */
static void ends_check(const struct program *program)
{
	uint64_t to = call_of(program, "ends", "m3"), kept_one, kept_two;
	uint32_t one, two;

	assert_int_equal(call_find(program, "ends", "m3", 1), 0);
	kept_one = symbolizer_kept(program->symbolizer, program->module,
	                           call_of(program, "ends", "m6"), to, &one);
	kept_two = symbolizer_kept(program->symbolizer, program->module,
	                           call_of(program, "ends", "m7"), to, &two);
	assert_int_equal(one + two, 1);
	assert_int_equal(kept_one, one ? 1 : 2);
	assert_int_equal(kept_two, two ? 1 : 2);
}

static void tells_copies_apart(void **state)
{
	struct program program;
	size_t i;

	(void)state;
	for (EACH(c_compilers, i)) {
		if (strstr(c_compilers[i], "-fno-plt"))
			continue; /* free() has no stub to find it by */
		program = program_make("copies.c", c_compilers[i]);
		all_calls_check(&program);
		turns_check(&program);
		/* clang says of a shared end only that it is in the function */
		if (!strncmp(c_compilers[i], "gcc", 3))
			ends_check(&program);
		program_end(&program);
	}
}

/* The last frame: the machine function. */
static void frame_take(void *context, const struct symbol_frame *frame)
{
	*(struct symbol_frame *)context = *frame;
}

/* Two crates of one name have a function of one name: only its hash differs, or its file. */
static void tells_crates_apart(void **state)
{
	struct source_instance facts[2];
	struct symbol_frame frames[2];
	struct program program;
	struct source_chain chain;
	char command[400];
	uint64_t address[2];
	FILE *pipe;
	int i;

	(void)state;
	if (system("rustc --version >/dev/null 2>&1"))
		skip();
	shell(
		"rustc -O -g --crate-type rlib --crate-name same -C metadata=1 -o libone.rlib one.rs");
	shell(
		"rustc -O -g --crate-type rlib --crate-name same -C metadata=2 -o libtwo.rlib two.rs");
	program = program_make("--extern one=libone.rlib --extern two=libtwo.rlib main.rs",
	                       "rustc -O");
	snprintf(command, sizeof(command), "nm %s | grep 4same3act", program.path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	for (i = 0; i < 2; i++) {
		assert_int_equal(fscanf(pipe, "%" SCNx64 " %*[^\n]", &address[i]), 1);
		symbolizer_resolve(program.symbolizer, program.module, address[i] + 1,
		                   frame_take, &frames[i]);
		assert_string_equal(frames[i].function, "same::act");
		chain = chain_of(&program, address[i] + 1);
		assert_true(symbolizer_instance(program.symbolizer, program.module,
		                                chain.instances[chain.count - 1], &facts[i]));
	}
	pclose(pipe);
	assert_string_not_equal(frames[0].declared, frames[1].declared);
	assert_int_not_equal(facts[0].origin, facts[1].origin);
	program_end(&program);
	shell("rm -f libone.rlib libtwo.rlib");
}

static void source_write(const char *name, const char *source)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(source, file);
	fclose(file);
}

/* Where the code of the loop is not the only thing to go by, the loop ends nothing for certain. */
static void believes_no_bare_loop(void **state)
{
	struct program program;

	(void)state;
#ifdef __x86_64__
	program = program_make("bare.s", "gcc -no-pie -fno-builtin bare.c");
	assert_int_equal(chain_of(&program, call_of(&program, "on", "m2")).count, 2);
	assert_int_equal(kept(&program, "on", "m1", "m2"), 2);
	assert_int_equal(kept(&program, "back", "m1", "m2"), 3);
	assert_int_equal(kept(&program, "round", "m2", "m1"), 1);
	program_end(&program);
#else
	(void)program;
	skip();
#endif
}

static int sources_make(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	source_write("flow.c", flow_c);
	source_write("throws.cpp", throws_cpp);
	source_write("parts.c", parts_c);
	source_write("copies.c", copies_c);
	source_write("bare.s", bare_s);
	source_write("bare.c", bare_main_c);
	source_write("one.rs", act_rs);
	source_write("two.rs", act_rs);
	source_write("main.rs", main_rs);
	return 0;
}

static int sources_remove(void **state)
{
	(void)state;
	shell(
		"rm -f flow.c throws.cpp parts.c copies.c bare.s bare.c one.rs two.rs main.rs");
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_flow_of_c),
		cmocka_unit_test(knows_where_throws_go),
		cmocka_unit_test(knows_parts_of_functions),
		cmocka_unit_test(tells_copies_apart),
		cmocka_unit_test(believes_no_bare_loop),
		cmocka_unit_test(tells_crates_apart),
	};

	return cmocka_run_group_tests(tests, sources_make, sources_remove);
}
