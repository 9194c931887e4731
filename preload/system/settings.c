/*
 * system/settings.c - read environment variables, or a request, into struct settings, without
 * libc.
 */
#include "system/settings.h"

#include "system/environment.h"
#include "system/system.h"
#include "ring_format.h"

#define RING_BYTES_DEFAULT (UINT64_C(64) << 20)
#define NAME_BYTES_MAX 32
#define VALUE_BYTES_MAX SETTINGS_DIRECTORY_BYTES
static_assert(SETTINGS_DIRECTORY_BYTES == ATTACH_DIRECTORY_BYTES, "either way fits");

extern char **environ;

static uint64_t number_read(const char *text, unsigned int base)
{
	uint64_t number = 0;

	for (; *text; text++) {
		unsigned int digit = *text >= 'a' ? (unsigned int)(*text - 'a') + 10
		                                  : (unsigned int)(*text - '0');

		if (digit >= base || number > UINT64_MAX / base - 1)
			return 0;
		number = number * base + digit;
	}
	return number;
}

static bool texts_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static uint64_t sample_bytes_of(uint64_t wanted)
{
	return wanted < SAMPLE_BYTES_MAX ? wanted : SAMPLE_BYTES_MAX;
}

/* Empty, if the text does not fit. */
static void text_take(char *to, size_t bytes, const char *text)
{
	size_t i;

	for (i = 0; text[i] && i + 1 < bytes; i++)
		to[i] = text[i];
	to[text[i] ? 0 : i] = '\0';
}

static void setting_apply(struct settings *settings, const char *name,
                          const char *value)
{
	if (texts_equal(name, "OUTLIVE_DIR")) {
		text_take(settings->directory, sizeof(settings->directory), value);
	} else if (texts_equal(name, "OUTLIVE_RING")) {
		settings->ring_bytes = number_read(value, 10);
	} else if (texts_equal(name, "OUTLIVE_SESSION")) {
		settings->session = number_read(value, 16);
	} else if (texts_equal(name, "OUTLIVE_POLICY")) {
		settings->policy = texts_equal(value, "drain") ? RING_DRAIN : RING_FLIGHT;
	} else if (texts_equal(name, "OUTLIVE_ROOT")) {
		settings->root_pid = (uint32_t)number_read(value, 10);
	} else if (texts_equal(name, "OUTLIVE_FRAMES")) {
		settings->wants_exact = !texts_equal(value, "plain");
	} else if (texts_equal(name, "OUTLIVE_GO_HEAP")) {
		settings->go_heap_rate = number_read(value, 10);
	} else if (texts_equal(name, "OUTLIVE_SAMPLE")) {
		settings->sample_bytes = sample_bytes_of(number_read(value, 10));
	} else if (texts_equal(name, "OUTLIVE_START_NS")) {
		settings->start_ns = number_read(value, 10);
	} else if (texts_equal(name, "OUTLIVE_START_PHASE")) {
		text_take(settings->start_phase, sizeof(settings->start_phase), value);
	} else if (texts_equal(name, "OUTLIVE_READER_NS")) {
		settings->reader_namespace = number_read(value, 10);
	} else if (texts_equal(name, "OUTLIVE_READER_FILES")) {
		settings->reader_view = number_read(value, 16);
	} else if (texts_equal(name, "OUTLIVE_READER")) {
		settings->reader_pid = (uint32_t)number_read(value, 10);
	}
}

/*
 * The parser takes the environment byte by byte, so that no variable is too long for a buffer.
 */
struct setting_parser {
	char name[NAME_BYTES_MAX], value[VALUE_BYTES_MAX];
	size_t name_bytes, value_bytes;
	bool in_value, too_long;
};

static void parser_take(struct setting_parser *parser, struct settings *settings,
                        char c)
{
	if (c == '\0') {
		parser->name[parser->name_bytes] = '\0';
		parser->value[parser->value_bytes] = '\0';
		if (parser->in_value && !parser->too_long) {
			setting_apply(settings, parser->name, parser->value);
			environment_keep(parser->name, parser->value);
		}
		parser->name_bytes = parser->value_bytes = 0;
		parser->in_value = parser->too_long = false;
	} else if (!parser->in_value && c == '=') {
		parser->in_value = true;
	} else if (parser->in_value) {
		if (parser->value_bytes + 1 < VALUE_BYTES_MAX)
			parser->value[parser->value_bytes++] = c;
		else
			parser->too_long = true;
	} else {
		if (parser->name_bytes + 1 < NAME_BYTES_MAX)
			parser->name[parser->name_bytes++] = c;
		else
			parser->too_long = true;
	}
}

static bool environment_read_proc(struct setting_parser *parser,
                                  struct settings *settings)
{
	char buffer[1024] = "";
	int fd = system_open("/proc/self/environ", O_RDONLY | O_CLOEXEC, 0);
	long count;

	if (fd < 0)
		return false;
	while ((count = system_read(fd, buffer, sizeof(buffer))) > 0) {
		for (long i = 0; i < count; i++)
			parser_take(parser, settings, buffer[i]);
	}
	system_close(fd);
	parser_take(parser, settings, '\0');
	return true;
}

static uint64_t ring_bytes_of(uint64_t wanted)
{
	wanted -= wanted % CHUNK_BYTES;
	return wanted < (uint64_t)CHUNK_COUNT_MIN * CHUNK_BYTES ||
	               wanted > (uint64_t)CHUNK_COUNT_MAX * CHUNK_BYTES
	           ? RING_BYTES_DEFAULT
	           : wanted;
}

void settings_read(struct settings *settings)
{
	struct setting_parser parser = { 0 };

	*settings = (struct settings){ .ring_bytes = RING_BYTES_DEFAULT,
		                           .policy = RING_FLIGHT,
		                           .wants_exact = true };
	if (!environment_read_proc(&parser, settings) && environ) {
		for (char **variable = environ; *variable; variable++) {
			for (const char *c = *variable; *c; c++)
				parser_take(&parser, settings, *c);
			parser_take(&parser, settings, '\0');
		}
	}
	settings->ring_bytes = ring_bytes_of(settings->ring_bytes);
}

bool settings_take(struct settings *settings, const struct attach_request *request)
{
	if (request->magic != ATTACH_MAGIC || request->version != ATTACH_VERSION ||
	    request->bytes != sizeof(*request) || request->directory[0] != '/' ||
	    request->directory[sizeof(request->directory) - 1] ||
	    request->sample_bytes > SAMPLE_BYTES_MAX ||
	    (request->policy != RING_DRAIN && request->policy != RING_FLIGHT))
		return false;
	*settings = (struct settings){ .ring_bytes = ring_bytes_of(request->ring_bytes),
		                           .session = request->session,
		                           .policy = request->policy,
		                           .root_pid = system_pid(),
		                           .reader_pid = request->reader_pid,
		                           .reader_namespace = request->reader_namespace,
		                           .reader_view = request->reader_view,
		                           .wants_exact = !request->is_plain,
		                           .sample_bytes = request->sample_bytes,
		                           .age_ns = request->age_ns };
	memcpy(settings->directory, request->directory, sizeof(settings->directory));
	return true;
}
