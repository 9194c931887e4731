#!/bin/bash
# Wrong usage: status 2, one line that says what to do, nothing on stdout.
for words in "" "nonsense" "run" "run --nonsense true" "run --ring 3x true" "report" \
	"report --format xml file" "report /nonexistent" "info" "help nonsense"; do
	# shellcheck disable=SC2086 # words are words
	"$OUTLIVE" $words 2>stderr
	echo "status $? of '$words'"
	cat stderr
done
