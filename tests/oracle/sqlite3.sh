#!/bin/bash
# sqlite3's shell, from its amalgamation.
# shellcheck disable=SC2154,SC2034 # machine_lib.sh sets some, and reads others
. "$OUTLIVE_ROOT_DIR/tests/oracle/machine_lib.sh"
. "$OUTLIVE_ROOT_DIR/tests/lib/workloads.sh"
command -v tclsh >/dev/null || skip "tclsh is not installed; make oracle installs it"
fetch sqlite3
(
	cd sqlite3 && mkdir -p build && cd build && ../configure --disable-tcl --enable-debug=no &&
		make sqlite3.c shell.c
) >make.out 2>&1 || { tail -n 5 make.out; exit 1; }
gcc "${hook_flags[@]}" -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION \
	-DSQLITE_OMIT_LOOKASIDE -DSQLITE_DEFAULT_PCACHE_INITSZ=0 -DSQLITE_ENABLE_FTS5 \
	-Isqlite3/build -o shell sqlite3/build/shell.c sqlite3/build/sqlite3.c \
	"${oracle_libs[@]}" -lm || exit 1
make_sql script.sql 4000
cat >>script.sql <<'SQL'
CREATE VIRTUAL TABLE words USING fts5(text);
INSERT INTO words SELECT name FROM item WHERE id % 40 = 0;
SELECT count(*) FROM words WHERE words MATCH 'name';
CREATE TRIGGER watch AFTER UPDATE ON item BEGIN INSERT INTO words VALUES(new.name); END;
UPDATE item SET price = 0 WHERE id BETWEEN 5 AND 40;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
	SELECT sum(i), group_concat(printf('%x', i * i)) FROM n;
SELECT json_group_array(json_object('id', id, 'name', name)) FROM item WHERE id < 200;
SAVEPOINT s; DELETE FROM item; ROLLBACK TO s; SELECT count(*) FROM item;
SELECT this is not SQL;
.schema
PRAGMA integrity_check;
SQL
watch shell ./shell :memory: ".read script.sql"
