/* Add-ons: what they find and make, what they are told, and how they wait their turn. */
#include "jobs.h"

static uc_client *client_with_retries(int retries, uint32_t timeout_ms) {
    uc_client_opts opts = client_opts();
    opts.retries = retries;
    opts.timeout_ms = timeout_ms;
    return client_with(&opts);
}

/** The part of a file's appdata that an add-on has written, to be freed; NULL where it has not. */
static char *found(const uc_client *client, const char *uuid, const char *addon) {
    uc_file *file = file_now(client, uuid);
    char *part = file->appdata ? json_value(file->appdata, addon, 0) : NULL;
    uc_free(file);
    return part;
}

/* -- what they do ---------------------------------------------------------------------------------- */

TEST("what an add-on finds is in the file's appdata when its job has ended, and no earlier") {
    static const struct {
        const char *addon, *part;
    } cases[] = {
        {"uc_clamav_virus_scan", "\"infected\":false"},
        {"aws_rekognition_detect_labels", "\"Labels\":["},
        {"aws_rekognition_detect_moderation_labels", "\"ModerationLabels\":["},
        {"remove_bg", "\"version\":\"1.0\""},
    };
    struct kept_file file = a_file();
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *before = found(client, file.uuid, cases[i].addon), *during, *after;
        char *target = text("/addons/%s/execute/", cases[i].addon);
        char *body = text("{\"target\":\"%s\",\"params\":{}}", file.uuid);
        uc_job *job;
        forget_requests();
        job = addon_job(client, cases[i].addon, file.uuid, NULL);
        check_sent(0, "POST", target, body);
        CHECK_CONTAINS(uc_job_json(job), "\"request_id\"");
        CHECK_TEXT(NULL, uc_job_thumbnails_group_id(job));
        during = found(client, file.uuid, cases[i].addon);
        CHECK_TEXT(before, during);
        wait_for(job);
        after = found(client, file.uuid, cases[i].addon);
        CHECK_CONTAINS(after, cases[i].part);
        CHECK(before == NULL || strcmp(before, after) != 0);
        CHECK((i == 3) == (uc_job_file_uuid(job) != NULL));
        uc_free(job);
        free(before);
        free(during);
        free(after);
        free(target);
        free(body);
    }
    uc_free(client);
}

TEST("an infected file is found, and removed where that is asked for") {
    struct kept_file file = kept_named("eicar.zip");
    uc_client *client = client_new();
    uc_job *job = addon_job(client, "uc_clamav_virus_scan", file.uuid, NULL);
    char *scan;
    uc_file *now;
    wait_for(job);
    uc_free(job);
    scan = found(client, file.uuid, "uc_clamav_virus_scan");
    CHECK_CONTAINS(scan, "\"infected\":true");
    CHECK_CONTAINS(scan, "\"infected_with\":\"");
    free(scan);
    now = file_now(client, file.uuid);
    CHECK_TEXT(NULL, now->datetime_removed);
    uc_free(now);
    job = addon_job(client, "uc_clamav_virus_scan", file.uuid, " {\"purge_infected\" : true}\n");
    wait_for(job);
    uc_free(job);
    now = file_now(client, file.uuid);
    CHECK(now->datetime_removed != NULL);
    uc_free(now);
    uc_free(client);
}

TEST("remove_bg makes a file, which is known in the end") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_job *job = addon_job(
        client, "remove_bg", file.uuid,
        "{\"crop\":true,\"crop_margin\":\"30px\",\"scale\":\"80%\",\"add_shadow\":true,\"type_level\":\"latest\","
        "\"type\":\"product\",\"semitransparency\":false,\"channels\":\"alpha\",\"roi\":\"0% 0% 50% 50%\","
        "\"position\":\"center\"}");
    uc_error *error;
    uc_file *made;
    char *part;
    CHECK_TEXT(NULL, uc_job_file_uuid(job));
    CHECK_OK(uc_job_poll(job, &error), error);
    CHECK_TEXT(NULL, uc_job_file_uuid(job));
    wait_for(job);
    made = file_now(client, uc_job_file_uuid(job));
    CHECK(strcmp(made->uuid, file.uuid) != 0);
    CHECK_TEXT("image/png", made->mime_type);
    CHECK_TEXT("RGBA", made->image->color_mode);
    CHECK_INT(1, made->is_ready);
    part = found(client, file.uuid, "remove_bg");
    CHECK_CONTAINS(part, "\"foreground_type\"");
    free(part);
    uc_free(made);
    uc_free(job);
    uc_free(client);
}

