#!/bin/bash
# Ctrl-Z stops the program and us, so that the shell sees its job stopped; fg goes on.
command -v script >/dev/null || { echo "no script(1)" >&2; exit 77; }
# One process that starts no other: Ctrl-Z between a vfork and its exec stops the child
# only, and the shell waits for ever, with outlive or without.
cat >job.pl <<'END'
open(my $begun, '>', 'begun');
for my $i (1 .. 30) {
	select(undef, undef, undef, 0.1);
	open(my $count, '>', 'count.new');
	print $count "$i\n";
	close($count);
	rename('count.new', 'count');
}
exit 4;
END
type_it() {
	until [ -s screen ]; do sleep 0.05; done # the prompt: what is typed earlier may be lost
	sleep 0.3
	echo "$OUTLIVE run -q -o trace -- perl job.pl"
	until [ -e begun ]; do sleep 0.05; done
	sleep 0.3
	printf '\032'
	sleep 0.5
	echo 'cp count first; jobs >jobs; sleep 0.6; cp count second; fg'
	until [ "$(cat count)" = 30 ]; do sleep 0.05; done
	sleep 1
	echo 'echo $? >status; exit'
	sleep 0.5
}
type_it | timeout 60 script -qec "bash --norc --noprofile -i" /dev/null >screen
grep -c Stopped jobs
cmp first second && [ "$(cat first)" -lt 30 ] && echo "stood still"
echo "status $(cat status), count $(cat count)"
