#!/bin/bash
# A signal sent to us is the program's; Ctrl-C reaches it through its terminal, once.
target() { # SIGNAL: start it, wait until it is ready, send, say what came of it
	rm -f ready got
	"$OUTLIVE" run -q -o trace -- sh -c '
		for s in HUP INT QUIT TERM USR1 USR2; do trap "echo $s >>got; exit 5" $s; done
		>ready
		while :; do sleep 0.05; done' 2>stderr &
	ours=$!
	until [ -e ready ]; do sleep 0.02; done
	kill -"$1" $ours
	wait $ours
	echo "$1: status $?, got $(cat got)"
}
# a job in the background of a script ignores INT and QUIT: not these here
for signal in HUP TERM USR1 USR2; do target $signal; done

# Without a handler it dies of it, and so says our status.
"$OUTLIVE" run -q -o trace -- sleep 60 2>stderr &
ours=$!
sleep 0.5
kill -TERM $ours
wait $ours
echo "default: status $?"
grep -o 'killed by .*' stderr

# Ctrl-C on a terminal: the program gets it once and goes on; we go on with it.
command -v script >/dev/null || { echo "no script(1)" >&2; exit 77; }
cat >asked.sh <<'END'
trap 'echo interrupted >>count' INT
>asking
sleep 0.4; sleep 0.4; sleep 0.4
exit 6
END
(until [ -e asking ]; do sleep 0.02; done; sleep 0.2; printf '\003'; sleep 2) |
	script -qec "exec $OUTLIVE run -q -o trace -- sh asked.sh" /dev/null >screen
echo "Ctrl-C: status $?, $(cat count)"
