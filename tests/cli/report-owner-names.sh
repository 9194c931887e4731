#!/bin/bash
# The list of owners shows the end of a long name: it says which function of a class it is.
cat >program.cpp <<'END'
#include <cstdlib>
#include <memory>
namespace library_for_records_of_all_kinds
{
template <typename kind> struct reader_that_reads_records_one_by_one {
	static char *volatile sink;
	__attribute__((noinline)) char *make() { return sink = (char *)malloc(100); }
	__attribute__((noinline)) void next()
	{
		free(make());
		sink = nullptr;
	}
};
template <typename kind>
char *volatile reader_that_reads_records_one_by_one<kind>::sink;
}
int main()
{
	library_for_records_of_all_kinds::reader_that_reads_records_one_by_one<long> reader;

	for (int i = 0; i < 100; i++)
		reader.next();
	return 0;
}
END
"${CXX:-g++}" -g -O1 -o program program.cpp || exit 77
"$OUTLIVE" run -q -o trace -- ./program 2>/dev/null
# each name on a line, with as many of its namespaces as the screen has room for
for columns in 80 100 120 200; do
	echo "$columns columns"
	COLUMNS=$columns "$OUTLIVE" report --by owner trace | grep -o '[^ ]*::next()\|most from .*::.*'
	COLUMNS=$columns "$OUTLIVE" report --why make trace |
		sed -n '/^owners/,/^$/s/.*[0-9]f  *//p; /^freed by/,/^$/s/.*[iK]*B  //p'
	# (where libc has no names, what calls main is one more)
	COLUMNS=$columns "$OUTLIVE" report --by path trace | sed -n '/^call tree/,$s/.*%  //p' | sed 's/^\.\. > main/main/'
done
# overloads, whose parameters have " > " in them, and are the only difference
cat >overloads.cpp <<'END'
#include <cstdlib>
#include <vector>
namespace records
{
template <typename kind> struct tree {
	char *volatile sink;
	__attribute__((noinline)) char *copy(const std::vector<std::vector<std::vector<kind> > > &) { return sink = (char *)malloc(100); }
	__attribute__((noinline)) char *copy(const std::vector<std::vector<kind> > &) { return sink = (char *)malloc(200); }
};
}
int main()
{
	records::tree<long> tree;

	for (int i = 0; i < 100; i++) {
		free(tree.copy(std::vector<std::vector<long> >()));
		free(tree.copy(std::vector<std::vector<std::vector<long> > >()));
	}
	return 0;
}
END
"${CXX:-g++}" -g -O1 -o overloads overloads.cpp || exit 77
"$OUTLIVE" run -q -o trace -- ./overloads 2>/dev/null
COLUMNS=80 "$OUTLIVE" report --by path trace | sed -n '/^call tree/,/^$/p' | tr -s ' \n' ' ' | sed 's/ [^ ]* > main/ main/'
echo
