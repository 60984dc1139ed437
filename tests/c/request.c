/* uc_request(): whatever the API has that has no function yet. */
#include "listing.h"

/** A value of the n-th request that the emulator received, to be freed. */
static char *received(const char *key, int n) {
    char *requests = emulator_get("/_emulator/requests");
    char *value = json_value(requests, key, n);
    free(requests);
    return value;
}

static void check_received(int n, const char *method, const char *target, const char *body) {
    char *got = received("method", n);
    CHECK_TEXT(method, got);
    free(got);
    got = received("target", n);
    CHECK_TEXT(target, got);
    free(got);
    got = received("body", n);
    CHECK_TEXT(body, got);
    free(got);
}

TEST("GET: the query goes out byte for byte, and the answer is the body") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_error *error;
    char path[128], *answer;
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=2&from=2020-01-01T05%3A00%3A00%2B00%3A00&offset=0", NULL,
                        &answer, &error),
             error);
    CHECK_CONTAINS(answer, "\"per_page\":2");
    CHECK_CONTAINS(answer, truth.groups[5].id);
    CHECK_LACKS(answer, truth.groups[4].id);
    uc_free(answer);
    check_received(0, "GET", "/groups/?limit=2&from=2020-01-01T05%3A00%3A00%2B00%3A00&offset=0", "");
    snprintf(path, sizeof path, "/groups/%s/", truth.groups[5].id);
    CHECK_OK(uc_request(client, "GET", path, NULL, &answer, &error), error);
    CHECK_CONTAINS(answer, truth.groups[5].id);
    uc_free(answer);
    uc_free(client);
    free(truth.groups);
}

TEST("POST, PUT, PATCH and DELETE carry their JSON unchanged and signed, and bring the answer back") {
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    static const char *const json = "{\"caf\xc3\xa9\": \"\xf0\x9f\x8d\x8d\", \"list\" : [1, 2.50, null]}";
    uc_client *client = client_new();
    int i;
    for (i = 0; i < 4; i++) {
        uc_error *error;
        char *answer;
        fault(
            "{\"fault\":\"status\",\"status\":200,\"body\":\"{\\\"done\\\": true}\","
            "\"content_type\":\"application/json\"}");
        CHECK_OK(uc_request(client, methods[i], "/anything/at-all/?x=y", json, &answer, &error), error);
        CHECK_TEXT("{\"done\": true}", answer);
        uc_free(answer);
        check_received(i, methods[i], "/anything/at-all/?x=y", json);
    }
    /* That the signature covers the body shows where the service looks: 404, not 401. */
    for (i = 0; i < 4; i++) {
        uc_error *error;
        char *answer;
        CHECK_FAILS(UC_ERR_NOT_FOUND, uc_request(client, methods[i], "/anything/at-all/", json, &answer, &error),
                    error);
        CHECK(answer == NULL);
        uc_free(error);
    }
    uc_free(client);
}

TEST("201 is a success, and 204 is an empty answer") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_error *error;
    char path[128], *answer;
    fault(
        "{\"fault\":\"status\",\"status\":201,\"body\":\"{\\\"id\\\":847096}\","
        "\"content_type\":\"application/vnd.uploadcare-v0.7+json\"}");
    CHECK_OK(uc_request(client, "POST", "/webhooks/", "{\"event\":\"file.uploaded\"}", &answer, &error), error);
    CHECK_TEXT("{\"id\":847096}", answer);
    uc_free(answer);
    snprintf(path, sizeof path, "/groups/%s/", truth.groups[9].id);
    CHECK_OK(uc_request(client, "DELETE", path, NULL, &answer, &error), error);
    CHECK_TEXT("", answer);
    uc_free(answer);
    uc_free(client);
    free(truth.groups);
}

