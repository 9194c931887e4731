/*
 * test_symbolizer.c - names of addresses in programs that the test compiles: labels in
 * the source say which return address is meant, so what must come out is known.
 * Long, because each case builds a program of its own.
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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/outlive-test-symbols-XXXXXX";

/* Lines are counted by the asserts below. */
static const char
	c_source[] = "extern volatile int sink;\n"
				 "volatile int sink;\n"
				 "__attribute__((noinline)) void leaf(void) { sink++; }\n"
				 "static inline __attribute__((always_inline)) void inner(void)\n"
				 "{\n"
				 "	leaf();\n" /* line 6 */
				 "	asm volatile(\".globl after_leaf\\nafter_leaf:\");\n"
				 "	sink++;\n"
				 "}\n"
				 "static inline __attribute__((always_inline)) void middle(void)\n"
				 "{\n"
				 "	{ int scope = sink; sink = scope;\n"
				 "	inner(); }\n" /* line 13 */
				 "}\n"
				 "__attribute__((noinline, visibility(\"default\"))) void outer(void)\n"
				 "{\n"
				 "	sink++;\n"
				 "	middle();\n" /* line 18 */
				 "}\n"
				 "int main(void) { outer(); return 0; }\n";

static const char
	cpp_source[] = "volatile int sink;\n"
				   "__attribute__((noinline)) static void leaf() { sink = sink + 1; }\n"
				   "namespace space { template <typename T> struct thing {\n"
				   "	__attribute__((noinline)) void act(T) {\n"
				   "		leaf();\n" /* line 5 */
				   "		asm volatile(\".globl after_leaf\\nafter_leaf:\");\n"
				   "		sink = sink + 1;\n"
				   "	}\n"
				   "}; }\n"
				   "int main() { space::thing<int>().act(3); return 0; }\n";

/* ---- programs ---- */

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

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void source_write(const char *name, const char *source)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fputs(source, file);
	fclose(file);
}

/* ELF address of a symbol. */
static uint64_t address_of(const char *program, const char *symbol)
{
	char command[512], line[512];
	uint64_t address = 0, at;
	FILE *pipe;
	char name[400];

	snprintf(command, sizeof(command), "nm %s/%s", directory, program);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe)) {
		if (sscanf(line, "%" SCNx64 " %*c %399s", &at, name) == 2 &&
		    !strcmp(name, symbol))
			address = at;
	}
	pclose(pipe);
	assert_int_not_equal(address, 0);
	return address;
}

static struct elf_file facts_of(const char *program)
{
	struct elf_file elf;
	int file = open(path_of(program), O_RDONLY);

	assert_int_equal(elf_file_read(&elf, file), ELF_OK);
	close(file);
	return elf;
}

static int module_of(struct symbolizer *symbolizer, const char *program)
{
	struct elf_file elf = facts_of(program);

	return symbolizer_module(symbolizer, path_of(program), elf.build_id,
	                         elf.build_id_bytes);
}

/* ---- answers ---- */

struct chain {
	struct symbol_frame frames[16];
	int count;
};

static void chain_add(void *context, const struct symbol_frame *frame)
{
	struct chain *chain = context;

	assert_true(chain->count < 16);
	chain->frames[chain->count++] = *frame;
}

static struct chain chain_of(struct symbolizer *symbolizer, int module, uint64_t offset)
{
	struct chain chain = { .count = 0 };
	int count;

	count = symbolizer_resolve(symbolizer, module, offset, chain_add, &chain);
	assert_int_equal(count, chain.count);
	return chain;
}

static void assert_frame(const struct symbol_frame *frame, const char *function,
                         const char *file, uint32_t line, bool inlined)
{
	const char *slash = strrchr(frame->file, '/');

	assert_string_equal(frame->function, function);
	assert_string_equal(slash ? slash + 1 : frame->file, file);
	assert_int_equal(frame->line, line);
	assert_int_equal(frame->inlined, inlined);
}

static void assert_inline_chain(struct symbolizer *symbolizer, const char *program,
                                const char *symbols)
{
	int module = module_of(symbolizer, program);
	struct chain chain;

	assert_true(module >= 0);
	chain = chain_of(symbolizer, module, address_of(symbols, "after_leaf"));
	assert_int_equal(chain.count, 3);
	assert_frame(&chain.frames[0], "inner", "a.c", 6, true);
	assert_frame(&chain.frames[1], "middle", "a.c", 13, true);
	assert_frame(&chain.frames[2], "outer", "a.c", 18, false);
}

