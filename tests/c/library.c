/* What needs no client: version, names, constants, freeing. */
#include "listing.h"

TEST("the version is the header's") {
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", UC_VERSION_MAJOR, UC_VERSION_MINOR, UC_VERSION_PATCH);
    CHECK_TEXT(version, uc_version());
    CHECK(uc_version() == uc_version());
}

TEST("the version as a number is the header's, and can be compared by the preprocessor") {
    int major, minor, patch;
    CHECK(sscanf(uc_version(), "%d.%d.%d", &major, &minor, &patch) == 3);
    CHECK_INT(major * 1000000 + minor * 1000 + patch, UC_VERSION_NUMBER);
    CHECK_INT(UC_VERSION_NUMBER, uc_version_number());
#if UC_VERSION_NUMBER < 1000 || UC_VERSION_NUMBER >= 999999999
    FAIL("UC_VERSION_NUMBER is out of range");
#endif
}

TEST("every status has its name, and a sentence of its own") {
    static const struct {
        int32_t status;
        const char *name;
    } statuses[] = {
        {UC_OK, "UC_OK"},
        {UC_DONE, "UC_DONE"},
        {UC_ERR_ARGUMENT, "UC_ERR_ARGUMENT"},
        {UC_ERR_AUTH, "UC_ERR_AUTH"},
        {UC_ERR_NOT_FOUND, "UC_ERR_NOT_FOUND"},
        {UC_ERR_THROTTLED, "UC_ERR_THROTTLED"},
        {UC_ERR_REJECTED, "UC_ERR_REJECTED"},
        {UC_ERR_SERVER, "UC_ERR_SERVER"},
        {UC_ERR_NETWORK, "UC_ERR_NETWORK"},
        {UC_ERR_TLS, "UC_ERR_TLS"},
        {UC_ERR_TIMEOUT, "UC_ERR_TIMEOUT"},
        {UC_ERR_PROTOCOL, "UC_ERR_PROTOCOL"},
        {UC_ERR_CANCELED, "UC_ERR_CANCELED"},
        {UC_ERR_FILE, "UC_ERR_FILE"},
        {UC_ERR_JOB, "UC_ERR_JOB"},
        {UC_ERR_MEMORY, "UC_ERR_MEMORY"},
        {UC_ERR_INTERNAL, "UC_ERR_INTERNAL"},
    };
    size_t i, j;
    for (i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const char *words = uc_status_text(statuses[i].status);
        CHECK_TEXT(statuses[i].name, uc_status_name(statuses[i].status));
        CHECK(words[0] >= 'a' && words[0] <= 'z' && words[strlen(words) - 1] != '.');
        for (j = 0; j < i; j++) CHECK(strcmp(words, uc_status_text(statuses[j].status)) != 0);
    }
    CHECK_TEXT("success", uc_status_text(UC_OK));
    CHECK_TEXT("a time limit ran out", uc_status_text(UC_ERR_TIMEOUT));
    CHECK_TEXT("a defect in libuploadcare; please report it", uc_status_text(UC_ERR_INTERNAL));
}

TEST("any other number has a name, too, which is none of those") {
    static const int32_t numbers[] = {2, 3, 1000, -15, -99, -101, INT32_MIN, INT32_MAX};
    size_t i;
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *name = uc_status_name(numbers[i]);
        CHECK(name != NULL && name[0] != '\0');
        CHECK_LACKS(name, "UC_ERR_A");
        CHECK(strcmp(name, "UC_OK") != 0 && strcmp(name, "UC_DONE") != 0);
        CHECK_TEXT(numbers[i] < 0 ? "UC_ERR_UNKNOWN" : "UC_UNKNOWN", name);
        CHECK_TEXT(numbers[i] < 0 ? "a failure that this version of libuploadcare does not know"
                                  : "an outcome that this version of libuploadcare does not know",
                   uc_status_text(numbers[i]));
    }
}

TEST("uc_free() ignores NULL") { uc_free(NULL); }