TEST("an answer that is an array or a bare text comes as it is") {
    uc_client *client = client_new();
    uc_error *error;
    char *answer;
    fault("{\"fault\":\"body\",\"body\":\"[]\"}");
    CHECK_OK(uc_request(client, "GET", "/webhooks/", NULL, &answer, &error), error);
    CHECK_TEXT("[]", answer);
    uc_free(answer);
    fault("{\"fault\":\"body\",\"body\":\"\\\"uploader\\\"\"}");
    CHECK_OK(uc_request(client, "GET", "/files/22240276-2f06-41f8-9411-755c8ce926ed/metadata/subsystem/", NULL,
                        &answer, &error),
             error);
    CHECK_TEXT("\"uploader\"", answer);
    uc_free(answer);
    uc_free(client);
}

TEST("errors are those of any other call") {
    static const struct {
        int status;
        uc_status expected;
    } answers[] = {
        {400, UC_ERR_REJECTED}, {401, UC_ERR_AUTH},     {403, UC_ERR_AUTH},      {404, UC_ERR_NOT_FOUND},
        {405, UC_ERR_REJECTED}, {409, UC_ERR_REJECTED}, {429, UC_ERR_THROTTLED}, {500, UC_ERR_SERVER},
    };
    uc_client_opts opts = client_opts();
    uc_client *client;
    size_t i;
    opts.retries = -1;
    client = client_with(&opts);
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        char json[256], *answer = json;
        uc_error *error;
        snprintf(
            json, sizeof json,
            "{\"fault\":\"status\",\"status\":%d,\"body\":\"{\\\"detail\\\":\\\"Told so %d.\\\"}\","
            "\"content_type\":\"application/json\"}",
            answers[i].status, answers[i].status);
        fault(json);
        CHECK_FAILS(answers[i].expected, uc_request(client, "PUT", "/files/storage/", "[]", &answer, &error),
                    error);
        CHECK(answer == NULL);
        CHECK_INT(answers[i].status, error->http_status);
        CHECK_INT(1, error->attempts);
        snprintf(json, sizeof json, "Told so %d.", answers[i].status);
        CHECK_CONTAINS(error->message, json);
        CHECK_CONTAINS(error->body, json);
        CHECK_INT(36, strlen(error->request_id));
        uc_free(error);
    }
    uc_free(client);
}

TEST("a wrong method and an unknown path are the service's to refuse") {
    uc_client *client = client_new();
    uc_error *error;
    char *answer;
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "POST", "/groups/", "{}", &answer, &error), error);
    CHECK_INT(405, error->http_status);
    CHECK_CONTAINS(error->message, "not allowed");
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_request(client, "GET", "/nothing/here/", NULL, &answer, &error), error);
    CHECK_INT(404, error->http_status);
    uc_free(error);
    uc_free(client);
}

TEST("the retries are those of any other call: GET again, POST not") {
    uc_client *client = client_new();
    uc_error *error;
    char *answer;
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"},\"times\":2}");
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &answer, &error), error);
    uc_free(answer);
    CHECK_INT(3, requests_counted());
    fault("{\"fault\":\"status\",\"status\":503,\"headers\":{\"Retry-After\":\"0\"}}");
    CHECK_FAILS(UC_ERR_SERVER, uc_request(client, "POST", "/files/local_copy/", "{}", &answer, &error), error);
    CHECK_INT(1, error->attempts);
    CHECK_INT(4, requests_counted());
    uc_free(error);
    uc_free(client);
}

TEST("a large answer comes whole, a large body goes whole") {
    uc_client *client = client_new();
    uc_error *error;
    size_t size = 3000000;
    char *answer, *json = (char *)malloc(size + 3), *sent;
    reset("{\"groups\":1000}");
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1000", NULL, &answer, &error), error);
    CHECK(strlen(answer) > 200000);
    CHECK(answer[strlen(answer) - 1] == '}');
    uc_free(answer);
    json[0] = json[size + 1] = '"';
    memset(json + 1, 'a', size);
    json[size + 2] = '\0';
    fault("{\"fault\":\"body\",\"body\":\"{}\"}");
    CHECK_OK(uc_request(client, "PUT", "/files/22240276-2f06-41f8-9411-755c8ce926ed/metadata/key/", json, &answer,
                        &error),
             error);
    CHECK_TEXT("{}", answer);
    uc_free(answer);
    sent = received("body", 1);
    CHECK_INT(size + 2, strlen(sent));
    free(sent);
    free(json);
    uc_free(client);
}
