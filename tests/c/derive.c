/* Derived clients: limits and a cancellation of their own, on connections that all of them share. */
#include "servers.h"

static uc_client *derive(const uc_client *client, const uc_client_derive_opts *opts) {
    uc_client *derived;
    uc_error *error;
    CHECK_OK(uc_client_derive(client, opts, &derived, &error), error);
    return derived;
}

/** Asks for the project: how each call here reaches the service. */
static uc_status ask(const uc_client *client, uc_error **error) {
    uc_project *project;
    uc_status status = uc_project_info(client, &project, error);
    uc_free(project);
    return status;
}

static void check_works(const uc_client *client) {
    uc_error *error;
    CHECK_OK(ask(client, &error), error);
}

static void check_canceled(const uc_client *client) {
    uc_error *error;
    CHECK_FAILS(UC_ERR_CANCELED, ask(client, &error), error);
    CHECK_INT(0, error->attempts);
    uc_free(error);
}

/* -- a service that counts its connections -------------------------------------------------------------- */

static void serve_projects(int connection, void *data) {
    char head[4096];
    (void)data;
    while (read_head(connection, head, sizeof head) > 0)
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"name\":\"x\"}");
}

static uc_client *client_at(const char *address) {
    uc_client_opts opts = client_opts();
    opts.api_base = address;
    return client_with(&opts);
}

TEST("a request of a derived client goes over the kept connection, and leaves it for the next") {
    struct server server;
    uc_client *client;
    int i;
    server_start(&server, serve_projects, NULL);
    client = client_at(server.base);
    check_works(client);
    for (i = 0; i < 20; i++) {
        uc_client *derived = derive(client, NULL), *further = derive(derived, NULL);
        check_works(derived);
        uc_free(derived); /* what was derived from it lives on */
        check_works(further);
        uc_free(further);
        check_works(client);
    }
    CHECK_INT(1, server_connections(&server));
    uc_free(client);
    server_stop(&server);
}

TEST("the client may be freed before what was derived from it, and before its pages") {
    uc_client *client = client_new(), *derived = derive(client, NULL);
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    opts.read_ahead = 2;
    CHECK_OK(uc_groups_list(derived, &opts, &page, &error), error);
    uc_free(client);
    check_works(derived);
    uc_free(derived);
    check_rest(page, check_page(page, 0), 250);
    uc_free(page);
}

TEST("an idle connection survives a cancel, of whichever client") {
    struct server server;
    uc_client *client, *derived;
    server_start(&server, serve_projects, NULL);
    client = client_at(server.base);
    derived = derive(client, NULL);
    check_works(derived);
    uc_client_cancel(derived);
    check_works(client);
    uc_client_cancel(client);
    check_canceled(client);
    uc_client_reset(client);
    check_works(client);
    CHECK_INT(1, server_connections(&server));
    uc_free(derived);
    uc_free(client);
    server_stop(&server);
}

/* -- cancel and reset ------------------------------------------------------------------------------------ */

TEST("a canceled client stays canceled until it is reset; its parent and siblings go on") {
    uc_client *client = client_new(), *one = derive(client, NULL), *other = derive(client, NULL), *below = derive(one, NULL);
    uc_client_cancel(one);
    check_canceled(one);
    check_canceled(below);
    check_canceled(one);
    check_works(other);
    check_works(client);
    CHECK_INT(2, requests_counted());
    uc_client_reset(one);
    check_works(one);
    check_works(below);

    uc_client_cancel(below);
    uc_client_cancel(client);
    check_canceled(client);
    check_canceled(one);
    check_canceled(other);
    uc_client_reset(one); /* of no use while its parent is canceled */
    check_canceled(one);
    uc_client_reset(client);
    check_works(client);
    check_works(one);
    check_canceled(below); /* it was canceled itself */
    uc_client_reset(below);
    check_works(below);
    uc_free(client);
    uc_free(one);
    uc_free(other);
    uc_free(below);
}

TEST("what sends nothing works on a canceled client") {
    uc_client *client = client_new(), *derived;
    char *url;
    uc_error *error;
    uc_client_cancel(client);
    CHECK_OK(uc_url(client, "22240276-2f06-41f8-9411-755c8ce926ed", NULL, NULL, &url, &error), error);
    derived = derive(client, NULL);
    check_canceled(derived);
    uc_client_reset(client);
    check_works(derived);
    uc_free(url);
    uc_free(derived);
    uc_free(client);
}

