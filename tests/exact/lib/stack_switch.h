/*
 * stack_switch.h - a bare switch between stacks, as libraries of coroutines have it. For one
 * source file of a program.
 */
#ifndef STACK_SWITCH_H
#define STACK_SWITCH_H

/* Save the callee's registers and the stack pointer at *from, and go on at `to`. */
void stack_switch(void **from, void *to);
__asm__(".text\n"
        ".globl stack_switch\n"
        ".type stack_switch, @function\n"
        "stack_switch:\n"
        "	.cfi_startproc\n"
        "	pushq %rbp\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %rbx\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %r12\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %r13\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %r14\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	pushq %r15\n"
        "	.cfi_adjust_cfa_offset 8\n"
        "	movq %rsp, (%rdi)\n"
        "	movq %rsi, %rsp\n"
        "	popq %r15\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %r14\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %r13\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %r12\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %rbx\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	popq %rbp\n"
        "	.cfi_adjust_cfa_offset -8\n"
        "	ret\n"
        "	.cfi_endproc\n");

#endif