/* ---- tests ---- */

static void gives_the_inline_chain(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();

	(void)state;
	shell("gcc -O1 -g -o a a.c");
	assert_inline_chain(symbolizer, "a", "a");
	assert_inline_chain(symbolizer, "a", "a"); /* and again, from what it kept */
	symbolizer_free(symbolizer);
}

static void reads_all_kinds_of_dwarf(void **state)
{
	static const char *const flags[] = {
		"-g -gdwarf-4", "-g -gdwarf-5",   "-g -gdwarf-3", "-g -gsplit-dwarf",
		"-g -gz",       "-g -static-pie", "-g -no-pie",   "-g -flto -ffunction-sections"
	};
	struct symbolizer *symbolizer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		symbolizer = symbolizer_new();
		shell("gcc -O1 %s -o kind a.c", flags[i]);
		assert_inline_chain(symbolizer, "kind", "kind");
		symbolizer_free(symbolizer);
	}
}

/* clang writes no .debug_aranges: units must be found without. */
static void needs_no_aranges(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();

	(void)state;
	shell("gcc -O1 -g -o full a.c && "
	      "objcopy --remove-section .debug_aranges full without");
	assert_inline_chain(symbolizer, "without", "full");
	symbolizer_free(symbolizer);
}

static void finds_separate_debug_files(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();

	(void)state;
	shell("gcc -O1 -g -o apart a.c && cp apart whole && mkdir -p .debug && "
	      "objcopy --only-keep-debug apart .debug/apart.debug && strip apart && "
	      "objcopy --add-gnu-debuglink=.debug/apart.debug apart");
	assert_inline_chain(symbolizer, "apart", "whole");
	symbolizer_free(symbolizer);
}

static void demangles(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();
	struct chain chain;

	(void)state;
	shell("g++ -O1 -g -o b b.cc");
	chain = chain_of(symbolizer, module_of(symbolizer, "b"),
	                 address_of("b", "after_leaf"));
	assert_int_equal(chain.count, 1);
	assert_frame(&chain.frames[0], "space::thing<int>::act(int)", "b.cc", 5, false);
	symbolizer_free(symbolizer);
}

/* As libc has them: a function's hidden name is not what people call. */
static void leaves_out_internal_prefixes(void **state)
{
	static const char *const flags[] = { "-g", "" };
	struct symbolizer *symbolizer;
	struct chain chain;
	size_t i;

	(void)state;
	source_write("gi.c", "int own(int) __asm__(\"__GI___own\");\n"
	                     "__attribute__((noinline)) int own(int a) { return a * a; }\n"
	                     "int main(int c, char **v) { return own(c) + !v; }\n");
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		symbolizer = symbolizer_new();
		shell("gcc -O1 %s -o gi gi.c", flags[i]);
		chain = chain_of(symbolizer, module_of(symbolizer, "gi"),
		                 address_of("gi", "__GI___own") + 2);
		assert_int_equal(chain.count, 1);
		assert_string_equal(chain.frames[0].function, "__own");
		symbolizer_free(symbolizer);
	}
}

/* The innermost frame at a label's call; labels are global, behind the call. */
static struct symbol_frame frame_at(struct symbolizer *symbolizer, const char *program,
                                    const char *label)
{
	struct chain chain = chain_of(symbolizer, module_of(symbolizer, program),
	                              address_of(program, label));

	assert_true(chain.count > 0);
	return chain.frames[0];
}

#define LABEL(name) "asm volatile(\".globl " name "\\n" name ":\");"

