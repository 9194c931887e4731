# outside.awk - tests run as root on machines that matter: none may change what is not its
# own. Reads scripts and programs of tests, and says which lines could:
#
#   - a command that makes, changes or removes a file is given a path of the system
#   - rm is given what a command or an output printed, or a path below a variable that may be empty
#   - a mount, in a file that makes no mount namespace first
#   - processes are killed by name, or all that there are
#   - C: a call that changes a file is given such a path, or mounts without a namespace
#
# Paths of our own: relative ones, what mktemp made, /tmp/outlive*, /dev/shm/outlive*.
# What nobody can tell by reading, confined.sh holds at run time.

function say(text) {
	print FILENAME ":" FNR ": " text
	bad = 1
}

# Whether the word is a path of the system that is not ours.
function is_outside(word) {
	gsub(/["']/, "", word)
	return word ~ /^\// && word !~ /^\/(tmp|dev\/shm)\/outlive/
}

# Whether writing to it changes a file; devices stay what they are.
function is_written_outside(word) {
	gsub(/["']/, "", word)
	return is_outside(word) && word !~ /^\/proc\/(self|\$)/ &&
		word !~ /^\/dev\/(null|zero|tty|full|stdin|stdout|stderr|fd\/.*)$/
}

# One simple command, its words apart: what does it change?
function command(text,    words, count, i, name, last, recursive) {
	sub(/^[ \t({!]+/, "", text)
	while (sub(/^(then|do|else|if|while|until|exec|env|sudo|command|timeout [^ ]+|"\$\{as(_root)?\[@\]\}"|[A-Za-z_]+=[^ ]*) +/, "", text))
		;
	count = split(text, words, /[ \t]+/)
	name = words[1]
	if (name ~ /^(mount|umount|pivot_root)$/ && !has_namespace)
		say(name ": in the machine's own mount namespace; unshare --mount first")
	if (name ~ /^(pkill|killall)$/ || (name == "kill" && text ~ / (-1|0)$/))
		say(name ": may end other people's processes")
	last = words[count]
	if (name ~ /^(cp|install)$/ && is_written_outside(last))
		say(name ": writes to " last)
	if (name ~ /^(rm|rmdir|unlink|mv|ln|chmod|chown|chgrp|touch|truncate|mkdir|mknod|mkfifo)$/)
		for (i = 2; i <= count; i++)
			if (is_outside(words[i]) && !(name == "ln" && i < count))
				say(name ": changes " words[i])
	if (name == "tee" && is_written_outside(last))
		say("tee: writes to " last)
	if (name == "dd" && text ~ / of=\// && text !~ / of=\/(dev\/null|tmp\/outlive|dev\/shm\/outlive)/)
		say("dd: writes to a path of the system")
	if (name == "rm" && text ~ /[ "]\$(\{[A-Za-z_]+(\[[^]]*\])?([%#\/][^}]*)?\}|[A-Za-z_0-9]+)"?\//)
		say("rm: below a variable that may be empty: ${NAME:?}/")
	if (name == "rm" && text ~ /\$\{[A-Za-z_]+(\[[^]]*\])?[%#]/ && text !~ /[ "]\/(tmp|dev\/shm)\/"?outlive|[ "][A-Za-z.]/)
		say("rm: of a path cut out of another: put the part that is known before it")
}

function shell(line,    commands, count, i, target) {
	sub(/^[ \t]*#.*/, "", line)
	sub(/[ \t]#[ ].*/, "", line)
	if (line ~ /unshare .*(-[a-z]*m|--mount)|CLONE_NEWNS/)
		has_namespace = 1
	target = line
	while (match(target, />>?\|? *"?\/[^ ;&|)"]*/)) {
		commands[1] = substr(target, RSTART, RLENGTH)
		sub(/^[>|]+ */, "", commands[1])
		if (is_written_outside(commands[1]))
			say("writes to " commands[1])
		target = substr(target, RSTART + RLENGTH)
	}
	if (line ~ /(^|[^a-z_-])rm [^;&|]*(\$\(|`)/)
		say("rm: of what a command printed")
	if (match(line, /run .*-o *\/[^ ]*/) && is_outside(substr(line, RSTART + match(substr(line, RSTART), / -o *\//) + 3)))
		say("outlive: a trace goes to a path of the system")
	gsub(/[0-9]?>&[0-9]/, "", line)
	gsub(/'/, "", line)
	count = split(line, commands, /[;&|]+|\$\(| -- /)
	for (i = 1; i <= count; i++)
		command(commands[i])
}

function c(line,    rest, call) {
	if (line ~ /CLONE_NEWNS/)
		has_namespace = 1
	if (line ~ /(^|[^a-z_])(mount|umount2?|pivot_root)\(/ && !has_namespace)
		say("mounts in the machine's own mount namespace; unshare(CLONE_NEWNS) first")
	rest = line
	while (match(rest, /(^|[^a-z_])(unlink|rename|rmdir|remove|truncate|chmod|chown|link|mkdir|mknod|creat)\([^)]*"\/[^"]*"/)) {
		call = substr(rest, RSTART, RLENGTH)
		if (is_outside(substr(call, match(call, /"\//))))
			say("changes a path of the system")
		rest = substr(rest, length(call) + index(rest, call))
	}
	if (match(line, /open\("\/[^"]*", *("[wa]|[^)]*O_(CREAT|TRUNC))/) &&
		is_written_outside(substr(line, RSTART + 6, index(substr(line, RSTART + 6), "\"") - 1)))
		say("writes to a path of the system")
	if (line ~ /kill\((-1|0),/)
		say("kill: may end other people's processes")
}

FNR == 1 { has_namespace = 0 }
FILENAME ~ /\.(c|cpp|h|cc)$/ { c($0); next }
{ shell($0) }
END { exit bad }
