#!/usr/bin/env python3
"""check.py [--name NAME] PID [OTHER]... - hold what `outlive segments PID` says against others who know.

The process is stopped meanwhile, and those that share memory with it, so that all see the
same. Truth comes from
  /proc/PID/smaps, read here in another way: the total, every mapping, to the byte
  /proc/PID/status: VmSize, VmRSS, VmSwap, VmData, VmStk, VmExe, VmLib
  pmap -X: its last line
  readelf -lW: text, rodata, data and bss of every module; nm: the biggest symbols
and the rows of every view must add up to its total. Says what is wrong and exits 1; one
line if all is right.

What cannot be equal, and by how much it may differ:
  Pss and what is clean and shared: outlive itself maps the same libraries meanwhile
  VmRSS: the kernel counts in batches per processor (less than 1 MiB here); huge pages of
  hugetlbfs are in neither
"""
import json, os, re, signal, subprocess, sys, time

OUTLIVE = os.environ["OUTLIVE"]
EXACT = ("size", "rss", "private_dirty", "shared_dirty", "anonymous", "swap", "locked")
PAGE = 4096
wrong = 0


def complain(text):
    global wrong
    wrong += 1
    print("WRONG:", text)


def outlive(pid, *options):
    done = subprocess.run([OUTLIVE, "segments", *options, str(pid)], capture_output=True)
    if done.returncode or done.stderr:
        complain("outlive segments %s: status %d: %s" % (options, done.returncode, done.stderr))
        sys.exit(1)
    return done.stdout


def view(pid, by, *more):
    return json.loads(outlive(pid, "-f", "json", "-b", by, *more))


FIELDS = {
    "Rss": "rss", "Pss": "pss", "Private_Dirty": "private_dirty", "Private_Clean": "private_clean",
    "Shared_Dirty": "shared_dirty", "Shared_Clean": "shared_clean", "Anonymous": "anonymous",
    "Swap": "swap", "SwapPss": "swap_pss", "Locked": "locked",
    "AnonHugePages": "huge", "ShmemPmdMapped": "huge", "FilePmdMapped": "huge",
    "Shared_Hugetlb": "huge", "Private_Hugetlb": "huge",
}
HEADER = re.compile(
    rb"([0-9a-f]+)-([0-9a-f]+) ([rwxsp-]{4}) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *(.*)\n")


def smaps(pid):
    maps = []
    for line in open("/proc/%d/smaps" % pid, "rb"):
        header = HEADER.fullmatch(line)
        if header:
            start, end = int(header[1], 16), int(header[2], 16)
            use = dict.fromkeys(FIELDS.values(), 0)
            use["size"] = end - start
            maps.append({"start": start, "end": end, "access": header[3].decode(),
                         "offset": int(header[4], 16), "inode": int(header[7]),
                         "name": header[8].replace(b"\\012", b"\n"), "use": use, "flags": []})
        elif line.startswith(b"VmFlags:"):
            maps[-1]["flags"] = line.decode().split()[1:]
        else:
            name, number = line.decode().split(":")
            if name in FIELDS:
                maps[-1]["use"][FIELDS[name]] += int(number.split()[0]) * 1024
    return maps


def add(uses):
    total = {}
    for use in uses:
        for key, value in use.items():
            total[key] = total.get(key, 0) + value
    return total


def compare(what, theirs, ours, keys=EXACT):
    for key in keys:
        if ours.get(key, 0) != theirs.get(key, 0):
            complain("%s: %s is %d, outlive says %d" % (what, key, theirs.get(key, 0), ours.get(key, 0)))


def check_sums(pid, maps):
    truth = add(m["use"] for m in maps)
    by_segment, by_map = view(pid, "segment"), view(pid, "map")
    for shown in by_segment, by_map:
        compare("total", truth, shown["total"])
        rows = add(shown["segments"].values())
        compare("segments add up", shown["total"], rows, shown["total"].keys())
        if shown["mappings"] != len(maps):
            complain("%d mappings, outlive says %d" % (len(maps), shown["mappings"]))
    compare("maps add up", by_map["total"], add(m["use"] for m in by_map["maps"]), by_map["total"].keys())
    for theirs, ours in zip(maps, by_map["maps"]):
        name = theirs["name"].decode("utf-8", "replace")
        if ours["deleted"]:
            name = name.removesuffix(" (deleted)")
        place = (hex(theirs["start"]), hex(theirs["end"]), theirs["access"], theirs["offset"])
        if (ours["start"], ours["end"], ours["access"], ours["offset"]) != place or ours["name"] != name:
            complain("mapping %s %r is %r" % (place, name, ours))
        compare("mapping %s" % (place,), theirs["use"], ours["use"])
        # The share of what others have, too, moves while others come and go.
        if not theirs["inode"] and "s" not in theirs["access"] and theirs["use"]["pss"] == theirs["use"]["rss"]:
            compare("mapping %s" % (place,), theirs["use"], ours["use"], ("pss", "private_clean"))
    total = by_segment["total"]
    for one, two in ("private_clean", "shared_clean"), ("private_dirty", "shared_dirty"):
        if total[one] + total[two] != truth[one] + truth[two]:
            complain("%s + %s" % (one, two))
    if abs(total["pss"] - truth["pss"]) > truth["pss"] // 4 + (1 << 20):
        complain("pss is %d, outlive says %d" % (truth["pss"], total["pss"]))
    lines = outlive(pid, "-f", "csv", "-b", "map").split(b"\r\n")
    if int(lines[-2].split(b",")[2]) != truth["size"]:
        complain("csv: total")
    return by_map


