#!/bin/bash
# clang: LLVM as a shared library of 100 MB, C++ throughout.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs clang
make_cpp script.cpp 2
same clang++ -fno-crash-diagnostics -std=c++20 -O1 -S script.cpp -o -
agree
