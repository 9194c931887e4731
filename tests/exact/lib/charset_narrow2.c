/* charset_narrow2.c - see charset.h. */
#include "charset.h"
