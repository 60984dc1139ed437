/*
 * A system that gives no more threads: everything works without, on the thread of the caller.
 */
#include "jobs.h"
#include "uploads.h"

#include "hmac.h"

#include <dlfcn.h>
#include <errno.h>

/** While set, no thread can be made. */
static int no_threads, refused;

typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

#ifdef __cplusplus
extern "C"
#endif
    int
    create_or_refuse(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                     void *data) __asm__("pthread_create");

/** Takes the place of the system's. */
int create_or_refuse(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *data) {
    static create_fn *create;
    if (__atomic_load_n(&no_threads, __ATOMIC_SEQ_CST)) {
        __atomic_add_fetch(&refused, 1, __ATOMIC_SEQ_CST);
        return EAGAIN;
    }
    if (create == NULL) *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
    return create(thread, attributes, body, data);
}

static void threads_end(void) {
    refused = 0;
    no_threads = 1;
}

/** The library has asked for some, and got none. */
static void threads_are_back(void) {
    no_threads = 0;
    CHECK(refused > 0);
}

/** The library has asked for none. */
static void threads_were_not_wanted(void) {
    no_threads = 0;
    CHECK_INT(0, refused);
}

struct told {
    pthread_t thread;
    int times, strays, falls;
    int64_t last, total;
    int stop_after; /* so many times */
};

static int32_t tell(void *progress_data, int64_t done, int64_t total) {
    struct told *told = (struct told *)progress_data;
    told->times++;
    told->strays += !pthread_equal(told->thread, pthread_self());
    told->falls += done < told->last;
    told->last = done;
    told->total = total;
    return told->stop_after && told->times >= told->stop_after;
}

static struct told told_new(int stop_after) {
    struct told told;
    memset(&told, 0, sizeof told);
    told.thread = pthread_self();
    told.stop_after = stop_after;
    return told;
}

TEST("a page that was to read ahead is read when it is asked for") {
    uc_client *client = client_new();
    uc_groups_opts opts = groups_opts();
    size_t groups = 0;
    uc_status status;
    uc_page *page;
    uc_error *error;
    opts.limit = 10;
    opts.read_ahead = 4;
    threads_end();
    for (status = uc_groups_list(client, &opts, &page, &error); status == UC_OK; status = uc_page_next(page, &error))
        groups += uc_page_count(page);
    threads_are_back();
    CHECK_DONE(status, error);
    CHECK_INT(250, groups);
    uc_free(page);
    uc_free(client);
}

/** Uploads so much, so slowly that there is something to tell. */
static void check_upload(int64_t size, int least_times) {
    struct content content = content_of(size);
    unsigned char *data = content_in_memory(&content);
    struct told told = told_new(0);
    uc_upload_opts opts = upload_opts();
    uc_client *client = client_new();
    uc_status status;
    uc_file *file;
    uc_error *error;
    opts.progress = tell;
    opts.progress_data = &told;
    threads_end();
    status = uc_upload_data(client, data, (size_t)size, &opts, &file, &error);
    if (size <= MOST_DIRECT) threads_were_not_wanted();
    else threads_are_back();
    CHECK_OK(status, error);
    check_arrived(file, &content);
    CHECK(told.times >= least_times);
    CHECK_INT(0, told.strays + told.falls);
    CHECK_INT(size, told.last);
    CHECK_INT(size, told.total);
    uc_free(client);
    free(data);
}

TEST("an upload in one request tells its progress on the thread of the caller, and wants no other") {
    check_upload(8 * MIB, 1);
}

TEST("an upload in parts tells it there, too") {
    fault("{\"fault\":\"delay\",\"ms\":150,\"path\":\"/_parts/\",\"times\":-1}");
    check_upload(30 * MIB, 4);
    no_more_faults();
}

