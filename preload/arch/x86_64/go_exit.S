/*
 * go_exit.S - continues what was Go's runtime.exit; %edi is the status. x86-64. Its caller may have a
 * small stack, so what follows has a stack of its own. It gets the caller's %rsp, where the return
 * address is, and %rbp.
 */
#define STACK_BYTES 65536
#define SYS_pause 34

	.text
	.globl arch_go_exit
	.hidden arch_go_exit

	.type arch_go_exit, @function
arch_go_exit:
	.cfi_startproc
	.cfi_undefined %rip
	movl $1, %eax
	xchgl %eax, is_taken(%rip)
	testl %eax, %eax
	jnz 1f
	movq %rsp, %rsi
	movq %rbp, %rdx
	leaq stack+STACK_BYTES(%rip), %rsp
	xorl %ebp, %ebp
	call *arch_go_exit_run(%rip)
	/* another thread ends the process */
1:	movl $SYS_pause, %eax
	syscall
	jmp 1b
	.cfi_endproc
	.size arch_go_exit, . - arch_go_exit

	.bss
	.balign 64
	.type stack, @object
	.size stack, STACK_BYTES
stack:
	.zero STACK_BYTES
	.type is_taken, @object
	.size is_taken, 4
is_taken:
	.zero 4

	.section .note.GNU-stack, "", @progbits
