# live.sh - what sample.sh does with a sample that is looked at while it runs:
# sourced by it, with $name, $directives and $program_args set; sets $bad.
# shellcheck shell=bash disable=SC2034,SC2154
coproc LIVE { exec "./$name" "${program_args[@]}"; }
live=$LIVE_PID
exec 8>&"${LIVE[1]}"
read -r -t 60 line <&"${LIVE[0]}" || { echo "it printed nothing"; exit 1; }
out=
for word in $line; do
	[[ $word =~ ^([a-z_0-9]+)=(-?[0-9]+)$ ]] && out+="${out:+,}\"${BASH_REMATCH[1]}\": ${BASH_REMATCH[2]}"
done

bad=0
for directive in "${directives[@]}"; do
	[[ $directive == "live: "* ]] || continue
	directive=${directive#live: }
	by=${directive%% *} expression=${directive#* }
	# It may not be asleep yet: a thread that runs is not seen in its stack.
	for ((try = 0; try < 50; try++)); do
		"$OUTLIVE" segments --by "$by" --format json "$live" >live.json || break
		result=$(jq --argjson out "{$out}" "$expression" live.json 2>&1)
		[ "$result" = true ] && continue 2
		sleep 0.1
	done
	bad=1
	echo "live: by $by: $expression"
	echo "  is $result"
done
[ $bad = 0 ] || for by in segment map symbol thread; do "$OUTLIVE" segments --by "$by" --top 12 "$live"; done

echo >&8
exec 8>&-
wait "$live"
status=$?
if [ $status != "${expected_exit:-0}" ]; then
	echo "exit status $status, expected ${expected_exit:-0}"
	bad=1
fi
