/* One client, many threads: each gets its own results and its own errors. */
#include "servers.h"

#define THREADS 16
#define GROUPS 60

struct worker {
    int number;
    const uc_client *client;
    pthread_t thread;
    char *id;
    uc_page *page;
    uc_error *error;
};

static void run_all(struct worker *workers, void *(*work)(void *)) {
    int i;
    for (i = 0; i < THREADS; i++) CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    for (i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
}

static void all_with(struct worker *workers, const uc_client *client) {
    int i;
    memset(workers, 0, THREADS * sizeof *workers);
    for (i = 0; i < THREADS; i++) {
        workers[i].number = i;
        workers[i].client = client;
    }
}

/* Group `number` of this kind is there only for its thread: it fails in that thread's own way. */
static void own_id(char *id, size_t size, int number) {
    snprintf(id, size, "00000000-0000-4000-8000-%012d~2", 700 + number);
}

static const int own_statuses[] = {404, 409, 400, 403};
static const uc_status own_results[] = {UC_ERR_NOT_FOUND, UC_ERR_REJECTED, UC_ERR_REJECTED, UC_ERR_AUTH};

static void own_failures(void) {
    int i;
    for (i = 0; i < THREADS; i++) {
        char id[64], *json;
        own_id(id, sizeof id, i);
        json = text("{\"fault\":\"status\",\"status\":%d,\"path\":\"/groups/%s/\",\"times\":-1,"
                    "\"headers\":{\"X-Uploadcare-Request-Id\":\"request-of-%d\"},"
                    "\"content_type\":\"application/json\",\"body\":\"{\\\"detail\\\":\\\"This is for thread %d.\\\"}\"}",
                    own_statuses[i % 4], id, i, i);
        fault(json);
        free(json);
    }
}

static void fail_own_way(const struct worker *worker) {
    char id[64], *message = text("This is for thread %d.", worker->number);
    char *request = text("request-of-%d", worker->number);
    uc_group *group;
    uc_error *error;
    own_id(id, sizeof id, worker->number);
    CHECK_FAILS(own_results[worker->number % 4], uc_group_info(worker->client, id, &group, &error), error);
    CHECK(group == NULL);
    CHECK_INT(own_statuses[worker->number % 4], error->http_status);
    CHECK_TEXT(message, error->message);
    CHECK_TEXT(request, error->request_id);
    CHECK_CONTAINS(error->body, message);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    free(message);
    free(request);
}

static void *lists_and_fails(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    int next;
    opts.limit = (uint32_t)(15 + worker->number);
    opts.read_ahead = worker->number % 3 == 0 ? 2 : 0;
    fail_own_way(worker);
    CHECK_OK(uc_groups_list(worker->client, &opts, &page, &error), error);
    CHECK_INT(15 + worker->number, uc_page_per_page(page));
    next = check_page(page, 0);
    fail_own_way(worker);
    check_rest(page, next, GROUPS);
    uc_free(page);
    fail_own_way(worker);
    return NULL;
}

TEST("16 threads on one client, each its own listing and its own failures, get what is theirs") {
    struct worker workers[THREADS];
    uc_client *client = client_new();
    reset("{\"groups\":60}");
    own_failures();
    all_with(workers, client);
    run_all(workers, lists_and_fails);
    uc_free(client);
}

static void *shows_own_group(void *argument) {
    struct worker *worker = (struct worker *)argument;
    const char *id = worker->id;
    uc_group *group;
    uc_error *error;
    CHECK_OK(uc_group_info(worker->client, id, &group, &error), error);
    CHECK_TEXT(id, group->id);
    CHECK_INT(created_us(worker->number), group->datetime_created_us);
    CHECK_INT(group->files_count, group->files_len);
    uc_free(group);
    CHECK_OK(uc_group_delete(worker->client, id, &error), error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(worker->client, id, &group, &error), error);
    CHECK(error->request_id != NULL);
    worker->error = error;
    return NULL;
}

TEST("16 threads delete a group each, and each error is of a request of its own") {
    struct worker workers[THREADS];
    uc_client *client = client_new();
    int i, k;
    reset("{\"groups\":60}");
    all_with(workers, client);
    for (i = 0; i < THREADS; i++) workers[i].id = group_id(i);
    run_all(workers, shows_own_group);
    CHECK_INT(3 * THREADS, requests_counted());
    for (i = 0; i < THREADS; i++) {
        CHECK(workers[i].error != NULL);
        for (k = 0; k < i; k++) CHECK(strcmp(workers[i].error->request_id, workers[k].error->request_id) != 0);
    }
    for (i = 0; i < THREADS; i++) {
        uc_free(workers[i].error);
        free(workers[i].id);
    }
    uc_free(client);
}

static void *meets_trouble(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_groups_opts opts = groups_opts();
    opts.limit = 20;
    opts.read_ahead = worker->number % 2 ? 1 : 0;
    check_listing(worker->client, &opts, GROUPS);
    return NULL;
}

TEST("troubles that hit 16 threads at random are retried by those whom they hit") {
    struct worker workers[THREADS];
    uc_client_opts opts = client_opts();
    uc_client *client;
    opts.retries = 12;
    client = client_with(&opts);
    reset("{\"groups\":60}");
    fault("[{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"},\"skip\":3,\"times\":5},"
          "{\"fault\":\"reset_before\",\"skip\":6,\"times\":2},{\"fault\":\"close_idle\",\"skip\":4,\"times\":4},"
          "{\"fault\":\"truncated_json\",\"skip\":2,\"times\":2},{\"fault\":\"reset_inside\",\"times\":2}]");
    all_with(workers, client);
    run_all(workers, meets_trouble);
    uc_free(client);
}

