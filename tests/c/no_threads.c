/*
 * A system that gives no more threads: everything works without, on the thread of the caller.
 */
#include "jobs.h"
#include "uploads.h"

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

TEST("an upload in one request tells its progress on the thread of the caller") { check_upload(8 * MIB, 1); }

TEST("an upload in parts, too") {
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

TEST("waiting for a job tells its progress, and is stopped by it") {
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
