#!/bin/bash
# The man pages have the options, values, commands and summaries of --help, and no others.
doc=$OUTLIVE_ROOT_DIR/docs/man

# "-b --by path|function" of --help, one option a line; other operands are left out.
help_options() { # [COMMAND]
	COLUMNS=400 "$OUTLIVE" "$@" --help | awk '
		/^(  |      )-/ {
			sub(/,/, "")
			sub(/   *[^ -].*/, "") # the explanation
			label = $2 ~ /^--/ ? $1 " " $2 : $1
			print $NF ~ /^[a-z-]+([|][a-z-]+)+$/ ? label " " $NF : label
		}' | sort
}

# The same of the tags of a page's lists.
page_options() { # PAGE
	sed -n 's/^\.It Fl //p' "$doc/$1" | sed -e 's/ , Fl -/ --/' -e 's/^/-/' \
		-e 's/ Ar .*//' -e 's/ Cm / /' -e 's/ | /|/g' | sort
}

# Every option that a page's synopsis names: its letter, or its name if it has none.
page_synopsis() { # PAGE
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$doc/$1" | grep -oE 'Fl [a-z-]+' |
		sed 's/^Fl /-/' | grep -vxE -- '--|-h|--help' | sort
}

difference() { # WHAT ONE OTHER: two files
	diff "$2" "$3" >differences || { echo "$1:"; cat differences; }
}

help_options >helped
page_options outlive.1 >documented
difference outlive helped documented
"$OUTLIVE" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >commands
sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$doc/outlive.1" >documented
difference commands commands documented
for command in $(grep -v help commands); do
	page=outlive-$command.1
	help_options "$command" >helped
	page_options "$page" >documented
	difference "$page" helped documented
	awk '$1 != "-h" { print $1 }' helped | sort >letters
	page_synopsis "$page" >documented
	difference "synopsis of $page" letters documented
	"$OUTLIVE" help "$command" | sed -n 3p >summary
	sed -n 's/^\.Nd //p' "$doc/$page" >documented
	difference "name of $page" summary documented
	echo "$command: $(wc -l <helped) options"
done
