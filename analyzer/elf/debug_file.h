/*
 * elf/debug_file.h - opens one ELF file with libdwfl, which finds its debug information.
 */
#ifndef OUTLIVE_ELF_DEBUG_FILE_H
#define OUTLIVE_ELF_DEBUG_FILE_H

#include <elfutils/libdwfl.h>

/*
 * Open the file behind `descriptor`, named `path`, at bias 0, so that addresses are those in
 * the file. On success libdwfl owns the descriptor; end with dwfl_end(). NULL: it is no ELF
 * file, or memory is out; then the caller still owns the descriptor. A debuginfod server is
 * asked last, and only if DEBUGINFOD_URLS is set.
 */
Dwfl *debug_file_open(const char *path, int descriptor, Dwfl_Module **module);

#endif
