/* charset_wide.c - see charset.h. */
#define WIDE
#include "charset.h"
