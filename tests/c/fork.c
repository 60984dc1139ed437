/*
 * fork(): the child frees what the parent made, calls on it are refused, and the parent goes on with
 * its connections as if nothing had been.
 */
#include "jobs.h"

#include <signal.h>
#include <sys/wait.h>

/** In the child, which may not go on with the tests. */
#define CHILD(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            printf("in the child, line %d: not so: %s\n", __LINE__, #condition); \
            fflush(stdout);                                                 \
            _exit(1);                                                       \
        }                                                                   \
    } while (0)

/** Runs `body` in a child, and waits until it is done. It has 20 seconds, ten times as many when slow. */
static int is_done_in_child(void (*body)(void *), void *data) {
    int outcome[2], status;
    char done = 0;
    pid_t child;
    if (pipe(outcome) != 0) return 0;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        alarm((unsigned)at_most(20000) / 1000);
        body(data);
        /* Not by exit(): what is the parent's, its streams and its leaks, is not to be looked at here. */
        if (write(outcome[1], "1", 1) == 1) kill(getpid(), SIGKILL);
        _exit(1);
    }
    close(outcome[1]);
    if (read(outcome[0], &done, 1) < 1) done = 0;
    close(outcome[0]);
    if (child < 0 || waitpid(child, &status, 0) != child) return 0;
    if (done != '1') printf("the child ended with the status %#x\n", (unsigned)status);
    return done == '1';
}

static void in_child(void (*body)(void *), void *data) { CHECK(is_done_in_child(body, data)); }

/** Calls on what the parent made are refused, with words that help. */
static void check_refused(uc_status status, uc_error *error, int line) {
    int is_right = status == UC_ERR_ARGUMENT && error && strstr(error->message, "fork()") &&
                   strstr(error->message, "make a new one in the child") && error->attempts == 0;
    if (!is_right)
        printf("line %d: %s, %s\n", line, uc_status_name(status), status < 0 && error ? error->message : "no error");
    CHILD(is_right);
    uc_free(error);
}
#define CHILD_REFUSED(call)                             \
    do {                                                \
        uc_error *error = NULL;                         \
        uc_status refused = (call);                     \
        check_refused(refused, error, __LINE__);        \
    } while (0)

/** A listing from the child, with a client of its own. */
static void child_lists(void) {
    uc_client_opts opts;
    uc_client *client;
    uc_page *page;
    memset(&opts, 0, sizeof opts);
    opts.struct_size = sizeof opts;
    opts.api_base = opts.upload_base = getenv("UC_TEST_BASE");
    CHILD(uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, NULL) == UC_OK);
    CHILD(uc_groups_list(client, NULL, &page, NULL) == UC_OK);
    CHILD(uc_page_count(page) > 0);
    uc_free(page);
    uc_free(client);
}

struct objects {
    uc_client *client, *derived;
    uc_page *page, *ahead;
    uc_group *group;
    uc_file *file;
    uc_job *job;
    uc_ops *ops;
    uc_error *error;
    char *url;
    char uuid[64];
};

static struct objects objects_new(uc_client *client) {
    uc_groups_opts opts = groups_opts();
    struct objects made;
    uc_group *none;
    uc_error *error;
    char *groups, *group_id, *uuid = strdup(a_file().uuid);
    memset(&made, 0, sizeof made);
    made.client = client;
    CHECK_OK(uc_client_derive(client, NULL, &made.derived, &error), error);
    opts.limit = 10;
    CHECK_OK(uc_groups_list(client, &opts, &made.page, &error), error);
    opts.read_ahead = 4;
    CHECK_OK(uc_groups_list(client, &opts, &made.ahead, &error), error);
    groups = emulator_get("/_emulator/groups");
    group_id = json_value(groups, "id", 0);
    CHECK_OK(uc_group_info(client, group_id, &made.group, &error), error);
    CHECK_OK(uc_file_info(client, uuid, NULL, &made.file, &error), error);
    CHECK_OK(uc_addon_run(client, "aws_rekognition_detect_labels", uuid, NULL, &made.job, &error), error);
    CHECK_OK(uc_ops_new(client, &made.ops, &error), error);
    CHECK_OK(uc_url(client, uuid, NULL, NULL, &made.url, &error), error);
    CHECK_STATUS(UC_ERR_ARGUMENT, uc_group_info(client, "", &none, &made.error));
    snprintf(made.uuid, sizeof made.uuid, "%s", uuid);
    free(uuid);
    free(group_id);
    free(groups);
    return made;
}

static void objects_free(const struct objects *made) {
    uc_free(made->client);
    uc_free(made->derived);
    uc_free(made->ahead);
    uc_free(made->page);
    uc_free(made->group);
    uc_free(made->file);
    uc_free(made->job);
    uc_free(made->ops);
    uc_free(made->error);
    uc_free(made->url);
}