TEST("an add-on that cannot do its work with the file fails") {
    uc_client *client = client_new();
    uc_job *job = addon_job(client, "aws_rekognition_detect_labels", kept_named("report (1).pdf").uuid, NULL);
    CHECK_STATUS(UC_ERR_JOB, uc_job_wait(job, 60000, NULL, NULL, NULL));
    uc_free(job);
    uc_free(client);
}

/* -- what is refused ------------------------------------------------------------------------------- */

TEST("what the service does not take is told in its words") {
    static const struct {
        const char *name, *params, *message;
    } cases[] = {
        {NULL, NULL, "target: "},
        {"", NULL, "target: "},
        {"IMG_8919.jpeg", "{\"crop\":\"perhaps\"}", "crop: "},
        {"IMG_8919.jpeg", "{\"paint\":true}", "paint: "},
        {"IMG_8919.jpeg", "{\"channels\":\"cmyk\"}", "channels: "},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kept_file file;
        uc_job *job = (uc_job *)client;
        uc_error *error;
        if (cases[i].name) file = kept_named(cases[i].name);
        CHECK_FAILS(
            UC_ERR_REJECTED,
            uc_addon_run(client, "remove_bg", cases[i].name ? file.uuid : NO_FILE, cases[i].params, &job, &error),
            error);
        CHECK(job == NULL);
        CHECK_CONTAINS(error->message, cases[i].message);
        CHECK_INT(400, error->http_status);
        CHECK_INT(1, error->attempts);
        uc_free(error);
    }
    uc_free(client);
}

TEST("an add-on of which the library has never heard is asked for all the same") {
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    answer(200, API_TYPE, "{\"request_id\":\"53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb\"}");
    CHECK_OK(uc_addon_run(client, "some_addon_2", NO_FILE, "{\"a\":[1,{\"b\":null}]}", &job, &error), error);
    check_sent(0, "POST", "/addons/some_addon_2/execute/",
               "{\"target\":\"" NO_FILE "\",\"params\":{\"a\":[1,{\"b\":null}]}}");
    uc_free(job);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_addon_run(client, "some_addon_2", NO_FILE, NULL, &job, NULL));
    CHECK(job == NULL);
    uc_free(client);
}

TEST("names, ids and params that make no sense are refused before anything is sent") {
    static const char *const addons[] = {"",
                                         "Remove_bg",
                                         "remove-bg",
                                         "remove_bg/",
                                         "../files",
                                         "a b",
                                         "remove_bg?x",
                                         "remove%5fbg",
                                         "remove_bg\n",
                                         "\xff",
                                         NULL,
                                         "a_name_of_more_than_sixty_four_letters_which_no_add_on_will_ever_have"};
    static const char *const uuids[] = {"", "..", NO_FILE "/", NO_FILE "~1", "0000", NO_FILE "\n", "\xff", NULL};
    static const char *const params[] = {"",
                                         "null",
                                         "true",
                                         "[]",
                                         "7",
                                         "\"crop\"",
                                         "{",
                                         "{]",
                                         "{\"crop\":}",
                                         "{\"crop\":true,}",
                                         "{} {}",
                                         "{}}",
                                         "{},\"target\":\"x\"",
                                         "{crop:true}",
                                         "\xff"};
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof addons / sizeof addons[0]; i++) {
        job = (uc_job *)client;
        check_refusal(uc_addon_run(client, addons[i], file.uuid, NULL, &job, &error), &error, "addon",
                      addons[i] ? addons[i] : "NULL");
        CHECK(job == NULL);
    }
    for (i = 0; i < sizeof uuids / sizeof uuids[0]; i++)
        check_refusal(uc_addon_run(client, "remove_bg", uuids[i], NULL, &job, &error), &error, "uuid",
                      uuids[i] ? uuids[i] : "NULL");
    for (i = 0; i < sizeof params / sizeof params[0]; i++)
        check_refusal(uc_addon_run(client, "remove_bg", file.uuid, params[i], &job, &error), &error, "params_json",
                      params[i]);
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("an answer without the id of a request is UC_ERR_PROTOCOL") {
    static const char *const bodies[] = {"{}",
                                         "[]",
                                         "null",
                                         "",
                                         "{\"request_id\":null}",
                                         "{\"request_id\":7}",
                                         "{\"request_id\":\"\"}",
                                         "{\"request_id\":\"../../files\"}"};
    uc_client *client = client_new();
    uc_job *job;
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        answer(200, API_TYPE, bodies[i]);
        CHECK_STATUS(UC_ERR_PROTOCOL, uc_addon_run(client, "remove_bg", NO_FILE, NULL, &job, NULL));
        CHECK(job == NULL);
    }
    uc_free(client);
}

