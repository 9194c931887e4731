/*
 * lib_launch.c - `launch LIBRARY PROGRAM [ARG]...`: execute PROGRAM with LIBRARY added at
 * the end of LD_PRELOAD. Without a single allocation, so that the image it runs in, which
 * outlive records and LIBRARY does not see, counts nothing.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	static const char name[] = "LD_PRELOAD=";
	char preload[4096], *environment[1024];
	const char *before = "";
	int count = 0;

	for (int i = 0; environ[i] && count < 1022; i++) {
		if (strncmp(environ[i], name, sizeof(name) - 1))
			environment[count++] = environ[i];
		else
			before = environ[i] + sizeof(name) - 1;
	}
	if (argc < 3 || snprintf(preload, sizeof(preload), "%s%s%s%s", name, before,
	                         *before ? ":" : "", argv[1]) >= (int)sizeof(preload))
		return 2;
	environment[count++] = preload;
	environment[count] = NULL;
	execvpe(argv[2], argv + 2, environment);
	return 127;
}