def check_status(pid, by_map, maps):
    status = {}
    for line in open("/proc/%d/status" % pid):
        name, value = line.split(":", 1)
        if value.strip().endswith(" kB"):
            status[name] = int(value.split()[0]) * 1024
    rows = by_map["maps"]
    grows = {hex(m["start"]) for m in maps if "gd" in m["flags"]}

    def total(key, chosen):
        return sum(row["use"][key] for row in rows if chosen(row))

    is_stack = lambda row: row["start"] in grows
    # No process has the vsyscall page for itself.
    known = {
        "VmSize": total("size", lambda row: row["name"] != "[vsyscall]"),
        "VmSwap": total("swap", lambda row: True),
        "VmStk": total("size", is_stack),
        "VmData": total("size", lambda row: row["access"][1] == "w" and row["access"][3] == "p" and not is_stack(row)),
    }
    for name, value in known.items():
        if status[name] != value:
            complain("%s is %d, outlive's rows make %d" % (name, status[name], value))
    # Pages of code: of modules, the kernel's, of other files, of nobody.
    code = total("size", lambda row: row["access"][2] == "x" and row["access"][1] != "w" and
                 not is_stack(row) and row["name"] != "[vsyscall]")
    if status["VmExe"] + status["VmLib"] != code:
        complain("VmExe + VmLib is %d, outlive's rows make %d" % (status["VmExe"] + status["VmLib"], code))
    rss = by_map["total"]["rss"]
    allowed = 3 * PAGE * max(32, 2 * os.cpu_count()) * os.cpu_count()
    if abs(status["VmRSS"] - rss) > allowed:
        complain("VmRSS is %d, outlive says %d" % (status["VmRSS"], rss))


def check_pmap(pid, total):
    try:
        lines = subprocess.run(["pmap", "-X", str(pid)], capture_output=True).stdout.decode(errors="replace").splitlines()
    except FileNotFoundError:
        return
    titles, last = lines[1].split(), lines[-1].split()
    numbers = dict(zip(titles[titles.index("Size"):], last))
    for title, key in ("Size", "size"), ("Rss", "rss"), ("Anonymous", "anonymous"), ("Swap", "swap"):
        if int(numbers[title]) * 1024 != total[key]:
            complain("pmap's %s is %s KiB, outlive says %d" % (title, numbers[title], total[key]))


def file_of(pid, module):
    for path in "/proc/%d/root%s" % (pid, module["path"]), "/proc/%d/exe" % pid:
        if not module["deleted"] and os.path.isfile(path) and \
                (path.endswith(module["path"]) or os.readlink(path) == module["path"]):
            return path
    return None


LOAD = re.compile(r" *LOAD +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) 0x([0-9a-f]+) (...)")


def parts_of(path):
    """Of every PT_LOAD: offset, address, end in the file, end; whole pages; and its part."""
    text = subprocess.run(["readelf", "-lW", path], capture_output=True).stdout.decode(errors="replace")
    down, up = lambda n: n // PAGE * PAGE, lambda n: -(-n // PAGE) * PAGE
    for match in LOAD.finditer(text):
        offset, at, file_bytes, bytes = (int(match[i], 16) for i in range(1, 5))
        part = "code" if "E" in match[5] else "data" if "W" in match[5] else "rodata"
        yield (down(offset), down(at), up(at + file_bytes) if file_bytes else down(at), up(at + bytes), part)


def is_joined(maps, module, parts):
    """Whether the kernel made one mapping of this module's bss and what lies beside it."""
    first = [(m["start"], m["offset"]) for m in maps if m["name"].decode(errors="replace").startswith(module["path"])][0]
    bias = first[0] - [at for offset, at, *_ in parts if offset == first[1]][0]
    for _, _, file_end, end, _ in parts:
        start, end = bias + file_end, bias + end
        for m in maps:
            if start < end and m["start"] < end and m["end"] > start and (m["start"] < start or m["end"] > end):
                return True
    return False


