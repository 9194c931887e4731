#!/bin/bash
# A function that is inlined, whose loop goes round by an instruction of the function around it (gcc
# 12 -O2 moves one there): its activation goes on all the same. The same classes at each level.
cat >serve.cpp <<'END_OF_CPP'
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>
struct Cache {
	std::list<std::pair<int, std::string>> kept;
	std::unordered_map<int, decltype(kept)::iterator> places;
	void put(int key, std::string value)
	{
		auto found = places.find(key);
		if (found != places.end()) {
			kept.erase(found->second);
			places.erase(found);
		}
		kept.emplace_front(key, std::move(value));
		places[key] = kept.begin();
		if (places.size() > 200) {
			places.erase(kept.back().first);
			kept.pop_back();
		}
	}
};
static Cache cache;
static std::string render(int key) { std::string page; for (int i = 0; i < 10; i++) page += "<td>cell " + std::to_string(key + i) + "</td>"; return page; }
static size_t send(std::string copy) { return copy.size(); }
static std::vector<int> parse(int key) { std::vector<int> parts; for (int i = 0; i < 40; i++) parts.push_back(key + i); return parts; }
static long total;
static void on_request(int key) { auto parts = parse(key); std::string page = render(key); total += send(page) + parts.size(); cache.put(key, page); }
struct Loop {
	std::vector<std::function<void(int)>> handlers;
	void run(int rounds) { for (int i = 0; i < rounds; i++) for (auto &handler : handlers) handler(i * 7919 % 600); }
};
int main()
{
	Loop loop;
	loop.handlers.push_back(on_request);
	loop.run(1000);
	return total == 0;
}
END_OF_CPP
for compiler in g++ clang++; do
	command -v $compiler >/dev/null || continue
	for level in -O0 -O2 -O3; do
		$compiler -g $level -o serve serve.cpp || exit 1
		"$OUTLIVE" run -q -o t.outlive -- ./serve 2>/dev/null || exit 1
		"$OUTLIVE" report --why parse t.outlive | grep -E '^  (stack-like|escaping) ' |
			awk '{ print $1, $2, $3 }' | paste -sd ' '
	done
done | sort -u
