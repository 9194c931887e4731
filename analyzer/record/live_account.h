/*
 * record/live_account.h - the account in a ring that its process may still write
 * (account_format.h). It is read through the file: most of its pages may have no memory, and would
 * get some, or a SIGBUS, by a mapping.
 */
#ifndef OUTLIVE_RECORD_LIVE_ACCOUNT_H
#define OUTLIVE_RECORD_LIVE_ACCOUNT_H

#include "ring_format.h"

#include <stdbool.h>
#include <stdint.h>

struct live_account {
	uint64_t bytes; /* 0: there is none that can be read */
	uint64_t offset;
	int file;
};

/*
 * Of the ring in an open file, which is not kept. A ring whose account is somewhere impossible, or
 * for want of a descriptor, is read without it.
 */
void live_account_open(struct live_account *account, int file,
                       const struct ring_header *header);
void live_account_close(struct live_account *account);

/* Copy it into `buffer`, which has account->bytes. False: it cannot be read. */
bool live_account_read(const struct live_account *account, uint8_t *buffer);

#endif
