/*
 * test_account.c - the account of a flight recorder's ring is read as it was written; whatever
 * the program has written over it, what comes out is consistent.
 */
#include "trace/account.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SLOTS 16
#define PATHS_BYTES 1024
#define BLOCKS 8
#define PATHS_AT (sizeof(struct account_header) + SLOTS * 4)
#define BLOCKS_AT (PATHS_AT + PATHS_BYTES)
#define BYTES (BLOCKS_AT + BLOCKS * sizeof(struct account_block))

struct image {
	uint8_t bytes[BYTES];
	uint32_t used; /* of the call paths */
};

static struct account_header *header_of(struct image *image)
{
	return (struct account_header *)image->bytes;
}

/* Add a call path of so many frames; the number that its slot gets. */
static uint32_t path_add(struct image *image, uint32_t slot, uint32_t frames)
{
	struct account_path path = { .hash = slot | 1,
		                         .frame_count = frames,
		                         .time_first = 5,
		                         .time_last = 50,
		                         .births = 7,
		                         .born_bytes = 700 };
	uint32_t number = image->used / 8;
	uint64_t frame;

	if (image->used + sizeof(path) + frames * sizeof(frame) > PATHS_BYTES)
		abort();
	memcpy(image->bytes + PATHS_AT + image->used, &path, sizeof(path));
	image->used += sizeof(path);
	for (uint32_t i = 0; i < frames && image->used + sizeof(frame) <= PATHS_BYTES;
	     i++) {
		frame = 0x1000 * (slot + 1) + i;
		memcpy(image->bytes + PATHS_AT + image->used, &frame, sizeof(frame));
		image->used += sizeof(frame);
	}
	if (slot < SLOTS)
		memcpy(image->bytes + sizeof(struct account_header) + slot * 4, &number, 4);
	return number;
}

static void block_set(struct image *image, uint32_t index, uint64_t path, uint64_t size)
{
	struct account_block block = { path << ACCOUNT_SIZE_BITS | size, 10 + index };

	memcpy(image->bytes + BLOCKS_AT + index * sizeof(block), &block, sizeof(block));
}

/* Two call paths and the others; five blocks. */
static void image_make(struct image *image, uint32_t numbers[2])
{
	memset(image, 0, sizeof(*image));
	*header_of(image) = (struct account_header){
		.magic = ACCOUNT_MAGIC,
		.mean_bytes = 65536,
		.slots_offset = sizeof(struct account_header),
		.slot_count = SLOTS,
		.paths_offset = PATHS_AT,
		.paths_bytes = PATHS_BYTES,
		.blocks_offset = BLOCKS_AT,
		.block_count = BLOCKS,
	};
	image->used = 8 * ACCOUNT_PATH_OTHERS;
	path_add(image, SLOTS, 0);
	numbers[0] = path_add(image, 3, 4);
	numbers[1] = path_add(image, 9, ACCOUNT_FRAMES_MAX);
	block_set(image, 0, numbers[0], 100);
	block_set(image, 2, numbers[1], ACCOUNT_SIZE_MAX);
	block_set(image, 3, numbers[0], 0);
	block_set(image, 5, ACCOUNT_PATH_OTHERS, 30);
	block_set(image, 7, numbers[1], 40);
}

static void is_read_as_it_was_written(void **state)
{
	struct account account = { .is_known = false };
	struct image image;
	struct error error;
	uint32_t numbers[2];

	(void)state;
	image_make(&image, numbers);
	assert_int_equal(account_load(&account, image.bytes, BYTES, &error), 0);
	assert_true(account.is_known);
	assert_int_equal(account.damaged, 0);
	assert_int_equal(account.header.mean_bytes, 65536);
	assert_int_equal(account.entry_count, 3);
	assert_int_equal(account.entries[0].path.frame_count, 0);
	assert_int_equal(account.entries[1].path.frame_count, 4);
	assert_int_equal(account.entries[1].path.born_bytes, 700);
	assert_int_equal(account.frames[account.entries[1].first], 0x4000);
	assert_int_equal(account.frames[account.entries[1].first + 3], 0x4003);
	assert_int_equal(account.frames[account.entries[2].first + ACCOUNT_FRAMES_MAX - 1],
	                 0xa000 + ACCOUNT_FRAMES_MAX - 1);
	assert_int_equal(account.block_count, 5);
	assert_int_equal(account.blocks[0].entry, 1);
	assert_int_equal(account.blocks[0].size, 100);
	assert_int_equal(account.blocks[0].time, 10);
	assert_int_equal(account.blocks[1].entry, 2);
	assert_int_equal(account.blocks[1].size, ACCOUNT_SIZE_MAX);
	assert_int_equal(account.blocks[2].size, 0);
	assert_int_equal(account.blocks[3].entry, 0);
	assert_int_equal(account.blocks[4].time, 17);
	account_release(&account);
}

