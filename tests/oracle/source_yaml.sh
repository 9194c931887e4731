#!/bin/bash
# yaml-cpp: its tool parses a file, keeps it as nodes, and writes it again.
. "$OUTLIVE_ROOT_DIR/tests/oracle/source_lib.sh"
fetch yaml-cpp
build_both parse yaml-cpp/src/*.cpp yaml-cpp/util/parse.cpp -- -Iyaml-cpp/include
awk 'BEGIN { for (i = 0; i < 400; i++) {
	print "- &a" i "\n  name: item " i "\n  list: [1, two, \"three " i "\", {four: 4}]"
	print "  nested:\n    ? [a, b]\n    : |\n      text of some\n      lines " i "\n    other: *a" int(i / 2)
} }' >file.yaml
hold parse file.yaml
