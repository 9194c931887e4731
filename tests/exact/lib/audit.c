/*
 * audit.c - an auditor (LD_AUDIT) that asks for every call and every return, so that the
 * loader calls each function from a frame of its own.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stdlib.h>

unsigned int la_version(unsigned int version)
{
	(void)version;
	return LAV_CURRENT;
}

unsigned int la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
	(void)map, (void)space, (void)cookie;
	free(malloc(10));
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from,
                       uintptr_t *to, unsigned int *flags, const char *name)
{
	(void)index, (void)from, (void)to, (void)flags, (void)name;
	return symbol->st_value;
}

Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned int index,
                                  uintptr_t *from, uintptr_t *to,
                                  La_x86_64_regs *registers, unsigned int *flags,
                                  const char *name, long int *frame_bytes)
{
	(void)index, (void)from, (void)to, (void)registers, (void)flags, (void)name;
	*frame_bytes = 64; /* of arguments on the stack: what there is is copied */
	return symbol->st_value;
}

unsigned int la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned int index,
                                   uintptr_t *from, uintptr_t *to,
                                   const La_x86_64_regs *in, La_x86_64_retval *out,
                                   const char *name)
{
	(void)symbol, (void)index, (void)from, (void)to, (void)in, (void)out, (void)name;
	return 0;
}
