/*
 * go/escape_json.c - reads the files of `go build -gcflags=-json=0,DIRECTORY`. The first line of
 * each names its package and source file; each other line is a diagnostic of the language server
 * protocol.
 */
#include "go/escape_json.h"

#include "base/json_values.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEPS_MAX 16 /* kept of one explanation */

/* One file. */
struct json_file {
	struct go_escapes *escapes;
	struct text package, file; /* of its first line */
	/* of the diagnostic that is being read */
	struct text code, message, why;
	struct text step_file; /* where the step that follows is */
	char step_line[16];
	unsigned steps;
	uint32_t line, column;
};

static int text_set(struct text *text, const char *value)
{
	text->bytes = 0;
	return text_add(text, value, strlen(value));
}

static uint32_t number_of(const char *value)
{
	unsigned long number = strtoul(value, NULL, 10);

	return *value == '-' || number >= UINT32_C(1) << 31 ? 0 : (uint32_t)number;
}

/* "escflow:      from &x (address-of)" is a step; others only name the flow. */
static int step_add(struct json_file *file, const char *message)
{
	static const char flow[] = "escflow:";

	if (strncmp(message, flow, strlen(flow)))
		return 0;
	message += strlen(flow);
	message += strspn(message, " ");
	if (strncmp(message, "from ", 5) || file->steps++ >= STEPS_MAX)
		return 0;
	return text_printf(&file->why, "%s%s at %s:%s", file->why.bytes ? "\n" : "",
	                   message + 5, file->step_file.data ? file->step_file.data : "",
	                   file->step_line);
}

static int diagnostic_visit(void *context, const char *path, const char *value)
{
	static const char uri[] = "file://";
	struct json_file *file = context;

	if (!strcmp(path, "package"))
		return text_set(&file->package, value);
	if (!strcmp(path, "file"))
		return text_set(&file->file, value);
	if (!strcmp(path, "code"))
		return text_set(&file->code, value);
	if (!strcmp(path, "message"))
		return text_set(&file->message, value);
	if (!strcmp(path, "range.start.line"))
		file->line = number_of(value);
	else if (!strcmp(path, "range.start.character"))
		file->column = number_of(value);
	else if (!strcmp(path, "relatedInformation[].location.uri"))
		return text_set(&file->step_file,
		                value + (strncmp(value, uri, strlen(uri)) ? 0 : strlen(uri)));
	else if (!strcmp(path, "relatedInformation[].location.range.start.line"))
		snprintf(file->step_line, sizeof(file->step_line), "%u", number_of(value));
	else if (!strcmp(path, "relatedInformation[].message"))
		return step_add(file, value);
	return 0;
}

/* Add the diagnostic that was read, if it is about the heap. 0 or -1. */
static int diagnostic_end(struct json_file *file)
{
	struct go_escape escape = { .file = file->file.data,
		                        .package = file->package.data,
		                        .what = file->message.data,
		                        .why = file->why.data,
		                        .line = file->line,
		                        .column = file->column,
		                        .is_explained = file->why.bytes };

	file->escapes->read++;
	if (!file->code.bytes || !file->file.bytes || !file->message.bytes ||
	    (strcmp(file->code.data, "escape") && strcmp(file->code.data, "escapes")) ||
	    !go_escape_split(file->message.data, &escape.function))
		return 0;
	return go_escapes_add(file->escapes, &escape);
}

/* 0; -1: memory is out; 1: the line is damaged. */
static int line_read(struct json_file *file, const char *line)
{
	file->code.bytes = file->message.bytes = file->why.bytes = 0;
	file->step_file.bytes = 0;
	if (file->code.data)
		file->code.data[0] = 0;
	if (file->message.data)
		file->message.data[0] = 0;
	if (file->why.data)
		file->why.data[0] = 0;
	strcpy(file->step_line, "0");
	file->steps = 0;
	file->line = file->column = 0;
	if (json_values_read(line, diagnostic_visit, file))
		return 1;
	return diagnostic_end(file);
}

/* A regular file; opening another (a pipe) could wait forever. NULL: it is none. */
static FILE *regular_open(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat about;
	FILE *file;

	if (fd < 0)
		return NULL;
	file = !fstat(fd, &about) && S_ISREG(about.st_mode) ? fdopen(fd, "r") : NULL;
	if (!file)
		close(fd);
	return file;
}

/* Whether cgo made the file: what imports "C" becomes main.cgo1.go. */
static bool is_of_cgo(const char *file)
{
	return strstr(file, ".cgo1.go") || strstr(file, "_cgo_gotypes.go");
}

int go_escape_json_file_read(struct go_escapes *escapes, FILE *stream, const char *name,
                             struct problem_list *problems)
{
	struct json_file file = { .escapes = escapes };
	unsigned long number = 0, damaged = 0;
	bool is_generated = false;
	size_t capacity = 0;
	char *line = NULL;
	int result = 0;

	while (result >= 0 && !is_generated && getline(&line, &capacity, stream) > 0) {
		number++;
		result = line_read(&file, line);
		is_generated = file.file.bytes && is_of_cgo(file.file.data);
		if (result > 0 && !damaged++)
			problem_add(problems, "%s: line %lu is no diagnostic of Go's compiler",
			            name, number);
	}
	if (is_generated && !strstr(name, "_cgo_gotypes"))
		problem_add(
			problems,
			"%s: has the lines of a file that cgo made, which are not yours: what "
			"-gcflags=-m=2 prints has yours",
			name);
	free(line);
	text_release(&file.package);
	text_release(&file.file);
	text_release(&file.code);
	text_release(&file.message);
	text_release(&file.why);
	text_release(&file.step_file);
	return result < 0 ? -1 : 0;
}

/* Read the files of one package's directory. The number of files, or -1: memory is out. */
static long package_read(struct go_escapes *escapes, int parent, const char *package,
                         struct problem_list *problems)
{
	int fd = openat(parent, package, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	const char *end;
	long count = 0;
	FILE *file;

	if (!directory && fd >= 0)
		close(fd);
	while (directory && count >= 0 && (entry = readdir(directory))) {
		end = strrchr(entry->d_name, '.');
		if (!end || strcmp(end, ".json") || !(file = regular_open(fd, entry->d_name)))
			continue;
		count = go_escape_json_file_read(escapes, file, entry->d_name, problems)
		            ? -1
		            : count + 1;
		fclose(file);
	}
	if (directory)
		closedir(directory);
	return count;
}

int go_escape_json_read(struct go_escapes *escapes, const char *directory,
                        struct problem_list *problems, struct error *error)
{
	DIR *packages = opendir(directory);
	struct dirent *entry;
	long count = 0, files;

	if (!packages)
		return error_set(error, "%s: cannot be read: %m", directory);
	while (count >= 0 && (entry = readdir(packages))) {
		if (entry->d_name[0] == '.')
			continue;
		files = package_read(escapes, dirfd(packages), entry->d_name, problems);
		count = files < 0 ? -1 : count + files;
	}
	closedir(packages);
	if (count < 0)
		return error_set(error, "%s: out of memory", directory);
	if (!count)
		return error_set(
			error,
			"%s: has no PACKAGE/FILE.json of 'go build "
			"-gcflags=-json=0,%s': the compiler writes them only for what it "
			"compiles anew (go build -a)",
			directory, directory);
	return 0;
}