/* Two functions of one name, local to their files, differ in where they are declared. */
static void tells_local_functions_apart(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();
	struct symbol_frame one, two;

	(void)state;
	source_write(
		"one.c",
		"void leaf(int *a) { asm volatile(\"\"::\"r\"(a):\"memory\"); }\n"
		"static __attribute__((noinline)) void act(int *a)\n"
		"{ leaf(a); " LABEL(
			"in_one") " leaf(a); }\n"
					  "void other(int *);\n"
					  "int main(int c, char **v) { act(&c); other(&c); return !v; }\n");
	source_write("two.c",
	             "void leaf(int *);\n\n"
	             "static __attribute__((noinline)) void act(int *a)\n"
	             "{ leaf(a); " LABEL("in_two") " leaf(a); }\n"
	                                           "void other(int *a) { act(a); }\n");
	shell("gcc -O1 -g -fno-inline -o namesakes one.c two.c");
	one = frame_at(symbolizer, "namesakes", "in_one");
	two = frame_at(symbolizer, "namesakes", "in_two");
	assert_string_equal(one.function, "act");
	assert_string_equal(two.function, "act");
	assert_non_null(strstr(one.declared, "/one.c:2"));
	assert_non_null(strstr(two.declared, "/two.c:3"));
	assert_string_equal(frame_at(symbolizer, "namesakes", "in_one").declared,
	                    one.declared);
	shell("gcc -O1 -fno-inline -o nodebug one.c two.c");
	one = frame_at(symbolizer, "nodebug", "in_one");
	two = frame_at(symbolizer, "nodebug", "in_two");
	assert_string_equal(one.function, "act");
	assert_memory_equal(one.declared, "one.c@0x", 8);
	assert_memory_equal(two.declared, "two.c@0x", 8);
	symbolizer_free(symbolizer);
}

/* A function's clones and parts are that function; what is global is known by its name. */
static void clones_are_their_function(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();
	struct symbol_frame frame;

	(void)state;
	source_write("clone.s",
	             ".text\n.file \"x.c\"\n"
	             ".globl act\n.type act,@function\nact: nop\n"
	             ".size act,.-act\n"
	             ".type act.part.0,@function\nact.part.0: nop\n"
	             ".globl in_part\nin_part: nop\n.size act.part.0,.-act.part.0\n"
	             ".type own.isra.0.cold,@function\nown.isra.0.cold: nop\n"
	             ".globl in_cold\nin_cold: nop\n"
	             ".size own.isra.0.cold,.-own.isra.0.cold\n"
	             ".type own,@function\nown: nop\n.globl in_own\nin_own: nop\n"
	             ".size own,.-own\n"
	             ".section .note.GNU-stack,\"\",@progbits\n");
	shell("gcc -shared -nostdlib -o clone.so clone.s");
	frame = frame_at(symbolizer, "clone.so", "in_part");
	assert_string_equal(frame.function, "act");
	assert_string_equal(frame.declared, "");
	frame = frame_at(symbolizer, "clone.so", "in_cold");
	assert_string_equal(frame.function, "own");
	assert_string_equal(frame.declared, "");
	assert_string_equal(frame_at(symbolizer, "clone.so", "in_own").function, "own");
	symbolizer_free(symbolizer);
}

/* What has no name for the linker is called by what it is in. */
static void names_what_is_within(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();

	(void)state;
	source_write(
		"in.cc",
		"volatile int sink;\n"
		"template <class F> __attribute__((noinline)) void call(F f) { f(); sink = 1; }\n"
		"__attribute__((noinline)) void leaf() { sink = 2; }\n"
		"void one(int) { call([] { sink = 3; });\n"
		" call([] { leaf(); " LABEL(
			"in_lambda") " leaf(); }); }\n"
						 "namespace { struct thing { __attribute__((noinline)) void act() {\n"
						 " leaf(); " LABEL(
							 "in_anonymous") " leaf(); } }; }\n"
											 "int main() { one(1); thing().act(); return 0; }\n");
	shell("g++ -O1 -g -o in in.cc");
	assert_string_equal(frame_at(symbolizer, "in", "in_lambda").function,
	                    "one(int)::{lambda#2}::operator()");
	assert_string_equal(frame_at(symbolizer, "in", "in_anonymous").function,
	                    "(anonymous namespace)::thing::act");
	symbolizer_free(symbolizer);
}

/* Without debug information: what the symbol tables cover, and no more than that. */
static void falls_back_to_symbol_tables(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();
	struct chain chain;
	uint64_t outer, leaf;
	char name[64];
	int module;

	(void)state;
	shell("gcc -O1 -fPIC -shared -fvisibility=hidden -o lib.so a.c && "
	      "cp lib.so stripped.so && strip stripped.so");
	outer = address_of("lib.so", "outer");
	leaf = address_of("lib.so", "leaf");
	module = module_of(symbolizer, "lib.so");
	chain = chain_of(symbolizer, module, leaf + 2);
	assert_int_equal(chain.count, 1);
	assert_frame(&chain.frames[0], "leaf", "", 0, false);
	module = module_of(symbolizer, "stripped.so");
	chain = chain_of(symbolizer, module, outer + 2);
	assert_int_equal(chain.count, 1);
	assert_frame(&chain.frames[0], "outer", "", 0, false);
	/* hidden, so not in .dynsym: called by its beginning, not "the exported one before" */
	snprintf(name, sizeof(name), "stripped.so+0x%" PRIx64, leaf);
	chain = chain_of(symbolizer, module, leaf + 2);
	assert_int_equal(chain.count, 1);
	assert_frame(&chain.frames[0], name, "", 0, false);
	/* the address before a function's first is no part of it */
	chain = chain_of(symbolizer, module, outer);
	assert_true(!chain.count || strcmp(chain.frames[0].function, "outer"));
	symbolizer_free(symbolizer);
}

