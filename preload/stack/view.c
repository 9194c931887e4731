/* stack/view.c - which part of a stack a walk may read. */
#include "stack/view.h"

bool stack_view_asks(struct stack_view *view, uintptr_t address)
{
	if (!system_is_surely_readable((const void *)address))
		return false;
	view->readable_end = stack_page_end(address);
	return true;
}
