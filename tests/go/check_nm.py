#!/usr/bin/env python3
"""check_nm.py NAMES PROGRAM NM ADDR2LINE: hold what NAMES (the tool) says of the entries of functions
against what `go tool nm` (the file NM) and `go tool addr2line` (a command) say of them."""
import os
import re
import subprocess
import sys


def shortened(name):
    """As Go prints a name; nm has the whole one, the ABI of assembly, and a dot for a raised one."""
    name = re.sub(r"\.abi(0|internal)$", "", name).replace("\u00b7", ".")
    first, last = name.find("["), name.rfind("]")
    return name[:first] + "[...]" + name[last + 1:] if 0 <= first < last else name


def main():
    tool, program, symbols, lines = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3], sys.argv[4:]
    functions = {}
    for line in open(symbols):
        words = re.match(r"\s*([0-9a-f]+)\s+[tT]\s+(.*)$", line)
        # labels of the linker, and what has no Go code behind it
        if words and not re.match(r"runtime\.(e?text|findfunctab|rodata)$|go:|_rt0|type:\*", words[2]):
            functions.setdefault(int(words[1], 16), []).append(shortened(words[2]))
    entries = sorted(functions)[::5]
    said = subprocess.run([tool, program], input="".join("%#x\n" % (e + 1) for e in entries),
                          capture_output=True, text=True, check=True).stdout
    chains = [chain.splitlines() for chain in said.split("\n\n")]
    known = subprocess.run(lines + [program], input="".join("%#x\n" % e for e in entries),
                           capture_output=True, text=True, check=True).stdout.splitlines()
    wrong = 0
    for i, entry in enumerate(entries):
        chain = [re.match(r"0x\S+ (.*) (\S+:\d+) \d+ \d+$", frame).groups() for frame in chains[i]]
        name, line = shortened(known[2 * i]), known[2 * i + 1]
        found = shortened(chain[-1][0]) if chain else ""
        if found not in functions[entry] or found != name or chain[0][1] != line:
            wrong += 1
            print("%#x: %s, but nm says %s and addr2line %s %s" %
                  (entry, chain, functions[entry], name, line))
    print("%d functions: %d wrong" % (len(entries), wrong))
    sys.exit(wrong != 0 or len(entries) < 200)


main()