/** Makes an object of each kind and frees them in this order, by their first letters. */
static void free_in_order(const char *order) {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    uc_group *group;
    uc_error *error, *kept;
    char *answer;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &answer, &error), error);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_group_info(client, "no", &group, &kept), kept);
    CHECK_OK(uc_group_info(client, truth.groups[5].id, &group, &error), error);
    for (; *order; order++) {
        if (*order == 'c') uc_free(client);
        if (*order == 'p') uc_free(page);
        if (*order == 'g') uc_free(group);
        if (*order == 'e') uc_free(kept);
        if (*order == 'a') uc_free(answer);
    }
    free(truth.groups);
}

TEST("objects are freed in any order") {
    free_in_order("cpgea");
    free_in_order("aegpc");
    free_in_order("gcape");
    free_in_order("pecag");
}

TEST("a page goes on after its client is freed") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(client);
    check_rest(page, &truth, 0, 249, 1, 100);
    uc_free(page);
    free(truth.groups);
}

TEST("texts are copied on the way in: what was given may be overwritten at once") {
    struct truth truth = truth_new();
    uc_client_opts opts = client_opts();
    uc_groups_opts list = groups_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char *public_key = strdup(PUBLIC_KEY), *secret_key = strdup(SECRET_KEY), *address = strdup(base());
    char *agent = strdup("agent/1"), *from = strdup(truth.groups[99].created),
         *ordering = strdup("datetime_created");
    opts.api_base = address;
    opts.user_agent = agent;
    CHECK_OK(uc_client_new(public_key, secret_key, &opts, &client, &error), error);
    memset(public_key, 'x', strlen(public_key));
    memset(secret_key, 'x', strlen(secret_key));
    memset(address, 'x', strlen(address));
    memset(agent, 'x', strlen(agent));
    memset(&opts, 0xff, sizeof opts);
    list.limit = 50;
    list.from = from;
    list.ordering = ordering;
    CHECK_OK(uc_groups_list(client, &list, &page, &error), error);
    memset(from, 'x', strlen(from));
    memset(ordering, 'x', strlen(ordering));
    memset(&list, 0xff, sizeof list);
    check_rest(page, &truth, 100, 249, 1, 50);
    uc_free(page);
    uc_free(client);
    free(public_key);
    free(secret_key);
    free(address);
    free(agent);
    free(from);
    free(ordering);
    free(truth.groups);
}

TEST("outputs are written, whatever they held: on success, on failure, and the error too") {
    uc_client *client = (uc_client *)&tests, *kept;
    uc_client_opts opts = client_opts();
    uc_error *error = (uc_error *)&tests;
    uc_page *page = (uc_page *)&tests;
    uc_group *group = (uc_group *)&tests;
    char *answer = (char *)&tests;
    CHECK_OK(uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
    kept = client;
    opts.retries = -2;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
    CHECK(client == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(NULL, NULL, &page, &error), error);
    CHECK(page == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(kept, "00000000-0000-4000-8000-000000000000~1", &group, &error),
                error);
    CHECK(group == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_request(kept, "GET", "/nothing/", NULL, &answer, &error), error);
    CHECK(answer == NULL);
    uc_free(error);
    error = (uc_error *)&tests;
    CHECK_OK(uc_groups_list(kept, NULL, &page, &error), error);
    uc_free(page);
    uc_free(kept);
}

TEST("errors are each a caller's own: one stays as it is when the next call fails otherwise") {
    uc_client *client = client_new();
    uc_error *first, *second;
    uc_group *group;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, "00000000-0000-4000-8000-000000000000~1", &group, &first),
                first);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_group_info(client, "not an id", &group, &second), second);
    uc_free(client);
    CHECK_INT(UC_ERR_NOT_FOUND, first->status);
    CHECK_INT(404, first->http_status);
    CHECK_INT(0, second->http_status);
    CHECK_INT(0, second->attempts);
    CHECK_INT(-1, second->retry_after_ms);
    CHECK(second->body == NULL && second->request_id == NULL && second->code == NULL);
    uc_free(first);
    uc_free(second);
}
