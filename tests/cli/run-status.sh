#!/bin/bash
# The exit status is the program's; a death by signal is reported, and mirrored as shells do.
run() {
	"$OUTLIVE" run -q -o trace -- "$@" 2>stderr
	echo "status $?"
	sed -E 's/\(pid [0-9]+\)/(pid N)/; s/, core dumped//' stderr | grep -v ' events of '
}
run true
run false
run sh -c 'exit 42'
run sh -c 'kill -SEGV $$'
run sh -c 'kill -KILL $$'
run sh -c 'kill -PIPE $$'
run no-such-program
run ./no-such-program
run /
touch plain && run ./plain
chmod +x plain && run ./plain
echo 'echo hello' >plain && run ./plain
printf '#!/no/such/interpreter\n' >plain && run ./plain
printf '#!/bin/sh\nexit 9\n' >plain && run ./plain
printf '#!./plain\n' >nested && chmod +x nested && run ./nested
printf '#!./loop\n' >loop && chmod +x loop && run ./loop
