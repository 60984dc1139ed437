/* uc_client_cancel() ends every call in progress, whatever it is doing, and every later one until uc_client_reset(). */
#include "servers.h"

/** Longer than a call needs to get to where it is to be canceled, whoever watches. */
static int64_t a_while(void) { return getenv("UC_TEST_SLOW") ? 1000 : 250; }

struct canceler {
    const uc_client *client;
    int64_t after_ms;
    int64_t canceled_at;
    pthread_t thread;
};

static void *cancels(void *argument) {
    struct canceler *canceler = (struct canceler *)argument;
    sleep_ms(canceler->after_ms);
    canceler->canceled_at = now_ms();
    uc_client_cancel(canceler->client);
    return NULL;
}

static void cancel_soon(struct canceler *canceler, const uc_client *client) {
    canceler->client = client;
    canceler->after_ms = a_while();
    CHECK(pthread_create(&canceler->thread, NULL, cancels, canceler) == 0);
}

/** Checks that the call that has just returned did so at once, and not before it was canceled. */
static void canceled_at_once(struct canceler *canceler) {
    int64_t returned = now_ms();
    pthread_join(canceler->thread, NULL);
    uc_client_reset(canceler->client);
    CHECK(returned >= canceler->canceled_at);
    test_before(__FILE__, __LINE__, returned - canceler->canceled_at, at_most(1000));
}

/** A client of `address` that would wait for 20 s. */
static uc_client *patient_client(const char *address) {
    uc_client_opts opts = client_opts();
    opts.api_base = address;
    opts.connect_timeout_ms = opts.idle_timeout_ms = opts.timeout_ms = 20000;
    return client_with(&opts);
}

TEST("canceled while it waits for an answer") {
    uc_client *client = patient_client(base());
    struct canceler canceler;
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    canceled_at_once(&canceler);
    CHECK(page == NULL);
    CHECK_INT(1, error->attempts);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("canceled while it waits for an answer on a kept connection") {
    uc_client *client = patient_client(base());
    struct canceler canceler;
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
    canceled_at_once(&canceler);
    CHECK_INT(1, error->attempts);
    CHECK_INT(2, requests_counted());
    uc_free(error);
    check_rest(page, check_page(page, 0), 250);
    uc_free(page);
    uc_free(client);
}

TEST("canceled while it reads the head or the body") {
    static const char *const faults[] = {
        "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"head\":true}",
        "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"head\":false}",
        "{\"fault\":\"slow\",\"chunk\":1000,\"interval_ms\":10000,\"head\":false}",
    };
    uc_client *client = patient_client(base());
    size_t i;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct canceler canceler;
        uc_page *page;
        uc_error *error;
        reset(NULL);
        fault(faults[i]);
        cancel_soon(&canceler, client);
        CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
        canceled_at_once(&canceler);
        CHECK_INT(1, error->attempts);
        uc_free(error);
        check_listing(client, NULL, 250);
        CHECK_INT(4, requests_counted());
    }
    uc_free(client);
}

TEST("canceled while it connects to a host that does not answer") {
    struct deaf_host host;
    struct canceler canceler;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    deaf_host_start(&host);
    client = patient_client(host.base);
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    canceled_at_once(&canceler);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
    deaf_host_stop(&host);
}

TEST("canceled in the middle of a TLS handshake") {
    int port, listening = listen_on(&port);
    char *silent = text("https://127.0.0.1:%d", port);
    uc_client *client = patient_client(silent);
    struct canceler canceler;
    uc_page *page;
    uc_error *error;
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    canceled_at_once(&canceler);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
    close(listening);
    free(silent);
}

TEST("canceled while it sends a body that nobody reads") {
    int port, listening = listen_on(&port);
    char *silent = text("http://127.0.0.1:%d", port), *long_text = repeated("a", 24 << 20);
    char *json = text("\"%s\"", long_text), *reply;
    uc_client *client = patient_client(silent);
    struct canceler canceler;
    uc_error *error;
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_request(client, "POST", "/anything/", json, &reply, &error), error);
    canceled_at_once(&canceler);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
    close(listening);
    free(json);
    free(long_text);
    free(silent);
}

TEST("canceled while it sleeps between retries") {
    uc_client *client = patient_client(base());
    struct canceler canceler;
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"15\"}}");
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    canceled_at_once(&canceler);
    CHECK_INT(1, error->attempts);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("canceled while it waits for a page that is read ahead") {
    uc_client *client = patient_client(base());
    uc_groups_opts opts = groups_opts();
    struct canceler canceler;
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    opts.read_ahead = 2;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"skip\":2}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    cancel_soon(&canceler, client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
    canceled_at_once(&canceler);
    uc_free(error);
    check_rest(page, check_page(page, 50), 250);
    uc_free(page);
    uc_free(client);
}

