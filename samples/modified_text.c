/*
 * modified_text.c - changes one byte of its own code, as debuggers, tracers and hot patches
 * do: a page of code is then this process's own, and that is pointed out. Memory that is
 * writable and executable at once is pointed out, too.
 *
 * live: segment [.oddities[] | select(.kind == "code_modified")] | length == 1 and
 *   .[0].bytes == 4096 and (.[0].text | test("code of modified_text was modified"))
 * live: map [.maps[] | select(.segment == "code" and .use.anonymous == 4096 and
 *   (.name | endswith("/modified_text")))] | length == 1
 * live: segment [.oddities[] | select(.kind == "code_writable")] | length == 1 and
 *   .[0].bytes == 8192
 * live: segment .segments.jit.size == 8192
 */
#include <stdio.h>
#include <sys/mman.h>

__attribute__((aligned(4096), noinline)) int answer(void)
{
	return 41;
}

/* Whatever lies behind it is on another page. */
__attribute__((aligned(4096), noinline)) int other(void)
{
	return 1;
}

int main(void)
{
	unsigned char *code = (unsigned char *)answer;
	int i;

	if (mprotect(code, 4096, PROT_READ | PROT_WRITE | PROT_EXEC))
		return 1;
	for (i = 0; i < 16 && code[i] != 41; i++)
		;
	code[i]++;
	if (mprotect(code, 4096, PROT_READ | PROT_EXEC))
		return 1;
	mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
	     -1, 0);
	puts("ready");
	fflush(stdout);
	getchar();
	return answer() + other() - 43;
}
