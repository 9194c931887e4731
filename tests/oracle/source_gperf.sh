#!/bin/bash
# gperf, with the keywords of several languages: its own containers, and arrays by new.
. "$OUTLIVE_ROOT_DIR/tests/oracle/source_lib.sh"
fetch gperf
(cd gperf && ./configure) >configure.out 2>&1 || { tail -n 5 configure.out; exit 1; }
build_both gperf gperf/src/*.cc gperf/lib/{getline,hash}.cc -- \
	-Igperf/src -Igperf/lib
for keywords in c cplusplus ada modula3 java; do
	hold $keywords gperf/tests/$keywords.gperf
done
