#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# node: machine code that is made at run time, worker threads, large reservations.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
needs node
cat >work.js <<'JS'
let table = {};
for (let i = 0; i < 200000; i++) table["key" + i] = { i };
function hot(n) { let sum = 0; for (let i = 0; i < n; i++) sum += Math.sqrt(i); return sum; }
hot(1e7);
require("fs").writeFileSync("ready", "");
setTimeout(() => console.log(Object.keys(table).length), 1000000);
JS
start node work.js
await test -e ready
hold node "$pid"
expect "$pid" segment '.segments.jit.size > 0 and .segments.guard.size > 0 and .segments.code.size > 20000000'
