#!/usr/bin/env python3
"""check.py KIND PROGRAM SOURCE TRUTH BUILD... - compare what source_blocks says of builds of a program.

TRUTH is the build without optimization, where every function of the source has a frame of its
own; all are files that source_blocks printed. The n-th block of a thread is compared with the
n-th one of that thread. Where a compiler removed allocations the builds differ in number: then
those of the truth are left out whose sizes do not fit; where too many are missing for that,
each block is paired with the next one of the truth that has its size and allocating function.

Compared: the class, the owner, and the user function that allocated. A user function belongs to the
program and not to a standard library, as the analyzer knows those. Class: stack-like if no user function had ended when
the block was freed, else escaping; or crossed, static, live. Owner: the innermost user function
that still ran. A block is open if the replay says so; it is wrong if it is not open and
its class or owner differs. Which function allocated is counted apart: where a compiler merged
the calls of several inlined functions, nothing says which of them it is. Two instances of a template may have the same code; gcc keeps one of them, and
its name. Such a block counts as folded, not as wrong.

Prints a line for each build, and each kind of wrong. The header of SOURCE may have lines
"truth: ALLOCATING STATE OWNER [NUMBER]" that the truth must have. With KIND
"ordinary" it exits 1 if a limit is exceeded or a truth is missing; "hostile" has no limits here.
PROGRAM is the name of the program's file.
"""
import collections
import re
import sys

WRONG_LIMIT, OPEN_WORST = 0.1, 10.0  # per cent: of all builds, of each; see limits_of()
KINDS_SHOWN = 8

Block = collections.namedtuple("Block", "size names allocating state owner proof")


PROGRAM = None
OPEN, CLOSE = "(<[{", ")>]}"


def without_result(name):
    """A name without the type of the result, which templates have in front of it."""
    depth = at = 0
    end = name.rfind("(") if name.endswith(")") or ") " in name else len(name)
    if end < len(name):  # the list of parameters: its parenthesis on the outermost level
        levels, depth = [], 0
        for i, c in enumerate(name):
            if name.startswith("operator", i) and re.match(r"operator(\(\)|[<>\-+=!]+)", name[i:]):
                skip = i + len(re.match(r"operator(\(\)|[<>\-+=!]+)", name[i:]).group())
            else:
                skip = 0
            if skip:
                at = max(at, skip)
            if i < at:
                continue
            if c in OPEN:
                if c == "(" and depth == 0:
                    levels.append(i)
                depth += 1
            elif c in CLOSE and not (c == ">" and name[i - 1] == "-"):
                depth -= 1
        end = levels[-1] if levels else len(name)
    depth, begin = 0, 0
    for i in range(end):
        c = name[i]
        if c in OPEN:
            depth += 1
        elif c in CLOSE and name[i - 1] != "-":
            depth -= 1
        elif c == " " and depth == 0 and not name[:i].endswith("operator"):
            begin = i + 1
    return name[begin:]


def plain(name):
    """A name as all builds have it: no crate's hash, no clone's suffix."""
    name = re.sub(r"\[[0-9a-f]{8,16}\]|::h[0-9a-f]{16}$", "", name)
    name = re.sub(r" ?\[clone [^]]*\]|\.(part|isra|constprop|lto_priv|cold|llvm)(\.\d+)*", "", name)
    return without_result(name)


# What a program has without its source.
STARTS = re.compile(r"_start$|__libc_|_GLOBAL__|__static_init")


def is_user(module, kind, name):
    return module == PROGRAM and kind == "user" and name != "?" and not STARTS.match(name)


def read(path):
    """The blocks of each thread, by its name."""
    paths, threads, frames = {}, collections.defaultdict(list), None
    for line in open(path, errors="replace"):
        word, rest = line.rstrip("\n").split(" ", 1)
        if word == ">":
            module, kind, name = rest.split(" ", 2)
            name = plain(name)
            frames.append((name, is_user(module, kind, name)))
        elif word == "path":
            frames = paths[rest] = []
        else:
            thread, _, size, path_number, state, depth, proof = rest.rsplit(" ", 6)
            frames = paths[path_number]
            names = tuple(name for name, user in frames if user)
            if not names:
                continue
            running = len(frames) - int(depth)
            kept = [name for name, user in frames[:running] if user]
            owner = kept[-1] if kept and state == "freed" else "-"
            if state == "freed":
                state = "stack-like" if len(kept) == len(names) else "escaping"
            threads[thread].append(Block(int(size), names, names[-1], state, owner, proof))
    return threads


def aligned(truth, build):
    """The same if a compiler removed blocks here and there: where sizes differ, so few blocks of
    the truth are left out that the next ones have the same sizes. None: that is not possible."""
    sizes, others = [[block.size for block in blocks] for blocks in (truth, build)]
    result, at = [], 0
    for number, block in enumerate(build):
        if at >= len(truth) or sizes[at] != others[number]:
            ahead = others[number:number + 8]
            skip = next((k for k in range(64) if sizes[at + k:at + k + len(ahead)] == ahead), None)
            if skip is None:
                return None
            at += skip
        result.append((truth[at], block))
        at += 1
    return result


