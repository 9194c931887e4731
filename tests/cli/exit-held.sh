#!/bin/bash
# What containers hold when the program ends: their destructors free it, unless the program calls
# _exit(): then nothing says that it leaks.
cat >held.cpp <<'EOF'
#include <cstdlib>
#include <list>
#include <memory>
#include <unistd.h>
#include <vector>
static std::list<int> nodes;
static std::vector<std::unique_ptr<int>> held;
__attribute__((noinline)) static void add(int i)
{
	nodes.push_back(i);
	held.push_back(std::make_unique<int>(i));
}
int main(int argc, char **argv)
{
	held.reserve(2000);
	for (int i = 0; i < 2000; i++) {
		add(i);
		if (argv[1][0] == 'l')
			*new char[40] = 1;
		if (i % 100 == 0)
			usleep(1000);
	}
	if (argv[1][0] == '_')
		_Exit(0);
	if (argv[1][0] == 'q')
		quick_exit(0);
	return 0;
}
EOF
"${CXX:-g++}" -g -O1 -fno-builtin -o held held.cpp || exit 77
for way in return leak _Exit quick_exit; do
	"$OUTLIVE" run -q -o trace -- ./held $way 2>/dev/null
	echo "$way"
	COLUMNS=120 LC_ALL=C "$OUTLIVE" report --full trace |
		sed -nE 's/^ +(escaping|live at exit) .*[ i]B  (.*)/\1: \2/p; s/.*(leak candidates|leaks, or .*)/  \1/p'
	COLUMNS=200 "$OUTLIVE" report --why add trace | sed -nE 's/^  none about .*add\(\) [^ ]*:11 .*\): (.*)/add: \1/p'
done
