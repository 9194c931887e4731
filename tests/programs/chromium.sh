#!/bin/bash
# Chromium without a window draws a page. It brings a malloc of its own: what that serves is
# not seen, and that is reported; the processes, their threads and their ends are all the same.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs chromium
make_page page.html
cat >work.sh <<'SCRIPT'
rm -rf data && mkdir data
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
	--disable-component-update --disable-sync --disable-extensions --user-data-dir="$PWD/data" \
	--timeout=60000 --dump-dom "file://$PWD/page.html" 2>/dev/null
echo "status $?"
SCRIPT
same bash work.sh
grep -q '<li>item 199 of the list</li>' with.out || complain "the page was not drawn: $(head -c 300 with.out)"
says_own_malloc chromium
