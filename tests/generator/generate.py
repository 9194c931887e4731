#!/usr/bin/env python3
"""generate.py SEED CASES [signals|elsewhere] - print a C++ program of CASES random cases,
for truth.h.

A case is a handful of functions that call each other at random, up to a number of steps,
and allocate, keep, free, grow and pass around blocks. Its style says how frames are left:
"plain" by returning only, "jumps" also by longjmp, "throws" also by exceptions. Some run
on several threads at once, which free each other's blocks. The program's argument, a
number, throws its dice anew: the same functions, other cases.

With "signals", functions are interrupted between any two statements, by a trap: its handler
does the same kind of things, and returns. With "elsewhere" it has a stack of its own.
"""
import random
import sys


class Case:
    def __init__(self, random_numbers, number, first_id, signals):
        self.random = random_numbers
        self.signals = signals  # None, "signals", or "elsewhere"
        self.name = "c%d" % number
        self.style = ("plain", "jumps", "throws")[number % 3]
        self.threads = self.random.choice((0, 0, 2, 3))
        self.functions = ["%s_%s_f%d" % (self.name, self.style, i)
                          for i in range(self.random.randint(2, 9))]
        self.root = "%s_%s_root" % (self.name, self.style)
        self.handler = "%s_%s_handler" % (self.name, self.style)
        self.first_id = first_id

    def names(self):
        return self.functions + [self.root] + ([self.handler] if self.signals else [])

    def id_of(self, function):
        return self.first_id + self.names().index(function)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    # ---- statements: lists of lines ----

    def size(self):
        return self.random.choice((8, 16, 24, 33, 64, 100, 480, 1000, 5000, 70000))

    def allocation(self):
        size = self.size()
        return self.random.choice((
            "malloc(%d)" % size, "malloc(%d + x %% 50)" % size, "malloc(%d)" % size,
            "calloc(%d, 2)" % size, "realloc(NULL, %d)" % size,
            "block_aligned(64, %d)" % size, "aligned_alloc(32, %d)" % (size // 32 * 32 + 32)))

    def born(self):
        return "block_born(%s, me, %d)" % (self.allocation(), self.id)

    def call(self):
        if self.chance(25):
            callee = "%s_table[roll(%d)]" % (self.name, len(self.functions))
        else:
            callee = self.random.choice(self.functions)
        return ["if (may_call(p))", "\tx += %s(p, x + %d);" % (callee, self.random.randrange(9))]

    def keep(self):
        return ["free(block_dies(pool_swap(p, %s)));" % self.born()]

    def release(self):
        return ["free(block_dies(pool_take(p)));"]

    def release_deep(self):
        return ["x += pool_free_deep(p, %d);" % self.random.randrange(6)]

    def grow(self):
        return ["free(block_dies(pool_swap(p, block_grow(pool_take(p), %d + x %% 9))));"
                % self.size()]

    def local(self):
        return ["slot local = %s;" % self.born(),
                "memset(local.block, (int)x, 8);"] + self.call() + ["free(block_dies(local));"]

    def carried(self):
        """Allocated in one turn of a loop, freed in the next."""
        return ["slot before = {};",
                "for (int turn = 0; turn < %d && may_go(p); turn++) {"
                % self.random.randint(2, 6),
                "\tslot now = %s;" % self.born(),
                "\tfree(block_dies(before));", "\tbefore = now;"] + \
               ["\t" + line for line in self.call()] + ["}", "free(block_dies(before));"]

    def repeat(self):
        return ["for (int turn = 0; turn < %d && may_go(p); turn++) {"
                % self.random.randint(2, 5)] + \
               ["\t" + line for line in self.statement(False)] + ["}"]

    def pad(self):
        size = self.random.randrange(1, 300)
        return self.random.choice((
            ["volatile char pad[%d];" % size, "pad[0] = (char)x;", "x += pad[0] & 1;"],
            ["char *pad = (char *)alloca(%d + x %% 64);" % size, "memset(pad, 1, 8);",
             "consume(pad);"]))

    def tried(self):
        rethrow = ["\t\tthrow;"] if self.chance(30) else []
        return ["try {"] + ["\t" + line for line in self.call() + self.call()] + \
               ["} catch (const failure &caught) {", "\tx += caught.value;"] + \
               ["\t" + line for line in self.statement(False)] + \
               (["\tif (x % 4 == 0)"] + rethrow if rethrow else []) + ["}"]

    def thrown(self):
        return ["if (roll(%d) == 0)" % self.random.randint(2, 6),
                "\tthrow failure{ x % 100, \"thrown\" };"]

    def held(self):
        return ["block_guard held(%s);" % self.born()] + self.call()

    def landed(self):
        return ["jmp_buf here, *outer = landing;",
                "if (setjmp(here) == 0) {", "\tlanding = &here;"] + \
               ["\t" + line for line in self.call() + self.call()] + \
               ["} else {", "\tframe_landed(me);"] + \
               ["\t" + line for line in self.statement(False)] + \
               ["}", "landing = outer;"]

    def jump(self):
        return ["if (landing && roll(%d) == 0)" % self.random.randint(2, 6),
                "\tlongjmp(*landing, 1);"]

    def trapped(self):
        """The handler, at times where nothing of this function has met the allocator."""
        return ["if (roll(%d) == 0)" % self.random.randint(2, 6),
                "\t__asm__ volatile(\"int3\");"]

    def statement(self, may_nest=True):
        kinds = [(self.call, 9), (self.keep, 8), (self.release, 6), (self.grow, 4),
                 (self.release_deep, 2), (self.local, 3), (self.pad, 2)]
        if may_nest:
            kinds += [(self.carried, 2), (self.repeat, 3)]
            if self.style == "throws":
                kinds += [(self.tried, 4), (self.held, 4)]
            if self.style == "jumps":
                kinds += [(self.landed, 4)]
        if self.style == "throws":
            kinds += [(self.thrown, 2)]
        if self.style == "jumps":
            kinds += [(self.jump, 2)]
        if self.signals:
            kinds += [(self.trapped, 5)]
        kind = self.random.choices([kind for kind, _ in kinds], [often for _, often in kinds])[0]
        lines = kind()
        if lines[0].startswith(("if", "free", "x ")) and len(lines) < 3:
            return lines
        return ["{"] + ["\t" + line for line in lines] + ["}"]

    # ---- functions ----

    def function(self, name):
        self.id = self.id_of(name)
        body = []
        for _ in range(self.random.randint(2, 7)):
            body += self.statement()
        if self.style == "throws":
            begin, end = ["frame_guard guard;", "activation *me = guard.me;"], []
        else:
            begin, end = ["activation *me = frame_begin();"], ["frame_end(me);"]
        lines = ["volatile long x = (roll(1000) + with) % 1000;"] + begin + ["(void)me;"] + \
            body + end + ["return x;"]
        return ["static OWN_FRAME long %s(pool *p, long with)" % name, "{"] + \
               ["\t" + line for line in lines] + ["}", ""]

    def handler_function(self):
        """Between it and whom it interrupts lies the frame of the return from it."""
        self.id = self.id_of(self.handler)
        body = []
        for _ in range(self.random.randint(1, 4)):
            body += self.statement()
        if self.style == "throws":
            body = ["try {"] + ["\t" + line for line in body] + \
                   ["} catch (const failure &) {", "}"]
        lines = ["pool *p = &%s_pool;" % self.name, "volatile long x = roll(1000);",
                 "activation *return_frame = frame_begin(), *me = frame_begin();",
                 "jmp_buf *outer_landing = landing;", "(void)me;", "landing = NULL;"] + \
            body + ["landing = outer_landing;", "frame_end(me);", "frame_end(return_frame);"]
        return ["static OWN_FRAME void %s(int)" % self.handler, "{"] + \
               ["\t" + line for line in lines] + ["}", ""]

    def thread_function(self):
        other = ["\tsignal_stack other;"] if self.signals == "elsewhere" else []
        return ["static void *%s_thread(void *seed)" % self.name, "{"] + other + \
               ["\tthread_begin((uint64_t)(uintptr_t)seed);",
                "\t%s_all(&%s_pool);" % (self.name, self.name), "\treturn NULL;", "}", ""]

    def all_function(self):
        """Consecutive calls, from one line, of the case's first function."""
        call = "%s(p, turn)" % self.functions[0]
        if self.style == "throws":
            call_lines = ["\t\ttry {", "\t\t\t%s;" % call, "\t\t} catch (const failure &) {",
                          "\t\t}"]
        else:
            call_lines = ["\t\t%s;" % call]
        return ["static OWN_FRAME void %s_all(pool *p)" % self.name, "{",
                "\tactivation *me = frame_begin();", "",
                "\tfor (long turn = 0; turn < 40 && may_go(p); turn++) {"] + call_lines + \
               ["\t}", "\tframe_end(me);", "}", ""]

    def root_function(self):
        self.id = self.id_of(self.root)
        lines = ["activation *me = frame_begin();", "slot own = block_born(malloc(77), me, %d);"
                 % self.id, "pool *p = &%s_pool;" % self.name]
        if self.signals:
            lines += ["trap_handle(%s, %s);"
                      % (self.handler, "SA_ONSTACK" if self.signals == "elsewhere" else "0")]
        if self.threads:
            lines += ["pthread_t threads[%d];" % self.threads,
                      "for (long i = 0; i < %d; i++)" % self.threads,
                      "\tpthread_create(&threads[i], NULL, %s_thread, (void *)(i + %d"
                      " + roll(1 << 20)));" % (self.name, self.random.randrange(1, 1 << 30))]
        lines += ["%s_all(p);" % self.name]
        if self.threads:
            lines += ["for (int i = 0; i < %d; i++)" % self.threads,
                      "\tpthread_join(threads[i], NULL);"]
        lines += ["for (int i = 0; i < %d; i++)" % self.random.randrange(12),
                  "\tfree(block_dies(pool_take(p)));", "free(block_dies(own));",
                  "frame_end(me);"]
        return ["static OWN_FRAME void %s()" % self.root, "{"] + \
               ["\t" + line for line in lines] + ["}", ""]

    def program(self):
        steps = self.random.choice((300, 800, 2000))
        lines = ["static pool %s_pool = { {}, PTHREAD_MUTEX_INITIALIZER, %d };"
                 % (self.name, steps), ""]
        lines += ["static long %s(pool *, long);" % name for name in self.functions]
        lines += ["static long (*const %s_table[])(pool *, long) = { %s };"
                  % (self.name, ", ".join(self.functions)), ""]
        for name in self.functions:
            lines += self.function(name)
        lines += self.all_function()
        if self.signals:
            lines += self.handler_function()
        if self.threads:
            lines += self.thread_function()
        return lines + self.root_function()


def main():
    signals = sys.argv[3] if len(sys.argv) == 4 else None
    if len(sys.argv) < 3 or signals not in (None, "signals", "elsewhere"):
        sys.exit(__doc__)
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    random_numbers = random.Random(seed)
    names, lines, roots = [], [], []
    for number in range(count):
        case = Case(random_numbers, number, len(names), signals)
        lines += case.program()
        names += case.names()
        roots.append(case.root)
    print("/* generate.py %s */" % " ".join(sys.argv[1:]))
    print('#include "truth.h"\n#include <alloca.h>\n#include <cstring>\n')
    print("static void *volatile consumed;\n#define consume(block) (consumed = (block))\n")
    print("\n".join(lines))
    print("static const char *const names[] = {")
    print("\n".join('\t"%s",' % name for name in names))
    print("};\n\nint main(int argc, char **argv)\n{")
    if signals == "elsewhere":
        print("\tsignal_stack other;")
    print("\tthread_begin(%d + (argc > 1 ? atoi(argv[1]) : 0));" % (seed + 1))
    print("\n".join("\t%s();" % root for root in roots))
    print("\ttruth_print(names, %d);\n\treturn 0;\n}" % len(names))


main()
