/* What the caller is told when the service refuses, breaks, or answers nonsense. */
#include "servers.h"

#define NOBODY "11111111-2222-4333-8444-555555555555~2" /* a group that is not there */

static uc_client *client_without_retries(void) {
    uc_client_opts opts = client_opts();
    opts.retries = -1;
    return client_with(&opts);
}

/* -- status, message, body ------------------------------------------------------------------------- */

struct refusal {
    int http_status;
    const char *body;
    uc_status status;
    const char *message;
};

#define DETAIL(text) "{\"detail\":\"" text "\"}"

static const struct refusal refusals[] = {
    {400, DETAIL("Expected JSON object."), UC_ERR_REJECTED, "Expected JSON object."},
    {400, DETAIL("Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead."),
     UC_ERR_REJECTED, "Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead."},
    {401, DETAIL("Incorrect authentication credentials."), UC_ERR_AUTH, "Incorrect authentication credentials."},
    {401, DETAIL("Public key demopublickey not found."), UC_ERR_AUTH, "Public key demopublickey not found."},
    {401, DETAIL("Secret key not found."), UC_ERR_AUTH, "Secret key not found."},
    {401, DETAIL("Invalid signature. Please check your Secret key."), UC_ERR_AUTH,
     "Invalid signature. Please check your Secret key."},
    {403, DETAIL("Not allowed on your current plan."), UC_ERR_AUTH, "Not allowed on your current plan."},
    {404, DETAIL("Not found."), UC_ERR_NOT_FOUND, "Not found."},
    {405, DETAIL("Method \\\"GET\\\" not allowed."), UC_ERR_REJECTED, "Method \"GET\" not allowed."},
    {406,
     DETAIL("Incorrect Accept header provided. Make sure to specify API version. Refer to REST API docs for details."),
     UC_ERR_REJECTED,
     "Incorrect Accept header provided. Make sure to specify API version. Refer to REST API docs for details."},
    {409, DETAIL("Concurrent call attempted"), UC_ERR_REJECTED, "Concurrent call attempted"},
    {413, DETAIL("Payload too large."), UC_ERR_REJECTED, "Payload too large."},
    {500, DETAIL("Out of order."), UC_ERR_SERVER, "Out of order."},
    {501, DETAIL("Not implemented."), UC_ERR_SERVER, "Not implemented."},
    {503, DETAIL("Back soon."), UC_ERR_SERVER, "Back soon."},
};

TEST("each refusal has its status, the service's message, and its body as received") {
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *refusal = &refusals[i];
        uc_page *page;
        uc_error *error;
        reset(NULL);
        answer(refusal->http_status, API_TYPE, refusal->body);
        CHECK_FAILS(refusal->status, uc_groups_list(client, NULL, &page, &error), error);
        CHECK(page == NULL);
        CHECK_INT(refusal->http_status, error->http_status);
        CHECK_TEXT(refusal->message, error->message);
        CHECK_TEXT(refusal->body, error->body);
        CHECK_TEXT(NULL, error->code);
        CHECK_INT(-1, error->retry_after_ms);
        CHECK_INT(1, error->attempts);
        CHECK_INT(1, requests_counted());
        uc_free(error);
    }
    uc_free(client);
}

TEST("refusals 400 to 409 are never repeated, retries or not") {
    static const int statuses[] = {400, 401, 403, 404, 405, 406, 409};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        uc_group *group;
        uc_error *error;
        reset(NULL);
        answer_always(statuses[i], API_TYPE, DETAIL("No."));
        CHECK(uc_group_info(client, NOBODY, &group, &error) < 0);
        CHECK(error != NULL);
        CHECK_INT(statuses[i], error->http_status);
        CHECK_INT(1, error->attempts);
        CHECK_INT(1, requests_counted());
        uc_free(error);
    }
    uc_free(client);
}

TEST("the request id is the one that the answer carries") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":409,\"headers\":{\"X-Uploadcare-Request-Id\":\"the-id-of-this-one\"}}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_group_info(client, NOBODY, &group, &error), error);
    CHECK_TEXT("the-id-of-this-one", error->request_id);
    uc_free(error);

    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, NOBODY, &group, &error), error);
    CHECK(error->request_id != NULL);
    CHECK_INT(36, strlen(error->request_id));
    uc_free(error);
    uc_free(client);
}

