/*
 * sync_cfi.S - int trap_in_prologue(void): traps where its call frame information, right at
 * calls, is not right: half its frame is pushed, and what looks like its return address is
 * a word of its own that points into code. Returns 1 if that word is what it was.
 *
 * Where the word points to, a frame seems to lie that ends where the true one does.
 */
	.text
	.globl trap_in_prologue
	.type trap_in_prologue, @function
trap_in_prologue:
	.cfi_startproc
	leaq bait_after(%rip), %rax
	pushq %rax
	int3
	/* Here the CFI has the frame as at the entry. */
	popq %rcx
	xorl %eax, %eax
	leaq bait_after(%rip), %rdx
	cmpq %rcx, %rdx
	sete %al
	ret
	.cfi_endproc
	.size trap_in_prologue, . - trap_in_prologue

	.type bait, @function
bait:
	.cfi_startproc
	nop
	nop
bait_after:
	ud2
	.cfi_endproc
	.size bait, . - bait

	.section .note.GNU-stack, "", @progbits
