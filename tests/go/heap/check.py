"""Compares what the report says of Go's heap with what the program's own profile has counted.

check.py REPORT.json PROGRAM.err: every call path of the one must be one of the other, with the
same objects and bytes in use as of the last collection; what main.alloc* has allocated must be
the same, too (after the last collection the program prints, but does not call these). If no
collection has ended, only these are final: all of them are in use.
"""
import collections
import json
import sys


def own_profile(path):
    paths = collections.defaultdict(lambda: [0, 0, 0, 0])
    for line in open(path):
        if not line.startswith("bucket "):
            continue
        counts, *frames = line.rstrip("\n").split("\t")
        for i, count in enumerate(counts.split()[1:]):
            paths[tuple(frames)][i] += int(count)
    return paths


def reported(path):
    paths = collections.defaultdict(lambda: [0, 0, 0, 0])
    heap = json.load(open(path))["go_heap"]
    assert heap and heap["complete"] and heap["consistent"] and not heap["estimated"], heap
    for row in heap["paths"]:
        # runtime.MemProfile has no more than 32 frames
        frames = tuple(f"{f['function']} {f['file']}:{f['line']}" for f in row["frames"][:32])
        keys = ("in_use_objects", "in_use_bytes", "objects", "bytes")
        for i, key in enumerate(keys):
            paths[frames][i] += row[key]
    assert len(heap["paths"]) == heap["path_count"]
    return paths, heap["collections"]


def is_known(frames):
    return any(" main.alloc" in " " + frame for frame in frames)


own, (ours, collections_ended) = own_profile(sys.argv[2]), reported(sys.argv[1])
wrong, known = [], 0
for frames in own.keys() | ours.keys():
    expected, found = own.get(frames), ours.get(frames)
    if is_known(frames):
        known += 1
        same = expected == found
    else:  # printing allocates, too: only what was in use as of the collection is final
        same = not collections_ended or (expected or [0, 0])[:2] == (found or [0, 0])[:2]
    if not same:
        wrong.append((expected, found, frames))
for expected, found, frames in wrong[:10]:
    print("own", expected, "reported", found)
    for frame in frames:
        print("     ", frame)
print(f"{len(own)} call paths of its own, {len(ours)} reported, {known} of main.alloc*, "
      f"{len(wrong)} different")
sys.exit(bool(wrong) or known < 15 or len(own) < 40)
