#!/bin/bash
# Help goes to stdout, status 0, for every command, in at most 100 columns.
"$OUTLIVE" --version
for command in $("$OUTLIVE" help | sed -n "/^commands:/,/^\$/s/^  \([a-z]*\) .*/\1/p" | grep -v help); do
	for form in "help $command" "$command --help"; do
		# shellcheck disable=SC2086
		"$OUTLIVE" $form >text || echo "'$form': status $?"
		grep -q '^usage: outlive' text || echo "'$form' shows no usage"
		awk -v form="$form" 'length($0) > 100 { print form ": " length($0) " columns" }' text
	done
	echo "$command"
done
