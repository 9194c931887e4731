/*
 * elf/debug_file.h - one ELF file opened with libdwfl, its debug information found where it
 * may lie.
 */
#ifndef OUTLIVE_ELF_DEBUG_FILE_H
#define OUTLIVE_ELF_DEBUG_FILE_H

#include <elfutils/libdwfl.h>

/*
 * Open the file behind `descriptor`, called `path`, at bias 0, so that addresses are those
 * of the file. On success the descriptor is libdwfl's; end it with dwfl_end(). NULL: it is
 * no ELF file, or memory is out; the descriptor is still the caller's. debuginfod is asked
 * last, and only if DEBUGINFOD_URLS is set.
 */
Dwfl *debug_file_open(const char *path, int descriptor, Dwfl_Module **module);

#endif