def check_modules(pid, maps):
    checked = 0
    for module in view(pid, "module")["modules"]:
        path = file_of(pid, module)
        if not path or os.path.basename(module["path"]) == "liboutlive.so":
            continue
        truth, parts = dict(code=0, rodata=0, data=0, bss=0), list(parts_of(path))
        for _, at, file_end, end, part in parts:
            truth[part] += file_end - at
            truth["bss"] += end - file_end
        for part, size in truth.items():
            if module[part]["size"] != size and not (part == "bss" and is_joined(maps, module, parts)):
                complain("%s: %s is %d by readelf, outlive says %d" % (module["path"], part, size, module[part]["size"]))
        note = subprocess.run(["readelf", "-nW", path], capture_output=True).stdout.decode(errors="replace")
        build_id = re.search(r"Build ID: ([0-9a-f]+)", note)
        # Go's linker leaves it out of what is loaded as ELF notes.
        if module["build_id"] != (build_id[1] if build_id else "") and "GO BUILDID" not in note:
            complain("%s: build-id" % module["path"])
        checked += 1
    return checked


# nm's letters; read-only variables lie among the data where they hold addresses.
LETTERS = {"code": "tTwWiu", "rodata": "rRvVu", "data": "dDvVwWrRu", "bss": "bBvVu"}


def check_symbols(pid):
    symbols = view(pid, "symbol", "-n", "30")["symbols"]
    tables = {}
    for symbol in symbols:
        path = file_of(pid, {"path": symbol["module"], "deleted": False})
        if not path:
            continue
        if path not in tables:
            tables[path] = set()
            for option in [], ["-D"]:
                text = subprocess.run(["nm", "-S", *option, path], capture_output=True).stdout.decode(errors="replace")
                for line in text.splitlines():
                    words = line.split()
                    if len(words) == 4:
                        tables[path].add((int(words[1], 16), words[2]))
        if tables[path] and not any((symbol["size"], letter) in tables[path] for letter in LETTERS[symbol["segment"]]):
            # Symbols of a separate debug file, which nm was not shown.
            if not symbol["file"]:
                complain("nm knows nothing like %r" % symbol)
        if symbol["touched"] is not None and symbol["touched"] > symbol["size"]:
            complain("touched more than there is: %r" % symbol)
    return len(symbols)


def check_variables(pid):
    """What of a program's own variables is shown as data or bss, against nm's letters."""
    own = os.path.realpath("/proc/%d/exe" % pid)
    text = subprocess.run(["nm", "-S", "/proc/%d/exe" % pid], capture_output=True).stdout.decode(errors="replace")
    letters = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 4:
            letters.setdefault((words[3].split("@")[0], int(words[1], 16)), set()).add(words[2].lower())
    for symbol in view(pid, "symbol", "-n", "1000")["symbols"]:
        found = letters.get((symbol["name"], symbol["size"]))
        if symbol["module"] != own or symbol["segment"] not in ("data", "bss") or not found:
            continue
        if symbol["segment"][0] not in found and not found & set("rvw"):
            complain("nm says %s of %r" % (found, symbol))


def check_threads(pid):
    threads = view(pid, "thread")
    there = {int(tid) for tid in os.listdir("/proc/%d/task" % pid)}
    if {thread["tid"] for thread in threads["threads"]} != there:
        complain("threads are %s" % there)
    unplaced = [thread["name"] for thread in threads["threads"] if not thread["placed"]]
    return len(there), unplaced


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    for _ in range(200):
        states = {open("/proc/%d/task/%s/stat" % (pid, tid)).read().rsplit(")", 1)[1].split()[0]
                  for tid in os.listdir("/proc/%d/task" % pid)}
        if states == {"T"}:
            return
        time.sleep(0.01)


def main():
    name = "process"
    if sys.argv[1] == "--name":
        name = sys.argv[2]
        del sys.argv[1:3]
    pids = [int(word) for word in sys.argv[1:]]
    pid = pids[0]
    try:
        for each in pids:
            stop(each)
        maps = smaps(pid)
        by_map = check_sums(pid, maps)
        check_status(pid, by_map, maps)
        check_pmap(pid, by_map["total"])
        modules, symbols = check_modules(pid, maps), check_symbols(pid)
        check_variables(pid)
        threads, unplaced = check_threads(pid)
        for by in "segment", "module", "map", "thread", "symbol":
            if b"\033" in outlive(pid, "-b", by):
                complain("an escape code is printed by %s" % by)
    finally:
        for each in pids:
            os.kill(each, signal.SIGCONT)
    if wrong:
        print("%s: %d wrong" % (name, wrong))
        sys.exit(1)
    print("%s: %d mappings, %d modules, %d symbols, %d threads%s: all agree" % (
        name, len(maps), modules, symbols, threads,
        ", stacks not seen of " + ", ".join(unplaced) if unplaced else ""))


main()
