#!/bin/bash
# Template arguments are shown only where they tell functions apart, without the library's defaults, and
# never cut inside: arguments of arguments are left out instead. At any width no two names are alike.
cat >program.cpp <<'END'
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>
namespace library { namespace records {
template <typename kind> struct table_of_records {
	char *volatile sink;
	__attribute__((noinline)) char *make(int size) { return sink = (char *)malloc(size); }
	__attribute__((noinline)) void local(int size) { free(make(size)); }
	__attribute__((noinline)) void one() { char *volatile p = (char *)malloc(48); free(p); }
	template <typename other> __attribute__((noinline)) void two(const other &) { char *volatile p = (char *)malloc(40); free(p); }
};
} }
typedef std::vector<std::pair<std::string, int> > a;
typedef std::vector<std::pair<std::string, long> > b;
typedef std::map<std::string, std::vector<std::pair<std::string, int> > > c;
library::records::table_of_records<a> ta;
library::records::table_of_records<b> tb;
library::records::table_of_records<c> tc;
int main()
{
	for (int i = 0; i < 1000; i++) {
		ta.local(32); tb.local(33); tc.local(34);
		ta.one(); tb.one(); tc.one();
		ta.two(a()); ta.two(b()); ta.two(c()); tb.two(c());
	}
	return 0;
}
END
"${CXX:-g++}" -g -O1 -o program program.cpp || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
for columns in 80 100 120 200; do
	export COLUMNS=$columns
	"$OUTLIVE" report --advice trace >advice
	"$OUTLIVE" report --by function --top 0 trace | sed -n '/^by function/,/^$/p' >functions
	"$OUTLIVE" report --by owner --top 0 trace >owners
	"$OUTLIVE" report --by path --top 0 trace >paths
	# rows begin with their figures; a long name has lines of its own
	tr -s ' \n' ' ' <functions | sed 's/ [0-9]*f /\n/g' | grep -oE '^[^ ].*::(make|one|two)[^(]*\(' | tr -d ' ' | sort -u >names
	echo "$columns columns: $(cat advice functions owners paths | grep -cE '[a-z]\.\.[a-z]') cut, $(wc -l <names) names"
done
tr -s ' ' <functions | sed -n 's/.*[0-9]f \(.*\)  *program.cpp.*/\1/p' | sed 's/ *$//' | sort | tee shown
# --why takes them as they are shown
"$OUTLIVE" report --why "$(sed -n 3p shown)" trace | sed -n '/::/{s/  .*//;p;q}'
