#!/bin/bash
# A program that the loader runs in secure mode would not be recorded: refused, unless we
# are the user it would become.
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || { echo "needs root and setpriv" >&2; exit 77; }
open=$(mktemp -d) && trap 'rm -rf "$open"' EXIT && cd "$open" && chmod 755 . && mkdir -m 777 out
cp "$(type -P true)" uid && chown 0 uid && chmod 4755 uid
cp "$(type -P true)" gid && chgrp 0 gid && chmod 2755 gid
cp "$(type -P true)" secret && chmod 4711 secret
as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as "$OUTLIVE" --version >/dev/null 2>&1 || { echo "others cannot run outlive here" >&2; exit 77; }
for program in ./uid ./gid ./secret; do
	as "$OUTLIVE" run -q -o out/trace -- "$program" 2>stderr
	echo "status $?"
	cat stderr
done
"$OUTLIVE" run -q -o trace -- ./uid 2>stderr
echo "as root: status $?"
# no_new_privs takes the bits' meaning away
as setpriv --no-new-privs "$OUTLIVE" run -q -o out/trace -- ./uid 2>stderr
echo "no_new_privs: status $?"