static void refuses_another_build(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();
	struct elf_file before, after;

	(void)state;
	shell("gcc -O1 -g -o build a.c");
	before = facts_of("build");
	assert_true(before.build_id_bytes > 0);
	shell("gcc -O2 -g -o build a.c");
	after = facts_of("build");
	assert_int_equal(symbolizer_module(symbolizer, path_of("build"), before.build_id,
	                                   before.build_id_bytes),
	                 -1);
	assert_int_equal(symbolizer_module(symbolizer, path_of("build"), NULL, 0), -1);
	assert_int_equal(symbolizer_module(symbolizer, path_of("gone"), before.build_id,
	                                   before.build_id_bytes),
	                 -1);
	assert_int_equal(symbolizer_module(symbolizer, "linux-vdso.so.1", NULL, 0), -1);
	assert_true(symbolizer_module(symbolizer, path_of("build"), after.build_id,
	                              after.build_id_bytes) >= 0);
	shell("gcc -O1 -g -Wl,--build-id=none -o build a.c");
	assert_true(symbolizer_module(symbolizer, path_of("build"), NULL, 0) >= 0);
	symbolizer_free(symbolizer);
}

/* A chunk that defines one module. Returns its bytes. */
static size_t definitions_make(uint8_t *chunk, const char *program)
{
	struct elf_file elf = facts_of(program);
	struct module_definition module = { .header = { .kind = DEFINITION_MODULE } };
	const char *path = path_of(program);
	size_t at = sizeof(struct chunk_header);

	module.path_bytes = (uint16_t)strlen(path);
	module.build_id_bytes = (uint8_t)elf.build_id_bytes;
	memcpy(module.build_id, elf.build_id, elf.build_id_bytes);
	module.header.bytes = (uint16_t)((sizeof(module) + strlen(path) + 7) & ~7u);
	memcpy(chunk + at, &module, sizeof(module));
	memcpy(chunk + at + sizeof(module), path, module.path_bytes);
	return at + module.header.bytes;
}

static void the_shelf_outlives_the_file(void **state)
{
	struct kept_files *kept = kept_files_new();
	struct symbolizer *symbolizer = symbolizer_new();
	struct elf_file elf;
	uint8_t chunk[4096] = { 0 };
	struct chain chain;
	uint64_t address;
	size_t bytes;
	int module;

	(void)state;
	shell("gcc -O1 -g -o gone a.c");
	bytes = definitions_make(chunk, "gone");
	elf = facts_of("gone");
	address = address_of("gone", "after_leaf");
	assert_int_equal(
		kept_files_add(kept, getpid(), chunk, bytes, sizeof(struct chunk_header)),
		bytes);
	shell("rm gone");
	symbolizer_use_kept(symbolizer, kept);
	module = symbolizer_module(symbolizer, path_of("gone"), elf.build_id,
	                           elf.build_id_bytes);
	assert_true(module >= 0);
	chain = chain_of(symbolizer, module, address);
	assert_int_equal(chain.count, 3);
	assert_frame(&chain.frames[2], "outer", "a.c", 18, false);
	symbolizer_free(symbolizer);
	kept_files_free(kept);
}

static int offer(struct kept_files *kept, const char *path, const char *program)
{
	int file = open(path_of(program), O_RDONLY);

	kept_files_offer(kept, path, file);
	return fcntl(file, F_GETFD) >= 0;
}

