#!/bin/bash
# File capabilities mean secure mode, too.
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "needs root and setpriv" >&2; exit 77; }
open=$(mktemp -d) && trap 'rm -rf "$open"' EXIT && cd "$open" && chmod 755 . && mkdir -m 777 out
cp "$(type -P true)" cap
setcap cap_net_raw+ep cap 2>/dev/null || { echo "setcap cannot be used here" >&2; exit 77; }
as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as "$OUTLIVE" --version >/dev/null 2>&1 || { echo "others cannot run outlive here" >&2; exit 77; }
as "$OUTLIVE" run -q -o out/trace -- ./cap 2>stderr
echo "status $?"
cat stderr