TEST("an upload in parts without progress sends one after the other") {
    struct content content = content_of(30 * MIB);
    uc_client *client = client_new();
    unsigned char *data = content_in_memory(&content);
    uc_status status;
    uc_file *file;
    uc_error *error;
    threads_end();
    status = uc_upload_data(client, data, (size_t)content.size, NULL, &file, &error);
    threads_are_back();
    CHECK_OK(status, error);
    check_arrived(file, &content);
    free(data);
    uc_free(client);
}

TEST("progress stops an upload") {
    struct content content = content_of(30 * MIB);
    unsigned char *data = content_in_memory(&content);
    struct told told = told_new(2);
    uc_upload_opts opts = upload_opts();
    uc_client *client = client_new();
    uc_status status;
    uc_file *file;
    uc_error *error;
    opts.progress = tell;
    opts.progress_data = &told;
    fault("{\"fault\":\"delay\",\"ms\":150,\"path\":\"/_parts/\",\"times\":-1}");
    threads_end();
    status = uc_upload_data(client, data, (size_t)content.size, &opts, &file, &error);
    threads_are_back();
    no_more_faults();
    CHECK_FAILS(UC_ERR_CANCELED, status, error);
    CHECK_INT(2, told.times);
    CHECK(told.last < content.size);
    uc_free(error);
    free(data);
    uc_free(client);
}

TEST("waiting for a job tells its progress, is stopped by it, and wants no thread") {
    uc_client *client = client_new();
    struct told told = told_new(8);
    uc_job *job;
    int64_t start;
    uc_status status;
    uc_error *error;
    jobs_go("{\"outcome\":\"never\"}");
    job = addon_job(client, "aws_rekognition_detect_labels", a_file().uuid, NULL);
    start = now_ms();
    threads_end();
    status = uc_job_wait(job, 0, tell, &told, &error);
    threads_were_not_wanted();
    CHECK_FAILS(UC_ERR_CANCELED, status, error);
    uc_free(error);
    CHECK_INT(8, told.times);
    CHECK_INT(0, told.strays);
    CHECK_NOT_BEFORE(start, 500);
    CHECK_BEFORE(start, 3000);
    uc_free(job);
    uc_free(client);
}

TEST("a name is looked up on the thread of the caller") {
    char named[64];
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_status status;
    uc_page *page;
    uc_error *error;
    snprintf(named, sizeof named, "http://localhost:%d", port_of(base()));
    opts.api_base = named;
    client = client_with(&opts);
    threads_end();
    status = uc_groups_list(client, NULL, &page, &error);
    threads_are_back();
    CHECK_OK(status, error);
    uc_free(page);
    uc_free(client);
}

/* -- every callback ---------------------------------------------------------------------------------------- */

/** How often each was called, and how often on another thread than that of the call. */
static struct {
    pthread_t thread;
    int strays, logs, signatures, ticks, reads;
} callbacks;

static void called(int *count) {
    callbacks.strays += !pthread_equal(callbacks.thread, pthread_self());
    ++*count;
}

static void log_line(void *log_data, int32_t level, const char *line) {
    (void)log_data, (void)level, (void)line;
    called(&callbacks.logs);
}

static int32_t sign_with(void *keeper, int32_t algorithm, const char *signed_text, char *hex, size_t hex_size) {
    char *signature = NULL;
    called(&callbacks.signatures);
    if (algorithm == UC_HMAC_SHA1) {
        hmac_sha1(SECRET_KEY, signed_text, hex);
        return 0;
    }
    if (uc_upload_signature((const uc_client *)keeper, strtoll(signed_text, NULL, 10), &signature, NULL) == UC_OK)
        snprintf(hex, hex_size, "%s", signature);
    uc_free(signature);
    return signature == NULL;
}

static int32_t tick(void *tick_data) {
    (void)tick_data;
    called(&callbacks.ticks);
    return 0;
}

static int32_t stop_without_threads(void *tick_data) {
    (void)tick_data;
    return refused > 0;
}

static int64_t read_some(void *stream, void *buffer, size_t size) {
    called(&callbacks.reads);
    return stream_read(stream, buffer, size);
}