/* Files that processes give before they load them: found by path, by build, or not at all. */
static void the_shelf_takes_what_is_offered(void **state)
{
	struct kept_files *kept = kept_files_new();
	struct elf_file first, second;
	int file;

	(void)state;
	shell("gcc -O1 -g -Wl,--build-id -o first a.c");
	shell("gcc -O2 -g -Wl,--build-id -o second a.c");
	shell("gcc -O1 -g -Wl,--build-id=none -o plain a.c && cp plain copy");
	shell("gcc -O1 -Wl,--build-id=none -o other a.c");
	shell("echo no program >text");
	first = facts_of("first");
	second = facts_of("second");
	assert_true(offer(kept, "/proc/self/fd/3", "first"));
	assert_true(offer(kept, "/proc/self/fd/3", "second"));
	assert_false(offer(kept, "/proc/self/fd/3", "second"));
	assert_false(offer(kept, "relative", "first"));
	assert_false(offer(kept, "/text", "text"));
	file = kept_files_find(kept, "/proc/self/fd/3", first.build_id,
	                       first.build_id_bytes);
	assert_true(file >= 0);
	assert_int_equal(
		kept_files_find(kept, "/elsewhere", first.build_id, first.build_id_bytes),
		file);
	assert_true(kept_files_find(kept, "/proc/self/fd/3", second.build_id,
	                            second.build_id_bytes) != file);
	/* Without a build-id the path must say it, and it must be one file. */
	assert_true(offer(kept, "/plain", "plain"));
	assert_false(offer(kept, "/plain", "copy"));
	assert_true(kept_files_find(kept, "/plain", NULL, 0) >= 0);
	assert_int_equal(kept_files_find(kept, "/elsewhere", NULL, 0), -1);
	assert_false(offer(kept, "/plain", "other"));
	assert_int_equal(kept_files_find(kept, "/plain", NULL, 0), KEPT_DOUBTFUL);
	assert_false(offer(kept, "/plain", "plain"));
	assert_int_equal(kept_files_find(kept, "/plain", NULL, 0), KEPT_DOUBTFUL);
	kept_files_free(kept);
}

/* Of two files that had a path, the one that has it now may be the wrong one: no names. */
static void a_doubtful_file_is_not_opened(void **state)
{
	struct kept_files *kept = kept_files_new();
	struct symbolizer *symbolizer = symbolizer_new();
	char *path;

	(void)state;
	shell("gcc -O1 -g -Wl,--build-id=none -o now a.c");
	shell("gcc -O2 -g -Wl,--build-id=none -o before a.c");
	path = strdup(path_of("now"));
	assert_true(offer(kept, path, "before"));
	assert_false(offer(kept, path, "now"));
	symbolizer_use_kept(symbolizer, kept);
	assert_int_equal(symbolizer_module(symbolizer, path, NULL, 0), -1);
	symbolizer_free(symbolizer);
	kept_files_free(kept);
	free(path);
}

/* What is among the kept files was written by the recorded process: any bytes at all. */
static void the_shelf_takes_any_chunk(void **state)
{
	struct kept_files *kept = kept_files_new();
	uint8_t chunk[4096];
	size_t bytes, at;
	int round;

	(void)state;
	shell("gcc -O1 -g -o any a.c");
	for (round = 0; round < 2000; round++) {
		memset(chunk, 0, sizeof(chunk));
		bytes = definitions_make(chunk, "any");
		srandom((unsigned)round);
		for (at = 0; at < 4; at++)
			chunk[(size_t)random() % bytes] = (uint8_t)random();
		at = kept_files_add(kept, getpid(), chunk, bytes, sizeof(struct chunk_header));
		assert_true(at <= bytes);
	}
	kept_files_free(kept);
}

static void nothing_strange_hurts(void **state)
{
	static const uint64_t offsets[] = {
		0, 1, 2, 0x1000, UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 63
	};
	struct symbolizer *symbolizer = symbolizer_new();
	struct chain chain = { .count = 0 };
	int module;
	size_t i;

	(void)state;
	shell("gcc -O1 -g -o a a.c");
	module = module_of(symbolizer, "a");
	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		assert_int_equal(chain_of(symbolizer, module, offsets[i]).count, 0);
	assert_int_equal(symbolizer_resolve(symbolizer, -1, 4096, chain_add, &chain), 0);
	assert_int_equal(symbolizer_resolve(symbolizer, 99, 4096, chain_add, &chain), 0);
	symbolizer_free(symbolizer);
}