TEST("canceled while only the library reads ahead: after a reset the next call works, and nothing is lost") {
    uc_client *client = patient_client(base());
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int64_t start;
    opts.limit = 50;
    opts.read_ahead = 3;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"skip\":2}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    sleep_ms(a_while());
    uc_client_cancel(client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
    uc_free(error);
    uc_client_reset(client);
    start = now_ms();
    check_rest(page, check_page(page, 0), 250);
    CHECK_BEFORE(start, 5000);
    uc_free(page);
    uc_free(client);
}

TEST("a page whose read-ahead hangs is freed at once, in each of the ways to hang") {
    static const char *const faults[] = {
        "{\"fault\":\"hang\",\"ms\":60000,\"skip\":1}",
        "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":100,\"head\":false,\"skip\":1}",
        "{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"15\"},\"skip\":1}",
    };
    uc_client *client = patient_client(base());
    uc_groups_opts opts = groups_opts();
    size_t i;
    opts.limit = 50;
    opts.read_ahead = 2;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        uc_page *page;
        uc_error *error;
        int64_t start;
        reset(NULL);
        fault(faults[i]);
        CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
        sleep_ms(a_while());
        start = now_ms();
        uc_free(page);
        CHECK_BEFORE(start, 1000);
        no_more_faults();
        check_listing(client, NULL, 250);
    }
    uc_free(client);
}

TEST("a page whose read-ahead finds its host gone, and then deaf, is freed at once") {
    struct relay relay;
    struct deaf_host host;
    uc_client_opts opts = client_opts();
    uc_groups_opts list = groups_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    int64_t start;
    relay_start(&relay);
    opts.api_base = relay.base;
    opts.retries = 1000;
    list.limit = 10;
    list.read_ahead = 16;
    client = client_with(&opts);
    fault("{\"fault\":\"delay\",\"ms\":100,\"skip\":2,\"times\":-1}");
    CHECK_OK(uc_groups_list(client, &list, &page, &error), error);
    relay_down(&relay);
    deaf_host_start_on(&host, relay.port);
    sleep_ms(2 * a_while());
    start = now_ms();
    uc_free(page);
    CHECK_BEFORE(start, 1000);
    uc_free(client);
    deaf_host_stop(&host);
}

/* -- many calls at once ------------------------------------------------------------------------------- */

struct caller {
    const uc_client *client;
    uc_status status;
    uc_error *error;
    int64_t returned;
    pthread_t thread;
};

static void *calls(void *argument) {
    struct caller *caller = (struct caller *)argument;
    uc_page *page;
    caller->status = uc_groups_list(caller->client, NULL, &page, &caller->error);
    caller->returned = now_ms();
    uc_free(page);
    return NULL;
}

TEST("one cancel ends all calls of the client at once, on every thread") {
    uc_client *client = patient_client(base());
    struct caller callers[6];
    int64_t canceled_at;
    int i;
    fault("[{\"fault\":\"hang\",\"ms\":60000,\"times\":2},{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"times\":2},"
          "{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"15\"},\"times\":2}]");
    for (i = 0; i < 6; i++) {
        callers[i].client = client;
        CHECK(pthread_create(&callers[i].thread, NULL, calls, &callers[i]) == 0);
    }
    sleep_ms(2 * a_while());
    canceled_at = now_ms();
    uc_client_cancel(client);
    for (i = 0; i < 6; i++) {
        pthread_join(callers[i].thread, NULL);
        test_fails(__FILE__, __LINE__, "uc_groups_list", UC_ERR_CANCELED, callers[i].status, callers[i].error);
        test_before(__FILE__, __LINE__, callers[i].returned - canceled_at, at_most(1000));
        uc_free(callers[i].error);
    }
    uc_client_reset(client);
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("a cancel leaves the calls and connections of other clients alone") {
    uc_client *client = patient_client(base()), *other = patient_client(base());
    uc_page *page, *page_of_other;
    uc_error *error;
    struct caller caller, caller_of_other;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_OK(uc_groups_list(other, NULL, &page_of_other, &error), error);
    fault("{\"fault\":\"delay\",\"ms\":2500,\"times\":2}");
    caller.client = client;
    caller_of_other.client = other;
    CHECK(pthread_create(&caller.thread, NULL, calls, &caller) == 0);
    CHECK(pthread_create(&caller_of_other.thread, NULL, calls, &caller_of_other) == 0);
    sleep_ms(a_while());
    uc_client_cancel(client);
    pthread_join(caller.thread, NULL);
    pthread_join(caller_of_other.thread, NULL);
    test_fails(__FILE__, __LINE__, "uc_groups_list", UC_ERR_CANCELED, caller.status, caller.error);
    uc_free(caller.error);
    uc_client_reset(client);
    test_ok(__FILE__, __LINE__, "uc_groups_list", UC_OK, caller_of_other.status, caller_of_other.error);
    CHECK_INT(4, requests_counted());
    check_rest(page, check_page(page, 0), 250);
    check_rest(page_of_other, check_page(page_of_other, 0), 250);
    uc_free(page);
    uc_free(page_of_other);
    uc_free(client);
    uc_free(other);
}

/* -- from a callback --------------------------------------------------------------------------------------- */

static void cancels_from_log(void *client, int32_t level, const char *line) {
    (void)line;
    if (level == UC_LOG_WARN) uc_client_cancel(*(uc_client **)client);
}

TEST("canceled from the log callback, before the wait for a retry begins") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    int64_t start = now_ms();
    opts.log = cancels_from_log;
    opts.log_data = &client;
    client = client_with(&opts);
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"15\"}}");
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_BEFORE(start, 1000);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    uc_client_reset(client);
    check_listing(client, NULL, 250);
    uc_free(client);
}

