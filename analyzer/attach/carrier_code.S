/*
 * attach/carrier_code.S - what runs in the process until the library is there: copied into memory of
 * its own, so it calls only through the pointers of struct carrier (attach/carrier.h), whose
 * address its first thread has in r12.
 *
 * carrier_first: the cloned thread, which has no pthread_t. It creates a proper thread and ends.
 * carrier_load: that thread. It waits for the gate, opens the library unless it is open already,
 * and continues in it.
 */
#if defined(__x86_64__)
	.section .rodata
	.globl carrier_start, carrier_first, carrier_load, carrier_end
	.hidden carrier_start, carrier_first, carrier_load, carrier_end
	.balign 16
carrier_start:
carrier_first:
	lea	48(%r12), %rdi		/* pthread_create(&thread, NULL, load, carrier) */
	xor	%esi, %esi
	mov	40(%r12), %rdx
	mov	%r12, %rcx
	call	*0(%r12)
	test	%eax, %eax
	jne	1f
	mov	48(%r12), %rdi
	call	*8(%r12)		/* pthread_detach(thread) */
	jmp	2f
1:	mov	%eax, 88(%r12)
	movl	$-1, 56(%r12)		/* CARRIER_NO_THREAD */
2:	xor	%edi, %edi
	mov	$60, %eax		/* exit */
	syscall
	ud2

	.balign 16
carrier_load:
	push	%rbx
	push	%rbp
	sub	$24, %rsp		/* aligned; a struct timespec is at 0(%rsp) */
	mov	%rdi, %rbx
	mov	$186, %eax		/* gettid */
	syscall
	mov	%eax, 92(%rbx)
	movl	$1, 56(%rbx)		/* CARRIER_THERE */
	mov	$50000, %ebp		/* ten seconds: who opened the gate may be dead */
3:	mov	60(%rbx), %eax
	cmp	$1, %eax		/* GATE_OPEN */
	je	4f
	cmp	$0, %eax		/* GATE_SHUT */
	jne	7f
	movq	$0, 0(%rsp)
	movq	$200000, 8(%rsp)
	mov	%rsp, %rdi
	xor	%esi, %esi
	mov	$35, %eax		/* nanosleep */
	syscall
	dec	%ebp
	jne	3b
	jmp	7f
4:	mov	72(%rbx), %rax
	test	%rax, %rax
	jne	5f
	lea	96(%rbx), %rdi
	mov	$2, %esi		/* RTLD_NOW */
	call	*16(%rbx)		/* dlopen */
	test	%rax, %rax
	je	6f
	mov	%rax, %rdi
	lea	608(%rbx), %rsi
	call	*24(%rbx)		/* dlsym */
	test	%rax, %rax
	je	6f
5:	movl	$2, 56(%rbx)		/* CARRIER_LOADED */
	mov	64(%rbx), %rdi
	add	$24, %rsp
	pop	%rbp
	pop	%rbx
	jmp	*%rax
6:	call	*32(%rbx)		/* dlerror */
	test	%rax, %rax
	je	9f
	xor	%ecx, %ecx
8:	mov	(%rax,%rcx), %dl
	mov	%dl, 672(%rbx,%rcx)
	test	%dl, %dl
	je	9f
	inc	%ecx
	cmp	$511, %ecx
	jne	8b
9:	movl	$-2, 56(%rbx)		/* CARRIER_NOT_LOADED */
7:	xor	%eax, %eax
	add	$24, %rsp
	pop	%rbp
	pop	%rbx
	ret
carrier_end:
#endif
	.section .note.GNU-stack, "", @progbits
