#!/usr/bin/env python3
"""generate.py SEED - print a C program that is hard to see source functions in.

Its functions are static, and compilers inline most of them. They have what makes two calls in
one machine function hard to tell apart: loops whose turns call no allocator, branches that end
alike, calls at the end of a function (of free, of each other, of themselves), guards that a
compiler splits off a function, switches, early returns, and calls through pointers. Whatever the
build, the program does the same: its dice are its own.
"""
import random
import sys


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = self.random.randint(5, 9)
        self.seed = self.random.randrange(1, 1 << 30)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def dice(self):
        return "roll(%d)" % self.random.randint(2, 5)

    def slot(self):
        return "slots[%d]" % self.random.randrange(16)

    def size(self, number):
        return 16 + 8 * number + self.random.randrange(8)

    def called(self, number):
        """A call of a function further down; all recursion is bounded by depth."""
        if number + 1 >= self.count:
            return "sink++;"
        if self.chance(12):
            return "table[%d](depth);" % self.random.randrange(number + 1, self.count)
        return "f%d(depth);" % self.random.randrange(number + 1, self.count)

    def statement(self, number, level):
        """One statement of function `number`, nested `level` deep."""
        deep = level >= 3
        local = "b%d" % level
        choice = self.random.randrange(11 if not deep else 5)
        if choice == 0:
            slot = self.slot()
            return "if (!%s) { free(%s); %s = fill(malloc(%d)); }" % (
                self.dice(), slot, slot, self.size(number))
        if choice == 1:
            slot = self.slot()
            return "if (!%s) { free(%s); %s = NULL; }" % (self.dice(), slot, slot)
        if choice in (2, 3):
            return self.called(number)
        if choice == 4:
            return "drop(%d);" % self.random.randrange(16)
        inner = self.statement(number, level + 1)
        if choice == 5:
            return "{ char *%s = fill(malloc(%d)); %s free(%s); }" % (
                local, self.size(number), inner, local)
        if choice == 6:
            return "for (unsigned i%d = %s; i%d; i%d--) { %s %s }" % (
                level, self.dice(), level, level, inner, self.statement(number, level + 1))
        if choice == 7:
            other = self.statement(number, level + 1)
            end = self.called(number)
            return "if (%s) { %s %s } else { %s %s }" % (self.dice(), inner, end, other, end)
        if choice == 8:
            return "switch (roll(4)) { case 0: %s break; case 1: %s break; case 2: %s }" % (
                inner, self.called(number), self.statement(number, level + 1))
        if choice == 9:
            return "while (%s) { if (!%s) break; %s }" % (self.dice(), self.dice(), inner)
        return "{ char *%s = malloc(%d); for (int i = 0; i < 3; i++) { if (!%s) %s = realloc(%s, " \
               "%d); } fill(%s); %s drop_block(%s); }" % (
                   local, self.size(number), self.dice(), local, local,
                   200 + self.size(number), local, inner, local)

    def end(self, number):
        """The last statement, which is a jump if the compiler likes."""
        choice = self.random.randrange(7)
        if choice == 0:
            return "free(own); return;"
        if choice == 1:
            return "free(own); %s" % self.called(number)
        if choice == 2:
            return "free(own); if (depth) f%d(depth - 1);" % number
        if choice == 3:
            slot = self.slot()
            return "free(%s); %s = own;" % (slot, slot)
        if choice == 4:
            return "if (%s) free(own); else drop_block(own);" % self.dice()
        if choice == 5:
            return "drop_block(own); %s" % self.called(number)
        return "free(own);"

    def function(self, number):
        guard = ""
        if self.chance(40):  # a short way out, and the rest split off
            guard = "if (%s) return; " % self.dice()
        attribute = self.random.choice(
            ("", "", "", "", "__attribute__((noinline)) ", "inline "))
        body = " ".join(self.statement(number, 0)
                        for _ in range(self.random.randint(1, 4)))
        if self.chance(35):
            return "%sstatic void f%d(int depth) { %s%s }" % (
                attribute, number, guard, body)
        return "%sstatic void f%d(int depth) { %schar *own = fill(malloc(%d)); %s %s }" % (
            attribute, number, guard, self.size(number), body, self.end(number))

    def text(self):
        numbers = range(self.count - 1, -1, -1)
        main = " ".join("f%d(2);" % i for i in self.random.sample(
            range(self.count), self.random.randint(3, self.count)))
        return "\n".join([
            "#include <stdlib.h>",
            "static char *slots[16];",
            "static volatile long sink;",
            "static unsigned state = %d;" % self.seed,
            "static unsigned roll(unsigned sides) {",
            "\tstate = state * 1664525u + 1013904223u;",
            "\treturn (state >> 16) % sides;",
            "}",
            "static char *fill(char *block) { block[0] = 1; sink += block[0]; return block; }",
            "static void drop_block(char *block) { sink++; free(block); }",
            "static void drop(int i) { char *old = slots[i]; slots[i] = NULL; drop_block(old); }",
        ] + ["static void f%d(int depth);" % i for i in numbers] + [
            "static void (*const volatile table[])(int) = { %s };" % ", ".join(
                "f%d" % i for i in range(self.count)),
        ] + [self.function(i) for i in numbers] + [
            "int main(void)",
            "{",
            "\tfor (int i = 0; i < 4000 && sink < 6000; i++) { %s }" % main,
            "\treturn 0;",
            "}",
        ])


print(Program(int(sys.argv[1])).text())