def pairs(truth, build):
    """(truth's block, build's block), None where there is no other one."""
    result = aligned(truth, build)
    if result is not None:
        return result
    waiting = collections.defaultdict(collections.deque)
    for number, block in enumerate(truth):
        waiting[block.size, block.allocating].append(number)
    result, at = [], -1
    for block in build:
        queue = waiting[block.size, block.allocating]
        while queue and queue[0] <= at:
            queue.popleft()
        if queue and queue[0] - at < 5000:
            at = queue.popleft()
            result.append((truth[at], block))
        else:
            result.append((None, block))
    return result


def compare(truth, build):
    """Counts: blocks, open, wrong ..; and how often each kind of wrong occurs."""
    counts, kinds = collections.Counter(), collections.Counter()
    for thread in sorted(set(truth) | set(build)):
        for one, other in pairs(truth.get(thread, []), build.get(thread, [])):
            counts["blocks"] += 1
            is_open = other.proof in ("open", "inferred")
            counts["open"] += is_open
            counts["paired"] += one is not None
            if one and (one.state, one.owner) == (other.state, other.owner):
                counts["chains"] += one.names != other.names
                counts["allocating"] += one.allocating != other.allocating
                continue
            counts["open and wrong"] += is_open
            if one and [untyped(name) for name in one[3:5]] == [
                    untyped(name) for name in other[3:5]]:
                counts["folded"] += 1
            elif not is_open:
                counts["wrong"] += 1
                kinds[one and one[1:], other[1:]] += 1
        counts["truth"] += len(truth.get(thread, []))
    return counts, kinds


def untyped(name):
    """A name without template arguments."""
    while True:
        shorter = re.sub(r"<[^<>]*>", "", name)
        if shorter == name:
            return name
        name = shorter


def block_text(block):
    if not block:
        return "no block of this size from this function is left in the truth"
    names, _, state, owner, proof = block
    return "%s (%s), owner %s: %s" % (state, proof, owner, " > ".join(name[:60] for name in names[-7:]))


def truths_missing(source, truth):
    """The lines "truth:" of the source that the truth does not have."""
    have = collections.Counter()
    missing = []
    for blocks in truth.values():
        for block in blocks:
            state = "freed" if block.state in ("stack-like", "escaping") else block.state
            key = tuple(name.split("(")[0] for name in (block.allocating, block.owner))
            have[key[0], state, key[1]] += 1
    for line in open(source):
        found = re.match(r"\W*truth: (\S+) (\w+) (\S+)(?: (\d+))?$", line)
        if found:
            count = have[found.group(1, 2, 3)]
            if not count or (found.group(4) and count != int(found.group(4))):
                missing.append("%s has %d" % (line.strip(" */\n"), count))
    return missing


def limits_of(source):
    """The limits of wrong and open blocks: a line "limits: WRONG OPEN" of the source sets others."""
    for line in open(source):
        found = re.match(r"\W*limits: (\S+) (\S+)$", line)
        if found:
            return float(found.group(1)), float(found.group(2))
    return WRONG_LIMIT, OPEN_WORST


def main():
    global PROGRAM
    kind, PROGRAM, source, truth_path, *builds = sys.argv[1:]
    truth = read(truth_path)
    name = PROGRAM
    wrong_limit, open_limit = limits_of(source)
    total, bad = collections.Counter(), False
    for line in truths_missing(source, truth):
        bad = True
        print("%s: %s" % (name, line))
    for path in builds:
        counts, kinds = compare(truth, read(path))
        total.update(counts)
        blocks = counts["blocks"] or 1
        print("%-16s %-12s blocks %6d (of %6d) open %5.2f%% (wrong of these %d) wrong %7.3f%% "
              "folded %5.2f%% other allocating function %5.2f%% other chains %5.2f%%" % (
                  name, path.split("/")[-2], counts["blocks"], counts["truth"],
                  100 * counts["open"] / blocks, counts["open and wrong"],
                  100 * counts["wrong"] / blocks, 100 * counts["folded"] / blocks,
                  100 * counts["allocating"] / blocks, 100 * counts["chains"] / blocks))
        if counts["blocks"] * 2 < counts["truth"] or (
                kind == "ordinary" and 100 * counts["open"] / blocks > open_limit):
            bad = True
            print("    TOO MANY are open or missing in this build")
        for (one, other), count in kinds.most_common(KINDS_SHOWN):
            print("    %d wrong\n      truth %s\n      build %s" % (
                count, block_text(one), block_text(other)))
    blocks = total["blocks"] or 1
    wrong, opened = 100 * total["wrong"] / blocks, 100 * total["open"] / blocks
    print("%-16s %-12s blocks %6d open %.2f%% wrong %.3f%%" % (name, "all", blocks, opened, wrong))
    if kind == "ordinary" and (wrong > wrong_limit or not total["blocks"]):
        bad = True
        print("    %s: TOO MANY: at most %g%% may be wrong" % (name, wrong_limit))
    sys.exit(bad)


if __name__ == "__main__":
    main()
