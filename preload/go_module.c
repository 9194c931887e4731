/* go_module.c - look for Go's note among a module's program headers. Layer 3. */
#include "go_module.h"

#include <link.h>
#include <string.h>

#include "cfi.h"

#define GO_BUILD_ID 4 /* type of the note named "Go" */

static bool notes_are_go(const uint8_t *at, size_t size_bytes)
{
	while (size_bytes >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)at;
		size_t name_bytes = ((size_t)note->n_namesz + 3) & ~(size_t)3;
		size_t bytes = sizeof(*note) + name_bytes +
		               (((size_t)note->n_descsz + 3) & ~(size_t)3);

		if (bytes > size_bytes)
			return false;
		if (note->n_type == GO_BUILD_ID && note->n_namesz == 4 &&
		    memcmp(note + 1, "Go\0", 4) == 0)
			return true;
		at += bytes;
		size_bytes -= bytes;
	}
	return false;
}

bool go_module_holds(uintptr_t address)
{
	struct cfi_module module;
	const ElfW(Ehdr) * elf;
	const ElfW(Phdr) * segments;
	uintptr_t bias;

	if (!cfi_module_find(address, &module) || module.end - module.start < sizeof(*elf))
		return false;
	elf = (const void *)module.start;
	if (memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_phentsize != sizeof(*segments) || elf->e_phoff > 4096 ||
	    elf->e_phoff + elf->e_phnum * sizeof(*segments) > module.end - module.start)
		return false;
	segments = (const void *)(module.start + elf->e_phoff);
	bias = elf->e_type == ET_DYN ? module.start : 0;
	for (int i = 0; i < elf->e_phnum; i++) {
		uintptr_t notes = bias + segments[i].p_vaddr;

		if (segments[i].p_type == PT_NOTE && notes >= module.start &&
		    notes < module.end && segments[i].p_memsz <= module.end - notes &&
		    notes_are_go((const void *)notes, segments[i].p_memsz))
			return true;
	}
	return false;
}
