/*
 * tricks.cpp - every way a block can end, in one program, for the oracle to watch: at
 * each depth, from the same line in the next call, by realloc chains, out of callbacks of
 * libc, past longjmp and exceptions, across threads, at the end of a thread.
 *
 * What it prints is the same every time.
 */
#include <algorithm>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <pthread.h>
#include <search.h>
#include <string>
#include <vector>

static unsigned long checksum;

static void use(void *block, unsigned value)
{
	memset(block, (int)value, 8);
	checksum += *(unsigned char *)block;
}

/* ---- up and down ------------------------------------------------------------------------ */

static void *passed_up(int frames, size_t size)
{
	return frames ? passed_up(frames - 1, size) : malloc(size);
}

static void passed_down(void *block, int frames)
{
	if (frames)
		return passed_down(block, frames - 1);
	use(block, 1);
	free(block);
}

static void up_and_down()
{
	for (int frames = 0; frames < 30; frames++) {
		void *block = passed_up(frames, 24);

		use(block, 2);
		free(block);
		passed_down(malloc(32), frames);
		passed_down(passed_up(frames, 40), 30 - frames);
	}
}

/* ---- inlined without optimization --------------------------------------------------------- */

__attribute__((always_inline)) static inline void *made_inline(size_t size)
{
	return passed_up(1, size);
}

__attribute__((always_inline)) static inline void *made_twice_inline(size_t size)
{
	void *block = made_inline(size);

	use(block, 3);
	free(made_inline(size + 8));
	return block;
}

static void *from_inline(size_t size)
{
	return made_twice_inline(size);
}

static void inlined()
{
	for (size_t size = 16; size < 200; size++)
		free(from_inline(size));
}

/* ---- the same line, the next call --------------------------------------------------------- */

static void *cached;

static void cache_replace(size_t size)
{
	free(cached);
	cached = malloc(size);
}

static void vector_push(int **items, size_t *count, size_t *capacity, int item)
{
	if (*count == *capacity) {
		*capacity = *capacity ? 2 * *capacity : 2;
		*items = (int *)realloc(*items, *capacity * sizeof(int));
	}
	(*items)[(*count)++] = item;
}

static void same_line()
{
	int *items = NULL;
	size_t count = 0, capacity = 0;

	for (int i = 0; i < 500; i++)
		cache_replace(16 + i % 7 * 16);
	for (int i = 0; i < 5000; i++)
		vector_push(&items, &count, &capacity, i);
	for (size_t i = 0; i < count; i++)
		checksum += items[i];
	free(items);
}

static void loop_next_iteration()
{
	void *previous = NULL;

	for (int i = 0; i < 300; i++) {
		void *block = malloc(48);

		use(block, 3);
		free(previous);
		previous = block;
	}
	free(previous);
}

/* ---- recursion ------------------------------------------------------------------------------ */

struct tree {
	struct tree *left, *right;
};

static struct tree *tree_build(int depth)
{
	struct tree *tree = (struct tree *)malloc(sizeof(*tree));

	tree->left = depth ? tree_build(depth - 1) : NULL;
	tree->right = depth ? tree_build(depth - 1) : NULL;
	return tree;
}

static void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	tree_free(tree->left);
	tree_free(tree->right);
	free(tree);
}

static int scratch(int depth)
{
	char *buffer = (char *)malloc(16 + depth);
	int sum;

	use(buffer, depth);
	sum = depth ? scratch(depth - 1) + scratch(depth / 3) : 1;
	free(buffer);
	return sum;
}

static void recursion()
{
	for (int i = 0; i < 10; i++)
		tree_free(tree_build(6));
	checksum += scratch(40);
}

/* ---- callbacks of libc: frames without hooks in between --------------------------------------- */

static void *left_by_callback[64];
static int left_count;

static int compare_allocating(const void *left, const void *right)
{
	char *copy = strdup((const char *)left);
	int order = memcmp(copy, right, 1);

	if (left_count < 64 && *copy % 5 == 0)
		left_by_callback[left_count++] = copy;
	else
		free(copy);
	return order;
}

static void walk_node(const void *node, VISIT visit, int)
{
	if (visit == postorder || visit == leaf)
		free(left_count ? left_by_callback[--left_count] : NULL);
	checksum += **(const char *const *)node;
}

static int compare_keys(const void *left, const void *right)
{
	return strcmp((const char *)left, (const char *)right);
}

static void callbacks()
{
	char items[200];
	void *root = NULL;
	char *line = NULL;
	size_t bytes = 0;
	FILE *file;

	for (int i = 0; i < 200; i++)
		items[i] = (char)(i * 37 % 101);
	items[199] = 0;
	qsort(items, 199, 1, compare_allocating);
	for (int i = 0; i < 20; i++) {
		char key[16];

		snprintf(key, sizeof(key), "key %d", i * 7 % 20);
		tsearch(strdup(key), &root, compare_keys);
	}
	twalk(root, walk_node);
	tdestroy(root, free);
	while (left_count)
		free(left_by_callback[--left_count]);
	file = tmpfile();
	for (int i = 0; i < 100; i++)
		fprintf(file, "line %d %*d\n", i, i * 3, i);
	rewind(file);
	while (getline(&line, &bytes, file) > 0)
		checksum += line[0];
	free(line);
	fclose(file);
}