TEST("pages and jobs are canceled with the client that they were made with") {
    uc_client *client = client_new(), *derived = derive(client, NULL);
    uc_groups_opts opts = groups_opts();
    uc_page *page, *other;
    uc_error *error;
    opts.limit = 50;
    CHECK_OK(uc_groups_list(derived, &opts, &page, &error), error);
    CHECK_OK(uc_groups_list(client, &opts, &other, &error), error);
    uc_client_cancel(derived);
    CHECK_FAILS(UC_ERR_CANCELED, uc_page_next(page, &error), error);
    uc_free(error);
    check_rest(other, check_page(other, 0), 250);
    uc_client_reset(derived);
    check_rest(page, check_page(page, 0), 250);
    uc_free(page);
    uc_free(other);
    uc_free(derived);
    uc_free(client);
}

struct waiting {
    uc_client *client;
    uc_status status;
    uc_error *error;
    pthread_t thread;
};

static void *wait_for_answer(void *argument) {
    struct waiting *waiting = (struct waiting *)argument;
    waiting->status = ask(waiting->client, &waiting->error);
    return NULL;
}

TEST("a call in progress stays canceled even if the client is reset at once, and a sibling's goes on") {
    uc_client *client = client_new();
    struct waiting waiting[2];
    int64_t start;
    int i;
    fault("{\"fault\":\"delay\",\"ms\":1500,\"times\":2}");
    for (i = 0; i < 2; i++) {
        waiting[i].client = derive(client, NULL);
        CHECK(pthread_create(&waiting[i].thread, NULL, wait_for_answer, &waiting[i]) == 0);
    }
    while (requests_counted() < 2) sleep_ms(10);
    start = now_ms();
    uc_client_cancel(waiting[0].client);
    uc_client_reset(waiting[0].client);
    pthread_join(waiting[0].thread, NULL);
    CHECK_BEFORE(start, 1000);
    pthread_join(waiting[1].thread, NULL);
    CHECK_FAILS(UC_ERR_CANCELED, waiting[0].status, waiting[0].error);
    CHECK_OK(waiting[1].status, waiting[1].error);
    check_works(waiting[0].client);
    uc_free(waiting[0].error);
    for (i = 0; i < 2; i++) uc_free(waiting[i].client);
    uc_free(client);
}

/* -- 3,000 races ------------------------------------------------------------------------------------------- */

struct race {
    uc_client *client;
    int started; /* by the call, right before it begins */
    int spin;
    pthread_t thread;
};

static void *cancel_at_the_start(void *argument) {
    struct race *race = (struct race *)argument;
    volatile int spin;
    while (!__atomic_load_n(&race->started, __ATOMIC_ACQUIRE)) continue;
    for (spin = 0; spin < race->spin; spin++) continue;
    uc_client_cancel(race->client);
    return NULL;
}

/** Serves many connections at a time: requests of the sibling are answered, others never. */
struct crowd {
    struct server server;
    pthread_t threads[4096];
    int count, answered, unanswered;
};

struct served {
    struct crowd *crowd;
    int connection;
};

