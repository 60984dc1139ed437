/* Jobs: asked about, waited for, given up, and ended in every way. */
#include "jobs.h"

/** What a progress callback heard, and what it is to do. */
struct heard {
    int calls, ended, odd;
    int64_t least_done;
    int stop_at;                     /* this call returns 1 */
    const uc_client *cancel_at_once; /* ... or cancels this client */
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

static void heard_new(struct heard *heard) {
    memset(heard, 0, sizeof *heard);
    pthread_mutex_init(&heard->lock, NULL);
    pthread_cond_init(&heard->changed, NULL);
}

static int32_t hear(void *progress_data, int64_t done, int64_t total) {
    struct heard *heard = (struct heard *)progress_data;
    int call;
    pthread_mutex_lock(&heard->lock);
    call = ++heard->calls;
    heard->odd += total != 1 || done < heard->least_done || done > 1;
    heard->least_done = done;
    heard->ended += done == 1;
    pthread_cond_signal(&heard->changed);
    pthread_mutex_unlock(&heard->lock);
    if (heard->cancel_at_once) uc_client_cancel(heard->cancel_at_once);
    return call == heard->stop_at;
}

/* -- poll ------------------------------------------------------------------------------------------ */

TEST("a job is asked about until it has ended; then nothing is sent any more, and its answer stays") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    uc_file *file;
    char *json, *uuid;
    int i;
    jobs_go("{\"polls\":2}");
    job = document_job(client, "-/format/png/-/page/1/", NULL);
    uuid = text("%s", uc_job_file_uuid(job));
    CHECK_INT(36, strlen(uuid));
    CHECK_TEXT(NULL, uc_job_thumbnails_group_id(job));
    CHECK_CONTAINS(uc_job_json(job), "\"token\":");
    file = file_now(client, uuid);
    CHECK_INT(0, file->is_ready);
    uc_free(file);

    CHECK_OK(uc_job_poll(job, &error), error);
    CHECK_CONTAINS(uc_job_json(job), "\"pending\"");
    CHECK_TEXT(uuid, uc_job_file_uuid(job));
    CHECK_OK(uc_job_poll(job, &error), error);
    CHECK_CONTAINS(uc_job_json(job), "\"processing\"");
    CHECK_DONE(uc_job_poll(job, &error), error);
    CHECK_CONTAINS(uc_job_json(job), "\"finished\"");
    CHECK_TEXT(uuid, uc_job_file_uuid(job));
    file = file_now(client, uuid);
    CHECK_INT(1, file->is_ready);
    uc_free(file);

    forget_requests();
    json = text("%s", uc_job_json(job));
    for (i = 0; i < 3; i++) {
        CHECK_DONE(uc_job_poll(job, &error), error);
        CHECK_DONE(uc_job_wait(job, 1, NULL, NULL, &error), error);
        CHECK_TEXT(json, uc_job_json(job));
        CHECK_TEXT(uuid, uc_job_file_uuid(job));
    }
    CHECK_INT(0, requests_counted());
    uc_free(job);
    free(json);
    free(uuid);
    uc_free(client);
}

TEST("each kind of job asks where its status is, and every word of the service's has its meaning") {
    static const struct {
        const char *word;
        uc_status status;
    } words[] = {
        {"pending", UC_OK},        {"processing", UC_OK},    {"in_progress", UC_OK},        {"queued", UC_OK},
        {"finished", UC_DONE},     {"done", UC_DONE},        {"failed", UC_ERR_JOB},        {"error", UC_ERR_JOB},
        {"cancelled", UC_ERR_JOB}, {"canceled", UC_ERR_JOB}, {"unknown", UC_ERR_NOT_FOUND},
    };
    static const struct {
        const char *token, *target;
    } kinds[] = {
        {"document:22450034", "/convert/document/status/22450034/"},
        {"video:0", "/convert/video/status/0/"},
        {"addon:remove_bg:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
         "/addons/remove_bg/execute/status/?request_id=53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb"},
    };
    uc_client *client = client_new();
    size_t kind, word;
    for (kind = 0; kind < 3; kind++)
        for (word = 0; word < sizeof words / sizeof words[0]; word++) {
            char *body = text("{\"status\":\"%s\",\"error\":null,\"result\":{}}", words[word].word);
            uc_job *job;
            uc_error *error;
            reset(NULL);
            CHECK_OK(uc_job_resume(client, kinds[kind].token, &job, &error), error);
            answer(200, API_TYPE, body);
            CHECK_STATUS(words[word].status, uc_job_poll(job, NULL));
            if (words[word].status != UC_ERR_NOT_FOUND) CHECK_TEXT(body, uc_job_json(job));
            check_sent(0, "GET", kinds[kind].target, "");
            uc_free(job);
            free(body);
        }
    uc_free(client);
}

