#!/bin/bash
# What cannot be recorded is refused in one line, with a way on, before it is started.
cc=${CC:-gcc}
run() {
	"$OUTLIVE" run -q -o trace -- "$@" 2>stderr
	echo "status $?"
	cat stderr
}
echo 'int main(void) { return 0; }' >main.c
$cc -static -o static main.c && run ./static
$cc -static-pie -o static-pie main.c && run ./static-pie
$cc -Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1 -o musl main.c && run ./musl
$cc -Wl,--dynamic-linker=/no/such/loader.so -o loader main.c && run ./loader

# headers only: another class, another machine, and one cut off in its middle
$cc -o program main.c
head -c 64 program >other && chmod +x other
printf '\001' | dd of=other bs=1 seek=4 conv=notrunc status=none # ELFCLASS32
printf '\003\000' | dd of=other bs=1 seek=18 conv=notrunc status=none # EM_386
run ./other
cp program other
printf '\363\000' | dd of=other bs=1 seek=18 conv=notrunc status=none # EM_RISCV
run ./other
head -c 300 program >other
run ./other

# Go's linker leaves an ELF note; a static program with it needs another advice
cat >note.s <<'END'
	.section .note.go.buildid, "a", @note
	.balign 4
	.long 4, 8, 4
	.asciz "Go\0"
	.ascii "buildid1"
	.section .note.GNU-stack, "", @progbits
END
$cc -static -o go main.c note.s && run ./go
# .. but it is followed if it can start others: its functions have names, even if it is stripped
cat >starts.c <<'END'
#include <stdlib.h>
const char function[] = "os.StartProcess";
int main(int count, char **words) { return count > 1 ? system(words[1]) : function[count] != 's'; }
END
$cc -static -o starts starts.c note.s
run ./starts ./program | sed 's/: [0-9,]* events of [12] .*/: recorded/'
run ./starts | sed 's/: 0 events of 0 .*/: nothing/'
"$OUTLIVE" run -q --no-follow -o trace -- ./starts ./program 2>&1 | head -c 50
echo
$cc -o cgo main.c note.s && run ./cgo | sed 's/: [0-9,]* events .*/: recorded/'

# AddressSanitizer wants to be the first library; an option makes it accept that
gcc -fsanitize=address -o asan main.c && run ./asan
export ASAN_OPTIONS=verify_asan_link_order=0
run ./asan | sed 's/: [0-9,]* events .*/: recorded/'

ls "$TEST_DIR"/*.outlive trace.* 2>/dev/null
exit 0
