#!/bin/bash
# What was peeled off is named so that each name says something, and none is there twice.
cat >templates.cpp <<'END'
#include <map>
#include <memory>
#include <string>
#include <vector>
int main()
{
	std::map<std::string, std::vector<std::string>> map;
	std::vector<std::shared_ptr<int>> shared;
	for (int i = 0; i < 500; i++) {
		std::string number = std::to_string(i);
		map["a key too long to be kept inside " + number].push_back("so is this string " + number);
		shared.push_back(std::make_shared<int>(i));
	}
	return map.size() + shared.size() == 1000 ? 0 : 1;
}
END
peeled() { # the names, one a line
	COLUMNS=400 "$OUTLIVE" report trace | sed -n 's/^wrappers skipped: //p' | sed 's/, [0-9]* more$//; s/, /\n/g'
}
check() {
	peeled >names
	grep -cx '[ :]*' names
	sort names | uniq -d
}
${CXX:-g++} -g -O1 -o templates templates.cpp || exit 77
"$OUTLIVE" run -q -o trace -- ./templates 2>stderr
check
grep -xE 'operator new|std::vector|std::__cxx11::basic_string' names | sort
# --why of what is peeled: the functions that its blocks are counted for
"$OUTLIVE" report --why 'operator new' trace 2>&1 | sed -E 's/^ *[0-9]+f +[0-9.]+ [KM]?i?B +/Nf  /'
# names of Rust begin with the bracket that a template's arguments begin with
cat >vectors.rs <<'END'
fn main() {
    let mut lines: Vec<String> = Vec::new();
    for i in 0..1000 { lines.push(format!("line {}", i)); }
    println!("{}", lines.len());
}
END
if rustc -g -o vectors vectors.rs 2>/dev/null; then
	"$OUTLIVE" run -q -o trace -- ./vectors >/dev/null 2>stderr
	check
else
	echo 0
fi
