#!/bin/bash
# Copies that one statement makes and frees, while what they were made from is alive: a reference
# or a move would do. A copy that is kept in a variable, or that grows, may be needed: nothing is
# advised then.
cat >copies.cpp <<'EOF'
#include <string>
#include <vector>
static volatile size_t total;
__attribute__((noinline)) static void by_value(std::vector<int> v) { total += v.size(); }
__attribute__((noinline)) static void by_reference(const std::vector<int> &v) { total += v.size(); }
__attribute__((noinline)) static void text(std::string s) { total += s.size(); }
__attribute__((noinline)) static void changed(const std::vector<int> &v)
{
	std::vector<int> copy(v);
	copy[0] = 9;
	total += copy[0];
}
__attribute__((noinline)) static void longer(std::string s)
{
	s += "and more that does not fit into it any more, so that it grows";
	total += s.size();
}
int main()
{
	std::vector<int> marks(20, 3);
	std::string name = "a name that is too long to be inline";
	for (int i = 0; i < 500; i++) {
		by_value(marks);
		by_reference(marks);
		text(name);
		changed(marks);
		longer(name);
	}
	return 0;
}
EOF
for level in -O0 -O2; do
	"${CXX:-g++}" -g $level -o copies copies.cpp || exit 77
	"$OUTLIVE" run -q -o trace -- ./copies 2>/dev/null
	echo "with $level"
	"$OUTLIVE" report -f json trace |
		jq -r '.advice[] | select(.kind == "move") | "\(.kind) \(.function) \(.saves_calls) \(.saves_bytes)"' | sort
	COLUMNS=200 "$OUTLIVE" report --advice trace | grep -A1 'copy nothing' | grep -o 'copies.cpp:[0-9]*' | sort
done
"$OUTLIVE" report -f json trace | jq -r '.advice[] | select(.kind == "move" and .saves_bytes == 40000) | .rests_on, .wrong_if'
