/*
 * elf/image.h - the bytes of a file by the addresses at which they are loaded.
 */
#ifndef OUTLIVE_ELF_IMAGE_H
#define OUTLIVE_ELF_IMAGE_H

#include <gelf.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The bytes that the file has for `address` and the addresses after it, up to the end of the
 * segment; *count: how many, at least 1. NULL: none. Valid as long as the Elf.
 */
const uint8_t *elf_image_at(Elf *elf, uint64_t address, size_t *count);

/* The same, for exactly `bytes` bytes. NULL: the file has fewer. */
const uint8_t *elf_image_bytes(Elf *elf, uint64_t address, uint64_t bytes);

/* EM_* of the file; EM_NONE if it cannot be read. */
unsigned elf_image_machine(Elf *elf);

#endif
