#!/bin/bash
# The sqlite3 shell with a script of ROWS rows (100,000; with WHOLE 300,000).
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs sqlite3
rows=100000
[ -z "${WHOLE:-}" ] || rows=300000
make_sql script.sql "${ROWS:-$rows}"
same sqlite3 :memory: ".read script.sql"
agree
witness_heaptrack 2 sqlite3 :memory: ".read script.sql"