/* -- wait ------------------------------------------------------------------------------------------ */

TEST("waiting tells 0 of 1 until the job has ended, and then 1 of 1") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    struct heard heard;
    heard_new(&heard);
    jobs_go("{\"polls\":2}");
    job = video_job(client, "-/format/webm/", NULL);
    forget_requests();
    CHECK_DONE(uc_job_wait(job, 0, hear, &heard, &error), error);
    CHECK_INT(3, requests_counted());
    CHECK(heard.calls > 3);
    CHECK_INT(1, heard.ended);
    CHECK_INT(0, heard.odd);
    uc_free(job);
    uc_free(client);
}

TEST("the callback stops the waiting and not the job") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    struct heard heard;
    int i;
    jobs_go("{\"polls\":2}");
    job = document_job(client, "-/format/txt/", NULL);
    for (i = 1; i <= 2; i++) {
        heard_new(&heard);
        heard.stop_at = i;
        CHECK_FAILS(UC_ERR_CANCELED, uc_job_wait(job, 0, hear, &heard, &error), error);
        CHECK_INT(i, heard.calls);
        uc_free(error);
    }
    wait_for(job);
    uc_free(job);
    uc_free(client);
}

TEST("a job that never ends is waited for as long as timeout_ms says, and can be waited for again") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    int64_t start = now_ms();
    jobs_go("{\"outcome\":\"never\"}");
    job = document_job(client, "-/format/png/", NULL);
    CHECK_FAILS(UC_ERR_TIMEOUT, uc_job_wait(job, 600, NULL, NULL, &error), error);
    CHECK_NOT_BEFORE(start, 600);
    CHECK_BEFORE(start, 5000);
    CHECK_CONTAINS(error->message, "timeout_ms");
    uc_free(error);
    CHECK_STATUS(UC_ERR_TIMEOUT, uc_job_wait(job, 1, NULL, NULL, NULL));
    CHECK_OK(uc_job_poll(job, &error), error);
    CHECK_CONTAINS(uc_job_json(job), "\"processing\"");
    uc_free(job);
    uc_free(client);
}

TEST("an answer that does not come is not waited for any longer than that") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    int64_t start;
    job = document_job(client, "-/format/png/", NULL);
    fault("{\"fault\":\"hang\",\"ms\":60000}");
    start = now_ms();
    CHECK_FAILS(UC_ERR_TIMEOUT, uc_job_wait(job, 500, NULL, NULL, &error), error);
    CHECK_BEFORE(start, 5000);
    uc_free(error);
    wait_for(job);
    uc_free(job);
    uc_free(client);
}

/* -- cancel ---------------------------------------------------------------------------------------- */

struct canceller {
    struct heard *heard;
    uc_client *client;
};

/** Cancels once the wait has been heard of. */
static void *cancel_when_heard(void *data) {
    struct canceller *canceller = (struct canceller *)data;
    pthread_mutex_lock(&canceller->heard->lock);
    while (canceller->heard->calls == 0) pthread_cond_wait(&canceller->heard->changed, &canceller->heard->lock);
    pthread_mutex_unlock(&canceller->heard->lock);
    uc_client_cancel(canceller->client);
    return NULL;
}

