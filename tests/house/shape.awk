# shape.awk FILE... - lines of at most 100 columns (a tab counts to the next of 4, as in
# .clang-format), functions of at most 70 lines, files of at most 500, but those whose first
# comment says why they are longer ("Long, because ..."). C as clang-format leaves it: what is not
# indented begins or ends something, and a function's body begins with a brace alone. Exits 1 after
# saying what is wrong.

# Run in the C locale: of a character in UTF-8 only the first byte counts.
function columns(line,  i, n, c) {
	gsub(/[\200-\277]/, "", line)
	n = 0
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		n = c == "\t" ? n + 4 - n % 4 : n + 1
	}
	return n
}
function complain(where, text) { print where ": " text > "/dev/stderr"; bad = 1 }
function end_file() {
	if (lines > 500 && !may_be_long)
		complain(file, lines " lines, 500 is the limit")
}

FNR == 1 {
	end_file()
	file = FILENAME
	start = body = 0
	may_be_long = 0
	first_comment = 1
}
{ lines = FNR }
first_comment && /Long, because / { may_be_long = 1 }
/\*\// { first_comment = 0 }
length($0) > 50 && columns($0) > 100 {
	complain(FILENAME ":" FNR, columns($0) " columns, 100 is the limit")
}
# The first line of a declaration: not indented, no brace, comment or directive.
/^[A-Za-z_]/ && !start { start = FNR }
/^{/ { body = FNR }
/^}/ {
	if (body && start && FNR - start + 1 > 70)
		complain(FILENAME ":" start, "a function of " FNR - start + 1 " lines, 70 is the limit")
	start = body = 0
}
# What ends without a body: a prototype, a variable, a struct.
/;[ \t]*(\/\*.*)?$/ && !body { start = 0 }
/^(#|\/\*|$)/ && !body { start = 0 }

END {
	end_file()
	exit bad
}
