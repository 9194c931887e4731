/* elf/debug_file.c - opens one ELF file with libdwfl, and says what is in debug files. */
#include "elf/debug_file.h"

#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <string.h>

static char *debug_path; /* NULL: libdwfl's default: beside the file, /usr/lib/debug */

/* The build-id of the file that dwz moved a part of the debug information to. */
static ssize_t alternate_build_id(Dwfl_Module *module, const void **build_id)
{
	Dwarf_Addr bias;
	Dwarf *dwarf = dwfl_module_getdwarf(module, &bias);
	const char *name;

	return dwarf ? dwelf_dwarf_gnu_debugaltlink(dwarf, &name, build_id) : 0;
}

/*
 * libdwfl asks for the debug file of a module, and, if that refers to a file of dwz, once more for
 * this: then without a checksum.
 */
static int finder_ask(const struct debug_finder *finder, Dwfl_Module *module,
                      bool is_alternate, const char *link, GElf_Word crc,
                      const char **path)
{
	const void *alternate = NULL;
	const unsigned char *build_id;
	GElf_Addr address;
	ssize_t bytes;

	if (is_alternate) {
		bytes = alternate_build_id(module, &alternate);
		build_id = alternate;
	} else {
		bytes = dwfl_module_build_id(module, &build_id, &address);
	}
	if (bytes > 0)
		return finder->by_build(finder->context, build_id, (size_t)bytes, path);
	return link && !is_alternate ? finder->by_link(finder->context, link, crc, path)
	                             : -1;
}

static int debuginfo_find(Dwfl_Module *module, void **userdata, const char *name,
                          Dwarf_Addr base, const char *file, const char *link,
                          GElf_Word crc, char **found)
{
	const struct debug_finder *finder = *userdata;
	const char *path;
	int descriptor = finder ? finder_ask(finder, module, link && !crc, link, crc, &path)
	                        : -1;

	if (descriptor < 0)
		return dwfl_standard_find_debuginfo(module, userdata, name, base, file, link,
		                                    crc, found);
	*found = strdup(path);
	return descriptor;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = debuginfo_find,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &debug_path,
};

/*
 * Reports the file at base 0 with its own addresses added: addresses of the module are then
 * those in the file. libdwfl owns the descriptor if this succeeds.
 */
Dwfl *debug_file_open(const char *path, int descriptor,
                      const struct debug_finder *finder, Dwfl_Module **module)
{
	Dwfl *dwfl = dwfl_begin(&callbacks);
	void **userdata;

	if (!dwfl)
		return NULL;
	dwfl_report_begin(dwfl);
	*module = dwfl_report_elf(dwfl, path, path, descriptor, 0, true);
	if (*module &&
	    dwfl_module_info(*module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL))
		*userdata = (void *)finder;
	dwfl_report_end(dwfl, NULL, NULL);
	if (*module)
		return dwfl;
	dwfl_end(dwfl);
	return NULL;
}

/* ---- what a file holds ----------------------------------------------------------------- */

bool elf_has_code(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	bool has_sections = false;

	while (elf && (section = elf_nextscn(elf, section))) {
		has_sections = true;
		if (gelf_getshdr(section, &header) && header.sh_flags & SHF_EXECINSTR)
			return header.sh_type != SHT_NOBITS;
	}
	return elf && !has_sections; /* the program headers tell, then */
}

/* The section is a file name with its NUL, and a build-id. */
static void alternate_take(struct debug_contents *contents, Elf_Scn *section)
{
	const Elf_Data *data = elf_rawdata(section, NULL);
	const char *end = data && data->d_buf ? memchr(data->d_buf, 0, data->d_size) : NULL;
	size_t bytes = end ? data->d_size - (size_t)(end + 1 - (const char *)data->d_buf)
	                   : 0;

	if (!bytes || bytes > sizeof(contents->alternate_id))
		return;
	memcpy(contents->alternate_id, end + 1, bytes);
	contents->alternate_id_bytes = bytes;
}

static void section_take(struct debug_contents *contents, Elf *elf, size_t names,
                         Elf_Scn *section, const GElf_Shdr *header)
{
	const char *name = elf_strptr(elf, names, header->sh_name);

	if (name && !strcmp(name, ".gnu_debugaltlink"))
		alternate_take(contents, section);
	if (header->sh_type == SHT_SYMTAB)
		contents->has_symbols = true;
	if (name && header->sh_type != SHT_NOBITS &&
	    (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info")))
		contents->has_dwarf = true;
}

static bool contents_fill(struct debug_contents *contents, Elf *elf)
{
	Elf_Scn *section = NULL;
	const void *build_id;
	GElf_Shdr header;
	ssize_t bytes;
	size_t names;

	if (elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64 ||
	    elf_getshdrstrndx(elf, &names))
		return false;
	bytes = dwelf_elf_gnu_build_id(elf, &build_id);
	if (bytes > 0 && (size_t)bytes <= sizeof(contents->build_id)) {
		memcpy(contents->build_id, build_id, (size_t)bytes);
		contents->build_id_bytes = (size_t)bytes;
	}
	contents->has_code = elf_has_code(elf);
	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &header))
			section_take(contents, elf, names, section, &header);
	}
	return true;
}

bool debug_contents_read(struct debug_contents *contents, int descriptor)
{
	bool is_elf;
	Elf *elf;

	*contents = (struct debug_contents){ .build_id_bytes = 0 };
	elf_version(EV_CURRENT);
	elf = elf_begin(descriptor, ELF_C_READ, NULL);
	is_elf = elf && contents_fill(contents, elf);
	elf_end(elf);
	return is_elf;
}
