# twice.awk FILE... - the same eight lines twice: they belong into one function. Blank
# lines, comments, directives and lone braces count for nothing. Exits 1 after naming the lines.

function flush_line(text) {
	count++
	lines[count] = text
	files[count] = FILENAME
	numbers[count] = FNR
	run = FNR == 1 ? 1 : run + 1
}
FNR == 1 { run = 0; comment = 0 }
{
	line = $0
	if (comment) {
		if (line !~ /\*\//)
			next
		comment = 0
		next
	}
	if (line ~ /^[ \t]*\/\*/) {
		comment = line !~ /\*\//
		next
	}
	gsub(/[ \t]+/, " ", line)
	if (line ~ /^ ?$/ || line ~ /^ ?[{}] ?;?$/ || line ~ /^ ?#/)
		next
	flush_line(line)
	if (run < WINDOW)
		next
	key = ""
	for (i = count - WINDOW + 1; i <= count; i++)
		key = key "\n" lines[i]
	if (key in first) {
		other = first[key]
		# The lines after the first eight of one pair are the same pair.
		if (!(skip_here == FILENAME && FNR <= skip_until)) {
			print FILENAME ":" numbers[count - WINDOW + 1] ": the same lines as " \
				files[other] ":" numbers[other] > "/dev/stderr"
			bad = 1
		}
		skip_here = FILENAME
		skip_until = FNR + 12
	} else
		first[key] = count - WINDOW + 1
}
BEGIN { WINDOW = 8 }
END { exit bad }
