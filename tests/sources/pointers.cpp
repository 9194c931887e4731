// Smart pointers: a tree of unique_ptr, shared and weak ones, an intrusive count, a pool.
//
// truth: shared_users freed shared_users
#include <memory>
#include <string>
#include <vector>

static volatile long sink;

struct Node {
	int key;
	std::string label;
	std::unique_ptr<Node> left, right;
	explicit Node(int k) : key(k), label("the label of node " + std::to_string(k)) {}
};

static void insert(std::unique_ptr<Node> &at, int key)
{
	if (!at) {
		at = std::make_unique<Node>(key);
		return;
	}
	if (key == at->key)
		return;
	insert(key < at->key ? at->left : at->right, key);
}

static std::unique_ptr<Node> take_least(std::unique_ptr<Node> &at)
{
	if (at->left)
		return take_least(at->left);
	std::unique_ptr<Node> least = std::move(at);
	at = std::move(least->right);
	return least;
}

static long tree(int number)
{
	std::unique_ptr<Node> root;
	for (int i = 0; i < 12; i++)
		insert(root, (number * 13 + i * 29) % 31);
	long sum = 0;
	for (int i = 0; i < 4 && root; i++)
		sum += take_least(root)->key;
	return sum;
}

struct Shape {
	virtual ~Shape() = default;
	virtual double area() const = 0;
};
struct Square : Shape {
	double side;
	explicit Square(double s) : side(s) {}
	double area() const override { return side * side; }
};
struct Polygon : Shape {
	std::vector<double> sides;
	explicit Polygon(int n) : sides(n, 2.0) {}
	double area() const override { return sides.size() * sides[0]; }
};

static std::unique_ptr<Shape> make_shape(int number)
{
	if (number % 3 == 0)
		return std::make_unique<Polygon>(3 + number % 5);
	return std::make_unique<Square>(number);
}

static double shapes(int number)
{
	std::vector<std::unique_ptr<Shape>> all;
	for (int i = 0; i < 5; i++)
		all.push_back(make_shape(number + i));
	all[1] = make_shape(number);
	double sum = 0;
	for (const auto &shape : all)
		sum += shape->area();
	return sum;
}

static std::shared_ptr<std::string> last_shared;
static std::weak_ptr<std::string> watched;

static long shared_users(int number)
{
	auto one = std::make_shared<std::string>("a string that is shared by several");
	std::shared_ptr<std::string> two(new std::string(40 + number % 9, 'x'));
	auto three = two;
	if (number % 8 == 0) {
		last_shared = one;
		watched = two;
	}
	auto still = watched.lock();
	return (long)(one->size() + three->size() + (still ? 1 : 0));
}

template <class T> class Counted {
	struct Box {
		T value;
		int users;
	};
	Box *box;

public:
	explicit Counted(T value) : box(new Box{ std::move(value), 1 }) {}
	Counted(const Counted &other) : box(other.box) { box->users++; }
	Counted &operator=(const Counted &) = delete;
	~Counted()
	{
		if (--box->users == 0)
			delete box;
	}
	const T &get() const { return box->value; }
};

static std::vector<Counted<std::string>> kept;

static long counted(int number)
{
	Counted<std::string> one(std::string(30, 'c'));
	Counted<std::string> two = one;
	if (number % 16 == 0)
		kept.push_back(two);
	if (kept.size() > 6)
		kept.clear();
	return (long)two.get().size();
}

int main()
{
	for (int i = 0; i < 400; i++) {
		sink += tree(i);
		sink += (long)shapes(i);
		sink += shared_users(i);
		sink += counted(i);
	}
	return 0;
}