/* -- one after the other --------------------------------------------------------------------------- */

TEST("the same add-on on the same file waits its turn, whatever the retries, and ends well") {
    struct kept_file file = a_file();
    uc_client *client = client_with_retries(1, 0);
    uc_job *first, *second;
    jobs_go("{\"polls\":3}");
    first = addon_job(client, "uc_clamav_virus_scan", file.uuid, NULL);
    forget_requests();
    second = addon_job(client, "uc_clamav_virus_scan", file.uuid, NULL);
    CHECK_INT(4, requests_counted());
    CHECK(strcmp(uc_job_token(first), uc_job_token(second)) != 0);
    wait_for(first);
    wait_for(second);
    uc_free(first);
    uc_free(second);
    uc_free(client);
}

TEST("another add-on, and another file, wait for nothing") {
    struct kept_file file = a_file(), other = kept_named("eicar.zip");
    uc_client *client = client_new();
    uc_job *jobs[3];
    size_t i;
    jobs_go("{\"outcome\":\"never\"}");
    jobs[0] = addon_job(client, "uc_clamav_virus_scan", file.uuid, NULL);
    jobs[1] = addon_job(client, "uc_clamav_virus_scan", other.uuid, NULL);
    jobs[2] = addon_job(client, "remove_bg", file.uuid, NULL);
    CHECK_INT(3, requests_counted());
    for (i = 0; i < 3; i++) uc_free(jobs[i]);
    uc_free(client);
}

TEST("without retries nobody waits for a turn") {
    struct kept_file file = a_file();
    uc_client *client = client_with_retries(-1, 0);
    uc_job *job, *second = (uc_job *)client;
    uc_error *error;
    jobs_go("{\"outcome\":\"never\"}");
    job = addon_job(client, "remove_bg", file.uuid, NULL);
    CHECK_FAILS(UC_ERR_REJECTED, uc_addon_run(client, "remove_bg", file.uuid, NULL, &second, &error), error);
    CHECK(second == NULL);
    CHECK_TEXT("the add-on is still at work on this file: Concurrent call attempted", error->message);
    CHECK_INT(409, error->http_status);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(job);
    uc_free(client);
}

TEST("a turn that does not come is waited for as long as the client's timeout_ms") {
    struct kept_file file = a_file();
    uc_client *client = client_with_retries(1, 2500);
    uc_job *job;
    uc_error *error;
    int64_t start = now_ms();
    fault("{\"fault\":\"status\",\"status\":409,\"headers\":{\"Retry-After\":\"1\"},\"times\":-1}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_addon_run(client, "remove_bg", file.uuid, NULL, &job, &error), error);
    CHECK(job == NULL);
    CHECK_INT(409, error->http_status);
    CHECK_TEXT("the add-on is still at work on this file: Concurrent call attempted", error->message);
    CHECK(error->attempts >= 2 && error->attempts <= 3);
    CHECK_INT(1000, error->retry_after_ms);
    CHECK_BEFORE(start, 2500);
    uc_free(error);
    uc_free(client);
}

static void *cancel_once_refused(void *data) {
    uc_client *client = (uc_client *)data;
    while (requests_counted() == 0) continue;
    uc_client_cancel(client);
    return NULL;
}

TEST("waiting for a turn can be canceled") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    pthread_t thread;
    fault("{\"fault\":\"status\",\"status\":409,\"headers\":{\"Retry-After\":\"60\"},\"times\":-1}");
    CHECK(pthread_create(&thread, NULL, cancel_once_refused, client) == 0);
    CHECK_FAILS(UC_ERR_CANCELED, uc_addon_run(client, "remove_bg", file.uuid, NULL, &job, &error), error);
    CHECK(job == NULL);
    uc_free(error);
    pthread_join(thread, NULL);
    uc_free(client);
}
