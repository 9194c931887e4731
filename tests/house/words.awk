# words.awk FILE... - words that outlive does not use, in comments, strings and documents, and
# the words to use instead (design: one word per meaning). Names of C are left alone: only what
# stands in comments and in strings is read of a .c or .h file. Keys of JSON are left alone, too,
# both those that the JSON writer is given and those of a man page (.Va). Exits 1 after naming the
# places.

BEGIN {
	# Extended regular expressions for whole words, in lower case.
	use["looks?|looked|looking"] = "snapshot, sample, read, check (or \"look up\")"
	use["pictures?"] = "snapshot"
	use["stor(y|ies)"] = "history"
	use["shel(f|ves)"] = "kept files"
	use["told"] = "written, reported, told apart"
	use["guests?"] = "library, recorder"
	use["news"] = "pushed frames"
	use["nobody"] = "no one, nothing, never"
	use["who (is|has|makes|wants|asks|sets|takes|reads)"] = "whoever, or the noun"
	use["judged?|judges"] = "classify"
}

function check(text, where,  word, lower) {
	lower = " " tolower(text) " "
	gsub(/[^a-z0-9_'-]+/, " ", lower)
	gsub(/look(ed|s|ing)? up/, "find", lower)
	gsub(/told apart/, "distinguished", lower)
	for (word in use)
		if (lower ~ (" (" word ") ")) {
			print where ": '" word "': say " use[word] > "/dev/stderr"
			bad = 1
		}
}

FNR == 1 { comment = 0; is_c = FILENAME ~ /\.[chS]$/ }
!is_c && /^\.(It )?Va / { next }
!is_c { check($0, FILENAME ":" FNR); next }
{
	gsub(/json_[a-z_]+\(&?[a-z_]+, "[a-z_]*"/, "json(")
	line = $0
	text = ""
	while (line != "") {
		if (comment) {
			if (end = index(line, "*/")) {
				text = text " " substr(line, 1, end - 1)
				line = substr(line, end + 2)
				comment = 0
			} else {
				text = text " " line
				line = ""
			}
		} else if (match(line, /\/\*|"([^"\\]|\\.)*"/)) {
			found = substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
			if (found == "/*")
				comment = 1
			else
				text = text " " substr(found, 2, length(found) - 2)
		} else
			line = ""
	}
	if (text != "" && $0 !~ /^[ \t]*#[ \t]*include/)
		check(text, FILENAME ":" FNR)
}
END { exit bad }
