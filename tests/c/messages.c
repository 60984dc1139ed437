/* Messages of UC_ERR_ARGUMENT: each names the one thing that is wrong, and what would be right. */
#include "test.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"

static void check(uc_status status, uc_error *error, const char *message) {
    CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
    CHECK_TEXT(message, error->message);
    uc_free(error);
}

#define CHECK_MESSAGE(message, call)     \
    do {                                 \
        uc_error *error;                 \
        uc_status status = call;         \
        check(status, error, message);   \
    } while (0)

static uc_client *client_of(const char *secret_key) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_error *error;
    CHECK_OK(uc_client_new(PUBLIC_KEY, secret_key, &opts, &client, &error), error);
    return client;
}

TEST("a source that is none is told why") {
    static const char *const cases[][2] = {
        {"", "source does not begin with a file's UUID, such as 22240276-2f06-41f8-9411-755c8ce926ed, or https://"},
        {UUID "x", "source does not begin with a file's UUID, such as 22240276-2f06-41f8-9411-755c8ce926ed, or https://"},
        {UUID "~12", "source begins with the id of a group; it has to be of a file"},
        {UUID "~12/nth/0/", "source begins with the id of a group; it has to be of a file"},
        {UUID "/a b/", "source holds something other than visible ASCII at byte 38"},
        {"https://ucarecdn.com/\xc3\xa4", "source holds something other than visible ASCII at byte 21"},
    };
    uc_client *client = client_new();
    char longest[8194] = UUID;
    const char *group = UUID "~1", *uuids[2] = {UUID, "x"};
    size_t i;
    uc_file *file;
    uc_group *made;
    uc_job *job;
    uc_batch *batch;
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_MESSAGE(cases[i][1], uc_file_copy(client, cases[i][0], NULL, &file, &error));
    memset(longest + 36, '/', sizeof longest - 37);
    CHECK_MESSAGE("source is longer than 8192 bytes", uc_file_copy(client, longest, NULL, &file, &error));
    CHECK_MESSAGE("files[0] begins with the id of a group; it has to be of a file",
                  uc_group_create(client, &group, 1, NULL, &made, &error));
    CHECK_MESSAGE("path begins with the id of a group; it has to be of a file",
                  uc_convert_document(client, UUID "~1/document/", NULL, &job, &error));
    CHECK_MESSAGE("uuids[1] is not a UUID", uc_files_store(client, uuids, 2, &batch, &error));
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("ids, keys, tags and URLs") {
    static const char *const tag = "a tag";
    uc_client *client = client_new();
    uc_group *group;
    uc_tags *tags;
    CHECK_MESSAGE("id is not a group id: a UUID, `~` and the number of files, such as "
                  "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12",
                  uc_group_info(client, UUID, &group, &error));
    CHECK_MESSAGE("key is not a key of metadata: 1 to 64 Latin letters, digits, _, -, . and :",
                  uc_metadata_set(client, UUID, "a b", "c", &error));
    CHECK_MESSAGE("key is . or .., which cannot stand in a URL", uc_metadata_set(client, UUID, "..", "c", &error));
    CHECK_MESSAGE("new_tags[0] is not a tag: at most 100 Latin letters, digits, -, _ and .",
                  uc_tags_replace(client, UUID, &tag, 1, &tags, &error));
    CHECK_MESSAGE("target_url is not an http or https URL of at most 255 visible ASCII characters",
                  uc_webhook_unsubscribe(client, "ftp://example.com", &error));
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("JSON that is none is told with the byte") {
    uc_client *client = client_new();
    uc_page *page;
    uc_job *job;
    char *response;
    CHECK_MESSAGE("query_json is not a JSON object such as {\"query\":\"pineapple\"}: expected { at byte 1",
                  uc_files_search(client, " []", NULL, &page, &error));
    CHECK_MESSAGE("query_json is not a JSON object such as {\"query\":\"pineapple\"}: expected { at byte 0, where the text ends",
                  uc_files_search(client, "", NULL, &page, &error));
    CHECK_MESSAGE("query_json is not a JSON object such as {\"query\":\"pineapple\"}: expected the end at byte 3",
                  uc_files_search(client, "{} x", NULL, &page, &error));
    CHECK_MESSAGE("params_json is not a JSON object such as {\"purge_infected\":true}: expected a value at byte 5",
                  uc_addon_run(client, "remove_bg", UUID, "{\"a\":}", &job, &error));
    CHECK_MESSAGE("body_json is not JSON that can be read: expected \" at byte 1",
                  uc_request(client, "POST", "/groups/", "{'a':1}", &response, &error));
    CHECK_MESSAGE("method is not one of GET, POST, PUT, PATCH and DELETE",
                  uc_request(client, "HEAD", "/groups/", NULL, &response, &error));
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("options that do not go together, and numbers out of range") {
    uc_client *client = client_new();
    uc_groups_opts groups = UC_GROUPS_OPTS_INIT;
    uc_files_opts files = UC_FILES_OPTS_INIT;
    uc_files_search_opts search = UC_FILES_SEARCH_OPTS_INIT;
    uc_upload_opts upload = UC_UPLOAD_OPTS_INIT;
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    uc_client *made;
    uc_page *page;
    uc_file *file;
    groups.cursor = files.cursor = "x";
    groups.ordering = "datetime_created";
    CHECK_MESSAGE("opts.ordering is set beside opts.cursor, which carries the options that the listing began with",
                  uc_groups_list(client, &groups, &page, &error));
    files.stored = UC_NO;
    CHECK_MESSAGE("opts.stored is set beside opts.cursor, which carries the options that the listing began with",
                  uc_files_list(client, &files, &page, &error));
    search.offset = 901;
    search.limit = 100;
    CHECK_MESSAGE("opts.offset is 901 and the limit 100: together they may be at most 1000, which is as far as a "
                  "search reaches",
                  uc_files_search(client, "{}", &search, &page, &error));
    upload.signature = "x";
    CHECK_MESSAGE("opts.expire is not set: a signature is for one time only",
                  uc_upload_data(client, "x", 1, &upload, &file, &error));
    upload.expire = -5;
    CHECK_MESSAGE("opts.expire is -5; it counts the seconds since 1970-01-01 UTC",
                  uc_upload_data(client, "x", 1, &upload, &file, &error));
    opts.retries = -2;
    CHECK_MESSAGE("opts.retries is -2; it may be 1 or more, 0 for the default, or -1 for none",
                  uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &made, &error));
    opts.retries = 0;
    opts.auth = UC_AUTH_SIMPLE;
    opts.api_base = "http://example.com";
    CHECK_MESSAGE("opts.auth is UC_AUTH_SIMPLE, which would send the secret key in the clear: opts.api_base must be "
                  "https, or http on this machine's own (loopback) addresses, such as 127.0.0.1, without a proxy",
                  uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &made, &error));
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("without a secret key a signature needs opts.sign, and a token the key") {
    uc_client *client = client_of(NULL);
    char *text;
    CHECK_MESSAGE("secret_key is NULL and no opts.sign was given to uc_client_new: a signature needs one of them",
                  uc_upload_signature(client, 60, &text, &error));
    CHECK_MESSAGE("secret_key is NULL in uc_client_new: a token needs it, and opts.sign is not enough",
                  uc_upload_token(client, NULL, &text, &error));
    uc_free(client);
    client = client_of(SECRET_KEY);
    CHECK_MESSAGE("expire is 0; it counts the seconds since 1970-01-01 UTC, and is above 0",
                  uc_upload_signature(client, 0, &text, &error));
    uc_free(client);
}

TEST("operations: a list of what may stand there is one of its words") {
    uc_client *client = client_new();
    char *url;
    CHECK_MESSAGE("operations[9]: \"jpg\" stands where format takes one of jpeg, png, webp, auto, preserve",
                  uc_url(client, UUID, "-/format/jpg/", NULL, &url, &error));
    CHECK_MESSAGE("operations[2]: \"..\" cannot stand alone in a URL", uc_url(client, UUID, "-/../", NULL, &url, &error));
    uc_free(client);
}
