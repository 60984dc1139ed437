/* The webhooks of a project: listed, made, changed, deleted; what is refused, and what no error tells. */
#include "webhooks.h"

#define HOOK "https://example.com/hook"

/** A time as text and in microseconds must be the same, and now. */
static void check_now(const char *text, int64_t us) {
    char expected[64];
    time_t seconds = (time_t)(us / 1000000);
    size_t length = strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", gmtime(&seconds));
    snprintf(expected + length, sizeof expected - length, ".%06dZ", (int)(us % 1000000));
    CHECK_TEXT(expected, text);
    CHECK(seconds > time(NULL) - 3600 && seconds < time(NULL) + 3600);
}

/** The webhooks as the service has them, to be freed. */
static uc_webhooks *all_webhooks(const uc_client *client) {
    uc_webhooks *all;
    uc_error *error;
    CHECK_OK(uc_webhooks_list(client, &all, &error), error);
    return all;
}

static void check_same(const uc_webhook *expected, const uc_webhook *got) {
    CHECK_INT(expected->id, got->id);
    CHECK_INT(expected->project, got->project);
    CHECK_TEXT(expected->target_url, got->target_url);
    CHECK_TEXT(expected->event, got->event);
    CHECK_TEXT(expected->version, got->version);
    CHECK_TEXT(expected->signing_secret, got->signing_secret);
    CHECK_INT(expected->is_active, got->is_active);
    CHECK_TEXT(expected->created, got->created);
    CHECK_INT(expected->created_us, got->created_us);
    CHECK_TEXT(expected->updated, got->updated);
    CHECK_INT(expected->updated_us, got->updated_us);
    CHECK_TEXT(expected->json, got->json);
}

/* -- what is done ---------------------------------------------------------------------------------- */

TEST("a project without webhooks has an empty list") {
    uc_client *client = client_new();
    uc_webhooks *all = all_webhooks(client);
    CHECK_INT(0, all->webhooks_len);
    check_sent(0, "GET", "/webhooks/", "");
    uc_free(all);
    uc_free(client);
}

TEST("a new webhook has every field, delivers unless told otherwise, and speaks version 0.7") {
    uc_client *client = client_new();
    uc_webhook_opts opts = webhook_for("file.info_updated", HOOK);
    uc_webhook *webhook;
    char *body, *version;
    opts.signing_secret = "32 characters, \xc3\xa9 and \xf0\x9f\x8d\x8d among us!";
    webhook = webhook_made(client, &opts);
    CHECK(webhook->id > 0);
    CHECK(webhook->project > 0);
    CHECK_TEXT(HOOK, webhook->target_url);
    CHECK_TEXT("file.info_updated", webhook->event);
    CHECK_TEXT("0.7", webhook->version);
    CHECK_TEXT(opts.signing_secret, webhook->signing_secret);
    CHECK_INT(1, webhook->is_active);
    check_now(webhook->created, webhook->created_us);
    check_now(webhook->updated, webhook->updated_us);
    CHECK_INT('{', webhook->json[0]);
    CHECK_CONTAINS(webhook->json, "\"target_url\":\"" HOOK "\"");
    CHECK_INT('}', webhook->json[strlen(webhook->json) - 1]);
    body = sent(0, "body");
    version = json_value(body, "version", 0);
    CHECK_TEXT("0.7", version);
    check_sent(0, "POST", "/webhooks/", NULL);
    uc_free(webhook);
    free(version);
    free(body);
    uc_free(client);
}

TEST("one for each event, one of them silent: all are listed as they were made") {
    static const char *const events[] = {"file.uploaded", "file.stored", "file.deleted", "file.info_updated",
                                         "file.infected"};
    uc_client *client = client_new();
    uc_webhook *made[5];
    uc_webhooks *all;
    size_t i;
    for (i = 0; i < 5; i++) {
        uc_webhook_opts opts = webhook_for(events[i], HOOK);
        opts.active = i == 2 ? UC_NO : UC_YES;
        made[i] = webhook_made(client, &opts);
        CHECK_TEXT(events[i], made[i]->event);
        CHECK_TEXT(NULL, made[i]->signing_secret);
        CHECK_INT(i != 2, made[i]->is_active);
    }
    all = all_webhooks(client);
    uc_free(client);
    CHECK_INT(5, all->webhooks_len);
    for (i = 0; i < 5; i++) {
        check_same(made[i], all->webhooks[i]);
        uc_free(made[i]);
    }
    uc_free(all);
}

TEST("an address of 255 characters is taken") {
    uc_client *client = client_new();
    char *path = repeated("x", 255 - strlen("https://a.example/"));
    char *url = text("https://a.example/%s", path);
    uc_webhook_opts opts = webhook_for("file.stored", url);
    uc_webhook *webhook = webhook_made(client, &opts);
    CHECK_TEXT(url, webhook->target_url);
    uc_free(webhook);
    free(url);
    free(path);
    uc_free(client);
}

