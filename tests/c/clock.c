/* A clock that is wrong by more than the service allows. */
#include "servers.h"

#define HOURS_3 10800

/** The service's clock, which is right by definition. */
static void service_clock(int offset_s) {
    char *json = text("{\"offset_s\":%d}", offset_s);
    emulator("POST", "/_emulator/clock", json);
    free(json);
}

static void check_one_more(int offset_s) {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_group *group;
    uc_error *error;
    char *id = group_id(4);
    reset(NULL);
    service_clock(offset_s);
    opts.limit = 50;
    check_listing(client, &opts, 250);
    CHECK_INT(5 + 1, requests_counted());
    check_listing(client, &opts, 250);
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    CHECK_OK(uc_group_delete(client, id, &error), error);
    CHECK_INT(5 + 1 + 5 + 2, requests_counted());
    uc_free(group);
    uc_free(client);
    free(id);
}

TEST("a clock 3 hours slow costs one more request in the client's life") { check_one_more(HOURS_3); }

TEST("a clock 3 hours fast costs one more request in the client's life") { check_one_more(-HOURS_3); }

TEST("a clock years off, as on a device without a battery, costs one more request too") {
    check_one_more(50 * 365 * 24 * 3600);
    check_one_more(-6 * 365 * 24 * 3600);
}

TEST("a clock 5 minutes off is within what the service allows and costs nothing") {
    uc_client *client = client_new();
    service_clock(300);
    check_listing(client, NULL, 250);
    CHECK_INT(3, requests_counted());
    service_clock(-300);
    check_listing(client, NULL, 250);
    CHECK_INT(6, requests_counted());
    uc_free(client);
}

TEST("the one more request is not a retry: it comes without retries too, for a POST too") {
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    size_t i;
    for (i = 0; i < 4; i++) {
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        char *reply;
        reset(NULL);
        service_clock(HOURS_3);
        opts.retries = -1;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_NOT_FOUND, uc_request(client, methods[i], "/nothing/", NULL, &reply, &error), error);
        CHECK_INT(2, error->attempts);
        CHECK_INT(2, requests_counted());
        uc_free(error);
        uc_free(client);
    }
}

struct lister {
    const uc_client *client;
    pthread_t thread;
};

static void *lists(void *argument) {
    uc_groups_opts opts = groups_opts();
    opts.limit = 50;
    check_listing(((struct lister *)argument)->client, &opts, 250);
    return NULL;
}

#define THREADS 8

static void list_on_threads(const uc_client *client) {
    struct lister listers[THREADS];
    int i;
    for (i = 0; i < THREADS; i++) {
        listers[i].client = client;
        CHECK(pthread_create(&listers[i].thread, NULL, lists, &listers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) pthread_join(listers[i].thread, NULL);
}

TEST("what one thread has learned of the clock serves all threads, all pages and those read ahead") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    service_clock(HOURS_3);
    opts.limit = 50;
    check_listing(client, &opts, 250);
    opts.read_ahead = 3;
    check_listing(client, &opts, 250);
    list_on_threads(client);
    CHECK_INT(1 + (2 + THREADS) * 5, requests_counted());
    uc_free(client);
}

TEST("threads that all start with a wrong clock repeat at most their first request") {
    uc_client *client = client_new();
    service_clock(-HOURS_3);
    list_on_threads(client);
    CHECK(requests_counted() > THREADS * 5);
    CHECK(requests_counted() <= THREADS * 5 + THREADS);
    uc_free(client);
}

TEST("a wrong clock first noticed by a page read ahead is corrected as well") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    opts.read_ahead = 1;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    sleep_ms(200); /* the second page is there, the third waits until the page moves */
    service_clock(HOURS_3);
    check_rest(page, check_page(page, 0), 250);
    CHECK_INT(5 + 1, requests_counted());
    uc_free(page);
    uc_free(client);
}

TEST("a clock that jumps while the client lives is corrected anew") {
    uc_client *client = client_new();
    service_clock(HOURS_3);
    check_listing(client, NULL, 250);
    CHECK_INT(3 + 1, requests_counted());
    service_clock(0);
    check_listing(client, NULL, 250);
    CHECK_INT(3 + 1 + 3 + 1, requests_counted());
    uc_free(client);
}

static uc_client *client_with_wrong_key(void) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    CHECK_OK(uc_client_new(PUBLIC_KEY, "wrongsecretkey", &opts, &client, &error), error);
    return client;
}

TEST("with a clock that is right a wrong key costs one request, and so does every further one") {
    uc_client *client = client_with_wrong_key();
    uc_page *page;
    uc_error *error;
    int i;
    for (i = 1; i <= 3; i++) {
        CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(1, error->attempts);
        CHECK_CONTAINS(error->message, "Invalid signature");
        CHECK_INT(i, requests_counted());
        uc_free(error);
    }
    uc_free(client);
}

