#!/bin/bash
# The screen of `outlive top`, in a real terminal (tmux): views, keys, search, filter, freezing,
# growth from a moment on, sizes, character sets, terminals without colours or of no use; and the
# terminal as it was, however it ends.
command -v tmux >/dev/null || { echo "no tmux"; exit 77; }
cat >work.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

__attribute__((noinline)) void *make_session(void)
{
	void *volatile block = malloc(1000);

	return block;
}

__attribute__((noinline)) void *make_buffer(void)
{
	void *volatile block = malloc(100);

	return block;
}

/* a line of stdin makes ten sessions more */
int main(void)
{
	char line[8];

	setvbuf(stdin, NULL, _IONBF, 0);
	prctl(PR_SET_NAME, "evil\033[31mred\t");
	for (int i = 0; i < 50; i++)
		free(make_buffer());
	for (int i = 0; i < 10; i++)
		make_session();
	while (fgets(line, sizeof(line), stdin))
		for (int i = 0; i < 10; i++)
			make_session();
	return 0;
}
END
${CC:-gcc} -g -O1 -o work work.c

screen() { tmux -S "$PWD/socket" -f /dev/null "$@" 3>&-; } # the gate is the program's
shown() { screen capture-pane -p; }
press() { screen send-keys "$@"; }
expect() { # WHAT PATTERN: within ten seconds the screen has it
	for _ in $(seq 200); do
		shown >last
		grep -qE -- "$2" last && { echo "ok: $1"; return; }
		sleep 0.05
	done
	echo "NOT: $1"
	cat last
}
begin() { # COLUMNS ROWS COMMAND
	screen kill-server 2>/dev/null
	screen new-session -d -x "$1" -y "$2" "bash --norc --noprofile"
	press "PS1='ready\$ '; clear" Enter
	expect "a shell of $1 x $2" '^ready\$'
	press "$3" Enter
}
trap 'screen kill-server 2>/dev/null' EXIT

export TERM=xterm-256color LC_ALL=C.UTF-8
mkfifo gate
"$OUTLIVE" run -q -o w.outlive -- ./work $'arg\033[31mument' <gate 2>/dev/null &
exec 3>gate
for _ in $(seq 500); do
	"$OUTLIVE" top --format ndjson w.outlive --count 1 2>/dev/null | grep -q make_session && break
	sleep 0.02
done

begin 80 24 "$OUTLIVE top w.outlive"
expect "the program runs, and its argument controls nothing" \
	'^outlive top: \./work .*arg.*ument.* +pid [0-9]+  running$'
expect "what is live" '^live 9\.77 KiB in 10 blocks'
expect "functions" '^9\.77 KiB +10 .* make_session'
echo >&3
expect "growth" '^19\.5 KiB +20 +\+9\.77 KiB .* make_session'
press m
expect "growth from a moment on" '^19\.5 KiB +20   +[^+]* make_session'
echo >&3
expect "growth since then" '^29\.3 KiB +30 +\+9\.77 KiB .* make_session'

press Space
expect "frozen" 'FROZEN$'
echo >&3
sleep 1
expect "the figures stay" '^29\.3 KiB +30 '
press Space
expect "and go on" '^39\.1 KiB +40 '

press Enter
expect "call paths of a function" '^ +live.* call path'
expect "its line" '^29\.3 KiB +30 .* make_session  work.c:'
press Enter
expect "frames of a call path" '^frames, innermost first'
expect "its caller" '^main  work.c:'
press Escape
expect "back" '^ +live.* call path'
press BSpace
expect "back again" '^ +live.* function'

press / make_b Enter
expect "a search" '^ +[23]/[0-9]+$|growth from now.* [23]/[0-9]+$'
press / zebra Enter
expect "a search for nothing" '^not found: zebra'
press f buffer Enter
expect "a filter" 'function  \(filter: buffer\)'
expect "one row" '1/1$'
press Escape
expect "no filter" '1/[2-9]$'
press '>' '>' '>' '>' '>' '>'
expect "another order" '^ *0 B +0 .* make_buffer'
press '<' '<' '<' '<' '<' '<'
press 5
expect "threads, and a name that controls nothing" '^39.* evil\?\[31mred\?  tid [0-9]+'
press 6
expect "segments" '^ *resident .*segment$'
expect "the heap" ' heap$'
press Tab
expect "losses" 'nothing was lost'
press Tab
expect "round again" '^ +live.* function'
press '?'
expect "help" '^q F10 +quit'
press x
expect "no help" '^ +live.* function'