TEST("an update changes what is set in opts, and nothing else") {
    uc_client *client = client_new();
    uc_webhook_opts opts = webhook_for("file.uploaded", HOOK);
    uc_webhook *before = webhook_made(client, &opts), *after;
    char *target = text("/webhooks/%lld/", (long long)before->id);
    uc_error *error;
    size_t i;
    for (i = 0; i < 5; i++) {
        uc_webhooks *all;
        opts = webhook_opts();
        if (i == 0) opts.active = UC_NO;
        if (i == 1) opts.active = UC_YES;
        if (i == 2) opts.target_url = "http://example.com:8080/other?a=b";
        if (i == 3) opts.event = "file.stored";
        if (i == 4) opts.signing_secret = "secret";
        CHECK_OK(uc_webhook_update(client, before->id, &opts, &after, &error), error);
        check_sent((int)(2 * i) + 1, "PUT", target, NULL);
        CHECK_INT(before->id, after->id);
        CHECK_INT(before->project, after->project);
        CHECK_TEXT(opts.target_url ? opts.target_url : before->target_url, after->target_url);
        CHECK_TEXT(opts.event ? opts.event : before->event, after->event);
        CHECK_TEXT(opts.signing_secret ? opts.signing_secret : before->signing_secret, after->signing_secret);
        CHECK_INT(opts.active ? opts.active == UC_YES : before->is_active, after->is_active);
        CHECK_TEXT("0.7", after->version);
        CHECK_INT(before->created_us, after->created_us);
        CHECK(after->updated_us > before->updated_us);
        check_now(after->updated, after->updated_us);
        all = all_webhooks(client);
        CHECK_INT(1, all->webhooks_len);
        check_same(after, all->webhooks[0]);
        uc_free(all);
        uc_free(before);
        before = after;
    }
    uc_free(before);
    free(target);
    uc_free(client);
}

TEST("deleting an address deletes all its webhooks, and one that nobody has is no failure") {
    uc_client *client = client_new();
    uc_webhook_opts opts[] = {webhook_for("file.uploaded", HOOK),
                              webhook_for("file.uploaded", "https://example.com/stays"),
                              webhook_for("file.deleted", HOOK)};
    uc_webhooks *all;
    uc_error *error;
    size_t i;
    for (i = 0; i < 3; i++) uc_free(webhook_made(client, &opts[i]));
    CHECK_OK(uc_webhook_unsubscribe(client, HOOK, &error), error);
    check_sent(3, "DELETE", "/webhooks/unsubscribe/", "{\"target_url\":\"" HOOK "\"}");
    CHECK_OK(uc_webhook_unsubscribe(client, HOOK, &error), error);
    all = all_webhooks(client);
    CHECK_INT(1, all->webhooks_len);
    CHECK_TEXT("https://example.com/stays", all->webhooks[0]->target_url);
    uc_free(all);
    uc_free(client);
}

/* -- what is refused ------------------------------------------------------------------------------- */

TEST("event and address together are unique") {
    uc_client *client = client_new();
    uc_webhook_opts opts = webhook_for("file.uploaded", HOOK);
    uc_webhook *first = webhook_made(client, &opts), *other, *second;
    uc_error *error;
    CHECK_FAILS(UC_ERR_REJECTED, uc_webhook_create(client, &opts, &second, &error), error);
    CHECK(second == NULL);
    CHECK_TEXT("This project is already subscribed on this event", error->message);
    CHECK_INT(400, error->http_status);
    uc_free(error);
    opts.event = "file.stored";
    other = webhook_made(client, &opts);
    opts.event = "file.uploaded";
    CHECK_FAILS(UC_ERR_REJECTED, uc_webhook_update(client, other->id, &opts, &second, &error), error);
    CHECK(second == NULL);
    CHECK_TEXT("This project is already subscribed on this event", error->message);
    uc_free(error);
    uc_free(first);
    uc_free(other);
    uc_free(client);
}

TEST("a webhook that is not there cannot be changed, and an event that there is none of not be heard") {
    uc_client *client = client_new();
    uc_webhook_opts opts = webhook_for("file.eaten", HOOK);
    uc_webhook *webhook;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_webhook_update(client, 4711, &opts, &webhook, &error), error);
    CHECK(webhook == NULL);
    CHECK_TEXT("Not found.", error->message);
    uc_free(error);
    CHECK_FAILS(UC_ERR_REJECTED, uc_webhook_create(client, &opts, &webhook, &error), error);
    CHECK(webhook == NULL);
    CHECK_CONTAINS(error->message, "event: ");
    CHECK_INT(400, error->http_status);
    uc_free(error);
    uc_free(client);
}

