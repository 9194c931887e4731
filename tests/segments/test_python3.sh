#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# python3 with modules, threads and an arena of its own.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs python3
cat >work.py <<'PYTHON'
import ctypes, json, mmap, os, sys, threading, time
sys.argv and json.dumps({})
file = open("a b.data", "w+b")
file.truncate(1 << 20)
kept = [mmap.mmap(file.fileno(), 0), mmap.mmap(-1, 1 << 20), list(range(300000))]
kept[0][0] = 1
for i in range(3):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
open("ready", "w").close()
time.sleep(1000)
PYTHON
start "$(python3 -c 'import sys; print(sys.executable)')" work.py
await test -e ready
hold python3 "$pid"
expect "$pid" segment '.segments.shared.size >= 1048576 and .segments.file.size >= 1048576'
expect "$pid" thread '[.threads[] | select(.placed)] | length == 4'
