#!/bin/bash
# tokio, Rust's runtime for tasks that wait: a server and 50 clients by a socket on four
# threads, timers, channels, a task that panics. From crates.io; install.sh builds it.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
tokio=$OUTLIVE_ROOT_DIR/build/programs/tokio/release/work
needs "$tokio"
cat >work.sh <<'SCRIPT'
rm -f socket
exec "$1" socket
SCRIPT
same bash work.sh "$tokio"
agree
