/* What the programs about webhooks share. */
#ifndef WEBHOOKS_H
#define WEBHOOKS_H

#include "files.h"

static inline uc_webhook_opts webhook_for(const char *event, const char *target_url) {
    uc_webhook_opts opts = webhook_opts();
    opts.event = event;
    opts.target_url = target_url;
    return opts;
}

static inline uc_webhook *webhook_made(const uc_client *client, const uc_webhook_opts *opts) {
    uc_webhook *webhook;
    uc_error *error;
    CHECK_OK(uc_webhook_create(client, opts, &webhook, &error), error);
    CHECK(webhook != NULL);
    return webhook;
}

#endif
