/* errno stays as it was, whatever goes wrong. (What goes well is in the table of tests/nulls.) */
#include "test.h"

#include <errno.h>

#define ERRNO 4711

/** A call that must fail so, and leave errno alone. */
#define CHECK_KEEPS(expected, call)             \
    do {                                        \
        uc_error *error;                        \
        uc_status status;                       \
        errno = ERRNO;                          \
        status = (call);                        \
        CHECK_INT(ERRNO, errno);                \
        CHECK_FAILS(expected, status, error);   \
        errno = ERRNO;                          \
        uc_free(error);                         \
        CHECK_INT(ERRNO, errno);                \
    } while (0)

#define A_FILE "22240276-2f06-41f8-9411-755c8ce926ed"

TEST("no connection, a refusal, an end in the middle, a time limit") {
    uc_client_opts opts = client_opts();
    uc_client_derive_opts hurry = client_derive_opts();
    char nobody[64];
    uc_client *client, *hurried;
    uc_group *group;
    uc_page *page;
    uc_error *failure;
    opts.retries = -1;
    client = client_with(&opts);
    hurry.timeout_ms = 300;
    CHECK_OK(uc_client_derive(client, &hurry, &hurried, &failure), failure);
    CHECK_KEEPS(UC_ERR_NOT_FOUND, uc_group_info(client, A_FILE "~1", &group, &error));
    fault("{\"fault\":\"close_before\",\"times\":-1}");
    CHECK_KEEPS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error));
    no_more_faults();
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK_KEEPS(UC_ERR_TIMEOUT, uc_groups_list(hurried, NULL, &page, &error));
    no_more_faults();
    uc_free(hurried);
    uc_free(client);

    snprintf(nobody, sizeof nobody, "http://127.0.0.1:%d", closed_port());
    opts.api_base = nobody;
    client = client_with(&opts);
    CHECK_KEEPS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error));
    uc_free(client);
}

TEST("a file that is not there") {
    uc_client_opts opts = client_opts();
    uc_client *client = client_new();
    uc_file *file;
    CHECK_KEEPS(UC_ERR_FILE, uc_upload_path(client, "/nowhere/to/be/found", NULL, &file, &error));
    uc_free(client);
    opts.ca_file = "/nowhere/to/be/found";
    CHECK_KEEPS(UC_ERR_FILE, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error));
}

/** Stops the call that asks it for the second time, which is in progress then. */
static int32_t spoils_and_stops(void *asked) {
    errno = EINTR;
    return ++*(int *)asked == 2;
}

TEST("a derived client: made, refused, stopped by its tick, canceled, reset and freed") {
    uc_client_derive_opts opts = client_derive_opts();
    uc_client *client = client_new(), *derived;
    uc_project *project;
    uc_error *error;
    int asked = 0;
    opts.retries = -2;
    CHECK_KEEPS(UC_ERR_ARGUMENT, uc_client_derive(client, &opts, &derived, &error));
    opts.retries = 0;
    opts.tick = spoils_and_stops;
    opts.tick_data = &asked;
    CHECK_OK(uc_client_derive(client, &opts, &derived, &error), error);
    CHECK_INT(ERRNO, errno);
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    CHECK_KEEPS(UC_ERR_CANCELED, uc_project_info(derived, &project, &error));
    errno = ERRNO;
    uc_client_cancel(client);
    CHECK_INT(ERRNO, errno);
    CHECK_KEEPS(UC_ERR_CANCELED, uc_project_info(derived, &project, &error));
    uc_client_reset(client);
    CHECK_INT(ERRNO, errno);
    CHECK_OK(uc_project_info(derived, &project, &error), error);
    CHECK_INT(ERRNO, errno);
    uc_free(project);
    uc_free(derived);
    uc_free(client);
    CHECK_INT(ERRNO, errno);
}

TEST("a page that reads ahead, moved and freed, and a cancel") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 10;
    opts.read_ahead = 4;
    errno = ERRNO;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(ERRNO, errno);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(ERRNO, errno);
    uc_client_cancel(client);
    CHECK_INT(ERRNO, errno);
    uc_free(page);
    CHECK_INT(ERRNO, errno);
    uc_free(client);
    CHECK_INT(ERRNO, errno);
}
