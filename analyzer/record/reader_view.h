/*
 * record/reader_view.h - where a recording is read, as the recorder must know it.
 */
#ifndef OUTLIVE_RECORD_READER_VIEW_H
#define OUTLIVE_RECORD_READER_VIEW_H

#include <stdint.h>

/*
 * Identifies the files that we see: a process in another mount namespace or root directory sends
 * us the files of its libraries. 0: unknown.
 */
uint64_t reader_view(void);

/* The inode of our pid namespace; 0: unknown. */
uint64_t reader_view_pids(void);

#endif
