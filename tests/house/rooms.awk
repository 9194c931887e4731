# rooms.awk FILE... - which room may include which. A file of preload/ or analyzer/ includes
# headers of its own room, of rooms below its own in the list, and of include/; nothing else of
# ours. An include names its room ("trace/reader.h"); only the processor's folder, which the
# compiler is pointed at, is named without one. No two files of one room include each other,
# by whatever way. Exits 1 after saying what is wrong.

BEGIN {
	# Top to bottom; the folders of report/ are formats, which know nothing of each other.
	split("commands top live record attach report/* report verdict replay segments symbols " \
		"trace process go elf base", analyzer)
	split("attach hooks faults event self stack modules go ring system arch", preload)
	for (i in analyzer)
		floor["analyzer/" analyzer[i]] = -i
	for (i in preload)
		floor["preload/" preload[i]] = -i
}

function half(path) { sub(/\/.*/, "", path); return path }
function room(path) { sub(/\/[^\/]*$/, "", path); sub(/\/arch\/.*/, "/arch", path); return path }
function floor_of(path) {
	path = room(path)
	sub(/^analyzer\/report\/.*/, "analyzer/report/*", path)
	return path
}
function base(path) { sub(/.*\//, "", path); return path }
function stem(path) { sub(/\.[ch]$/, "", path); return path }
function complain(where, text) { print where ": " text > "/dev/stderr"; bad++ }
function is_file(path,  ignored, found) {
	found = (getline ignored < path) >= 0
	close(path)
	return found
}

FNR == 1 {
	file_count++
	if (!(floor_of(FILENAME) in floor))
		complain(FILENAME, "the room '" room(FILENAME) "' is not in the list of " \
			"tests/house/rooms.awk")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	name = $0
	sub(/^[^"]*"/, "", name)
	sub(/".*/, "", name)
	include_count++
	where = FILENAME ":" FNR
	target = half(FILENAME) "/" name
	if (name !~ /\// && is_file("include/" name))
		next
	if (name !~ /\//)
		target = half(FILENAME) "/arch/" ARCH "/" name
	if (name ~ /\.\./)
		complain(where, "includes '" name "' by a relative path")
	else if (!is_file(target))
		complain(where, "includes '" name "', which is neither in a room of " \
			half(FILENAME) "/ nor in include/")
	else if (floor[floor_of(target)] > floor[floor_of(FILENAME)])
		complain(where, "'" room(FILENAME) "' includes '" name "' of a room above it")
	else if (floor_of(target) == floor_of(FILENAME) && room(target) != room(FILENAME))
		complain(where, "'" room(FILENAME) "' includes '" name "' of another format")
	else if (room(target) == room(FILENAME) && stem(target) != stem(FILENAME))
		uses[stem(FILENAME), ++use_count[stem(FILENAME)]] = stem(target)
}

# Depth first; a file met again on the way down is a cycle.
function visit(file, way,  i) {
	if (state[file] == "done")
		return
	if (state[file] == "open") {
		complain(way, "files of one room include each other: " way " -> " file)
		return
	}
	state[file] = "open"
	for (i = 1; i <= use_count[file]; i++)
		visit(uses[file, i], way == "" ? file : way " -> " file)
	state[file] = "done"
}

END {
	for (file in use_count)
		visit(file, "")
	if (bad)
		exit 1
	print file_count " files, " include_count " includes: every door opens downwards"
}
