#!/bin/bash
# One clear line for what cannot be read, and exit status 2.
refused() {
	"$OUTLIVE" "$@" >stdout 2>stderr
	echo "status $?: $(sed "s|$PWD|.|; s|$OUTLIVE_ROOT_DIR|...|" stderr | tr '\n' '|')$(cat stdout)"
}
sample=$OUTLIVE_ROOT_DIR/tests/golden/v1.0/sample.outlive
refused report
refused report a b
refused report no-such-file
refused info no-such-file
refused report .
refused report /dev/null
: >empty && refused report empty
seq 1000 >text && refused report text
head -c 40 "$sample" >short && refused report short
head -c 64 "$sample" >nothing && refused report nothing
cp "$sample" newer && printf '\002' | dd of=newer bs=1 seek=8 conv=notrunc 2>/dev/null
refused report newer
cp "$sample" feature && printf '\020' | dd of=feature bs=1 seek=17 conv=notrunc 2>/dev/null
refused info feature
refused report --pid 99 "$sample"
refused report --process 9 "$sample"
refused report --by colour "$sample"
refused report --class stack-like --by owner "$sample"
refused report --stacks --by path "$sample"
refused report --thread 5 "$sample"
refused report --stacks --thread 5 "$sample"
refused report --top many "$sample"
refused report --no-such-option "$sample"
refused nonsense
refused --nonsense
printf 'a\033[31mb' >$'name\033[31m' && refused report $'name\033[31m'
