/* record/live_account.c - copies the account of a ring while it is written. */
#include "record/live_account.h"

#include "account_format.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void live_account_open(struct live_account *account, int file,
                       const struct ring_header *header)
{
	uint64_t offset = header->account_offset, bytes = header->account_bytes;
	struct stat status;

	*account = (struct live_account){ .bytes = 0 };
	if (!bytes || bytes > ACCOUNT_BYTES_MAX || fstat(file, &status) ||
	    offset > (uint64_t)status.st_size || bytes > (uint64_t)status.st_size - offset)
		return;
	account->file = fcntl(file, F_DUPFD_CLOEXEC, 0);
	account->offset = offset;
	account->bytes = account->file >= 0 ? bytes : 0;
}

void live_account_close(struct live_account *account)
{
	if (account->bytes)
		close(account->file);
	account->bytes = 0;
}

bool live_account_read(const struct live_account *account, uint8_t *buffer)
{
	uint64_t done = 0;
	ssize_t count;

	do {
		count = pread(account->file, buffer + done, account->bytes - done,
		              (off_t)(account->offset + done));
		done += count > 0 ? (uint64_t)count : 0;
	} while (count > 0 && done < account->bytes);
	return done == account->bytes;
}
