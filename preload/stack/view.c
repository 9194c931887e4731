/* stack/view.c - what of a stack a walk may look at. */
#include "stack/view.h"

bool stack_view_asks(struct stack_view *view, uintptr_t address)
{
	if (!system_is_surely_readable((const void *)address))
		return false;
	view->readable_end = stack_page_end(address);
	return true;
}