static void child_frees(void *data) { objects_free((struct objects *)data); }

static int32_t go_on(void *progress_data, int64_t done, int64_t total) {
    (void)progress_data, (void)done, (void)total;
    return 0;
}

static void child_calls(void *data) {
    struct objects *made = (struct objects *)data;
    uc_upload_opts upload;
    uc_groups_opts ahead;
    const char *uuids[1];
    uc_group *group;
    uc_page *page;
    uc_file *file;
    uc_batch *batch;
    uc_job *job;
    uc_client *derived;
    char *text;
    uuids[0] = made->uuid;
    memset(&upload, 0, sizeof upload);
    upload.struct_size = sizeof upload;
    memset(&ahead, 0, sizeof ahead);
    ahead.struct_size = sizeof ahead;
    ahead.read_ahead = 2;
    CHILD_REFUSED(uc_groups_list(made->client, NULL, &page, &error));
    CHILD_REFUSED(uc_groups_list(made->client, &ahead, &page, &error));
    CHILD_REFUSED(uc_group_info(made->client, "22240276-2f06-41f8-9411-755c8ce926ed~1", &group, &error));
    CHILD_REFUSED(uc_files_delete(made->client, uuids, 1, &batch, &error));
    CHILD_REFUSED(uc_upload_data(made->client, "content", 7, NULL, &file, &error));
    upload.progress = go_on;
    CHILD_REFUSED(uc_upload_data(made->client, "content", 7, &upload, &file, &error));
    CHILD_REFUSED(uc_upload_url(made->client, "https://example.com/a.jpg", NULL, &job, &error));
    CHILD_REFUSED(uc_request(made->client, "GET", "/project/", NULL, &text, &error));
    CHILD_REFUSED(uc_request(made->derived, "GET", "/project/", NULL, &text, &error));
    CHILD_REFUSED(uc_upload_data(made->derived, "content", 7, NULL, &file, &error));
    CHILD_REFUSED(uc_page_next(made->page, &error));
    CHILD(uc_page_previous(made->page, NULL) == UC_DONE); /* nothing to send before the first page */
    CHILD_REFUSED(uc_page_next(made->ahead, &error));
    CHILD_REFUSED(uc_job_poll(made->job, &error));
    CHILD_REFUSED(uc_job_wait(made->job, 0, NULL, NULL, &error));
    CHILD_REFUSED(uc_job_wait(made->job, 0, go_on, NULL, &error));

    /* What sends nothing goes on working. */
    CHILD(uc_page_count(made->page) == 10 && uc_page_count(made->ahead) == 10);
    CHILD(uc_page_end_cursor(made->ahead) != NULL && uc_page_json(made->page) != NULL);
    CHILD(uc_url(made->client, made->uuid, "-/preview/", NULL, &text, NULL) == UC_OK);
    uc_free(text);
    uc_ops_resize(made->ops, 100, 0);
    CHILD(uc_ops_build(made->ops, &text, NULL) == UC_OK && strcmp(text, "-/resize/100x/") == 0);
    uc_free(text);
    CHILD(uc_upload_signature(made->client, 1900000000, &text, NULL) == UC_OK);
    uc_free(text);
    uc_client_cancel(made->derived);
    uc_client_reset(made->derived);
    uc_client_cancel(made->client);
    CHILD_REFUSED(uc_request(made->derived, "GET", "/project/", NULL, &text, &error));

    /* A client that is derived in the child is as much the parent's. */
    CHILD(uc_client_derive(made->client, NULL, &derived, NULL) == UC_OK);
    CHILD_REFUSED(uc_request(derived, "GET", "/project/", NULL, &text, &error));
    CHILD(uc_url(derived, made->uuid, NULL, NULL, &text, NULL) == UC_OK);
    uc_free(text);
    uc_free(derived);
    objects_free(made);
    child_lists();
}

/** Reads a listing to its end: each page begins with another group, and there are 250. */
static void check_read_on(uc_page *page) {
    char last[64] = "";
    size_t groups = 0;
    uc_error *error;
    uc_status status = UC_OK;
    for (; status == UC_OK; status = uc_page_next(page, &error)) {
        CHECK(strcmp(last, uc_page_group(page, 0)->id) != 0);
        snprintf(last, sizeof last, "%s", uc_page_group(page, 0)->id);
        groups += uc_page_count(page);
    }
    CHECK_DONE(status, error);
    CHECK_INT(250, groups);
}

static void go_on_with(struct objects *made) {
    uc_project *project;
    uc_error *error;
    CHECK_OK(uc_project_info(made->derived, &project, &error), error);
    uc_free(project);
    check_read_on(made->page);
    check_read_on(made->ahead);
}

TEST("a child frees everything, and the parent goes on") {
    struct objects made = objects_new(client_new());
    in_child(child_frees, &made);
    go_on_with(&made);
    objects_free(&made);
}

