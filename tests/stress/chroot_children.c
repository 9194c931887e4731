/*
 * chroot_children.c - a child forked after chroot() cannot make its ring: it runs on
 * unrecorded, and its parent's ring counts it. (Where chroot is not allowed, it is not
 * tested: the program says so by its count.)
 *
 * expect: .lost.children == $out.children
 * expect: .lost.events == 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;

int main(void)
{
	char directory[] = "/tmp/outlive-chroot-XXXXXX";
	int children = 0;

	sink = malloc(10);
	if (mkdtemp(directory) && chroot(directory) == 0) {
		for (; children < 3; children++) {
			if (fork() == 0) {
				sink = malloc(100);
				_exit(0);
			}
			wait(NULL);
		}
	}
	printf("children=%d\n", children);
	return 0;
}
