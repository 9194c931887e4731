#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets pid
# PostgreSQL: a server and one of its processes, with their shared buffers.
. "$OUTLIVE_ROOT_DIR/tests/segments/lib.sh"
for directory in /usr/lib/postgresql/*/bin; do PATH=$PATH:$directory; done
needs initdb postgres psql
as=()
if [ "$(id -u)" = 0 ]; then
	id postgres >/dev/null 2>&1 || skip "no user postgres"
	chown postgres . && chmod 711 "$(dirname "$PWD")" "$(dirname "$(dirname "$PWD")")"
	as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
"${as[@]}" initdb -D data -A trust --no-sync -E UTF8 --locale=C >initdb.log 2>&1 ||
	{ cat initdb.log; skip "initdb does not work here"; }
start "${as[@]}" postgres -D data -c listen_addresses= -c "unix_socket_directories=$PWD" \
	-c fsync=off -c autovacuum=off -c shared_buffers=32MB -c huge_pages=off >server.log 2>&1
server=$pid
export PGHOST=$PWD PGUSER=postgres PGDATABASE=postgres
await psql -Atc 'select 1'
start psql -Atc 'select sum(x), pg_sleep(1000) from generate_series(1, 1000) x' >/dev/null 2>&1
sleeping="select pid from pg_stat_activity where query like 'select sum%'"
await eval "psql -Atc \"$sleeping\" | grep -q ."
backend=$(psql -Atc "$sleeping")
mapfile -t others < <(pgrep -P "$server")
hold "postgres server" "$server" "${others[@]}"
hold "postgres backend" "$backend" "$server" "${others[@]}"
expect "$server" segment '.segments.shared.size > 32 * 1048576'
kill -QUIT "$server"
