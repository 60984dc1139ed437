/* Callbacks run on a thread that is inside a call on the object that they are for, and on no other. */
#include "servers.h"
#include "uploads.h"

#include "hmac.h"

/** The thread that is inside a call, or nobody. */
static struct {
    pthread_t thread;
    int is_inside;
    int wrong;
    int logs, signs, reads, ticks, progresses;
} inside;

static void enter(void) {
    inside.thread = pthread_self();
    __atomic_store_n(&inside.is_inside, 1, __ATOMIC_SEQ_CST);
}

static void leave(void) { __atomic_store_n(&inside.is_inside, 0, __ATOMIC_SEQ_CST); }

static void called(int *count) {
    if (!__atomic_load_n(&inside.is_inside, __ATOMIC_SEQ_CST) || !pthread_equal(pthread_self(), inside.thread))
        __atomic_add_fetch(&inside.wrong, 1, __ATOMIC_SEQ_CST);
    ++*count;
}

static void logs(void *data, int32_t level, const char *line) {
    (void)data, (void)level, (void)line;
    called(&inside.logs);
}

static int32_t signs(void *data, int32_t algorithm, const char *text_to_sign, char *hex, size_t hex_size) {
    called(&inside.signs);
    if (algorithm == UC_HMAC_SHA1) {
        hmac_sha1(SECRET_KEY, text_to_sign, hex);
    } else { /* the text is when the permission to upload expires */
        char *signature;
        if (uc_upload_signature((const uc_client *)data, strtoll(text_to_sign, NULL, 10), &signature, NULL) != UC_OK) return 1;
        snprintf(hex, hex_size, "%s", signature);
        uc_free(signature);
    }
    return 0;
}

static int32_t ticks(void *data) {
    (void)data;
    called(&inside.ticks);
    return 0;
}

static int32_t progresses(void *data, int64_t done, int64_t total) {
    (void)data, (void)done, (void)total;
    called(&inside.progresses);
    return 0;
}

static int64_t reads(void *stream, void *buffer, size_t size) {
    called(&inside.reads);
    return stream_read(stream, buffer, size);
}

/** A client whose every callback looks where it is called. */
static uc_client *keeper; /* of the secret key */

static uc_client *watched_client(void) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    memset(&inside, 0, sizeof inside);
    opts.log = logs;
    keeper = client_new();
    opts.sign = signs;
    opts.sign_data = keeper;
    opts.tick = ticks;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    return client;
}

TEST("a stream's read, and log, sign, tick and progress of an upload in parts: the thread that uploads") {
    static const int64_t sizes[] = {3 * MIB, 42 * MIB};
    uc_client *client = watched_client();
    size_t i;
    int known;
    for (i = 0; i < 2; i++) {
        for (known = 0; known < 2; known++) {
            struct content content = content_of(sizes[i]);
            struct stream stream;
            uc_upload_opts opts = upload_opts();
            uc_file *file;
            uc_error *error;
            uc_status status;
            memset(&stream, 0, sizeof stream);
            stream.content = content;
            stream.most = 70000;
            opts.progress = progresses;
            fault("{\"fault\":\"delay\",\"path\":\"/_parts/\",\"ms\":300,\"times\":2}");
            enter();
            status = uc_upload_stream(client, reads, &stream, known ? content.size : -1, &opts, &file, &error);
            leave();
            CHECK_OK(status, error);
            check_arrived(file, &content);
            no_more_faults();
        }
    }
    CHECK_INT(0, inside.wrong);
    CHECK(inside.reads > 100 && inside.signs >= 4 && inside.logs > 20 && inside.progresses >= 4 && inside.ticks >= 2);
    uc_free(client);
    uc_free(keeper);
}

TEST("a page that reads ahead: signatures and log lines come inside calls on the page, all of them") {
    uc_client *client = watched_client();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    uc_status status;
    int next;
    opts.limit = 25;
    opts.read_ahead = 3;
    enter();
    status = uc_groups_list(client, &opts, &page, &error);
    leave();
    CHECK_OK(status, error);
    next = check_page(page, 0);
    for (;;) {
        sleep_ms(30); /* the reader would have something to say */
        enter();
        status = uc_page_next(page, &error);
        leave();
        if (status != UC_OK) break;
        next = check_page(page, next);
    }
    CHECK_DONE(status, error);
    CHECK_INT(250, next);
    CHECK_INT(0, inside.wrong);
    CHECK_INT(10, inside.logs);
    CHECK_INT(10, inside.signs);
    CHECK_INT(10, requests_counted());
    uc_free(page);
    uc_free(client);
    uc_free(keeper);
}