TEST("uc_client_cancel() on another thread ends the waiting, and not the job") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    struct heard heard;
    struct canceller canceller;
    pthread_t thread;
    int i;
    jobs_go("{\"outcome\":\"never\"}");
    job = document_job(client, "-/format/png/", NULL);
    for (i = 0; i < 5; i++) {
        heard_new(&heard);
        canceller.heard = &heard;
        canceller.client = client;
        CHECK(pthread_create(&thread, NULL, cancel_when_heard, &canceller) == 0);
        CHECK_FAILS(UC_ERR_CANCELED, uc_job_wait(job, 0, hear, &heard, &error), error);
        pthread_join(thread, NULL);
        uc_free(error);
        CHECK_FAILS(UC_ERR_CANCELED, uc_job_poll(job, &error), error);
        uc_free(error);
        uc_client_reset(client);
        CHECK_OK(uc_job_poll(job, &error), error);
    }
    uc_free(job);
    uc_free(client);
}

TEST("so does uc_client_cancel() in the callback itself") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    struct heard heard;
    jobs_go("{\"polls\":1}");
    job = document_job(client, "-/format/png/", NULL);
    heard_new(&heard);
    heard.cancel_at_once = client;
    CHECK_FAILS(UC_ERR_CANCELED, uc_job_wait(job, 0, hear, &heard, &error), error);
    CHECK_INT(1, heard.calls);
    uc_free(error);
    uc_client_reset(client);
    wait_for(job);
    uc_free(job);
    uc_free(client);
}

TEST("once the job has ended, the callback can stop nothing any more") {
    uc_client *client = client_new();
    int cancels;
    jobs_go("{\"polls\":0}");
    for (cancels = 0; cancels < 2; cancels++) {
        uc_job *job = document_job(client, "-/format/png/", NULL);
        uc_error *error;
        struct heard heard;
        heard_new(&heard);
        heard.stop_at = 1;
        heard.cancel_at_once = cancels ? client : NULL;
        CHECK_DONE(uc_job_wait(job, 0, hear, &heard, &error), error);
        CHECK_INT(1, heard.calls);
        CHECK_INT(1, heard.ended);
        uc_client_reset(client);
        uc_free(job);
    }
    uc_free(client);
}

TEST("a cancel while nobody waits changes nothing once it is reset") {
    uc_client *client = client_new();
    uc_job *job = document_job(client, "-/format/png/", NULL);
    uc_client_cancel(client);
    uc_client_reset(client);
    wait_for(job);
    uc_free(job);
    uc_free(client);
}

/* -- ends that are not good ------------------------------------------------------------------------ */

/** Checks that the job has ended badly, and that it stays so without being asked about again. */
static void check_ended_badly(uc_job *job, const char *message) {
    uc_error *error;
    int i;
    forget_requests();
    for (i = 0; i < 3; i++) {
        CHECK_FAILS(UC_ERR_JOB, i == 1 ? uc_job_wait(job, 0, NULL, NULL, &error) : uc_job_poll(job, &error), error);
        CHECK_CONTAINS(error->message, message);
        CHECK_INT(200, error->http_status);
        CHECK_TEXT(uc_job_json(job), error->body);
        uc_free(error);
    }
    CHECK_INT(1, requests_counted());
}

TEST("a job that fails, or is cancelled, says why, and is not asked about any more") {
    static const struct {
        const char *course, *message;
    } ends[] = {
        {"{\"polls\":0,\"outcome\":\"failed\",\"error\":\"The file is\\n broken.\"}", "The file is broken."},
        {"{\"polls\":0,\"outcome\":\"failed\"}", "The file could not be processed."},
        {"{\"polls\":0,\"outcome\":\"cancelled\",\"error\":\"Stopped by hand.\"}", "Stopped by hand."},
        {"{\"polls\":0,\"outcome\":\"cancelled\"}", "canceled"},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        uc_job *job;
        jobs_go(ends[i].course);
        job = i % 2 ? video_job(client, "-/format/ogg/", NULL) : document_job(client, "-/format/png/", NULL);
        check_ended_badly(job, ends[i].message);
        uc_free(job);
    }
    uc_free(client);
}

