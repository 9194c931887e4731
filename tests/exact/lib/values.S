/*
 * values.S - see values.c. These have CFI, so that stubs stand in their frames.
 *
 *   registers_kept    rdi callback, esi its argument; rax a bit for each register changed
 *   odd_return        rdi x, rsi callback: registers beyond the convention hold results
 */
	.text
	.globl registers_kept, odd_return, odd_return_check
	.type registers_kept, @function
registers_kept:
	.cfi_startproc
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq %r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	pushq %r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq %r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq %r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	subq $24, %rsp
	.cfi_adjust_cfa_offset 24
	stmxcsr (%rsp)
	fnstcw 4(%rsp)
	movq $0x1111, %rbp
	movq $0x2222, %rbx
	movq $0x3333, %r12
	movq $0x4444, %r13
	movq $0x5555, %r14
	movq $0x6666, %r15
	movq %rdi, %rax
	movl %esi, %edi
	call *%rax
	xorl %eax, %eax
	cmpq $0x1111, %rbp
	je 1f
	orl $1, %eax
1:	cmpq $0x2222, %rbx
	je 1f
	orl $2, %eax
1:	cmpq $0x3333, %r12
	je 1f
	orl $4, %eax
1:	cmpq $0x4444, %r13
	je 1f
	orl $8, %eax
1:	cmpq $0x5555, %r14
	je 1f
	orl $16, %eax
1:	cmpq $0x6666, %r15
	je 1f
	orl $32, %eax
1:	stmxcsr 8(%rsp)
	fnstcw 12(%rsp)
	movq (%rsp), %rcx
	cmpl %ecx, 8(%rsp)
	je 1f
	orl $64, %eax
1:	addq $24, %rsp
	.cfi_adjust_cfa_offset -24
	popq %r15
	.cfi_adjust_cfa_offset -8
	popq %r14
	.cfi_adjust_cfa_offset -8
	popq %r13
	.cfi_adjust_cfa_offset -8
	popq %r12
	.cfi_adjust_cfa_offset -8
	popq %rbx
	.cfi_adjust_cfa_offset -8
	popq %rbp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size registers_kept, . - registers_kept

	.type odd_return, @function
odd_return:
	.cfi_startproc
	pushq %rdi
	.cfi_adjust_cfa_offset 8
	movl $3, %edi
	call *%rsi
	popq %rax
	.cfi_adjust_cfa_offset -8
	leaq 0(%rax), %rcx
	leaq 1(%rax), %rdx
	leaq 2(%rax), %rsi
	leaq 3(%rax), %rdi
	leaq 4(%rax), %r8
	leaq 5(%rax), %r9
	leaq 6(%rax), %r10
	leaq 7(%rax), %r11
	movq $-1, -64(%rsp)
	stc
	ret
	.cfi_endproc
	.size odd_return, . - odd_return

	.type odd_return_check, @function
odd_return_check:
	.cfi_startproc
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	movq %rdi, %rbx
	call odd_return
	setnc %al
	movzbl %al, %eax
	subq %rbx, %rcx
	orq %rcx, %rax
	subq %rbx, %rdx
	subq $1, %rdx
	orq %rdx, %rax
	subq %rbx, %rsi
	subq $2, %rsi
	orq %rsi, %rax
	subq %rbx, %rdi
	subq $3, %rdi
	orq %rdi, %rax
	subq %rbx, %r8
	subq $4, %r8
	orq %r8, %rax
	subq %rbx, %r9
	subq $5, %r9
	orq %r9, %rax
	subq %rbx, %r10
	subq $6, %r10
	orq %r10, %rax
	subq %rbx, %r11
	subq $7, %r11
	orq %r11, %rax
	movq -72(%rsp), %rcx		/* the red zone below the return address */
	popq %rbx
	.cfi_adjust_cfa_offset -8
	addq $1, %rcx
	orq %rcx, %rax
	ret
	.cfi_endproc
	.size odd_return_check, . - odd_return_check

	.section .note.GNU-stack, "", @progbits