TEST("with a sign callback a page is one page ahead") {
    uc_client *client = watched_client();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int64_t start;
    opts.limit = 25;
    opts.read_ahead = 5;
    enter();
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    leave();
    start = now_ms();
    while (requests_counted() < 3) {
        CHECK_BEFORE(start, 3000);
        sleep_ms(10);
    }
    sleep_ms(200);
    CHECK_INT(3, requests_counted());
    CHECK_INT(0, inside.wrong);
    uc_free(page);
    uc_free(client);
    uc_free(keeper);
}

/** A page whose reader has a line left that was not delivered. */
static uc_page *page_with_a_line_left(const uc_client *client) {
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int64_t start = now_ms();
    opts.limit = 25;
    opts.read_ahead = 1;
    fault("{\"fault\":\"delay\",\"ms\":500,\"skip\":2}"); /* the third comes when nobody is inside a call */
    enter();
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    leave();
    while (requests_counted() < 3) CHECK_BEFORE(start, 3000);
    sleep_ms(1000);
    CHECK_INT(2, inside.logs);
    return page;
}

TEST("what is left to log when a page is freed is dropped: uc_free() calls nothing") {
    uc_client *client = watched_client();
    uc_page *page = page_with_a_line_left(client);
    uc_free(page);
    CHECK_INT(2, inside.logs);
    CHECK_INT(0, inside.wrong);
    uc_free(client);
    uc_free(keeper);
}

TEST("what is left to log comes with a call that sends nothing, too") {
    uc_client *client = watched_client();
    uc_page *page = page_with_a_line_left(client);
    uc_error *error;
    enter();
    uc_client_cancel(client);
    CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
    leave();
    uc_free(error);
    CHECK_INT(3, inside.logs);
    CHECK_INT(0, inside.wrong);
    uc_free(page);
    uc_free(client);
    uc_free(keeper);
}

TEST("with a sign callback a page may be looked at for longer than timeout_ms") {
    uc_client_opts opts = client_opts();
    uc_groups_opts list = groups_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    int i;
    memset(&inside, 0, sizeof inside);
    keeper = client_new();
    opts.sign = signs;
    opts.sign_data = keeper;
    opts.timeout_ms = (uint32_t)at_most(1000);
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    list.limit = 50;
    list.read_ahead = 2;
    enter();
    CHECK_OK(uc_groups_list(client, &list, &page, &error), error);
    for (i = 1; i < 5; i++) {
        sleep_ms(at_most(1300));
        CHECK_OK(uc_page_next(page, &error), error);
    }
    CHECK_DONE(uc_page_next(page, &error), error);
    leave();
    CHECK_INT(0, inside.wrong);
    uc_free(page);
    uc_free(client);
    uc_free(keeper);
}

TEST("a page is freed at once while its reader waits for a signature") {
    uc_client *client = watched_client();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int64_t start;
    opts.limit = 25;
    opts.read_ahead = 5;
    enter();
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    leave();
    sleep_ms(100);
    start = now_ms();
    uc_free(page);
    CHECK_BEFORE(start, 500);
    CHECK_INT(0, inside.wrong);
    uc_free(client);
    uc_free(keeper);
}

