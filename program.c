#include <stdlib.h>
static void *volatile kept;
__attribute__((noinline)) static void allocates(void) { kept = malloc(100); }
int main(void) { allocates(); return 0; }