static void answer_without_request_id(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection,
              "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 23\r\n"
              "Connection: close\r\n\r\n{\"detail\":\"Who is it?\"}");
}

TEST("an answer without a request id gives an error without one") {
    struct server server;
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_group *group;
    uc_error *error;
    server_start(&server, answer_without_request_id, NULL);
    opts.api_base = server.base;
    opts.retries = -1;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, NOBODY, &group, &error), error);
    CHECK_TEXT(NULL, error->request_id);
    CHECK_INT(404, error->http_status);
    uc_free(error);
    uc_free(client);
    server_stop(&server);
}

TEST("a map of fields is flattened: every field and every word of it is in the message") {
    static const char *const bodies[][6] = {
        {"{\"limit\":[\"A valid integer is required.\"]}", "limit", "A valid integer is required."},
        {"{\"limit\":[\"Too big.\",\"And odd.\"],\"from\":[\"No date.\"]}", "limit", "Too big.", "And odd.", "from",
         "No date."},
        {"{\"non_field_errors\":[\"This project is already subscribed on this event\"]}",
         "This project is already subscribed on this event"},
        {"{\"size\":{\"non_field_errors\":[\"gte is above lte.\"],\"gt\":[\"Not both.\"]}}", "size",
         "gte is above lte.", "gt", "Not both."},
        {"[\"Expected list of UUIDs\"]", "Expected list of UUIDs"},
        {"{\"detail\":{\"limit\":[\"Deep down.\"]}}", "Deep down."},
    };
    uc_client *client = client_new();
    size_t i, part;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uc_page *page;
        uc_error *error;
        answer(400, API_TYPE, bodies[i][0]);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        for (part = 1; part < 6 && bodies[i][part]; part++) CHECK_CONTAINS(error->message, bodies[i][part]);
        CHECK_LACKS(error->message, "{");
        CHECK_LACKS(error->message, "[");
        CHECK_TEXT(bodies[i][0], error->body);
        uc_free(error);
    }
    uc_free(client);
}

TEST("an error in the form of the Upload API gives its content and its code") {
    uc_client *client = client_new();
    char *reply;
    uc_error *error;
    answer(400, "application/json",
           "{\"error\":{\"status_code\":400,\"content\":\"File is too large.\",\"error_code\":\"FileSizeLimitExceededError\"}}");
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "GET", "/anything/", NULL, &reply, &error), error);
    CHECK_TEXT("File is too large.", error->message);
    CHECK_TEXT("FileSizeLimitExceededError", error->code);
    CHECK_INT(400, error->http_status);
    uc_free(error);
    uc_free(client);
}

TEST("HTML, plain text, other JSON and nothing at all each give a status and a message to read") {
    static const struct {
        int http_status;
        uc_status status;
        const char *type, *body, *part;
    } answers[] = {
        {404, UC_ERR_NOT_FOUND, "text/html", "<html><body><h1>Not Found</h1></body></html>\n", "404"},
        {403, UC_ERR_AUTH, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html>\n<title>403</title>\n</html>\n", "403"},
        {502, UC_ERR_SERVER, "text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n", "502"},
        {413, UC_ERR_REJECTED, "text/plain", "Request\nentity\ttoo large\n", "Request entity too large"},
        {503, UC_ERR_SERVER, "text/plain; charset=utf-8", "conversion service unavailable", "conversion service unavailable"},
        {500, UC_ERR_SERVER, "text/html", "", "500"},
        {500, UC_ERR_SERVER, API_TYPE, "", "500"},
        {400, UC_ERR_REJECTED, API_TYPE, "{}", "400"},
        {400, UC_ERR_REJECTED, API_TYPE, "[]", "400"},
        {400, UC_ERR_REJECTED, API_TYPE, "null", "400"},
        {400, UC_ERR_REJECTED, API_TYPE, "{\"detail\":\"\"}", "400"},
        {400, UC_ERR_REJECTED, API_TYPE, "{\"detail\":null}", "400"},
        {400, UC_ERR_REJECTED, API_TYPE, "{\"detail\":\"Cut sho", "400"},
        {400, UC_ERR_REJECTED, API_TYPE, "{\"error\":{}}", "400"},
        {404, UC_ERR_NOT_FOUND, "application/octet-stream", "\x01\x02\x03", "404"},
        {200, UC_ERR_PROTOCOL, "text/html", "<html><body>Please log in to the hotel's network</body></html>", ""},
    };
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        uc_page *page;
        uc_error *error;
        answer(answers[i].http_status, answers[i].type, answers[i].body);
        CHECK_FAILS(answers[i].status, uc_groups_list(client, NULL, &page, &error), error);
        CHECK(page == NULL);
        CHECK_INT(answers[i].http_status, error->http_status);
        CHECK_CONTAINS(error->message, answers[i].part);
        CHECK_LACKS(error->message, "<");
        if (answers[i].body[0]) CHECK_TEXT(answers[i].body, error->body);
        else CHECK(error->body == NULL || error->body[0] == '\0');
        CHECK(error->request_id != NULL);
        uc_free(error);
    }
    uc_free(client);
}

