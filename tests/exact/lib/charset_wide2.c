/* charset_wide2.c - see charset.h. */
#define WIDE
#include "charset.h"
