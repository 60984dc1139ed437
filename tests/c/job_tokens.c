/* Jobs taken up by their tokens, in this process and in another. */
#define main main_of_tests
#include "jobs.h"
#undef main

static const char *this_program;

/** What a second process does with a token: waits for the job, and prints the file that it has made. */
static int take_up(const char *token) {
    uc_client_opts opts = client_opts();
    uc_client *client = NULL;
    uc_job *job = NULL;
    int is_done = uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, NULL) == UC_OK &&
                  uc_job_resume(client, token, &job, NULL) == UC_OK &&
                  uc_job_wait(job, 60000, NULL, NULL, NULL) == UC_DONE;
    if (is_done) printf("%s", uc_job_file_uuid(job));
    uc_free(job);
    uc_free(client);
    return is_done ? 0 : 1;
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--take-up") == 0) return take_up(arguments[2]);
    this_program = arguments[0];
    return main_of_tests(count, arguments);
}

TEST("a token is a line of printable ASCII without a key, and another job is made of it without a request") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_job *jobs[3];
    size_t i;
    jobs_go("{\"polls\":0}");
    jobs[0] = document_job(client, "-/format/png/", NULL);
    jobs[1] = video_job(client, "-/thumbs~2/", NULL);
    jobs[2] = addon_job(client, "remove_bg", file.uuid, NULL);
    for (i = 0; i < 3; i++) {
        const char *token = uc_job_token(jobs[i]);
        uc_job *again;
        uc_error *error;
        size_t at;
        for (at = 0; token[at]; at++) CHECK(token[at] > ' ' && token[at] <= '~');
        CHECK_LACKS(token, SECRET_KEY);
        CHECK_LACKS(token, PUBLIC_KEY);
        forget_requests();
        CHECK_OK(uc_job_resume(client, token, &again, &error), error);
        CHECK_INT(0, requests_counted());
        CHECK_TEXT(token, uc_job_token(again));
        CHECK_TEXT(NULL, uc_job_file_uuid(again));
        CHECK_TEXT(NULL, uc_job_thumbnails_group_id(again));
        CHECK_TEXT(NULL, uc_job_json(again));
        CHECK_DONE(uc_job_poll(again, &error), error);
        CHECK_DONE(uc_job_poll(jobs[i], &error), error);
        CHECK(uc_job_file_uuid(again) != NULL);
        CHECK_TEXT(uc_job_file_uuid(jobs[i]), uc_job_file_uuid(again));
        CHECK_TEXT(uc_job_thumbnails_group_id(jobs[i]), uc_job_thumbnails_group_id(again));
        CHECK((i == 1) == (uc_job_thumbnails_group_id(again) != NULL));
        uc_free(again);
        uc_free(jobs[i]);
    }
    uc_free(client);
}

TEST("another process takes a job up by its token, and waits for its end") {
    struct kept_file file = a_file();
    uc_client *client = client_new();
    uc_job *jobs[3];
    size_t i;
    jobs_go("{\"polls\":1}");
    jobs[0] = document_job(client, "-/format/png/", NULL);
    jobs[1] = video_job(client, "-/format/webm/", NULL);
    jobs[2] = addon_job(client, "remove_bg", file.uuid, NULL);
    for (i = 0; i < 3; i++) {
        char *command = text("'%s' --take-up '%s'", this_program, uc_job_token(jobs[i]));
        char made[64] = "";
        FILE *child = popen(command, "r");
        uc_error *error;
        CHECK(child != NULL);
        CHECK(fgets(made, sizeof made, child) != NULL);
        CHECK_INT(0, pclose(child));
        CHECK_DONE(uc_job_poll(jobs[i], &error), error);
        CHECK_TEXT(uc_job_file_uuid(jobs[i]), made);
        uc_free(jobs[i]);
        free(command);
    }
    uc_free(client);
}

TEST("a token that uc_job_token() did not give is refused before anything is sent") {
    static const char *const tokens[] = {
        "",
        " ",
        "document",
        "document:",
        "document:x",
        "document:-1",
        "document:1/",
        "document:1/../../files",
        "document:1?x=1",
        "document:1 ",
        "document:1\n",
        "document:%31",
        "document:\xd9\xa1",
        "Document:1",
        "video:",
        "video:1:2",
        "image:1",
        "upload:1",
        "addon:",
        "addon:remove_bg",
        "addon:remove_bg:",
        "addon:remove_bg:1",
        "addon::53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
        "addon:../files:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
        "addon:a/b:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
        "addon:remove_bg:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb&x=1",
        "addon:remove_bg:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb\n",
        "addon:remove_bg?x:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
        "addon:remove%5fbg:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb",
        "document:123456789012345678901",
        "\xff",
    };
    uc_client *client = client_new();
    uc_job *job;
    uc_error *error;
    char *endless = repeated("a", 100000), *token = text("addon:%s:53930d55-8ecb-4b2b-ab9e-3c3b1ffe53cb", endless);
    size_t i;
    for (i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        job = (uc_job *)client;
        check_refusal(uc_job_resume(client, tokens[i], &job, &error), &error, "token", tokens[i]);
        CHECK(job == NULL);
    }
    check_refusal(uc_job_resume(client, token, &job, &error), &error, "token", "an endless one");
    check_refusal(uc_job_resume(client, NULL, &job, &error), &error, "token", "NULL");
    CHECK_INT(0, requests_counted());
    free(token);
    free(endless);
    uc_free(client);
}