static void *lists_twice(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_groups_opts opts = groups_opts();
    opts.limit = (uint32_t)(10 + worker->number);
    check_listing(worker->client, &opts, GROUPS);
    check_listing(worker->client, &opts, GROUPS);
    return NULL;
}

TEST("kept connections that the server closes in the face of a request are replaced on every thread, even without retries") {
    struct worker workers[THREADS];
    uc_client_opts opts = client_opts();
    uc_client *client;
    opts.retries = -1;
    client = client_with(&opts);
    reset("{\"groups\":60}");
    fault("{\"fault\":\"close_idle\",\"times\":-1}");
    all_with(workers, client);
    run_all(workers, lists_twice);
    uc_free(client);
}

static void *begins_a_listing(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_groups_opts opts = groups_opts();
    uc_error *error;
    opts.limit = 20;
    opts.read_ahead = worker->number % 2 ? 1 : 0;
    CHECK_OK(uc_groups_list(worker->client, &opts, &worker->page, &error), error);
    return NULL;
}

static void *ends_the_listing(void *argument) {
    struct worker *worker = (struct worker *)argument;
    check_rest(worker->page, check_page(worker->page, 0), GROUPS);
    uc_free(worker->page);
    return NULL;
}

TEST("pages may go on and be freed on other threads than began them, after their client was freed") {
    struct worker workers[THREADS];
    uc_client *client = client_new();
    int i;
    reset("{\"groups\":60}");
    all_with(workers, client);
    run_all(workers, begins_a_listing);
    uc_free(client);
    for (i = 0; i < THREADS; i++) CHECK(workers[i].page != NULL);
    run_all(workers, ends_the_listing);
}

static void *has_a_client_of_its_own(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_groups_opts opts = groups_opts();
    uc_client *client = client_new();
    opts.limit = 30;
    opts.read_ahead = worker->number % 4 == 0 ? 1 : 0;
    check_listing(client, &opts, GROUPS);
    uc_free(client);
    return NULL;
}

TEST("16 clients on 16 threads come and go without each other") {
    struct worker workers[THREADS];
    reset("{\"groups\":60}");
    all_with(workers, NULL);
    run_all(workers, has_a_client_of_its_own);
}

static void counts_lines(void *lines, int32_t level, const char *line) {
    (void)level;
    (void)line;
    __atomic_add_fetch((int *)lines, 1, __ATOMIC_SEQ_CST);
}

static int32_t signs_nothing(void *calls, int32_t algorithm, const char *text_to_sign, char *hex, size_t size) {
    (void)algorithm;
    (void)text_to_sign;
    __atomic_add_fetch((int *)calls, 1, __ATOMIC_SEQ_CST);
    if (size < 41) return 1;
    memset(hex, '0', 40);
    hex[40] = '\0';
    return 0;
}

static void *is_refused(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_page *page;
    uc_error *error;
    CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(worker->client, NULL, &page, &error), error);
    uc_free(error);
    return NULL;
}