/* A file cut short, as by a full disk: fewer names, or none. */
static void survives_cut_files(void **state)
{
	struct symbolizer *symbolizer;
	struct stat status;
	uint64_t address;
	struct elf_file elf;
	off_t bytes;
	int module;

	(void)state;
	shell("gcc -O1 -g -o a a.c");
	address = address_of("a", "after_leaf");
	elf = facts_of("a");
	assert_int_equal(stat(path_of("a"), &status), 0);
	for (bytes = status.st_size - 1; bytes > 0; bytes -= 193) {
		symbolizer = symbolizer_new();
		shell("head -c %lld a >cut", (long long)bytes);
		module = symbolizer_module(symbolizer, path_of("cut"), elf.build_id,
		                           elf.build_id_bytes);
		if (module >= 0)
			assert_true(chain_of(symbolizer, module, address).count <= 3);
		symbolizer_free(symbolizer);
	}
}

static int set_up(void **state)
{
	(void)state;
	unsetenv("DEBUGINFOD_URLS");
	if (!mkdtemp(directory))
		return -1;
	source_write("a.c", c_source);
	source_write("b.cc", cpp_source);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	shell("rm -rf %s", directory);
	return 0;
}

/*
 * Functions without linkage names: those of an anonymous namespace within std, and of a lambda
 * within a function of std, are the library's; those of the user's function are not.
 */
static const char home_header
	[] = "namespace std { namespace {\n"
		 "struct helper { static __attribute__((noinline)) void act();\n"
		 "}; } }\n"
		 "namespace std { template <typename T> __attribute__((noinline))\n"
		 "int twice(T call) { auto again = [&]() __attribute__((noinline)) {\n"
		 "	call(); asm volatile(\".globl after_call\\nafter_call:\"); };\n"
		 "	again(); return 1; } }\n";
static const char home_source
	[] = "void leaf();\n"
		 "#include \"inner/home.h\"\n"
		 "volatile int sink;\n"
		 "__attribute__((noinline)) void leaf() { sink = sink + 1; }\n"
		 "namespace std { namespace { void helper::act() { leaf();\n"
		 "	asm volatile(\".globl after_leaf\\nafter_leaf:\"); sink = 1; } } }\n"
		 "int main() { std::helper::act();\n"
		 "	auto mine = []() __attribute__((noinline)) { leaf();\n"
		 "		asm volatile(\".globl after_mine\\nafter_mine:\"); sink = 2; };\n"
		 "	return std::twice(mine); }\n";

static void assert_home(struct symbolizer *symbolizer, int module, const char *label,
                        const char *home, bool is_library)
{
	struct chain chain = chain_of(symbolizer, module, address_of("home", label));
	char expected[300];

	assert_true(chain.count >= 1);
	snprintf(expected, sizeof(expected), "%s/%s", directory, home);
	assert_string_equal(chain.frames[0].home, expected);
	assert_int_equal(chain.frames[0].is_library, is_library);
}

static void knows_whose_a_function_is(void **state)
{
	struct symbolizer *symbolizer = symbolizer_new();
	int module;

	(void)state;
	shell("mkdir -p inner beside");
	source_write("inner/home.h", home_header);
	source_write("home.cpp", home_source);
	shell("g++ -std=c++17 -O1 -g -Ibeside/../. -o home ./beside/../home.cpp");
	module = module_of(symbolizer, "home");
	assert_home(symbolizer, module, "after_leaf", "home.cpp", true);
	assert_home(symbolizer, module, "after_call", "inner/home.h", true);
	assert_home(symbolizer, module, "after_mine", "home.cpp", false);
	symbolizer_free(symbolizer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_inline_chain),
		cmocka_unit_test(knows_whose_a_function_is),
		cmocka_unit_test(reads_all_kinds_of_dwarf),
		cmocka_unit_test(needs_no_aranges),
		cmocka_unit_test(finds_separate_debug_files),
		cmocka_unit_test(demangles),
		cmocka_unit_test(leaves_out_internal_prefixes),
		cmocka_unit_test(tells_local_functions_apart),
		cmocka_unit_test(clones_are_their_function),
		cmocka_unit_test(names_what_is_within),
		cmocka_unit_test(falls_back_to_symbol_tables),
		cmocka_unit_test(refuses_another_build),
		cmocka_unit_test(the_shelf_outlives_the_file),
		cmocka_unit_test(the_shelf_takes_what_is_offered),
		cmocka_unit_test(a_doubtful_file_is_not_opened),
		cmocka_unit_test(the_shelf_takes_any_chunk),
		cmocka_unit_test(nothing_strange_hurts),
		cmocka_unit_test(survives_cut_files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
