/* The beginning of the program that tests/nulls/mod.rs makes. */
#include "test.h"

/** What outputs hold before a call: not NULL, and never to be followed. */
static char garbage;

/** A valid argument of every kind. */
struct samples {
    uc_client *client;
    uc_page *page;
    char *group_id;
    uc_client_opts client_opts;
    uc_groups_opts groups_opts;
    int requests; /* that it took to make these */
};

static struct samples samples_new(void) {
    struct samples samples;
    char *groups = emulator_get("/_emulator/groups");
    uc_error *error;
    samples.group_id = json_value(groups, "id", 0);
    free(groups);
    CHECK(samples.group_id != NULL);
    samples.client = client_new();
    samples.client_opts = client_opts();
    samples.groups_opts = groups_opts();
    CHECK_OK(uc_groups_list(samples.client, NULL, &samples.page, &error), error);
    samples.requests = requests_counted();
    return samples;
}

static void samples_free(struct samples *samples) {
    uc_free(samples->page);
    uc_free(samples->client);
    free(samples->group_id);
}

/** The message names an argument: as a word, since "id" is also a part of "invalid". */
static void check_names(const char *message, const char *name) {
    const char *letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    const char *at;
    for (at = strstr(message, name); at; at = strstr(at + 1, name)) {
        const char *after = at + strlen(name);
        int begins = at == message || !strchr(letters, at[-1]);
        int ends = *after == '\0' || !strchr(letters, *after);
        if (begins && ends) return;
    }
    FAIL("the message does not name %s: %s", name, message);
}
