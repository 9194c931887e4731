#!/bin/bash
# Nothing of the traced program reaches the terminal as it is, and lines fit it.
cp /bin/echo $'./e\033[31mcho'
"$OUTLIVE" run -q -o t.outlive -- $'./e\033[31mcho' $'\033]0;title\007' $'\302\233x' \
	"a long argument that goes on and on and on and on and on and on" >/dev/null 2>&1 || exit 1
for mode in "report" "report --by path" "report --by module" "report --by thread" \
	"report --by function --sort live" "info"; do
	for columns in 72 80 132; do
		# shellcheck disable=SC2086
		LC_ALL=C COLUMNS=$columns "$OUTLIVE" $mode t.outlive >screen || exit 1
		grep -q $'[\001-\010\013-\037\177]' screen && echo "$mode: a control character"
		awk -v columns=$columns -v mode="$mode" 'length($0) > columns {
			print mode ": " length($0) " columns of " columns ": " $0 }' screen
	done
done
"$OUTLIVE" report --format json t.outlive | grep -c $'[\001-\010\013-\037\177]'
"$OUTLIVE" report --format json t.outlive | jq -r '.process.arguments[1] | @json'
command -v script >/dev/null || { echo "no script(1) here" >&2; exit 77; }
export PAGER=cat
coloured() { script -qec "$1" /dev/null </dev/null | grep -c $'\033\[1m'; }
echo "a terminal: $([ "$(TERM=xterm NO_COLOR='' coloured "'$OUTLIVE' report t.outlive")" -gt 3 ] && echo colour)"
echo "NO_COLOR: $(TERM=xterm NO_COLOR=1 coloured "'$OUTLIVE' report t.outlive")"
echo "a dumb one: $(TERM=dumb NO_COLOR='' coloured "'$OUTLIVE' report t.outlive")"
