#!/bin/bash
# The sqlite3 shell with a script of 300,000 rows.
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs sqlite3
make_sql script.sql 300000
same sqlite3 :memory: ".read script.sql"
agree
witness_heaptrack 2 sqlite3 :memory: ".read script.sql"
