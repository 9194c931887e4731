#!/bin/bash
# shellcheck disable=SC2154 # lib.sh sets version
# Which activations of inlined Go functions may last from one call to the next: the answers of
# flow/, with and without symbols. Bit k: perhaps the outer k inlined ones last. What happens must
# be among them; at most two of the eight may have more, since reloads of registers are in
# whichever function had the value.
. "$OUTLIVE_ROOT_DIR/tests/go/lib.sh"
needs gcc strip
make_names
source_of flow

# "WAY: 2 instances first and 3 then: kept 5", for each pair of calls in a row.
cat >expected <<'EXPECTED'
apart: first > second: kept 1 of 1 and 1
apart: second > first: kept 1 of 1 and 1
inside: round > round: kept 2 of 1 and 1
both: round > round: kept 3 of 1 and 1
nested: round > round: kept 5 of 2 and 2
copies: round > round: kept 2 of 1 and 1
copies: round > round, another copy: kept 1 of 1 and 1
copies: round > round: kept 2 of 1 and 1
EXPECTED

# Of what flow printed: "FUNCTION: LABEL > LABEL FROM TO".
pairs() {
	awk -v names="apart inside both nested copies" '
		BEGIN { split(names, name, " "); at = 1 }
		!NF { at++; before = ""; next }
		before { print name[at] ": " before " > " $1 (from != $2 && before == $1 ? ", another copy" : ""), from, $2 }
		{ before = $1; from = $2 }' | awk '!seen[$0]++'
}

answers() { # PROGRAM
	./"$1" | pairs >pairs.out
	awk '{ print $(NF - 1), $NF }' pairs.out | ./names --kept "$PWD/$1" >kept.out
	paste -d ' ' pairs.out kept.out | sed -E 's/ 0x[0-9a-f]+ 0x[0-9a-f]+//' |
		awk '{ from = split($(NF - 1), a, ",") - 1; to = split($NF, b, ",") - 1
			sub(/ kept ([0-9]+):.*/, ": &"); sub(/:  kept/, ": kept"); sub(/: [0-9,]+ [0-9,]+$/, "")
			print $0 " of " from " and " to }'
}

# Hold answers.out against what is expected.
hold() { # WAY
	local more=0 line happens found
	[ "$(sed 's/kept [0-9]*//' answers.out)" = "$(sed 's/kept [0-9]*//' expected)" ] ||
		{ complain "go $version$1: $(diff expected answers.out)"; return; }
	while IFS=$'\t' read -r line happens found; do
		[ $((found & happens)) = "$happens" ] || complain "go $version$1: $line: $found, but $happens happens"
		[ "$found" = "$happens" ] || more=$((more + 1))
	done < <(paste <(sed 's/: kept.*//' expected) <(sed -E 's/.*kept ([0-9]+).*/\1/' expected) \
		<(sed -E 's/.*kept ([0-9]+).*/\1/' answers.out))
	[ $more -le 2 ] || complain "go $version$1: $more answers have too much: $(diff expected answers.out)"
	echo "go $version$1: $(wc -l <answers.out) answers, $more with more than what happens"
}

of_version() {
	(cd flow && CGO_ENABLED=0 "$GO" build -o ../program .) || { complain "go $version cannot build flow"; return; }
	answers program >answers.out
	hold ""
	strip program
	answers program >answers.out
	hold ", stripped"
}

each_go of_version