TEST("with a wrong clock and a wrong key the call ends in UC_ERR_AUTH after two requests, later ones after one") {
    uc_client *client = client_with_wrong_key();
    uc_page *page;
    uc_error *error;
    service_clock(HOURS_3);
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_CONTAINS(error->message, "Invalid signature");
    CHECK_INT(2, error->attempts);
    CHECK_INT(2, requests_counted());
    uc_free(error);
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(1, error->attempts);
    CHECK_INT(3, requests_counted());
    uc_free(error);
    uc_free(client);
}

TEST("a 401 without a Date, or with nonsense in it, corrects nothing") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":401,\"headers\":{\"Date\":\"yesterday\"}}");
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    check_listing(client, NULL, 250);
    CHECK_INT(1 + 3, requests_counted());
    uc_free(client);
}

/* -- whatever the status of the refusal ----------------------------------------------------------------------- */

/** A refusal of this status in the words of the service, dated by its clock. */
static void refuses_the_date(int status) {
    char *json = text("{\"fault\":\"status\",\"status\":%d,\"content_type\":\"" API_TYPE "\",\"body\":"
                      "\"{\\\"detail\\\":\\\"Date should be within 0:15:00 of our server time.\\\"}\"}", status);
    fault(json);
    free(json);
}

TEST("a wrong clock is corrected whatever the status of the refusal, for a POST and without retries too") {
    static const int statuses[] = {400, 401, 403, 404, 406, 409, 422};
    size_t i;
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        char *reply;
        opts.retries = -1;
        client = client_with(&opts);
        reset(NULL);
        service_clock(i % 2 ? HOURS_3 : -HOURS_3);
        refuses_the_date(statuses[i]);
        CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &reply, &error), error);
        CHECK_INT(2, requests_counted());
        uc_free(reply);
        uc_free(client);

        client = client_with(&opts);
        refuses_the_date(statuses[i]);
        answer(201, API_TYPE, "{\"done\":true}");
        CHECK_OK(uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
        CHECK_TEXT("{\"done\":true}", reply);
        CHECK_INT(4, requests_counted());
        uc_free(reply);
        uc_free(client);
    }
}

TEST("the same refusal by a service of the same time is final") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    refuses_the_date(400);
    CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_TEXT("Date should be within 0:15:00 of our server time.", error->message);
    CHECK_INT(1, error->attempts);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    uc_free(client);
}

TEST("the service's clock is read in each of the three forms that a Date may have") {
    static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
    size_t i;
    for (i = 0; i < 3; i++) {
        uc_client *client = client_new();
        time_t then = time(NULL) + HOURS_3;
        struct tm parts;
        char date[64], *json;
        reset(NULL);
        service_clock(HOURS_3);
        gmtime_r(&then, &parts);
        strftime(date, sizeof date, forms[i], &parts);
        json = text("{\"fault\":\"status\",\"status\":401,\"headers\":{\"Date\":\"%s\"}}", date);
        fault(json);
        check_listing(client, NULL, 250);
        CHECK_INT(3 + 1, requests_counted());
        free(json);
        uc_free(client);
    }
}

/* -- the Upload API ---------------------------------------------------------------------------------------------- */

static uc_status uploads(const uc_client *client, uc_error **error) {
    uc_file *file;
    uc_status status = uc_upload_data(client, "abc", 3, NULL, &file, error);
    uc_free(file);
    return status;
}

TEST("signatures for uploads that a slow clock makes too old are made anew, once in the client's life") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    emulator("POST", "/_emulator/project", "{\"signed_uploads\":true}");
    service_clock(HOURS_3);
    CHECK_OK(uploads(client, &error), error);
    CHECK_INT(2 + 1, requests_counted()); /* the last asks what became of it */
    CHECK_OK(uploads(client, &error), error);
    CHECK_INT(2 + 1 + 2, requests_counted());
    check_listing(client, NULL, 250);
    CHECK_INT(2 + 1 + 2 + 3, requests_counted());
    uc_free(client);

    client = client_new();
    forget_requests();
    CHECK_OK(uc_upload_url(client, "http://127.0.0.1:9/file", NULL, &job, &error), error);
    CHECK_INT(2, requests_counted());
    uc_free(job);
    uc_free(client);
}

TEST("a signature of the caller's that has expired is not sent again") {
    uc_client *client = client_new();
    uc_upload_opts opts = upload_opts();
    uc_file *file;
    uc_error *error;
    char *signature;
    emulator("POST", "/_emulator/project", "{\"signed_uploads\":true}");
    CHECK_OK(uc_upload_signature(client, 1700000000, &signature, &error), error);
    opts.signature = signature;
    opts.expire = 1700000000;
    service_clock(HOURS_3);
    CHECK_FAILS(UC_ERR_AUTH, uc_upload_data(client, "abc", 3, &opts, &file, &error), error);
    CHECK_TEXT("SignatureExpirationError", error->code);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    uc_free(signature);
    uc_free(client);
}
