#!/bin/bash
# gcc's driver with its children: cc1, as, collect2, ld, started by vfork and exec.
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs gcc
cat >program.c <<'C'
#include <stdio.h>
#include <stdlib.h>
struct list { struct list *next; int value; };
int main(void)
{
	struct list *head = NULL;
	for (int i = 0; i < 100; i++) {
		struct list *item = malloc(sizeof(*item));
		item->next = head; item->value = i; head = item;
	}
	for (struct list *item = head; item; item = item->next)
		printf("%d\n", item->value);
	return 0;
}
C
export TMPDIR=$PWD
cat >work.sh <<'SCRIPT'
gcc -O2 -Wall -Wl,--build-id=none -o program program.c -frandom-seed=1 || exit 1
./program | md5sum
md5sum program
SCRIPT
same bash work.sh
agree
"$OUTLIVE" info --format json t.outlive | jq -r '.processes[].command' >commands
for part in cc1 as ld; do
	grep -qE "(^|/)$part( |\$)" commands || complain "$part was not followed"
done