TEST("a message is one line without control characters, whatever the service writes") {
    static const char *const bodies[] = {
        "{\"detail\":\"one\\ntwo\\r\\nthree\\tfour\"}",
        "{\"detail\":\"\\u001b[31mone\\u0007 two\\u0000 three\\u007f \\u0085 four\"}",
        "{\"one\\ntwo\":[\"three\\r\\nfour\"]}",
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uc_page *page;
        uc_error *error;
        const char *at;
        answer(400, API_TYPE, bodies[i]);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        for (at = error->message; *at; at++) CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
        CHECK_CONTAINS(error->message, "one");
        CHECK_CONTAINS(error->message, "two");
        CHECK_CONTAINS(error->message, "three");
        CHECK_CONTAINS(error->message, "four");
        CHECK_TEXT(bodies[i], error->body);
        uc_free(error);
    }
    uc_free(client);
}

/** One line of so many bytes at most, in which nothing stands that a terminal or an editor would obey. */
static void check_shown(const char *shown, size_t most) {
    static const char *const obeyed[] = {
        "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8f", "\xd8\x9c", "\xe2\x80\xa8", "\xe2\x80\x8b", "\xef\xbb\xbf", "\xc2\x9b", "\xc2\x85",
    };
    const char *at;
    size_t i;
    CHECK(shown != NULL);
    if (strlen(shown) > most) FAIL("%d bytes: %.1000s", (int)strlen(shown), shown);
    CHECK(is_utf8(shown));
    for (at = shown; *at; at++) CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
    for (i = 0; i < sizeof obeyed / sizeof obeyed[0]; i++) CHECK_LACKS(shown, obeyed[i]);
}

TEST("what a peer writes is cut at a few hundred bytes in message, code and request id, and what would be obeyed is escaped") {
    char *bidi = repeated("\\u202ea\\u2066\\u200f\\u061c\\u2028\\u200b\\ufeff\\u009b\\u0085\\u001b[31m \xf0\x9f\x98\x80", 100);
    char *id = repeated("\\tid", 10000), *letters = repeated("x", 60000);
    char *bodies[5];
    uc_client *client = client_new();
    int i;
    bodies[0] = text("{\"detail\":\"%s\"}", bidi);
    bodies[1] = text("{\"error\":{\"content\":\"%s\",\"error_code\":\"%s\",\"status_code\":400}}", bidi, bidi);
    bodies[2] = text("{\"%s\":[\"%s\"]}", bidi, bidi);
    bodies[3] = text("{\"detail\":\"%s\"}", letters);
    bodies[4] = text("{\"error_code\":\"%s\"}", letters);
    for (i = 0; i < 5; i++) {
        uc_page *page;
        uc_error *error;
        answer(400, API_TYPE, bodies[i]);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        check_shown(error->message, 503);
        CHECK(strcmp(error->message + strlen(error->message) - 3, "...") == 0);
        if (i < 3) CHECK_CONTAINS(error->message, "\\u202e");
        if (i == 1 || i == 4) check_shown(error->code, 203);
        uc_free(error);
        free(bodies[i]);
    }
    {
        char *json = text("{\"fault\":\"status\",\"status\":418,\"headers\":{\"X-Uploadcare-Request-Id\":\"a%s\"}}", id);
        uc_page *page;
        uc_error *error;
        fault(json);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        check_shown(error->request_id, 203);
        CHECK(strncmp(error->request_id, "a id id id", 10) == 0);
        uc_free(error);
        free(json);
    }
    {
        char *json = text("{\"fault\":\"body\",\"status\":200,\"content_type\":\"text/%s\",\"body\":\"<html>\"}", letters);
        uc_page *page;
        uc_error *error;
        fault(json);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_groups_list(client, NULL, &page, &error), error);
        check_shown(error->message, 503);
        CHECK_CONTAINS(error->message, "its content type is text/xxxx");
        CHECK_CONTAINS(error->message, "at byte"); /* what is wrong has its room beside it */
        uc_free(error);
        free(json);
    }
    free(letters);
    free(id);
    free(bidi);
    uc_free(client);
}