/* Load it; whatever the result, nothing points beyond what there is. */
static int load_checked(struct account *account, const uint8_t *data, size_t bytes)
{
	struct error error = { "" };
	int result = account_load(account, data, bytes, &error);

	if (result)
		assert_true(result == -1 && error.message[0]);
	assert_int_equal(account->is_known, !result);
	for (size_t i = 0; i < account->entry_count; i++) {
		const struct account_entry *entry = &account->entries[i];

		assert_in_range(entry->path.frame_count, 0, ACCOUNT_FRAMES_MAX);
		assert_in_range(entry->first + entry->path.frame_count, 0,
		                account->frame_count);
	}
	for (size_t i = 0; i < account->block_count; i++)
		assert_in_range(account->blocks[i].entry, 0, account->entry_count - 1);
	return result;
}

/* The bytes are in memory of their size, so that a sanitizer sees what is read beyond. */
static void any_wrong_byte_is_survived(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct account account = { .is_known = false };
	uint8_t *data = malloc(BYTES);
	struct image image;
	uint32_t numbers[2];
	size_t refused = 0;

	(void)state;
	image_make(&image, numbers);
	memcpy(data, image.bytes, BYTES);
	for (size_t at = 0; at < BYTES; at++) {
		for (size_t i = 0; i < sizeof(values); i++) {
			data[at] = values[i];
			refused += load_checked(&account, data, BYTES) != 0;
		}
		data[at] = image.bytes[at];
	}
	assert_true(refused > 30);
	account_release(&account);
	free(data);
}

static void any_length_is_survived(void **state)
{
	struct account account = { .is_known = false };
	struct image image;
	uint32_t numbers[2];
	uint8_t *data;

	(void)state;
	image_make(&image, numbers);
	for (size_t bytes = 0; bytes < BYTES; bytes++) {
		data = malloc(bytes + 1);
		memcpy(data, image.bytes, bytes);
		assert_int_equal(load_checked(&account, data, bytes), -1);
		free(data);
	}
	account_release(&account);
}

static void what_cannot_be_is_left_out(void **state)
{
	struct account account = { .is_known = false };
	struct image image;
	uint32_t numbers[2], wrong;

	(void)state;
	image_make(&image, numbers);
	/* a slot beyond the end, one with the call path of another, and one in the middle of it */
	wrong = UINT32_MAX;
	memcpy(image.bytes + sizeof(struct account_header), &wrong, 4);
	memcpy(image.bytes + sizeof(struct account_header) + 4, &numbers[0], 4);
	/* a call path that says that it has more frames than any */
	wrong = ACCOUNT_FRAMES_MAX + 1;
	memcpy(image.bytes + PATHS_AT + numbers[1] * 8 +
	           offsetof(struct account_path, frame_count),
	       &wrong, 4);
	assert_int_equal(load_checked(&account, image.bytes, BYTES), 0);
	assert_int_equal(account.entry_count, 2);
	/* the two blocks of that path are counted with those of unknown paths */
	assert_int_equal(account.block_count, 5);
	assert_int_equal(account.blocks[1].entry, 0);
	assert_int_equal(account.blocks[4].entry, 0);
	assert_int_equal(account.damaged, 5);
	/* neither is there a call path of the others any more */
	memcpy(image.bytes + PATHS_AT + 8 * ACCOUNT_PATH_OTHERS +
	           offsetof(struct account_path, frame_count),
	       &wrong, 4);
	assert_int_equal(load_checked(&account, image.bytes, BYTES), 0);
	assert_int_equal(account.entries[0].path.births, 0);
	account_release(&account);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read_as_it_was_written),
		cmocka_unit_test(any_wrong_byte_is_survived),
		cmocka_unit_test(any_length_is_survived),
		cmocka_unit_test(what_cannot_be_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
