/*
 * elf/machine.h - the machine that outlive runs on, as ELF files name it. The analyzer checks
 * programs and traces against it.
 */
#ifndef OUTLIVE_ELF_MACHINE_H
#define OUTLIVE_ELF_MACHINE_H

#include <elf.h>

#if defined(__x86_64__)
#define MACHINE_HERE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE_HERE EM_AARCH64
#else
#error "outlive knows x86-64 and aarch64"
#endif

#endif