/* ---- longjmp ------------------------------------------------------------------------------------ */

static jmp_buf landing;
static void *jumped[16];
static int jumped_count;

static void jump_deep(int frames)
{
	if (jumped_count < 16)
		jumped[jumped_count++] = malloc(56);
	if (!frames)
		longjmp(landing, 1);
	jump_deep(frames - 1);
	use(jumped[0], 9); /* not reached: so that the call above is no tail call */
}

static void jump_once(int frames)
{
	if (setjmp(landing) == 0)
		jump_deep(frames);
	/* The owners of these are gone, though nobody returned. */
	while (jumped_count > frames / 2)
		free(jumped[--jumped_count]);
}

static sigjmp_buf signal_landing;
static void *from_handler;

static void on_signal(int)
{
	from_handler = malloc(72);
	siglongjmp(signal_landing, 1);
}

static void signal_jump(int frames)
{
	void *block = malloc(88);

	if (frames)
		signal_jump(frames - 1);
	else
		raise(SIGUSR1);
	free(block); /* not reached */
}

static void jumps()
{
	for (int frames = 0; frames < 12; frames++) {
		jump_once(frames);
		while (jumped_count)
			free(jumped[--jumped_count]);
	}
	signal(SIGUSR1, on_signal);
	for (int i = 0; i < 20; i++) {
		if (sigsetjmp(signal_landing, 1) == 0)
			signal_jump(i);
		free(from_handler);
	}
}

/* ---- C++ --------------------------------------------------------------------------------------- */

struct holder {
	std::unique_ptr<int[]> numbers;
	std::string text;
	explicit holder(int count) : numbers(new int[count]), text(count + 20, 'x')
	{
	}
};

struct thrown {
	std::string why;
	std::shared_ptr<holder> cargo;
};

static void throw_deep(int frames, std::shared_ptr<holder> cargo)
{
	holder local(frames + 1);

	if (!frames)
		throw thrown{ std::string("thrown from the innermost frame"),
			          std::move(cargo) };
	throw_deep(frames - 1, std::move(cargo));
	checksum += local.text.size();
}

static void rethrow(int frames)
{
	try {
		throw_deep(frames, std::make_shared<holder>(5));
	} catch (thrown &caught) {
		caught.why += ", and thrown again from a frame further out";
		if (frames % 2)
			throw;
	}
}

static void exceptions()
{
	for (int frames = 0; frames < 15; frames++) {
		try {
			rethrow(frames);
		} catch (const thrown &caught) {
			std::string copy = caught.why;
			checksum += copy.size();
		}
	}
}

static std::function<int()> closure_make(int value)
{
	std::vector<int> many(value + 10, value);

	return [many] { return (int)many.size(); };
}

static void containers()
{
	std::map<std::string, std::vector<std::string>> index;
	std::vector<std::function<int()>> closures;

	for (int i = 0; i < 300; i++) {
		std::string key = "a key that is longer than the short ones " +
		                  std::to_string(i * 31 % 50);

		index[key].push_back(key + " again");
		if (i % 7 == 0)
			index.erase(index.begin());
		if (i % 10 == 0)
			closures.push_back(closure_make(i));
	}
	for (auto &closure : closures)
		checksum += closure();
	std::string all;
	for (auto &[key, values] : index)
		all += key + values.front();
	checksum += all.size();
}

/* ---- threads ------------------------------------------------------------------------------------ */

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static std::vector<void *> queue;
static pthread_key_t at_exit_key;
static __thread void *mine;

static void at_thread_exit(void *block)
{
	free(block);
	free(mine);
}

static void *produce(void *count)
{
	mine = malloc(80);
	pthread_setspecific(at_exit_key, passed_up(3, 96));
	for (long i = 0; i < (long)count; i++) {
		void *block = passed_up((int)(i % 5), 64);

		use(block, (unsigned)i);
		if (i % 3 == 0) {
			free(block);
			continue;
		}
		pthread_mutex_lock(&queue_lock);
		queue.push_back(block);
		pthread_mutex_unlock(&queue_lock);
	}
	checksum += scratch(10) * 0;
	if ((long)count % 2)
		pthread_exit(NULL);
	return NULL;
}

static void threads()
{
	pthread_t running[4];

	pthread_key_create(&at_exit_key, at_thread_exit);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 4; i++)
			pthread_create(&running[i], NULL, produce, (void *)(long)(200 + i));
		for (int i = 0; i < 4; i++)
			pthread_join(running[i], NULL);
		for (size_t i = 0; i < queue.size(); i++)
			free(queue[i]);
		queue.clear();
	}
}

int main()
{
	up_and_down();
	inlined();
	same_line();
	loop_next_iteration();
	recursion();
	callbacks();
	jumps();
	exceptions();
	containers();
	threads();
	free(cached);
	/* Bytes written by several threads to one sum are not the same every time. */
	printf("done%s\n", checksum ? "" : " nothing");
	return 0;
}
