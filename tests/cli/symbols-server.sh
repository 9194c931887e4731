#!/bin/bash
# A server of debug information is asked if DEBUGINFOD_URLS is set, and only then. A directory laid
# out like a server's answers (file://) is one to the client.
cat >program.c <<'C'
#include <stdlib.h>
int main(void)
{
	free(malloc(24));
	return 0;
}
C
"${CC:-gcc}" -g -O1 -fno-builtin -Wl,--build-id -o program program.c || exit 77
id=$(readelf -n program | sed -n 's/.*Build ID: //p')
mkdir -p "server/buildid/$id"
objcopy --only-keep-debug program "server/buildid/$id/debuginfo"
strip program
export COLUMNS=1000 DEBUGINFOD_CACHE_PATH=$PWD/cache
unset DEBUGINFOD_URLS
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
"$OUTLIVE" symbols trace 2>&1 | sed "s:$PWD/::g" | cut -c 1-50
[ -e cache ] && echo "a server was asked"
export DEBUGINFOD_URLS=file://$PWD/server
"$OUTLIVE" symbols trace 2>/dev/null | grep '^[^:]*/program:' | sed "s:$PWD/::g"
"$OUTLIVE" report --by path trace | grep -o 'main  program.c:4'
"$OUTLIVE" run -q -o again -- ./program 2>/dev/null
"$OUTLIVE" report --by path again | grep -o 'main  program.c:4'