TEST("the log and sign callbacks are called on every thread, once a request") {
    struct worker workers[THREADS];
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    int lines = 0, signatures = 0;
    opts.log = counts_lines;
    opts.log_data = &lines;
    opts.sign = signs_nothing;
    opts.sign_data = &signatures;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    all_with(workers, client);
    run_all(workers, is_refused);
    CHECK_INT(THREADS, requests_counted());
    CHECK_INT(THREADS, __atomic_load_n(&lines, __ATOMIC_SEQ_CST));
    CHECK_INT(THREADS, __atomic_load_n(&signatures, __ATOMIC_SEQ_CST));
    uc_free(client);
}

struct reader {
    const uc_group *group;
    const char *id;
    int64_t files_count;
    size_t files_len, uuids;
};

static void *read_group(void *given) {
    struct reader *reader = (struct reader *)given;
    size_t i;
    reader->id = reader->group->id;
    reader->files_count = reader->group->files_count;
    reader->files_len = reader->group->files_len;
    for (i = 0; i < reader->files_len; i++) reader->uuids += strlen(reader->group->files[i]->uuid);
    return NULL;
}

TEST("16 threads read one struct of the library at once") {
    uc_client *client = client_new();
    struct reader readers[THREADS];
    pthread_t threads[THREADS];
    uc_page *page;
    uc_group *group;
    uc_error *error;
    int i;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_OK(uc_group_info(client, uc_page_group(page, 0)->id, &group, &error), error);
    memset(readers, 0, sizeof readers);
    for (i = 0; i < THREADS; i++) {
        readers[i].group = group;
        CHECK(pthread_create(&threads[i], NULL, read_group, &readers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_TEXT(group->id, readers[i].id);
        CHECK_INT(group->files_count, readers[i].files_count);
        CHECK_INT(group->files_len, readers[i].files_len);
        CHECK_INT(36 * group->files_len, readers[i].uuids);
    }
    CHECK(group->files_len > 0);
    uc_free(group);
    uc_free(page);
    uc_free(client);
}

static void *derives_and_cancels(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_groups_opts opts = groups_opts();
    int i;
    opts.limit = (uint32_t)(20 + worker->number);
    opts.read_ahead = worker->number % 4 == 0 ? 1 : 0;
    for (i = 0; i < 3; i++) {
        uc_client *derived, *below;
        uc_page *page;
        uc_error *error;
        CHECK_OK(uc_client_derive(worker->client, NULL, &derived, &error), error);
        CHECK_OK(uc_client_derive(derived, NULL, &below, &error), error);
        check_listing(below, &opts, GROUPS);
        uc_client_cancel(derived);
        CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(below, &opts, &page, &error), error);
        uc_free(error);
        uc_client_reset(derived);
        check_listing(derived, &opts, GROUPS);
        uc_free(derived);
        uc_free(below);
    }
    return NULL;
}

TEST("16 threads derive from one client, cancel, reset and free what is theirs, and nobody else's call ends") {
    struct worker workers[THREADS];
    uc_client *client = client_new();
    reset("{\"groups\":60}");
    all_with(workers, client);
    run_all(workers, derives_and_cancels);
    uc_free(client);
}

static void *waits_until_canceled(void *argument) {
    struct worker *worker = (struct worker *)argument;
    uc_client *derived;
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_client_derive(worker->client, NULL, &derived, &error), error);
    CHECK_FAILS(UC_ERR_CANCELED, uc_groups_list(derived, NULL, &page, &error), error);
    uc_free(error);
    uc_free(derived);
    return NULL;
}

TEST("one cancel ends the calls of 16 derived clients, and after a reset they begin again") {
    struct worker workers[THREADS];
    uc_client *client = client_new();
    int64_t start;
    int i;
    reset("{\"groups\":60}");
    fault("{\"fault\":\"hang\",\"ms\":60000,\"times\":-1}");
    all_with(workers, client);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&workers[i].thread, NULL, waits_until_canceled, &workers[i]) == 0);
    while (requests_counted() < THREADS) sleep_ms(10);
    start = now_ms();
    uc_client_cancel(client);
    for (i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
    CHECK_BEFORE(start, 1000);
    no_more_faults();
    uc_client_reset(client);
    run_all(workers, derives_and_cancels);
    uc_free(client);
}