TEST("a body is kept up to 64 KiB and never cut inside a character") {
    int letters;
    uc_client *client = client_new();
    for (letters = 0; letters < 4; letters++) {
        uc_page *page;
        uc_error *error;
        char *wide = repeated("\xf0\x9f\x98\x80", 20000); /* 80,000 bytes of emoji */
        char *body = text("{\"detail\":\"%.*s%s\"}", letters, "abc", wide);
        answer(400, API_TYPE, body);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        CHECK(error->body != NULL);
        CHECK(strlen(error->body) <= 65536);
        CHECK(strlen(error->body) > 65536 - 4);
        CHECK(strncmp(error->body, body, strlen(error->body)) == 0);
        CHECK(is_utf8(error->body));
        CHECK(is_utf8(error->message));
        uc_free(error);
        free(body);
        free(wide);
    }
    uc_free(client);
}

/* -- refusals that the emulator makes by itself ----------------------------------------------------- */

TEST("a key that does not exist and a wrong secret are UC_ERR_AUTH, in the service's words, and one request") {
    static const struct { const char *public_key, *secret_key, *message; } keys[] = {
        {"nosuchkey", SECRET_KEY, "Public key nosuchkey not found."},
        {PUBLIC_KEY, "wrongsecretkey", "Invalid signature. Please check your Secret key."},
    };
    uc_client_opts opts = client_opts();
    size_t i;
    for (i = 0; i < 2; i++) {
        uc_client *client;
        uc_page *page;
        uc_error *error;
        forget_requests();
        CHECK_OK(uc_client_new(keys[i].public_key, keys[i].secret_key, &opts, &client, &error), error);
        CHECK_FAILS(UC_ERR_AUTH, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_TEXT(keys[i].message, error->message);
        CHECK_INT(401, error->http_status);
        CHECK_INT(1, error->attempts);
        CHECK_LACKS(error->message, keys[i].secret_key);
        CHECK_INT(1, requests_counted());
        uc_free(error);
        uc_free(client);
    }
}

TEST("a group that is not there is UC_ERR_NOT_FOUND for info and for delete") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, NOBODY, &group, &error), error);
    CHECK(group == NULL);
    CHECK_INT(404, error->http_status);
    CHECK_TEXT("Not found.", error->message);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_delete(client, NOBODY, &error), error);
    CHECK_INT(404, error->http_status);
    CHECK_TEXT("Not found.", error->message);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_INT(2, requests_counted());
    uc_free(client);
}

/* -- outputs ------------------------------------------------------------------------------------------ */

TEST("outputs are NULL after a failure, and the error is NULL after a success") {
    uc_client *client = client_new();
    char *id = group_id(3);
    char there;
    uc_page *page = (uc_page *)&there;
    uc_group *group = (uc_group *)&there;
    char *reply = &there;
    uc_error *error = (uc_error *)&there;
    answer_always(409, API_TYPE, DETAIL("No."));
    CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
    CHECK(page == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_REJECTED, uc_group_info(client, id, &group, &error), error);
    CHECK(group == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_REJECTED, uc_request(client, "GET", "/groups/", NULL, &reply, &error), error);
    CHECK(reply == NULL);
    uc_free(error);

    no_more_faults();
    error = (uc_error *)&there;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    error = (uc_error *)&there;
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    error = (uc_error *)&there;
    CHECK_OK(uc_request(client, "GET", "/groups/", NULL, &reply, &error), error);
    error = (uc_error *)&there;
    CHECK_OK(uc_page_next(page, &error), error);
    error = (uc_error *)&there;
    CHECK_OK(uc_group_delete(client, id, &error), error);
    uc_free(reply);
    uc_free(group);
    uc_free(page);
    uc_free(client);
    free(id);
}

