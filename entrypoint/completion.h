/*
 * completion.h - what completes our command lines in bash, zsh and fish.
 *
 * Made from the tables of commands, options and settings. Behind the server's name the
 * shells complete as they would without us. All functions append.
 */
#ifndef EP_ENTRYPOINT_COMPLETION_H
#define EP_ENTRYPOINT_COMPLETION_H

#include "base/text.h"

void ep_completion_bash(struct ep_text *out);
void ep_completion_zsh(struct ep_text *out);
void ep_completion_fish(struct ep_text *out);

#endif
