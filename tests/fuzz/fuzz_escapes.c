/*
 * fuzz_escapes.c - whatever a text or a file of JSON says of Go's escape analysis: no crash, no
 * hang, no leak. The first byte chooses which of the two it is.
 */
#include "go/escape_json.h"
#include "go/escape_text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct problem_list problems = { .count = 0 };
	struct go_escapes escapes = { .count = 0 };
	FILE *stream;
	size_t i;

	if (bytes < 2)
		return 0;
	stream = fmemopen((void *)(uintptr_t)(data + 1), bytes - 1, "r");
	if (!stream)
		return 0;
	if (data[0] & 1)
		go_escape_json_file_read(&escapes, stream, "fuzz", &problems);
	else
		go_escape_text_read(&escapes, stream);
	go_escapes_settle(&escapes);
	for (i = 0; i < escapes.count; i++) {
		if (!escapes.items[i].line || !*escapes.items[i].what)
			abort();
	}
	go_escapes_release(&escapes);
	problem_list_release(&problems);
	fclose(stream);
	return 0;
}