TEST("whoever does not want an error gives NULL for it") {
    uc_client *client = client_without_retries();
    uc_page *page;
    uc_group *group;
    char *reply;
    CHECK_STATUS(UC_OK, uc_groups_list(client, NULL, &page, NULL));
    answer_always(500, API_TYPE, DETAIL("Out of order."));
    CHECK_STATUS(UC_ERR_SERVER, uc_page_next(page, NULL));
    CHECK_STATUS(UC_ERR_SERVER, uc_group_info(client, NOBODY, &group, NULL));
    CHECK_STATUS(UC_ERR_SERVER, uc_group_delete(client, NOBODY, NULL));
    CHECK_STATUS(UC_ERR_SERVER, uc_request(client, "GET", "/groups/", NULL, &reply, NULL));
    no_more_faults();
    CHECK_STATUS(UC_OK, uc_page_next(page, NULL));
    uc_free(page);
    uc_free(client);
}

TEST("an error outlives its page and its client") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    answer(409, API_TYPE, DETAIL("Concurrent call attempted"));
    CHECK_FAILS(UC_ERR_REJECTED, uc_page_next(page, &error), error);
    uc_free(client);
    uc_free(page);
    CHECK_TEXT("Concurrent call attempted", error->message);
    CHECK_TEXT(DETAIL("Concurrent call attempted"), error->body);
    CHECK_INT(36, strlen(error->request_id));
    uc_free(error);
}

/* -- a page whose next one fails ------------------------------------------------------------------------ */

TEST("a page whose next one fails stays as it was, in every pointer, and goes on when asked again") {
    static const char *const faults[] = {
        "{\"fault\":\"status\",\"status\":500}",
        "{\"fault\":\"status\",\"status\":409}",
        "{\"fault\":\"reset_inside\"}",
        "{\"fault\":\"truncated_json\"}",
        "{\"fault\":\"malformed_json\"}",
        "{\"fault\":\"set\",\"pointer\":\"/results\",\"value\":7}",
    };
    uc_client *client = client_without_retries();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    size_t i;
    int next;
    opts.limit = 25;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    next = check_page(page, 0);
    for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        const uc_group *group = uc_page_group(page, 24);
        const char *json = uc_page_json(page), *cursor = uc_page_end_cursor(page);
        char *json_before = text("%s", json), *cursor_before = text("%s", cursor);
        int64_t total = uc_page_total(page);
        fault(faults[i]);
        CHECK(uc_page_next(page, &error) < 0);
        CHECK(error != NULL);
        uc_free(error);
        CHECK_INT(25, uc_page_count(page));
        CHECK_INT(25, uc_page_per_page(page));
        CHECK_INT(total, uc_page_total(page));
        CHECK(uc_page_group(page, 24) == group);
        CHECK_INT(created_us(next - 1), group->datetime_created_us);
        CHECK_INT(next, check_page(page, next - 25));
        CHECK(uc_page_json(page) == json);
        CHECK_TEXT(json_before, json);
        CHECK_TEXT(cursor_before, uc_page_end_cursor(page));
        free(json_before);
        free(cursor_before);
        CHECK_OK(uc_page_next(page, &error), error);
        next = check_page(page, next);
    }
    check_rest(page, next, 250);
    uc_free(page);
    uc_free(client);
}