TEST("options that make no sense are refused before anything is sent") {
    static const struct {
        const char *name;
        uc_webhook_opts opts;
    } cases[] = {
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "", "file.stored", NULL}},
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "https://", "file.stored", NULL}},
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "example.com/hook", "file.stored", NULL}},
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "ftp://example.com/", "file.stored", NULL}},
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "https://example.com/a b", "file.stored", NULL}},
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "https://example.com/\n", "file.stored", NULL}},
        {"opts.target_url", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, "https://example.com/\xff", "file.stored", NULL}},
        {"opts.event", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, HOOK, "", NULL}},
        {"opts.event", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, HOOK, "\xff", NULL}},
        {"opts.signing_secret",
         {sizeof(uc_webhook_opts), UC_DEFAULT, 0, HOOK, "file.stored", "123456789 123456789 123456789 123"}},
        {"opts.signing_secret", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, HOOK, "file.stored", ""}},
        {"opts.signing_secret", {sizeof(uc_webhook_opts), UC_DEFAULT, 0, HOOK, "file.stored", "\xff"}},
        {"opts.struct_size", {0, UC_DEFAULT, 0, HOOK, "file.stored", NULL}},
    };
    uc_client *client = client_new();
    uc_webhook *webhook;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uc_webhook_opts *opts = &cases[i].opts;
        webhook = (uc_webhook *)client;
        check_refusal(uc_webhook_create(client, opts, &webhook, &error), &error, cases[i].name, cases[i].name);
        CHECK(webhook == NULL);
        webhook = (uc_webhook *)client;
        check_refusal(uc_webhook_update(client, 1, opts, &webhook, &error), &error, cases[i].name, cases[i].name);
        CHECK(webhook == NULL);
        if (strcmp(cases[i].name, "opts.target_url") == 0)
            check_refusal(uc_webhook_unsubscribe(client, opts->target_url, &error), &error, "target_url",
                          opts->target_url);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST(
    "so are an address of 256 characters, a new webhook without event or address, an update of nothing, and a wrong "
    "id") {
    uc_client *client = client_new();
    char *path = repeated("x", 256 - strlen("https://a.example/"));
    char *url = text("https://a.example/%s", path);
    uc_webhook_opts opts = webhook_for("file.stored", url);
    uc_webhook *webhook;
    uc_error *error;
    check_refusal(uc_webhook_create(client, &opts, &webhook, &error), &error, "opts.target_url", "256 characters");
    check_refusal(uc_webhook_unsubscribe(client, url, &error), &error, "target_url", "256 characters");
    opts = webhook_for("file.stored", NULL);
    check_refusal(uc_webhook_create(client, &opts, &webhook, &error), &error, "opts.target_url", "NULL");
    opts = webhook_for(NULL, HOOK);
    check_refusal(uc_webhook_create(client, &opts, &webhook, &error), &error, "opts.event", "NULL");
    check_refusal(uc_webhook_update(client, 0, &opts, &webhook, &error), &error, "id", "0");
    check_refusal(uc_webhook_update(client, -1, &opts, &webhook, &error), &error, "id", "-1");
    opts = webhook_opts();
    check_refusal(uc_webhook_update(client, 1, &opts, &webhook, &error), &error, "opts", "nothing");
    CHECK_INT(0, requests_counted());
    free(url);
    free(path);
    uc_free(client);
}

/* -- odd answers ----------------------------------------------------------------------------------- */

TEST("what the service leaves out of a webhook is absent, and what it adds does no harm") {
    uc_client *client = client_new();
    uc_webhooks *all;
    answer(200, API_TYPE,
           "[{\"id\":1},{\"id\":2,\"project\":\"x\",\"created\":null,\"updated\":\"soon\",\"event\":\"file.new\","
           "\"target_url\":7,"
           "\"is_active\":null,\"version\":\"\",\"signing_secret\":null,\"more\":[{}]}]");
    all = all_webhooks(client);
    CHECK_INT(2, all->webhooks_len);
    CHECK_TEXT("{\"id\":1}", all->webhooks[0]->json);
    CHECK_TEXT(NULL, all->webhooks[0]->event);
    CHECK_TEXT(NULL, all->webhooks[0]->version);
    CHECK_TEXT(NULL, all->webhooks[0]->created);
    CHECK_INT(-1, all->webhooks[0]->project);
    CHECK_INT(2, all->webhooks[1]->id);
    CHECK_INT(-1, all->webhooks[1]->project);
    CHECK_TEXT("file.new", all->webhooks[1]->event);
    CHECK_TEXT(NULL, all->webhooks[1]->target_url);
    CHECK_TEXT("", all->webhooks[1]->version);
    CHECK_TEXT(NULL, all->webhooks[1]->signing_secret);
    CHECK_INT(0, all->webhooks[1]->is_active);
    CHECK_INT(INT64_MIN, all->webhooks[1]->created_us);
    CHECK_TEXT("soon", all->webhooks[1]->updated);
    CHECK_INT(INT64_MIN, all->webhooks[1]->updated_us);
    uc_free(all);
    uc_free(client);
}

