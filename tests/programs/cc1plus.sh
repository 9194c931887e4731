#!/bin/bash
# gcc's C++ compiler proper on a file that includes and instantiates a lot.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs g++
make_cpp script.cpp 6
g++ -std=c++20 -E script.cpp -o script.ii || exit 1
cat >compile.sh <<SCRIPT
exec $(g++ -print-prog-name=cc1plus) -fpreprocessed -quiet -std=c++20 -O1 -frandom-seed=1 script.ii -o -
SCRIPT
same bash compile.sh
agree