/** A client with all of them; `keeper` has the secret key. */
static uc_client *client_with_callbacks(uc_client *keeper) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    memset(&callbacks, 0, sizeof callbacks);
    callbacks.thread = pthread_self();
    opts.log = log_line;
    opts.sign = sign_with;
    opts.sign_data = keeper;
    opts.tick = tick;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    return client;
}

TEST("an upload in parts calls read, log, sign, tick and progress on the thread of the caller") {
    uc_client *keeper = client_new(), *client = client_with_callbacks(keeper);
    struct content content = content_of(30 * MIB);
    int known;
    fault("{\"fault\":\"delay\",\"ms\":150,\"path\":\"/_parts/\",\"times\":-1}");
    for (known = 0; known < 2; known++) {
        struct stream stream = {content_of(0), 0, 100000, 0};
        struct told told = told_new(0);
        uc_upload_opts opts = upload_opts();
        uc_status status;
        uc_file *file;
        uc_error *error;
        stream.content = content;
        opts.progress = tell;
        opts.progress_data = &told;
        callbacks.logs = callbacks.signatures = callbacks.ticks = callbacks.reads = 0;
        threads_end();
        status = uc_upload_stream(client, read_some, &stream, known ? content.size : -1, &opts, &file, &error);
        threads_are_back();
        CHECK_OK(status, error);
        check_arrived(file, &content);
        CHECK_INT(0, callbacks.strays + told.strays + told.falls);
        CHECK(callbacks.reads >= 300 && callbacks.signatures >= 1 && callbacks.logs >= 8);
        CHECK(callbacks.ticks >= 4 && told.times >= 4);
        CHECK_INT(content.size, told.last);
    }
    no_more_faults();
    uc_free(client);
    uc_free(keeper);
}

TEST("so does a page that was to read ahead") {
    uc_client *keeper = client_new(), *client = client_with_callbacks(keeper);
    uc_groups_opts opts = groups_opts();
    size_t groups = 0;
    uc_status status;
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    opts.read_ahead = 4;
    fault("{\"fault\":\"delay\",\"ms\":150,\"times\":-1}");
    threads_end();
    for (status = uc_groups_list(client, &opts, &page, &error); status == UC_OK; status = uc_page_next(page, &error))
        groups += uc_page_count(page);
    threads_are_back();
    no_more_faults();
    CHECK_DONE(status, error);
    CHECK_INT(250, groups);
    CHECK_INT(0, callbacks.strays);
    CHECK_INT(5, callbacks.logs);
    CHECK_INT(5, callbacks.signatures);
    CHECK(callbacks.ticks >= 5);
    uc_free(page);
    uc_free(client);
    uc_free(keeper);
}

TEST("a derived client needs no thread to be made, to be stopped by its tick and to be canceled") {
    uc_client_derive_opts opts = client_derive_opts();
    uc_client *client = client_new(), *derived;
    struct content content = content_of(30 * MIB);
    unsigned char *data = content_in_memory(&content);
    int64_t start;
    uc_status status, stopped;
    uc_file *file;
    uc_error *error, *stop_error;
    opts.tick = stop_without_threads;
    fault("{\"fault\":\"hang\",\"ms\":60000,\"path\":\"/_parts/\"}");
    threads_end();
    status = uc_client_derive(client, &opts, &derived, &error);
    start = now_ms();
    stopped = uc_upload_data(derived, data, (size_t)content.size, NULL, &file, &stop_error);
    threads_are_back();
    CHECK_OK(status, error);
    CHECK_FAILS(UC_ERR_CANCELED, stopped, stop_error);
    CHECK_BEFORE(start, 1500);
    uc_free(stop_error);
    uc_client_cancel(derived);
    CHECK_FAILS(UC_ERR_CANCELED, uc_upload_data(derived, data, 7, NULL, &file, &error), error);
    uc_free(error);
    uc_free(derived);
    free(data);
    uc_free(client);
}
