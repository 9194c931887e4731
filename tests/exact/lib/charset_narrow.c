/* charset_narrow.c - see charset.h. */
#include "charset.h"
