/* config_output.h - what `entrypoint config` prints. */
#ifndef EP_ENTRYPOINT_CONFIG_OUTPUT_H
#define EP_ENTRYPOINT_CONFIG_OUTPUT_H

#include "base/text.h"
#include "settings/database.h"

/*
 * One line per setting: name, value as written, where it came from. Secrets are
 * "(set)" or "(unset)". database is what ep_database_choose() found, NULL when
 * it found nothing. Appends.
 */
void ep_config_output_text(struct ep_text *out, const struct ep_configuration *configuration,
                           const struct ep_database *database);

#endif
