#include "system/terminal.h"

#include <sys/ioctl.h>

size_t ep_terminal_columns(int descriptor)
{
    struct winsize size = {0};

    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}
