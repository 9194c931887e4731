# table.awk RESULTS - what was promised against what was measured, for each patch of run.sh, then
# how many promises were kept. Exits 1 if any saved less than promised, or there are none.
function size(bytes,  absolute) {
	absolute = bytes < 0 ? -bytes : bytes
	if (absolute < 10 * 1024) return sprintf("%d B", bytes)
	if (absolute < 10 * 1048576) return sprintf("%.1f KiB", bytes / 1024)
	return sprintf("%.1f MiB", bytes / 1048576)
}
function ms(us) { return sprintf("%.2f ms", us / 1000) }
function verdict(measured, least, most) {
	result[measured < least ? "LESS" : measured > most ? "more" : "kept"]++
	return measured < least ? "LESS" : measured > most ? "more" : "kept"
}
function counted(measured, promised, of) {
	of = (of > promised ? of : promised) / 10
	return verdict(measured, promised - of, promised + of)
}
{
	# program patch calls bytes peak peak measured rank calls bytes tenth-of-all-bytes ns ns-most
	# text
	# measured: instructions before and after, then each time: median and quartiles; processor time
	# before, after; wall time before, after; processor time saved by a pair
	split($7, m, " ")
	saved = m[15]
	low = $12 / 1000; high = $13 / 1000
	computed = m[1] ? (m[1] - m[2]) * m[3] / m[1] : 0
	printf "%s/%s: advice %d: %s\n", $1, $2, $8, $14
	printf "  calls  promised %d, measured %d: %s\n", $9, $3, counted($3, $9, 0)
	printf "  bytes  promised %s, measured %s: %s\n", size($10), size($4), \
		counted($4, $10, $11)
	printf "  peak   %s, then %s\n", size($5), size($6)
	is_promised = $12 != "-"
	printf "  time   promised %s; measured %s (quartiles %s to %s) of %s", \
		is_promised ? ms(low) " to " ms(high) : "none", ms(saved), ms(m[16]), ms(m[17]), ms(m[3])
	if (m[1])
		printf "; %.1f of %.1f million instructions: %s", (m[1] - m[2]) / 1e6, m[1] / 1e6, \
			ms(computed)
	if (!is_promised)
		print ""
	else if (m[16] > 0 || m[17] < 0 || !m[1]) # the quartiles lie on one side
		printf ": %s\n", verdict(saved, low / 2, high * 2)
	else
		printf ": %s, by instructions\n", verdict(computed, low / 2, high * 2)
}
END {
	printf "%d promises kept, %d saved more, %d saved less\n", result["kept"], result["more"], \
		result["LESS"]
	exit result["LESS"] > 0 || !NR
}