static void *serve_or_hang(void *argument) {
    struct served *served = (struct served *)argument;
    char head[4096];
    while (read_head(served->connection, head, sizeof head) > 0) {
        if (strstr(head, " /sibling/ ") == NULL) {
            __atomic_add_fetch(&served->crowd->unanswered, 1, __ATOMIC_SEQ_CST);
            continue;
        }
        __atomic_add_fetch(&served->crowd->answered, 1, __ATOMIC_SEQ_CST);
        send_text(served->connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    }
    close(served->connection);
    free(served);
    return NULL;
}

static void serve_in_a_thread(int connection, void *data) {
    struct crowd *crowd = (struct crowd *)data;
    struct served *served = (struct served *)malloc(sizeof *served);
    CHECK(crowd->count < 4096);
    served->crowd = crowd;
    served->connection = dup(connection);
    CHECK(pthread_create(&crowd->threads[crowd->count++], NULL, serve_or_hang, served) == 0);
}

static struct crowd *crowd_start(void) {
    struct crowd *crowd = (struct crowd *)calloc(1, sizeof *crowd);
    server_start(&crowd->server, serve_in_a_thread, crowd);
    return crowd;
}

/** Once all of its connections are closed. */
static void crowd_stop(struct crowd *crowd) {
    int i;
    server_stop(&crowd->server);
    for (i = 0; i < crowd->count; i++) pthread_join(crowd->threads[i], NULL);
    free(crowd);
}

struct sibling {
    uc_client *client;
    int stop, calls, failures;
    pthread_t thread;
};

static void *go_on(void *argument) {
    struct sibling *sibling = (struct sibling *)argument;
    while (!__atomic_load_n(&sibling->stop, __ATOMIC_ACQUIRE)) {
        char *reply;
        if (uc_request(sibling->client, "GET", "/sibling/", NULL, &reply, NULL) != UC_OK) sibling->failures++;
        uc_free(reply);
        sibling->calls++;
        sleep_ms(1);
    }
    return NULL;
}

TEST("3,000 cancels race with the start of a call: none is lost, and a sibling's connection serves it all the while") {
    int races = getenv("UC_TEST_SLOW") ? 150 : 3000, i;
    struct crowd *crowd = crowd_start();
    uc_client_opts opts = client_opts();
    uc_client *client;
    struct sibling sibling;
    int connections;
    opts.api_base = crowd->server.base;
    opts.timeout_ms = 60000;
    client = client_with(&opts);
    memset(&sibling, 0, sizeof sibling);
    sibling.client = client; /* the parent is one of those that must not hear of it */
    CHECK(pthread_create(&sibling.thread, NULL, go_on, &sibling) == 0);
    for (i = 0; i < races; i++) {
        struct race race;
        uc_error *error;
        race.client = derive(client, NULL);
        race.started = 0;
        race.spin = i * 37 % 4000;
        CHECK(pthread_create(&race.thread, NULL, cancel_at_the_start, &race) == 0);
        __atomic_store_n(&race.started, 1, __ATOMIC_RELEASE);
        CHECK_FAILS(UC_ERR_CANCELED, ask(race.client, &error), error); /* a lost one would take a minute */
        pthread_join(race.thread, NULL);
        uc_free(error);
        uc_free(race.client);
    }
    __atomic_store_n(&sibling.stop, 1, __ATOMIC_RELEASE);
    pthread_join(sibling.thread, NULL);
    CHECK(sibling.calls > 0);
    CHECK_INT(0, sibling.failures);
    CHECK_INT(sibling.calls, crowd->answered);
    connections = server_connections(&crowd->server);
    uc_free(client);
    if (connections > races + 1) FAIL("%d connections for %d races", connections, races);
    crowd_stop(crowd);
}

TEST("a sibling that works while others are canceled keeps its one connection") {
    struct crowd *crowd = crowd_start();
    uc_client *client = client_at(crowd->server.base), *sibling = derive(client, NULL), *other = derive(client, NULL);
    int i;
    for (i = 0; i < 20; i++) {
        struct waiting waiting;
        char *reply;
        uc_error *error;
        CHECK_OK(uc_request(sibling, "GET", "/sibling/", NULL, &reply, &error), error);
        uc_free(reply);
        CHECK_INT(1 + i, server_connections(&crowd->server));
        waiting.client = other;
        CHECK(pthread_create(&waiting.thread, NULL, wait_for_answer, &waiting) == 0);
        while (__atomic_load_n(&crowd->unanswered, __ATOMIC_SEQ_CST) <= i) sleep_ms(1); /* over the kept one */
        CHECK_OK(uc_request(sibling, "GET", "/sibling/", NULL, &reply, &error), error);
        uc_free(reply);
        uc_client_cancel(other);
        pthread_join(waiting.thread, NULL);
        CHECK_FAILS(UC_ERR_CANCELED, waiting.status, waiting.error);
        uc_free(waiting.error);
        uc_client_reset(other);
    }
    uc_free(other);
    uc_free(sibling);
    uc_free(client);
    crowd_stop(crowd);
}

/* -- limits, retries, log and tick of its own ----------------------------------------------------------- */

TEST("time limits and retries are its own where they are set, and its parent's elsewhere") {
    uc_client_opts opts = client_opts();
    uc_client_derive_opts own = client_derive_opts();
    uc_client *client, *hurried, *inherits;
    uc_error *error;
    int64_t start;
    opts.retries = -1;
    opts.timeout_ms = 20000;
    client = client_with(&opts);
    own.timeout_ms = 300;
    own.retries = 2;
    hurried = derive(client, &own);
    inherits = derive(hurried, NULL);

    fault("{\"fault\":\"hang\",\"ms\":60000,\"times\":2}");
    start = now_ms();
    CHECK_FAILS(UC_ERR_TIMEOUT, ask(hurried, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_TIMEOUT, ask(inherits, &error), error);
    CHECK_BEFORE(start, 2 * 600);
    uc_free(error);

    reset(NULL);
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"},\"times\":-1}");
    CHECK_FAILS(UC_ERR_SERVER, ask(client, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_FAILS(UC_ERR_SERVER, ask(inherits, &error), error);
    CHECK_INT(3, error->attempts);
    uc_free(error);
    uc_free(client);
    uc_free(hurried);
    uc_free(inherits);
}

TEST("UC_NO_LIMIT is no limit: an idle time that the default would end") {
    uc_client_derive_opts own = client_derive_opts();
    uc_client_opts opts = client_opts();
    uc_client *client, *patient;
    uc_error *error;
    opts.idle_timeout_ms = opts.timeout_ms = opts.connect_timeout_ms = 200;
    client = client_with(&opts);
    own.idle_timeout_ms = own.timeout_ms = own.connect_timeout_ms = UC_NO_LIMIT;
    patient = derive(client, &own);
    fault("{\"fault\":\"delay\",\"ms\":1000}");
    CHECK_OK(ask(patient, &error), error);
    uc_free(patient);
    uc_free(client);
}

static void counts(void *count, int32_t level, const char *line) {
    (void)level, (void)line;
    ++*(int *)count;
}

TEST("a log of its own, or its parent's") {
    uc_client_opts opts = client_opts();
    uc_client_derive_opts own = client_derive_opts();
    uc_client *client, *derived, *inherits;
    int lines = 0, own_lines = 0;
    opts.log = counts;
    opts.log_data = &lines;
    client = client_with(&opts);
    own.log = counts;
    own.log_data = &own_lines;
    derived = derive(client, &own);
    inherits = derive(client, NULL);
    check_works(derived);
    check_works(derived);
    check_works(inherits);
    CHECK_INT(1, lines);
    CHECK_INT(2, own_lines);
    uc_free(client);
    uc_free(derived);
    uc_free(inherits);
}

static int32_t cancels_and_signs(void *client, int32_t algorithm, const char *text_to_sign, char *hex, size_t hex_size) {
    (void)algorithm, (void)text_to_sign, (void)hex_size;
    if (*(uc_client **)client) uc_client_cancel(*(uc_client **)client);
    memset(hex, '0', 40);
    hex[40] = '\0';
    return 0;
}

TEST("a call that is canceled before it takes a connection leaves the kept ones alone, and has made no request") {
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client, *derived, *to_cancel = NULL;
    uc_error *error;
    server_start(&server, serve_projects, NULL);
    opts.api_base = server.base;
    opts.sign = cancels_and_signs;
    opts.sign_data = &to_cancel;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    derived = derive(client, NULL);
    check_works(client);
    to_cancel = derived;
    CHECK_FAILS(UC_ERR_CANCELED, ask(derived, &error), error);
    CHECK_INT(0, error->attempts);
    uc_free(error);
    to_cancel = NULL;
    check_works(client);
    CHECK_INT(1, server_connections(&server));
    uc_free(derived);
    uc_free(client);
    server_stop(&server);
}

TEST("a chain of derived clients has an end, and any number may be derived from one") {
    uc_client *chain[65], *more;
    uc_error *error;
    int i;
    chain[0] = client_new();
    for (i = 1; i < 65; i++) chain[i] = derive(chain[i - 1], NULL);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_derive(chain[64], NULL, &more, &error), error);
    CHECK_CONTAINS(error->message, "64");
    uc_free(error);
    uc_client_cancel(chain[0]);
    check_canceled(chain[64]);
    uc_client_reset(chain[0]);
    for (i = 0; i < 100; i++) uc_free(derive(chain[1], NULL));
    for (i = 0; i < 64; i++) uc_free(chain[i]);
    check_works(chain[64]);
    uc_free(chain[64]);
}

TEST("wrong options name the field") {
    uc_client *client = client_new(), *derived;
    uc_client_derive_opts opts = client_derive_opts();
    uc_error *error;
    opts.retries = -2;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_derive(client, &opts, &derived, &error), error);
    CHECK_CONTAINS(error->message, "opts.retries is -2");
    CHECK(derived == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_derive(NULL, NULL, &derived, &error), error);
    CHECK_CONTAINS(error->message, "client is NULL");
    uc_free(error);
    uc_free(client);
}