TEST("an add-on that fails, too") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_job *job;
    jobs_go("{\"polls\":0,\"outcome\":\"failed\"}");
    job = addon_job(client, "uc_clamav_virus_scan", file.uuid, NULL);
    check_ended_badly(job, "failed");
    CHECK_TEXT(NULL, uc_job_file_uuid(job));
    uc_free(job);
    uc_free(client);
}

TEST("a job that the service does not know is UC_ERR_NOT_FOUND, whenever it is asked") {
    static const struct {
        const char *token;
        int http_status;
        const char *message;
    } cases[] = {
        {"document:1", 404, "Not found."},
        {"video:1", 404, "Not found."},
        {"addon:remove_bg:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb", 200, "does not know"},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < 3; i++) {
        uc_job *job;
        uc_error *error;
        int times;
        CHECK_OK(uc_job_resume(client, cases[i].token, &job, &error), error);
        forget_requests();
        for (times = 1; times <= 2; times++) {
            CHECK_FAILS(UC_ERR_NOT_FOUND,
                        times == 1 ? uc_job_poll(job, &error) : uc_job_wait(job, 0, NULL, NULL, &error), error);
            CHECK_CONTAINS(error->message, cases[i].message);
            CHECK_INT(cases[i].http_status, error->http_status);
            CHECK_INT(times, requests_counted());
            uc_free(error);
        }
        uc_free(job);
    }
    uc_free(client);
}

/* -- trouble on the way ---------------------------------------------------------------------------- */

TEST("whatever goes wrong on the way leaves the job as it was, and it can be asked about again") {
    static const struct {
        const char *fault;
        uc_status status;
    } troubles[] = {
        {"{\"fault\":\"reset_before\",\"times\":-1}", UC_ERR_NETWORK},
        {"{\"fault\":\"close_inside\",\"times\":-1}", UC_ERR_NETWORK},
        {"{\"fault\":\"status\",\"status\":503,\"times\":-1}", UC_ERR_SERVER},
        {"{\"fault\":\"status\",\"status\":401,\"times\":-1}", UC_ERR_AUTH},
        {"{\"fault\":\"status\",\"status\":404,\"times\":-1}", UC_ERR_NOT_FOUND},
        {"{\"fault\":\"malformed_json\",\"times\":-1}", UC_ERR_PROTOCOL},
        {"{\"fault\":\"body\",\"body\":\"{}\",\"times\":-1}", UC_ERR_PROTOCOL},
        {"{\"fault\":\"body\",\"body\":\"[]\",\"times\":-1}", UC_ERR_PROTOCOL},
        {"{\"fault\":\"set\",\"pointer\":\"/status\",\"value\":7,\"times\":-1}", UC_ERR_PROTOCOL},
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        uc_job *job;
        uc_error *error;
        char *json, *uuid;
        jobs_go("{\"polls\":0}");
        job = document_job(client, "-/format/png/", NULL);
        json = text("%s", uc_job_json(job));
        uuid = text("%s", uc_job_file_uuid(job));
        fault(troubles[i].fault);
        CHECK_FAILS(troubles[i].status, i % 2 ? uc_job_wait(job, 0, NULL, NULL, &error) : uc_job_poll(job, &error),
                    error);
        uc_free(error);
        CHECK_TEXT(json, uc_job_json(job));
        CHECK_TEXT(uuid, uc_job_file_uuid(job));
        no_more_faults();
        CHECK_DONE(uc_job_poll(job, &error), error);
        CHECK_TEXT(uuid, uc_job_file_uuid(job));
        uc_free(job);
        free(json);
        free(uuid);
    }
    uc_free(client);
}

TEST("a poll is repeated like any other question") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    jobs_go("{\"polls\":0}");
    job = document_job(client, "-/format/png/", NULL);
    forget_requests();
    fault("{\"fault\":\"status\",\"status\":503,\"times\":2,\"headers\":{\"Retry-After\":\"0\"}}");
    CHECK_DONE(uc_job_poll(job, &error), error);
    CHECK_INT(3, requests_counted());
    uc_free(job);
    uc_free(client);
}
