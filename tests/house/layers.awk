# layers.awk FILE... - a file of preload/ or analyzer/ includes its own header, headers of
# lower layers in its folder, and include/; nothing else of ours. The layer stands in the
# first comment, "Layer N.", of every header and .c file; a layer's arch/ files lie just
# below the others of it. Exits 1 after saying what is wrong.

function half(path) { sub(/\/.*/, "", path); return path }
function base(path) { sub(/.*\//, "", path); return path }
function stem(path) { path = base(path); sub(/\.[ch]$/, "", path); return path }

FNR == 1 { comment = 1; files[++file_count] = FILENAME }
comment && match($0, /Layer [0-9]+\./) {
	layer[FILENAME] = substr($0, RSTART + 6, RLENGTH - 7) + 0
	if (FILENAME ~ /\/arch\//)
		layer[FILENAME] -= 0.5 # just below the folder's own files of that layer
	if (FILENAME ~ /\.h$/)
		header_layer[half(FILENAME) "/" base(FILENAME)] = layer[FILENAME]
}
/\*\// { comment = 0 }
/^[ \t]*#[ \t]*include[ \t]*"/ {
	name = $0
	sub(/^[^"]*"/, "", name)
	sub(/".*/, "", name)
	user[++include_count] = FILENAME
	used[include_count] = name
	line[include_count] = FNR
}
function complain(place, text) { print place ": " text > "/dev/stderr"; bad++ }

END {
	for (i = 1; i <= file_count; i++)
		if (!(files[i] in layer))
			complain(files[i], "its first comment does not say \"Layer N.\"")
	for (i = 1; i <= include_count; i++) {
		file = user[i]
		place = file ":" line[i]
		name = base(used[i])
		key = half(file) "/" name
		if ((getline ignored < ("include/" name)) >= 0) {
			close("include/" name)
			continue
		}
		if (used[i] ~ /\.\./)
			complain(place, "includes '" used[i] "' by a relative path")
		else if (!(key in header_layer))
			complain(place, "includes '" used[i] "', which is neither in " half(file) \
				"/ with a layer nor in include/")
		else if (stem(name) != stem(file) && header_layer[key] >= layer[file])
			complain(place, "layer " layer[file] " includes '" name "' of layer " \
				header_layer[key])
		else if (stem(name) == stem(file) && header_layer[key] != layer[file])
			complain(place, "layer " layer[file] " but its header says " \
				header_layer[key])
	}
	if (bad)
		exit 1
	print file_count " files, " include_count " includes: layers hold"
}
