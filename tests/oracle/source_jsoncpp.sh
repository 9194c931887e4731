#!/bin/bash
# jsoncpp's own test program.
. "$OUTLIVE_ROOT_DIR/tests/oracle/source_lib.sh"
fetch libjsoncpp
build_both jsoncpp_test libjsoncpp/src/lib_json/*.cpp libjsoncpp/src/test_lib_json/{jsontest,main,fuzz}.cpp -- -Ilibjsoncpp/include
hold tests
