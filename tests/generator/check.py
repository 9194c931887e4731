#!/usr/bin/env python3
"""check.py TRUTH REPORT [signals] - hold a report (JSON, all sites) against what a generated program
printed. Exit 1, and say which functions, if they disagree.

The blocks of each function must have the same escape depths, crossings, and numbers never
freed. Blocks that the report calls inferred have no depth in it; what is left must fit.
Only where exceptions leave frames, or signals came, may there be any. The last line: functions, blocks, inferred blocks.
"""
import collections
import json
import sys


def truth_read(path):
    truth = collections.defaultdict(lambda: {"depths": {}, "crossed": 0, "kept": 0})
    for line in open(path):
        function, what, depth, count = line.split()
        if what == "depth":
            truth[function]["depths"][int(depth)] = int(count)
        else:
            truth[function][what] = int(count)
    return truth


def report_read(path):
    functions = collections.defaultdict(
        lambda: {"depths": collections.Counter(), "crossed": 0, "kept": 0, "inferred": 0})
    report = json.load(open(path))
    for site in report["sites"]:
        if not site["frames"]:
            continue
        # The truth is of machine frames: inlined functions have none.
        physical = next(frame for frame in site["frames"] if not frame["inlined"])
        function = functions[physical["function"].split("(")[0]]
        for depth, count in site["machine_depths"].items():
            function["depths"][int(depth)] += count
        classes = site["classes"]
        function["crossed"] += classes["crossed"]["blocks"]
        function["kept"] += classes["live"]["blocks"] + classes["static_like"]["blocks"]
        function["inferred"] += classes["inferred"]["blocks"] + classes["unknown"]["blocks"]
    return report, functions


def disagreement(true, reported):
    if true["crossed"] != reported["crossed"] or true["kept"] != reported["kept"]:
        return "crossed %d, reported %d; kept %d, reported %d" % (
            true["crossed"], reported["crossed"], true["kept"], reported["kept"])
    missing = sum(true["depths"].values()) - sum(reported["depths"].values())
    if missing != reported["inferred"]:
        return "%d blocks without a depth, %d inferred" % (missing, reported["inferred"])
    for depth in set(true["depths"]) | set(reported["depths"]):
        if reported["depths"][depth] > true["depths"].get(depth, 0) or \
           not missing and reported["depths"][depth] != true["depths"][depth]:
            return "depths %s, reported %s" % (sorted(true["depths"].items()),
                                           sorted(reported["depths"].items()))
    return None


def main():
    signals = len(sys.argv) == 4
    if len(sys.argv) != 3 and not signals:
        sys.exit(__doc__)
    truth = truth_read(sys.argv[1])
    report, functions = report_read(sys.argv[2])
    bad = blocks = inferred = 0
    if report["lost"]["events"]:
        print("%d events were lost" % report["lost"]["events"])
        bad += 1
    for name, true in truth.items():
        reported = functions[name]
        blocks += sum(true["depths"].values()) + true["crossed"] + true["kept"]
        inferred += reported["inferred"]
        wrong = disagreement(true, reported)
        # Where frames are left by returning and jumping only, nothing needs inferring.
        if not wrong and reported["inferred"] and "_throws_" not in name and not signals:
            wrong = "%d blocks inferred" % reported["inferred"]
        if wrong:
            print("%s: %s" % (name, wrong))
            bad += 1
    if not blocks:
        print("no blocks")
        bad += 1
    print("%d functions %d blocks %d inferred" % (len(truth), blocks, inferred))
    sys.exit(bad != 0)


main()
