/* terminal.h - how wide the operator's terminal is. */
#ifndef EP_SYSTEM_TERMINAL_H
#define EP_SYSTEM_TERMINAL_H

#include <stddef.h>

/* The columns of the terminal that a descriptor is; 80 where it does not say. */
size_t ep_terminal_columns(int descriptor);

#endif
