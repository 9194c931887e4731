#!/bin/bash
# The default screen at four widths, of a program with long names: no line is wider, no advice and no
# function's own name is cut, the parts come in the reader's order, and they stay about a screen.
cat >long.cpp <<'END'
#include <cstdlib>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>
static void *volatile sink;
namespace a_company_with_a_long_name { namespace a_module_of_it {
template <class Key, class Value> struct registry_of_everything_seen {
	std::vector<void *> kept;
	std::map<Key, Value> entries;
	__attribute__((noinline)) void remember_for_ever(int size) { kept.push_back(malloc(size)); }
	__attribute__((noinline)) int format_one_line_of_the_report(int i)
	{
		char *line = (char *)malloc(100 + i % 30);
		sink = line;
		free(line);
		return i;
	}
	__attribute__((noinline)) void collect_numbers_of_this_request(int i)
	{
		std::vector<long> numbers;
		for (int k = 0; k < 40; k++)
			numbers.push_back(i + k);
		sink = numbers.data();
	}
};
} }
int main()
{
	a_company_with_a_long_name::a_module_of_it::registry_of_everything_seen<std::string, std::map<int, std::vector<std::string>>> all;
	for (int i = 0; i < 4000; i++) {
		all.format_one_line_of_the_report(i);
		all.collect_numbers_of_this_request(i);
		if (i % 10 == 0)
			all.remember_for_ever(60);
		if (i % 40 == 0)
			usleep(1000); /* so long a run that a pause of the machine is a small part */
	}
	sink = &all;
	_Exit(0);
}
END
"${CXX:-g++}" -g -O1 -fno-builtin -std=c++17 -o long long.cpp || exit 77
"$OUTLIVE" run -q -o trace -- ./long 2>/dev/null
"$OUTLIVE" report -f json trace >json
one_line() { tr -s '\n ' ' ' <"$1"; }
export LC_ALL=C
for columns in 80 100 120 200; do
	COLUMNS=$columns "$OUTLIVE" report --full trace >screen
	echo "$columns: $(awk -v columns=$columns 'length($0) > columns' screen | wc -l) lines are wider"
	# the sentences of JSON are whole
	jq -r '.advice[:2][].text' json | while IFS= read -r advice; do
		one_line screen | tr -d ' ' | grep -qF -- "$(tr -d ' ' <<<"$advice")" || echo "cut: $advice"
	done
	sed -n '/^what costs most/,/^$/p' screen | grep -E '^ *[0-9]+\..*\.\.$|[a-z]\.\.$'
	for name in remember_for_ever format_one_line_of_the_report collect_numbers_of_this_request; do
		one_line screen | tr -d ' ' | grep -qF "$name" || echo "$columns: no $name"
	done
	[ "$(wc -l <screen)" -le 65 ] || echo "$columns: $(wc -l <screen) lines"
	grep -oE '^(what is growing|what costs most|who made the peak|where the memory|what became)' screen |
		tr '\n' ';'
	echo
done
# outlive's own memory is in none of the totals
jq '[.phases[].name] | index("exit")' json
"$OUTLIVE" segments -f json trace | jq -c '[(.samples // [])[] | ([.segments | del(.outlive)[] | .rss] | add) == .total.rss] | unique - [true]'

# without --full the screen fits, and the kinds of a class stand beside it
for columns in 80 120; do
	COLUMNS=$columns "$OUTLIVE" report trace >screen
	COLUMNS=$columns "$OUTLIVE" report --full trace >whole
	echo "$columns: $(($(wc -l <screen) <= (columns < 120 ? 40 : 36))) $(($(wc -l <whole) > 40))" \
		"$(one_line screen | grep -c -- '--full shows all') $(grep -c -- '--full' whole)" \
		"$(grep -oE '^(what [a-z]* [a-z]*|who made the peak|where the memory)' screen | sort -u | tr '\n' ',')"
done