echo "- sizes"
screen resize-window -x 40 -y 12
expect "narrow" '^\? help  q quit +1/'
expect "its columns" '^39\.1 KiB  .*make_session'
awk 'length($0) > 40 { print "NOT: " length($0) " columns" }' last
screen resize-window -x 20 -y 5
expect "tiny" '^39\.1 KiB  make\.\.'
screen resize-window -x 120 -y 30
expect "wide" 'all bytes +calls  function'

echo "- Ctrl-Z and Ctrl-C"
press C-z
expect "stopped" 'Stopped'
press "stty -a | grep -o ' echo ' | head -1; fg" Enter
expect "the terminal while it is stopped, and then the screen again" '^ +live.* function'
press C-c
expect "the shell again" '^ready\$'
press 'clear; echo "status $?"; stty -a | grep -oE " -?(echo|icanon) "' Enter
expect "the terminal echoes" '^ echo'
press "clear" Enter

echo "- terminals"
press "TERM=vt100 $OUTLIVE top w.outlive" Enter
expect "without colours" '^39\.1 KiB +40 .* make_session'
press q
press "clear; NO_COLOR=1 $OUTLIVE top w.outlive" Enter
expect "NO_COLOR" '^39\.1 KiB +40 .* make_session'
screen capture-pane -pe | grep -qE $'\033\\[[0-9;]*[34][0-7]m' && echo "NOT: colours"
press q
press "clear; LC_ALL=C $OUTLIVE top w.outlive" Enter
expect "in the C locale" '^39\.1 KiB +40 .* make_session'
shown | LC_ALL=C grep -q $'[\x80-\xff]' && echo "NOT: what ASCII has not"
press q
press "clear; TERM=dumb $OUTLIVE top w.outlive" Enter
expect "refused" "^outlive: top: the terminal 'dumb' cannot move its cursor, or is not known"
press "clear; TERM=nonsense $OUTLIVE top w.outlive" Enter
expect "refused, too" "^outlive: top: the terminal 'nonsense' cannot move its cursor"
press "clear; cat /dev/null | $OUTLIVE top w.outlive" Enter
expect "no terminal" '^outlive: top: the screen needs a terminal'

echo "- the end"
press "clear; $OUTLIVE top w.outlive; echo status \$?" Enter
expect "running" 'running$'
exec 3>&-
wait
expect "ended" 'ended$'
press q
expect "quit" '^status 0$'
"$OUTLIVE" report --format json --by function w.outlive |
	jq -r '.groups[] | select(.function == "make_session") | "\(.live_bytes) in \(.live_blocks)"'
press "clear; $OUTLIVE top w.outlive" Enter
expect "the same by the complete file" '^39\.1 KiB +40 .* make_session'
press q

echo "- a program"
press "clear; $OUTLIVE top -o p.outlive -- sh -c 'echo printed; exec sleep 1000'" Enter
expect "it becomes another by exec" '^outlive top: sleep 1000 '
shown | grep -q printed && echo "NOT: its output on the screen"
cat p.outlive.out
press q
expect "asked" '^it still runs: k kill it, l leave it running'
press x q k
expect "killed" '^outlive: what it prints is in p\.outlive\.out'
press "clear; $OUTLIVE top -o p.outlive -- sh -c 'exit 7'; echo status \$?" Enter
expect "it has ended" 'ended$'
press q
expect "its status" '^status 7$'
press "clear; $OUTLIVE top -- ./nonexistent; echo status \$?" Enter
expect "no such program" '^status 127$'
press "clear; $OUTLIVE top -o p.outlive -- sleep 1000; echo status \$?" Enter
expect "one more" '^outlive top: sleep 1000 '
press C-c
expect "Ctrl-C ends both" '^status 130$'
