#!/bin/bash
# MariaDB: its tables set up, a server with its threads, SQL by a socket, shutdown.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
PATH=$PATH:/usr/sbin
needs mariadbd mariadb mariadb-install-db
cat >my.cnf <<CONF
[mariadbd]
user = $(id -un)
datadir = $PWD/data
socket = $PWD/socket
pid-file = $PWD/pid
log-error = $PWD/log
skip-networking
skip-grant-tables
innodb-buffer-pool-size = 32M
innodb-flush-log-at-trx-commit = 0
CONF
cat >work.sql <<'SQL'
CREATE DATABASE work; USE work;
CREATE TABLE item(id INT PRIMARY KEY, name VARCHAR(80), kind INT, KEY(name)) ENGINE=InnoDB;
INSERT INTO item SELECT seq, CONCAT('name ', seq * 7919 % 10007), seq % 50 FROM seq_1_to_20000;
SELECT kind, COUNT(*), MAX(name) FROM item GROUP BY kind ORDER BY kind LIMIT 7;
SELECT COUNT(*) FROM item a JOIN item b ON a.name = b.name;
UPDATE item SET name = UPPER(name) WHERE id % 3 = 0;
DELETE FROM item WHERE kind < 5;
SELECT COUNT(*), MD5(GROUP_CONCAT(name ORDER BY id)) FROM item WHERE id < 500;
SHUTDOWN;
SQL
cat >serve.sh <<'SCRIPT'
rm -rf data socket
mariadb-install-db --defaults-file=my.cnf --auth-root-authentication-method=normal >install.log 2>&1 || { tail -n 5 install.log; exit 1; }
mariadbd --defaults-file=my.cnf &
server=$!
for i in $(seq 1 600); do mariadb --no-defaults -S socket -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
mariadb --no-defaults -S socket -N <work.sql
wait "$server"
echo "status $?"
SCRIPT
same bash serve.sh
agree