TEST("an answer that is no webhook, or no list of them, is UC_ERR_PROTOCOL") {
    static const char *const bodies[] = {
        "{}", "null", "7", "", "[[]]", "[{}]", "{\"results\":[]}", "{\"id\":null}", "[{\"id\":\"1\"}]"};
    uc_client *client = client_without_retries();
    uc_webhook_opts opts = webhook_for("file.uploaded", HOOK);
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uc_webhooks *all = (uc_webhooks *)client;
        uc_webhook *webhook = (uc_webhook *)client;
        answer(200, API_TYPE, bodies[i]);
        CHECK_STATUS(UC_ERR_PROTOCOL, uc_webhooks_list(client, &all, NULL));
        CHECK(all == NULL);
        answer(201, API_TYPE, bodies[i]);
        CHECK_STATUS(UC_ERR_PROTOCOL, uc_webhook_create(client, &opts, &webhook, NULL));
        CHECK(webhook == NULL);
        answer(200, API_TYPE, bodies[i]);
        CHECK_STATUS(UC_ERR_PROTOCOL, uc_webhook_update(client, 1, &opts, &webhook, NULL));
        CHECK(webhook == NULL);
    }
    uc_free(client);
}

/* -- the secret ------------------------------------------------------------------------------------ */

#define SECRET "a\"b\\c \xc3\xa9t\xc3\xa9"

/** Everything that was logged. */
struct lines {
    char text[16384];
    size_t length;
};

static void note_line(void *log_data, int32_t level, const char *line) {
    struct lines *lines = (struct lines *)log_data;
    int written =
        snprintf(lines->text + lines->length, sizeof lines->text - lines->length, "%d %s\n", (int)level, line);
    if (written > 0 && lines->length + (size_t)written < sizeof lines->text) lines->length += (size_t)written;
}

static void check_hidden(const char *where) {
    static const char *const forms[] = {SECRET, "a\\\"b\\\\c \xc3\xa9t\xc3\xa9", "a\\\"b\\\\c \\u00e9t\\u00e9"};
    size_t i;
    for (i = 0; i < 3; i++)
        if (where) CHECK_LACKS(where, forms[i]);
}

TEST("the signing secret is in no error and no line of the log, even when the service sends it back") {
    static const struct {
        int status;
        const char *type, *body;
    } echoes[] = {
        {400, API_TYPE, "{\"signing_secret\":[\"\\\"a\\\"b\\\\c \xc3\xa9t\xc3\xa9\\\" is too simple.\"]}"},
        {400, API_TYPE, "{\"detail\":\"You sent a\\\"b\\\\c \\u00e9t\\u00e9\"}"},
        {400, "text/plain; charset=utf-8", "not a good secret: " SECRET},
        {403, "text/html", "<p>" SECRET "</p>"},
        {500, API_TYPE,
         "{\"error\":{\"content\":\"a\\\"b\\\\c \xc3\xa9t\xc3\xa9\",\"error_code\":\"a\\\"b\\\\c "
         "\xc3\xa9t\xc3\xa9\"}}"},
        {200, API_TYPE, "{\"id\":1,\"signing_secret\":\"a\\\"b\\\\c \xc3\xa9t\xc3\xa9\",,}"},
    };
    struct lines lines;
    uc_client_opts client_options = client_opts();
    uc_client *client;
    uc_webhook_opts opts = webhook_for("file.uploaded", HOOK);
    size_t i;
    lines.length = 0;
    client_options.retries = -1;
    client_options.log = note_line;
    client_options.log_data = &lines;
    client = client_with(&client_options);
    opts.signing_secret = SECRET;
    for (i = 0; i < 2 * sizeof echoes / sizeof echoes[0]; i++) {
        uc_webhook *webhook;
        uc_error *error;
        uc_status status;
        answer(echoes[i / 2].status, echoes[i / 2].type, echoes[i / 2].body);
        status = i % 2 ? uc_webhook_update(client, 1, &opts, &webhook, &error)
                       : uc_webhook_create(client, &opts, &webhook, &error);
        CHECK(status < 0 && error != NULL && webhook == NULL);
        check_hidden(error->message);
        check_hidden(error->code);
        check_hidden(error->body);
        CHECK_INT(echoes[i / 2].status, error->http_status);
        uc_free(error);
    }
    lines.text[lines.length] = '\0';
    CHECK_INT(12, occurrences(lines.text, "/webhooks/"));
    check_hidden(lines.text);
    uc_free(client);
}
