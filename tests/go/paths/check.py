#!/usr/bin/env python3
"""check.py REPORT "MADE PANICS" - each block of paths/main.go is on the path that its size says."""
import json
import re
import sys

report = json.load(open(sys.argv[1]))
made, panics = (int(word) for word in sys.argv[2].split())
PATHS, FIRST = 5 ** 5, 2000
OF_C = FIRST + 2 * PATHS
STEP = re.compile(r"^main\.\(\*walker\)\.step([ABCX])$")
seen = wrong = bad_sites = cut = left_out = 0


def digits(number):
    steps = []
    while number:
        steps.append(number % 5)
        number //= 5
    return steps  # innermost first


for site in report["sites"]:
    low, high = site["size_min"], site["size_max"]
    names = [frame["function"] for frame in site["frames"] + site["outer_frames"]]
    if high < FIRST:
        continue
    seen += site["allocations"]
    if site["frames_left_out"]:
        left_out += site["allocations"]
        continue
    if site["exact"]["stacks_cut"]:
        cut += site["allocations"]
        continue
    of_c = low >= OF_C
    number = low - (OF_C if of_c else FIRST)
    steps = ["ABCX".index(m.group(1)) + 1 for m in map(STEP.match, names) if m]
    if of_c:
        good = steps == digits(number) and names[-1].startswith("clone")
    else: # the first step of all is stepC, from walk()
        good = steps == digits(number) and names[-1] == "runtime.goexit" and "main.walk" in names
    # freed by the function of C that allocated it, whatever it called meanwhile
    if names[0] == "c_pass" and set(site["escape_depths"]) - {"0"}:
        good = False
    if low != high or not good:
        wrong += site["allocations"]
        bad_sites += 1
        if bad_sites <= 5:
            print(low, high, steps, digits(number), site["escape_depths"], site["exact"], names)
lost = report["lost"]
events = report["totals"]["events"]
print(f"{seen} of {made} blocks, {wrong} on a wrong path, {cut} on a cut one, {left_out} not shown whole; "
      f"{panics} panics; {lost['stacks_cut']} of {events} stacks cut; inferred {report['exact']}")
if wrong or lost["events"] or lost["stacks_cut"] * 500 > events or not seen or left_out * 2 > seen or \
        seen > made or seen + panics * 5 < made or not report["totals"]["allocations"]:
    sys.exit(1)
