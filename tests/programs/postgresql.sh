#!/bin/bash
# PostgreSQL: initdb, a server with its many processes, pgbench, a query; as the user
# postgres, for it refuses to run as root.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
for directory in /usr/lib/postgresql/*/bin; do PATH=$PATH:$directory; done
needs initdb postgres pg_ctl pgbench psql
as=()
if [ "$(id -u)" = 0 ]; then
	id postgres >/dev/null 2>&1 || { echo "no user postgres"; exit 77; }
	chown -R postgres . && chmod 711 "$(dirname "$PWD")" "$(dirname "$(dirname "$PWD")")"
	# shellcheck disable=SC2034 # lib.sh uses it
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
cat >work.sh <<'SCRIPT'
rm -rf data
initdb -D data -A trust --no-sync -E UTF8 --locale=C >initdb.log 2>&1 || { tail -n 5 initdb.log; exit 1; }
pg_ctl -D data -w -l server.log -o "-c listen_addresses= -c unix_socket_directories=$PWD -c fsync=off -c autovacuum=off" start >pg_ctl.log 2>&1 ||
	{ cat server.log; exit 1; }
export PGHOST=$PWD PGUSER=postgres PGDATABASE=postgres
pgbench -q -i -s 2 >/dev/null 2>&1
pgbench -n -c 4 -t 200 --random-seed=7 2>/dev/null | grep -E 'actually|failed'
psql -Atc "select count(*), sum(abalance) from pgbench_accounts"
psql -Atc "select md5(string_agg(x::text, ',')) from generate_series(1, 100000) x"
pg_ctl -D data -w -m fast stop >>pg_ctl.log 2>&1
echo "stopped $?"
SCRIPT
same bash work.sh
agree