TEST("what a reader logged comes with uc_page_previous() too, and errors have their lines") {
    uc_client *client = watched_client();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 25;
    opts.read_ahead = 2;
    enter();
    fault("{\"fault\":\"status\",\"status\":404,\"skip\":2}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_page_next(page, &error), error);
    uc_free(error);
    CHECK_INT(3, inside.logs);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_OK(uc_page_previous(page, &error), error);
    leave();
    CHECK(inside.logs >= 5);
    CHECK_INT(0, inside.wrong);
    uc_free(page);
    uc_free(client);
    uc_free(keeper);
}

/* -- tick -------------------------------------------------------------------------------------------------- */

struct ticking {
    int64_t stop_after_ms, first_at, stopped_at;
    int calls;
};

static int32_t stops(void *data) {
    struct ticking *ticking = (struct ticking *)data;
    if (ticking->calls++ == 0) ticking->first_at = now_ms();
    if (now_ms() - ticking->first_at < ticking->stop_after_ms) return 0;
    ticking->stopped_at = now_ms();
    return 1;
}

static uc_client *ticking_client(struct ticking *ticking, int64_t stop_after_ms) {
    uc_client_opts opts = client_opts();
    memset(ticking, 0, sizeof *ticking);
    ticking->stop_after_ms = stop_after_ms;
    opts.tick = stops;
    opts.tick_data = ticking;
    opts.retries = 1;
    return client_with(&opts);
}

/** Checks what a call of 300 ms with such a client has come to. */
static void check_stopped(const struct ticking *ticking, uc_status status, uc_error *error, const char *where) {
    if (status != UC_ERR_CANCELED) FAIL("%s: %s", where, uc_status_name(status));
    test_before(__FILE__, __LINE__, now_ms() - ticking->stopped_at, at_most(1000));
    if (!getenv("UC_TEST_SLOW") && (ticking->calls < 2 || ticking->calls > 8)) FAIL("%s: %d ticks", where, ticking->calls);
    uc_free(error);
}

TEST("tick is asked about ten times a second and stops the call, wherever that is") {
    static const char *const faults[] = {
        "{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}",
        "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"head\":true}",
        "{\"fault\":\"slow\",\"chunk\":1,\"interval_ms\":20,\"head\":false}",
        "{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"15\"}}",
    };
    size_t i;
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct ticking ticking;
        uc_client *client = ticking_client(&ticking, 300);
        uc_page *page;
        uc_error *error;
        uc_status status;
        reset(NULL);
        fault(faults[i]);
        status = uc_groups_list(client, NULL, &page, &error);
        check_stopped(&ticking, status, error, faults[i]);
        uc_free(client);
    }
}

TEST("tick stops the wait for a page that is read ahead; the page comes with the next call") {
    struct ticking ticking;
    uc_client *client = ticking_client(&ticking, 300);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    uc_status status;
    opts.limit = 50;
    opts.read_ahead = 2;
    fault("{\"fault\":\"delay\",\"ms\":1500,\"skip\":1}");
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    status = uc_page_next(page, &error);
    check_stopped(&ticking, status, error, "uc_page_next");
    ticking.stop_after_ms = 1000000;
    check_rest(page, check_page(page, 0), 250);
    CHECK_INT(5, requests_counted());
    uc_free(page);
    uc_free(client);
}

TEST("tick stops one call and not the next: nothing has to be reset") {
    struct ticking ticking;
    uc_client *client = ticking_client(&ticking, 0);
    uc_page *page;
    uc_error *error;
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    ticking.stop_after_ms = 200;
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(client, NULL, &page, &error), error);
    uc_free(error);
    ticking.stop_after_ms = INT64_MAX;
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("tick is asked when a call begins: a loop of calls that are all short is stopped by the next one") {
    struct ticking ticking;
    uc_client *client = ticking_client(&ticking, INT64_MAX);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(2, ticking.calls);
    ticking.stop_after_ms = 0;
    CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
    CHECK_INT(0, error->attempts);
    CHECK_INT(2, requests_counted());
    uc_free(error);
    ticking.stop_after_ms = INT64_MAX;
    check_rest(page, check_page(page, 50), 250);
    uc_free(page);
    uc_free(client);
}

TEST("tick stops a connection that is made, and a handshake") {
    int port, listening = listen_on(&port), secured;
    for (secured = 0; secured < 2; secured++) {
        struct ticking ticking;
        char *silent = text("%s://127.0.0.1:%d", secured ? "https" : "http", port);
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_page *page;
        uc_error *error;
        uc_status status;
        memset(&ticking, 0, sizeof ticking);
        ticking.stop_after_ms = 300;
        opts.tick = stops;
        opts.tick_data = &ticking;
        opts.api_base = silent;
        client = client_with(&opts);
        status = uc_groups_list(client, NULL, &page, &error);
        check_stopped(&ticking, status, error, silent);
        uc_free(client);
        free(silent);
    }
    close(listening);
}

TEST("tick stops an upload in parts and the wait for a job") {
    struct ticking ticking;
    uc_client *client = ticking_client(&ticking, 300);
    struct content content = content_of(42 * MIB);
    unsigned char *bytes = content_in_memory(&content);
    uc_file *file;
    uc_error *error;
    uc_status status;
    fault("{\"fault\":\"hang\",\"path\":\"/_parts/\",\"times\":-1}");
    status = uc_upload_data(client, bytes, (size_t)content.size, NULL, &file, &error);
    check_stopped(&ticking, status, error, "uc_upload_data");
    uc_free(client);
    free(bytes);
}
