#!/bin/bash
# A service's main loop owns what its caches keep; --by owner names the function that keeps it,
# in C and C++, optimized or not. Where main() itself holds the blocks, it is still named. JSON has
# the exact owner.
cat >service.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct session {
	char *user;
};
static struct session *table[64];
static char *names[128];
static void *volatile sink;
__attribute__((noinline)) static struct session *session_new(int id)
{
	struct session *session = malloc(sizeof *session);
	char user[32];
	snprintf(user, sizeof user, "user%d", id);
	session->user = strdup(user);
	return session;
}
static void session_free(struct session *session)
{
	if (session)
		free(session->user);
	free(session);
}
/* takes a slot from an older session */
static void cache_put(int id)
{
	struct session **at = &table[id * 7 % 64];
	session_free(*at);
	*at = session_new(id);
}
/* the name is freed by another function */
static void name_set(int k)
{
	names[k % 128] = malloc(20 + k % 3);
}
static void names_clear(int k)
{
	free(names[k % 128]);
	names[k % 128] = NULL;
}
static void parse(const char *line)
{
	sink = strdup(line);
	free(sink);
}
static char *reply(int k)
{
	sink = malloc(100 + k % 9);
	return sink;
}
static void handle(int k)
{
	parse("GET /x");
	cache_put(k);
	name_set(k);
	free(reply(k));
}
static void serve(void)
{
	for (int k = 0; k < 2000; k++) {
		handle(k);
		names_clear(k);
	}
}
int main(void)
{
	serve();
	return 0;
}
EOF
cat >service.cpp <<'EOF'
#include <string>
#include <unordered_map>
#include <vector>
struct Cache {
	std::unordered_map<int, std::string *> entries;
	void put(int k)
	{
		std::string *&entry = entries[k % 50];
		delete entry;
		entry = new std::string(std::string("a value that is too long to be inline ") + char('a' + k % 20));
	}
};
static void *volatile sink;
__attribute__((noinline)) static void work(int k) { sink = ::operator new(10 + k % 5); ::operator delete(sink); }
int main()
{
	Cache cache;
	for (int k = 0; k < 2000; k++) {
		cache.put(k);
		work(k);
	}
	return 0;
}
EOF
# a small program: whatever helps it, main() has the list
cat >small.c <<'EOF'
#include <stdlib.h>
struct node { struct node *next; };
static struct node *node_new(struct node *next)
{
	struct node *node = malloc(sizeof *node);
	node->next = next;
	return node;
}
int main(void)
{
	struct node *list = NULL, *next;
	for (int i = 0; i < 500; i++)
		list = node_new(list);
	for (; list; list = next) {
		next = list->next;
		free(list);
	}
	return 0;
}
EOF
owners() { # PROGRAM: the owners of escaping blocks, as the list names them
	"$OUTLIVE" run -q -o trace -- "./$1" 2>/dev/null
	COLUMNS=200 "$OUTLIVE" report --by owner trace |
		sed -n '/^by owner/,/^$/s/^ .* \([0-9.]*%\)  *[0-9]*f  \(.*\)  most from \(.*\)$/\2: \3/p' | grep -v 'init\|^_'
}
for level in -O0 -O2; do
	"${CC:-gcc}" -g $level -fno-builtin -o service service.c || exit 77
	"${CXX:-g++}" -g $level -o servicepp service.cpp || exit 77
	"${CC:-gcc}" -g $level -o small small.c || exit 77
	echo "C with $level"
	owners service
	echo "C++ with $level"
	owners servicepp | grep put
	echo "small with $level"
	owners small
done
"$OUTLIVE" run -q -o trace -- ./service 2>/dev/null
"$OUTLIVE" report --why 'cache_put (in serve)' trace | grep -o '^cache_put  '
"$OUTLIVE" report --function 'cache_put (in serve)' trace | grep -o 'in calls of cache_put'
echo "exact: $("$OUTLIVE" report --by owner -f json trace | jq -c "[.owners[].function] | sort")"