TEST("a failed step back leaves the page, from which both directions still work") {
    uc_client *client = client_without_retries();
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 50;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    fault("{\"fault\":\"status\",\"status\":503,\"times\":2}");
    CHECK_FAILS(UC_ERR_SERVER, uc_page_previous(page, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_SERVER, uc_page_next(page, &error), error);
    uc_free(error);
    CHECK_INT(100, check_page(page, 50));
    CHECK_OK(uc_page_previous(page, &error), error);
    check_rest(page, check_page(page, 0), 250);
    uc_free(page);
    uc_free(client);
}

TEST("the cursor of a page whose next one failed goes on where it stopped, in a listing of another client") {
    uc_client *client = client_without_retries(), *another;
    uc_groups_opts opts = groups_opts();
    uc_page *page, *rest;
    uc_error *error;
    int next;
    opts.limit = 40;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_OK(uc_page_next(page, &error), error);
    next = check_page(page, 40);
    fault("{\"fault\":\"reset_before\",\"times\":2}"); /* one for the kept connection, one for the fresh one */
    CHECK_FAILS(UC_ERR_NETWORK, uc_page_next(page, &error), error);
    uc_free(error);
    opts = groups_opts();
    opts.cursor = uc_page_end_cursor(page);
    another = client_without_retries();
    CHECK_OK(uc_groups_list(another, &opts, &rest, &error), error);
    check_rest(rest, check_page(rest, next), 250);
    uc_free(rest);
    uc_free(page);
    uc_free(another);
    uc_free(client);
}

/* -- a DELETE whose answer is lost ------------------------------------------------------------------------ */

TEST("a DELETE whose answer was lost, and whose repeat finds nothing, has succeeded") {
    struct relay relay;
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_group *group;
    uc_error *error;
    char *id = group_id(7);
    relay_start(&relay);
    opts.api_base = relay.base;
    client = client_with(&opts);
    __atomic_store_n(&relay.lose_answers, 1, __ATOMIC_SEQ_CST);
    CHECK_OK(uc_group_delete(client, id, &error), error);
    CHECK_INT(2, requests_counted());
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, id, &group, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_delete(client, id, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
    relay_down(&relay);
    free(id);
}

TEST("a DELETE whose answer a gateway lost (502, 504), and whose repeat finds nothing, has succeeded") {
    static const int statuses[] = {502, 504};
    uc_client *client = client_new();
    uc_error *error;
    int i;
    for (i = 0; i < 2; i++) {
        char *json = text("{\"fault\":\"status\",\"status\":%d,\"headers\":{\"Retry-After\":\"0\"}}", statuses[i]);
        reset(NULL);
        fault(json);
        CHECK_OK(uc_group_delete(client, NOBODY, &error), error);
        CHECK_INT(2, requests_counted());
        free(json);
    }
    uc_free(client);
}

TEST("a DELETE that the service itself did not carry out (429, 500, 503), and that then finds nothing, is UC_ERR_NOT_FOUND") {
    static const int statuses[] = {429, 500, 503};
    uc_client *client = client_new();
    uc_error *error;
    int i;
    for (i = 0; i < 3; i++) {
        char *json = text("{\"fault\":\"status\",\"status\":%d,\"headers\":{\"Retry-After\":\"0\"}}", statuses[i]);
        fault(json);
        CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_delete(client, NOBODY, &error), error);
        CHECK_INT(2, error->attempts);
        CHECK_INT(404, error->http_status);
        uc_free(error);
        free(json);
    }
    uc_free(client);
}

TEST("a DELETE that did not arrive the first time is carried out the second") {
    uc_client *client = client_new();
    char *id = group_id(7), *truth;
    uc_error *error;
    fault("{\"fault\":\"reset_before\"}");
    CHECK_OK(uc_group_delete(client, id, &error), error);
    truth = emulator_get("/_emulator/groups");
    CHECK_LACKS(truth, id);
    CHECK_INT(249, occurrences(truth, "\"id\""));
    free(truth);
    free(id);
    uc_free(client);
}

/* -- the kind of answer ------------------------------------------------------------------------------------- */

TEST("an answer of another kind than asked for is UC_ERR_PROTOCOL, not an empty listing") {
    static const int statuses[] = {204, 301, 302, 304, 307};
    uc_client *client = client_without_retries();
    size_t i;
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        uc_page *page;
        uc_error *error;
        char *json = text("{\"fault\":\"status\",\"status\":%d,\"body\":\"\",\"headers\":{\"Location\":\"%s/groups/\"}}",
                          statuses[i], base());
        reset(NULL);
        fault(json);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(statuses[i], error->http_status);
        CHECK_INT(1, requests_counted());
        uc_free(error);
        free(json);
    }
    uc_free(client);
}
