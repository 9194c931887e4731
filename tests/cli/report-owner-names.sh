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
for columns in 100 120 200; do
	COLUMNS=$columns "$OUTLIVE" report --by owner trace | grep -o '[^ ]*::next().* most from'
done
