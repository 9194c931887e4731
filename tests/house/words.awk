# words.awk FILE... - words that outlive does not use, in comments, strings and documents, and
# the words to use instead (design: one word per meaning). Names in code are left alone: only
# comments and strings are read of a .c, .h or .S file, and only comments of a script or a
# Makefile. Left alone, too: what stands in backquotes; keys of JSON, both those that the JSON writer
# is given and those of a man page (.Va); what a sample expects. In tests, samples and scripts only
# the first list holds. Exits 1 after naming the lines.

BEGIN {
	# Extended regular expressions for whole words, in lower case.
	use["(a|an|the|its|own|each|one|two|first|last|between) looks?"] = "snapshot, check"
	use["pictures?"] = "snapshot"
	use["stor(y|ies)"] = "history"
	use["shel(f|ves)"] = "kept files"
	use["told"] = "written, reported, told apart"
	use["said"] = "reported, written, given, asked for"
	use["not(e|es|ed|ing)"] = "record, remember"
	use["places?"] = "call site, line, slot, position"
	use["sites?"] = "call path, or call site"
	use["marks?"] = "regular reading, moment, header; to flag"
	use["tails?"] = "innermost frames, end"
	use["guests?"] = "library, recorder"
	use["news"] = "pushed frames"
	use["judged?|judges"] = "classify"

	# Of the programs and the documents only.
	of_programs["looks?|looked|looking"] = "snapshot, sample, read, check (or \"look up\")"
	of_programs["nobody"] = "no one, nothing, never"
	of_programs["who (is|has|makes|wants|asks|sets|takes|reads)"] = "whoever, or the noun"

	# These words in other meanings, and terms of art. One of two words with a space between.
	allowed["look(ed|s|ing)? up"]
	allowed["told apart"]
	allowed["in (its |the |their )?places?"]
	allowed["call sites?"]
	allowed["(byte order|combining|question|quotation) marks?"]
	allowed["(merged tail|tail call|tail-call)s?"]
	allowed["tail-call(ed|ing)"]
	allowed["elf notes?"]
}

function check(text, where,  lower, phrase) {
	sub(/(expect|live): .*/, "", text)
	gsub(/`[^`]*`|SITES|\.Sh NOTES|\.note\./, "", text)
	lower = " " tolower(text) " "
	gsub(/[^a-z0-9_'-]+/, " ", lower)
	for (phrase in allowed)
		gsub(phrase, "ok", lower)
	find(use, lower, where)
	if (!is_test)
		find(of_programs, lower, where)
}

function find(words, text, where,  word) {
	for (word in words)
		if (text ~ (" (" word ") ")) {
			print where ": '" word "': say " words[word] > "/dev/stderr"
			bad = 1
		}
}

FNR == 1 {
	comment = 0
	is_c = FILENAME ~ /\.([chS]|cpp)$/
	is_script = FILENAME ~ /\.(sh|awk|py|mk)$|(^|\/)(Makefile|run)$/
	is_test = is_script || FILENAME ~ /(^|\/)(tests|samples)\//
}
is_script {
	if (match($0, /(^|[ \t])#/))
		check(substr($0, RSTART + RLENGTH), FILENAME ":" FNR)
	next
}
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
		} else if (match(line, /\/[*\/]|"([^"\\]|\\.)*"/)) {
			found = substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
			if (found == "/*")
				comment = 1
			else if (found == "//") {
				text = text " " line
				line = ""
			}
			else if (found != "\"site\"") # a value of JSON
				text = text " " substr(found, 2, length(found) - 2)
		} else
			line = ""
	}
	if (text != "" && $0 !~ /^[ \t]*#[ \t]*include/)
		check(text, FILENAME ":" FNR)
}
END { exit bad }
