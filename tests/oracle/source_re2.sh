#!/bin/bash
# Tests of re2: its parser, simplifier, compiler and matchers.
. "$OUTLIVE_ROOT_DIR/tests/oracle/source_lib.sh"
fetch re2
mapfile -t library < <(ls re2/re2/*.cc re2/util/{rune,strutil,test}.cc)
build_both re2_test "${library[@]}" re2/re2/testing/{parse,regexp,simplify,compile,required_prefix,set,filtered_re2,possible_match,charclass,re2_arg}_test.cc \
	-- -Ire2
hold tests
