#!/bin/bash
# Who records a script sees that functions and lines are those of the interpreter, on the default screen
# and with the advice; of another program nothing of that is claimed.
cat >work.c <<'EOF'
#include <stdlib.h>
int main(void)
{
	for (int i = 0; i < 100; i++)
		free(malloc(40));
	return 0;
}
EOF
"${CC:-gcc}" -g -fno-builtin -o work work.c || exit 77
for name in python3.11 perl5.36.0 jq perly; do
	cp work "$name"
	"$OUTLIVE" run -q -o trace -- "./$name" 2>/dev/null
	for view in "" --advice; do
		echo "$name $view: $(COLUMNS=200 "$OUTLIVE" report $view trace | grep -o 'functions of .*')"
	done
done
"$OUTLIVE" run -q -o trace -- perl -e 'my @all = map { "x" x $_ } 1 .. 2000' 2>/dev/null
"$OUTLIVE" report trace | grep -oE 'functions of perl.*'
