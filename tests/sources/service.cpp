// A service: a cache, replies, guards, exceptions, grids. By clang -O2, code of serve() lies in the
// middle of blur<double>(), which is inlined there, and branches.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>
struct Entry {
	std::array<char, 200> body;
};
struct Resp {
	std::string head;
	std::vector<unsigned char> body;
};
static std::unordered_map<int, std::unique_ptr<Entry>>
	cache; // bounded: 500 entries, never freed at exit (_Exit)
static std::vector<std::string *> history; // leak: grows slowly
static Entry *lookup(int k)
{
	auto &e = cache[k % 500];
	if (!e || k % 3 == 0) {
		e = std::make_unique<Entry>();
		e->body.fill(char(k));
	}
	return e.get();
}
static void remember(int k)
{
	if (k % 50 == 0)
		history.push_back(
			new std::string("visited page with a long name " + std::to_string(k)));
}
template <class T> struct Grid {
	T *d;
	int n;
	explicit Grid(int n) : d(new T[n]()), n(n)
	{
	}
	~Grid()
	{
		delete[] d;
	}
	T sum() const
	{
		T s{};
		for (int i = 0; i < n; i++)
			s += d[i];
		return s;
	}
};
template <class T> static T blur(int n)
{
	Grid<T> a(n), b(n);
	for (int i = 1; i < n; i++)
		b.d[i] = a.d[i - 1] + T(1);
	return b.sum();
}
static Resp render(Entry *e, int k)
{
	Resp r;
	r.head = "HTTP/1.1 200 OK; length=" + std::to_string(k);
	for (int i = 0; i < 100; i++)
		r.body.push_back(e->body[i]);
	return r;
}
static size_t respond(int k)
{
	Resp r = render(lookup(k), k);
	return r.head.size() + r.body.size();
}
struct Err {
	std::string what;
};
static int deep(int n, int k)
{
	std::string guard = "guard string long enough to be on heap ";
	if (n == 0) {
		if (k % 4 == 0)
			throw Err{ guard + "x" };
		return k;
	}
	return deep(n - 1, k) + (int)guard.size();
}
static int attempt(int k)
{
	try {
		return deep(5, k);
	} catch (const Err &e) {
		return (int)e.what.size();
	}
}
__attribute__((noinline)) static char *dup_key(const char *s, int k)
{
	char *p = (char *)malloc(64);
	snprintf(p, 64, "%s-%d", s, k);
	return p;
}
static int use_key(int k)
{
	char *p = dup_key("key", k);
	int r = p[4];
	free(p);
	return r;
}
static size_t serve(int k)
{
	remember(k);
	size_t r = respond(k) + attempt(k) + use_key(k);
	r += blur<float>(40);
	r += blur<double>(40);
	return r;
}
int main()
{
	size_t t = 0;
	for (int k = 0; k < 2000; k++)
		t += serve(k);
	std::printf("%zu\n", t);
	std::fflush(stdout);
	std::_Exit(0);
}
