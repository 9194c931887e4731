# workloads.sh - the inputs that tests/programs and tests/bench give to real programs,
# made here so that nothing is downloaded and every run has the same. Source it.
# shellcheck shell=bash

# A script for the sqlite3 shell: ROWS rows, an index, joins, updates, deletes.
make_sql() { # FILE [ROWS]
	awk -v rows="${2:-300000}" 'BEGIN {
		print "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, kind INT);"
		print "BEGIN;"
		for (i = 1; i <= rows; i++)
			printf "INSERT INTO item VALUES(%d,%cname %d of %d%c,%d.%02d,%d);\n",
				i, 39, i * 7919 % 1000003, i, 39, i % 997, i % 100, i % 50
		print "COMMIT;"
		print "CREATE INDEX item_name ON item(name);"
		print "SELECT kind, count(*), round(sum(price), 2), max(name) FROM item GROUP BY kind;"
		print "SELECT group_concat(substr(name, 6, 3)) FROM item WHERE id % 9973 = 0;"
		print "UPDATE item SET price = price * 1.1, name = upper(name) WHERE id % 3 = 0;"
		print "SELECT count(*) FROM item a JOIN item b ON a.name = b.name;"
		print "DELETE FROM item WHERE kind < 5;"
		print "SELECT count(*), round(sum(price), 2) FROM item;"
	}' >"$1"
}

# A Python program: JSON, dictionaries, strings, regular expressions, a class or two.
make_python() { # FILE
	cat >"$1" <<'PYTHON'
import hashlib
import json
import re


class Node:
    def __init__(self, key, value):
        self.key, self.value, self.children = key, value, []


def tree(depth, key=1):
    node = Node(key, "value %d" % key)
    if depth:
        node.children = [tree(depth - 1, key * 3 + i) for i in range(3)]
    return node


def plain(node):
    return {"key": node.key, "value": node.value,
            "children": [plain(child) for child in node.children]}


digest = hashlib.sha256()
for turn in range(6):
    text = json.dumps(plain(tree(8)))
    data = json.loads(text)
    digest.update(json.dumps(data, sort_keys=True).encode())
    words = re.findall(r'"value (\d+)"', text)
    counts = {}
    for word in words:
        counts[word[:2]] = counts.get(word[:2], 0) + 1
    print(turn, len(text), len(words), sorted(counts.items())[:3])
    buffers = [bytes(size % 3000 + 600) for size in range(20000)]
    print(sum(map(len, buffers)))
print(digest.hexdigest())
PYTHON
}

# A C++ file that costs the compiler some seconds: the whole standard library, and
# templates instantiated COUNT times with different types.
make_cpp() { # FILE [COUNT]
	awk -v count="${2:-12}" 'BEGIN {
		print "#include <bits/stdc++.h>"
		for (i = 0; i < count; i++) {
			printf "struct key%d { int a; std::string b; ", i
			print "auto operator<=>(const key" i " &) const = default; };"
			printf "std::map<key%d, std::vector<std::optional<std::string>>> map%d;\n", i, i
			printf "std::variant<int, key%d, std::unique_ptr<key%d>> variant%d;\n", i, i, i
			printf "std::size_t use%d(const std::string &text)\n{\n", i
			printf "\tmap%d[key%d{%d, text}].emplace_back(text);\n", i, i, i
			printf "\tvariant%d = std::make_unique<key%d>(key%d{1, text});\n", i, i, i
			printf "\tstd::vector<key%d> keys;\n", i
			printf "\tfor (auto &[key, value] : map%d)\n\t\tkeys.push_back(key);\n", i
			print "\tstd::sort(keys.begin(), keys.end());"
			printf "\treturn std::visit([](auto &&v) { return sizeof(v); }, variant%d);\n}\n", i
		}
	}' >"$1"
}