static int32_t cancels_once_and_signs(void *data, int32_t algorithm, const char *text_to_sign, char *hex, size_t size) {
    uc_client **client = (uc_client **)data;
    (void)algorithm;
    (void)text_to_sign;
    if (size < 41) return 1;
    memset(hex, '0', 40);
    hex[40] = '\0';
    if (*client) uc_client_cancel(*client);
    *client = NULL;
    return 0;
}

TEST("canceled from the sign callback, before anything is sent") {
    uc_client_opts opts = client_opts();
    uc_client *client, *to_cancel = NULL;
    uc_page *page;
    uc_error *error;
    opts.sign = cancels_once_and_signs;
    opts.sign_data = &to_cancel;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    to_cancel = client;
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(0, requests_counted());
    uc_free(error);
    uc_client_reset(client);
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    uc_free(client);
}

/* -- nothing to cancel ---------------------------------------------------------------------------------- */

TEST("a cancel with nothing in progress cancels what comes after, until the reset") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int next;
    uc_client_cancel(client);
    uc_client_cancel(client);
    opts.limit = 50;
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, &opts, &page, &error), error);
    CHECK_INT(0, error->attempts);
    uc_free(error);
    CHECK_INT(0, requests_counted());
    uc_client_reset(client);
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    for (next = check_page(page, 0); next < 250; next = check_page(page, next)) {
        uc_client_cancel(client);
        CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
        uc_free(error);
        uc_client_reset(client);
        CHECK_OK(uc_page_next(page, &error), error);
    }
    uc_client_cancel(client);
    CHECK_DONE(uc_page_next(page, &error), error); /* which sends nothing */
    uc_client_reset(client);
    uc_client_reset(client);
    CHECK_DONE(uc_page_next(page, &error), error);
    CHECK_INT(5, requests_counted());
    uc_client_cancel(NULL);
    uc_client_reset(NULL);
    uc_free(page);
    uc_free(client);
}

static void *cancels_often(void *client) {
    int i;
    for (i = 0; i < 200; i++) {
        uc_client_cancel((const uc_client *)client);
        uc_client_reset((const uc_client *)client);
        sleep_ms(1);
    }
    return NULL;
}

TEST("a storm of cancels: each call ends well or canceled, and what is asked again loses nothing") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    pthread_t thread;
    int round;
    opts.limit = 25;
    CHECK(pthread_create(&thread, NULL, cancels_often, client) == 0);
    for (round = 0; round < 6; round++) {
        uc_page *page = NULL;
        uc_error *error;
        uc_status status;
        int next = 0;
        opts.read_ahead = round % 2 ? 2 : 0;
        while ((status = page ? uc_page_next(page, &error) : uc_groups_list(client, &opts, &page, &error)) != UC_DONE) {
            if (status == UC_OK) {
                next = check_page(page, next);
            } else {
                test_fails(__FILE__, __LINE__, "a call", UC_ERR_CANCELED, status, error);
                uc_free(error);
            }
        }
        CHECK_INT(250, next);
        uc_free(page);
    }
    pthread_join(thread, NULL);
    check_listing(client, NULL, 250);
    uc_free(client);
}
