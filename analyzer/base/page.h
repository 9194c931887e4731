/* base/page.h - the unit in which the kernel maps memory. */
#ifndef OUTLIVE_BASE_PAGE_H
#define OUTLIVE_BASE_PAGE_H

#include <stdint.h>

#define PAGE UINT64_C(4096)

/* In a page's entry of /proc/PID/pagemap (Linux, admin-guide/mm/pagemap.rst). */
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_SWAPPED (UINT64_C(1) << 62)

#endif