TEST("calls in the child are refused, what sends nothing works, and so does a client of its own") {
    struct objects made = objects_new(client_new());
    in_child(child_calls, &made);
    go_on_with(&made);
    objects_free(&made);
}

TEST("connections with TLS are the parent's: the child says nothing on them") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page, *again;
    uc_error *error;
    struct objects made;
    memset(&made, 0, sizeof made);
    opts.api_base = setting("UC_TEST_TLS_GOOD");
    opts.ca_file = setting("UC_TEST_TLS_GOOD_CA");
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    made.client = client;
    made.page = page;
    in_child(child_frees, &made);
    CHECK_OK(uc_groups_list(client, NULL, &again, &error), error);
    CHECK_INT(uc_page_count(page), uc_page_count(again));
    uc_free(again);
    objects_free(&made);
}

/** Answers whatever comes on a connection, which it never closes. */
static void serve_pages(int connection, void *data) {
    const char *page = "{\"next\":null,\"previous\":null,\"total\":0,\"per_page\":1,\"results\":[]}";
    char head[4096];
    int *served = (int *)data;
    while (read_head(connection, head, sizeof head) > 0) {
        char *answer = text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                            (int)strlen(page), page);
        __atomic_add_fetch(served, 1, __ATOMIC_SEQ_CST);
        send_text(connection, answer);
        free(answer);
    }
}

TEST("the parent's connection stands after the child has freed and canceled") {
    uc_client_opts opts = client_opts();
    struct server server;
    struct objects made;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    int served = 0;
    memset(&made, 0, sizeof made);
    server_start(&server, serve_pages, &served);
    opts.api_base = server.base;
    client = made.client = client_with(&opts);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
    in_child(child_frees, &made);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
    CHECK_INT(2, served);
    CHECK_INT(1, server_connections(&server));
    uc_free(client);
    server_stop(&server);
}

static void *list_slowly(void *client) {
    uc_page *page = NULL;
    uc_error *error;
    CHECK_OK(uc_groups_list((uc_client *)client, NULL, &page, &error), error);
    uc_free(page);
    return NULL;
}

static void child_cancels_and_frees(void *data) {
    uc_client_cancel((uc_client *)data);
    uc_free(data);
    child_lists();
}

TEST("a call of another thread goes on while a child cancels and frees its client") {
    uc_client *client = client_new();
    pthread_t thread;
    fault("{\"fault\":\"delay\",\"ms\":1500}");
    CHECK(pthread_create(&thread, NULL, list_slowly, client) == 0);
    sleep_ms(300);
    in_child(child_cancels_and_frees, client);
    pthread_join(thread, NULL);
    uc_free(client);
}

struct busy {
    uc_client *client;
    int done;
};

static void *keep_busy(void *data) {
    struct busy *busy = (struct busy *)data;
    while (!__atomic_load_n(&busy->done, __ATOMIC_SEQ_CST)) {
        uc_groups_opts opts = groups_opts();
        uc_page *page;
        uc_error *error;
        opts.limit = 5;
        opts.read_ahead = 2;
        CHECK_OK(uc_groups_list(busy->client, &opts, &page, &error), error);
        CHECK_OK(uc_page_next(page, &error), error);
        uc_free(page);
    }
    return NULL;
}

#if defined(__SANITIZE_ADDRESS__)
/* Its allocator is not made for fork(): the child may find it locked. */
#define FORKS 0
#else
#define FORKS 40
#endif

TEST("whatever other threads are at, a child can free and begin anew") {
    struct busy busy;
    pthread_t threads[4];
    int i;
    busy.client = client_new();
    busy.done = 0;
    for (i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, keep_busy, &busy) == 0);
    for (i = 0; i < FORKS; i++) in_child(child_cancels_and_frees, busy.client);
    __atomic_store_n(&busy.done, 1, __ATOMIC_SEQ_CST);
    for (i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    uc_free(busy.client);
}

static int32_t fork_once(void *data, int64_t done, int64_t total) {
    struct busy *busy = (struct busy *)data;
    (void)total;
    if (done == 0 || busy->done) return 0;
    busy->done = is_done_in_child(child_cancels_and_frees, busy->client);
    return !busy->done;
}

TEST("an upload in parts goes on when a child frees its client") {
    uc_upload_opts opts = upload_opts();
    size_t size = (size_t)30 << 20;
    char *data = (char *)calloc(size, 1);
    struct busy busy;
    uc_file *file;
    uc_error *error;
    busy.client = client_new();
    busy.done = 0;
    opts.progress = fork_once;
    opts.progress_data = &busy;
    CHECK_OK(uc_upload_data(busy.client, data, size, &opts, &file, &error), error);
    CHECK_INT(1, busy.done);
    uc_free(file);
    uc_free(busy.client);
    free(data);
}
