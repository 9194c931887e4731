// Containers and strings of the standard library: what they allocate counts as the function's
// that uses them.
//
// truth: words freed process
// truth: Index::add freed main
#include <deque>
#include <list>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

static volatile unsigned long sink;

static std::string make_line(int number)
{
	static const char *const parts[] = { "Alpha", "beta", "a_rather_long_word_here", "delta" };
	std::string line;
	for (int i = 0; i < 6; i++) {
		line += parts[(number * 7 + i * i) % 4];
		line += ' ';
		if (i == 3)
			line += "number_" + std::to_string(number % 40);
	}
	return line;
}

static std::vector<std::string> words(const std::string &line)
{
	std::vector<std::string> result;
	std::string word;
	for (char c : line) {
		if (c != ' ')
			word += c;
		else if (!word.empty()) {
			result.push_back(word);
			word.clear();
		}
	}
	if (!word.empty())
		result.push_back(std::move(word));
	return result;
}

struct Index {
	std::map<std::string, std::vector<int>> lines;
	std::unordered_map<std::string, int> counts;
	std::deque<std::string> recent;
	std::multiset<std::size_t> lengths;
	void add(const std::string &word, int number)
	{
		lines[word].push_back(number);
		counts[word]++;
		if (lines[word].size() > 50)
			lines.erase(word);
	}
	void keep(const std::string &line)
	{
		recent.push_back(line);
		lengths.insert(line.size());
		if (recent.size() > 12) {
			lengths.erase(lengths.find(recent.front().size()));
			recent.pop_front();
		}
	}
};

static std::size_t histogram(const std::vector<std::string> &all)
{
	std::map<char, std::list<std::string>> by_first;
	for (const std::string &word : all)
		by_first[word[0]].push_front(word);
	std::size_t longest = 0;
	for (auto &entry : by_first) {
		entry.second.sort();
		longest += entry.second.back().size();
	}
	return longest;
}

static std::string formatted(int number)
{
	std::ostringstream out;
	out << "entry " << number << " of a longer list of " << number * 3;
	return out.str();
}

static void process(Index &index, int number)
{
	std::string line = make_line(number);
	std::vector<std::string> all = words(line);
	for (const std::string &word : all)
		index.add(word, number);
	index.keep(line);
	sink += histogram(all);
	if (number % 4 == 0)
		sink += formatted(number).size();
}

int main()
{
	Index index;
	for (int i = 0; i < 400; i++)
		process(index, i);
	sink += index.counts.size();
	return 0;
}
