/*
 * charset.h - a module that iconv_open() loads, and iconv_close() unloads by no dlclose()
 * that anybody could hook. Its gconv_init() allocates through call_malloc(), whose call
 * lies at the same offset in every module that is made of this; only its frame differs:
 * WIDE has a local variable, the address of a return, where the other has its own.
 */
#include <gconv.h>
#include <stdio.h>
#include <stdlib.h>

struct result {
	void *block;
	long changed; /* the local variable */
};
struct result call_malloc(size_t size_bytes) __attribute__((visibility("hidden")));

__asm__(".text\n"
        "	.balign 64\n"
        "	.globl call_malloc\n"
        "	.hidden call_malloc\n"
        "	.type call_malloc, @function\n"
        "call_malloc:\n"
        "	.cfi_startproc\n"
#ifdef WIDE
        "	subq $24, %rsp\n"
        "	.cfi_def_cfa_offset 32\n"
        "	leaq helper + 6(%rip), %rax\n"
        "	movq %rax, 8(%rsp)\n"
#else
        "	subq $8, %rsp\n"
        "	.cfi_def_cfa_offset 16\n"
#endif
        "	.balign 64\n"
        "	call malloc@PLT\n"
        "	xorl %edx, %edx\n"
#ifdef WIDE
        "	leaq helper + 6(%rip), %rdx\n"
        "	subq 8(%rsp), %rdx\n"
        "	addq $24, %rsp\n"
#else
        "	addq $8, %rsp\n"
#endif
        "	.cfi_def_cfa_offset 8\n"
        "	ret\n"
        "	.cfi_endproc\n"
        "	.size call_malloc, . - call_malloc\n"
        /* What the local variable names: with the other frame it would be a caller. */
        "	.balign 64\n"
        "helper:\n"
        "	.cfi_startproc\n"
        "	subq $8, %rsp\n"
        "	.cfi_def_cfa_offset 16\n"
        "	nop\n"
        "	nop\n"
        "	nop\n"
        "	addq $8, %rsp\n"
        "	.cfi_def_cfa_offset 8\n"
        "	ret\n"
        "	.cfi_endproc\n"
        "	.balign 64\n");

int gconv_init(struct __gconv_step *step)
{
	struct result result = call_malloc(40);

	if (result.changed)
		printf("a local variable has changed under malloc()\n");
	free(result.block);
	step->__min_needed_from = step->__max_needed_from = 1;
	step->__min_needed_to = step->__max_needed_to = 1;
	step->__stateful = 0;
	return __GCONV_OK;
}

int gconv(void)
{
	return __GCONV_EMPTY_INPUT;
}

void gconv_end(struct __gconv_step *step)
{
	(void)step;
}
