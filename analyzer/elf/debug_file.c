/* elf/debug_file.c - opens one ELF file with libdwfl. */
#include "elf/debug_file.h"

#include <stddef.h>

static char *debug_path; /* NULL: libdwfl's default: beside the file, /usr/lib/debug */

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &debug_path,
};

/*
 * Reports the file at base 0 with its own addresses added: addresses of the module are then
 * those in the file. libdwfl owns the descriptor if this succeeds.
 */
Dwfl *debug_file_open(const char *path, int descriptor, Dwfl_Module **module)
{
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl)
		return NULL;
	dwfl_report_begin(dwfl);
	*module = dwfl_report_elf(dwfl, path, path, descriptor, 0, true);
	dwfl_report_end(dwfl, NULL, NULL);
	if (*module)
		return dwfl;
	dwfl_end(dwfl);
	return NULL;
}
