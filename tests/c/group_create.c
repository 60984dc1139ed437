/* New groups. */
#include "uploads.h"

/** What a group has in a place: the file's UUID and the operations it is delivered with. */
static void check_member(const uc_group *group, size_t place, const char *uuid, const char *effects) {
    CHECK(place < group->files_len && group->files[place] != NULL);
    CHECK_TEXT(uuid, group->files[place]->uuid);
    CHECK_TEXT(effects ? effects : "", group->files[place]->default_effects ? group->files[place]->default_effects : "");
}

static uc_group *create(const uc_client *client, const char *const *files, size_t count) {
    uc_group *group;
    uc_error *error;
    char *end = text("~%lu", (unsigned long)count);
    CHECK_OK(uc_group_create(client, files, count, NULL, &group, &error), error);
    CHECK(group != NULL);
    CHECK_INT(count, group->files_count);
    CHECK_INT(count, group->files_len);
    CHECK_TEXT(end, strchr(group->id, '~'));
    free(end);
    return group;
}

TEST("a group of one file, of which the service tells all") {
    uc_client *client = client_new();
    struct kept_file file = a_file();
    const char *files[1];
    uc_group *group;
    files[0] = file.uuid;
    group = create(client, files, 1);
    check_member(group, 0, file.uuid, NULL);
    CHECK_TEXT(file.name, group->files[0]->original_filename);
    CHECK_INT(file.size, group->files[0]->size);
    CHECK(group->datetime_created != NULL && group->datetime_created_us > 0);
    CHECK_CONTAINS(group->cdn_url, group->id);
    CHECK_CONTAINS(group->json, group->id);
    uc_free(client);
    CHECK_TEXT(file.uuid, group->files[0]->uuid); /* it outlives its client */
    uc_free(group);
}

TEST("files are given by UUID, with operations or without, or by their address on the CDN") {
    uc_client *client = client_new();
    struct kept_file file = a_file();
    static const char *const forms[][2] = {
        {"%s", ""},
        {"%s/", ""},
        {"%s/-/resize/800x/", "resize/800x/"},
        {"%s/-/resize/800x/-/grayscale/", "resize/800x/-/grayscale/"},
        {"https://ucarecdn.com/%s/", ""},
        {"https://ucarecdn.com/%s/-/flip/", "flip/"},
        {"http://www.ucarecdn.com/%s/-/crop/10x10/center/name.jpg", "crop/10x10/center/"},
    };
    enum { FORMS = sizeof forms / sizeof forms[0] };
    char *given[FORMS];
    uc_group *group;
    size_t i;
    for (i = 0; i < FORMS; i++) {
        const char *hole = strstr(forms[i][0], "%s");
        given[i] = text("%.*s%s%s", (int)(hole - forms[i][0]), forms[i][0], file.uuid, hole + 2);
    }
    group = create(client, (const char *const *)given, FORMS);
    for (i = 0; i < FORMS; i++) {
        check_member(group, i, file.uuid, forms[i][1]);
        free(given[i]);
    }
    uc_free(group);
    uc_free(client);
}

TEST("twelve files keep their order, and so do a thousand") {
    static const size_t counts[] = {12, 1000};
    static const char *files[1000];
    uc_client *client = client_new();
    struct kept kept = kept_present();
    size_t i, n;
    CHECK(kept.count > 12);
    for (n = 0; n < 2; n++) {
        uc_group *group, *known;
        uc_error *error;
        /* Not in the order of the listings; of few files each comes several times. */
        for (i = 0; i < counts[n]; i++) files[i] = kept.files[(i * 7 + 5) % kept.count].uuid;
        group = create(client, files, counts[n]);
        for (i = 0; i < counts[n]; i++) check_member(group, i, files[i], NULL);
        CHECK_OK(uc_group_info(client, group->id, &known, &error), error);
        CHECK_INT(counts[n], known->files_len);
        for (i = 0; i < counts[n]; i++) CHECK_TEXT(files[i], known->files[i]->uuid);
        CHECK_TEXT(group->datetime_created, known->datetime_created);
        uc_free(known);
        uc_free(group);
    }
    free(kept.files);
    uc_free(client);
}

TEST("files are numbered from 0, with as many digits as it takes") {
    uc_client *client = client_new();
    struct kept_file file = a_file();
    const char *files[12];
    char *body, *target;
    size_t i;
    for (i = 0; i < 12; i++) files[i] = file.uuid;
    forget_requests();
    uc_free(create(client, files, 12));
    body = sent(0, "body");
    target = sent(0, "target");
    CHECK_CONTAINS(body, "pub_key=" PUBLIC_KEY);
    for (i = 0; i < 12; i++) {
        char *field = text("files%%5B%lu%%5D=%s", (unsigned long)i, file.uuid);
        CHECK_CONTAINS(body, field);
        free(field);
    }
    CHECK_INT(12, occurrences(body, "files%5B"));
    CHECK_TEXT("/group/?jsonerrors=1", target);
    free(body);
    free(target);
    uc_free(client);
}

TEST("a group of what was just uploaded is in the listings") {
    uc_client *client = client_new();
    const char *files[3];
    uc_file *uploaded[3];
    uc_group *group, *known;
    uc_groups_opts opts = groups_opts();
    uc_page *page;
    uc_error *error;
    size_t i;
    for (i = 0; i < 3; i++) {
        struct content content = content_of((int64_t)i + 1);
        CHECK_OK(upload_by(BY_MEMORY, client, &content, NULL, &uploaded[i], &error), error);
        files[i] = uploaded[i]->uuid;
    }
    group = create(client, files, 3);
    for (i = 0; i < 3; i++) {
        check_member(group, i, files[i], NULL);
        CHECK_INT(i + 1, group->files[i]->size);
        uc_free(uploaded[i]);
    }
    CHECK_OK(uc_group_info(client, group->id, &known, &error), error);
    CHECK_INT(3, known->files_count);
    uc_free(known);
    opts.ordering = "-datetime_created";
    opts.limit = 1;
    CHECK_OK(uc_groups_list(client, &opts, &page, &error), error);
    CHECK_TEXT(group->id, uc_page_group(page, 0)->id);
    uc_free(page);
    uc_free(group);
    uc_free(client);
}

/* -- as the Upload API tells of it ------------------------------------------------------------------------------- */

/** The info of a group, by a client without the secret key; to be freed. */
static uc_group *upload_info(const char *id) {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_group *group;
    uc_error *error;
    CHECK_OK(uc_client_new(PUBLIC_KEY, NULL, &opts, &client, &error), error);
    CHECK_OK(uc_upload_group_info(client, id, &group, &error), error);
    uc_free(client);
    return group;
}

TEST("for the Upload API's info of a group the public key is enough, also where uploads are signed") {
    uc_client *client = client_new();
    struct kept_file kept = a_file();
    char *changed = text("%s/-/resize/800x/", kept.uuid), *target;
    const char *files[2];
    uc_group *made, *told;
    uc_file *gone;
    uc_error *error;
    files[0] = kept.uuid;
    files[1] = changed;
    made = create(client, files, 2);
    emulator("POST", "/_emulator/project", "{\"signed_uploads\":true}");
    forget_requests();
    told = upload_info(made->id);
    CHECK_INT(1, requests_counted());
    target = text("/group/info/?pub_key=" PUBLIC_KEY "&group_id=%s&jsonerrors=1", made->id);
    check_sent(0, "GET", target, NULL);
    CHECK_TEXT(made->id, told->id);
    CHECK_TEXT(made->json, told->json);
    CHECK_TEXT(made->datetime_created, told->datetime_created);
    CHECK_TEXT(made->cdn_url, told->cdn_url);
    CHECK_TEXT(made->url, told->url);
    CHECK_INT(2, told->files_count);
    CHECK_INT(2, told->files_len);
    check_member(told, 0, kept.uuid, "");
    check_member(told, 1, kept.uuid, "resize/800x/");
    CHECK_TEXT(kept.name, told->files[0]->original_filename);
    CHECK_INT(kept.size, told->files[0]->size);
    CHECK_INT(1, told->files[0]->is_stored);
    uc_free(told);
    CHECK_OK(uc_file_delete(client, kept.uuid, &gone, &error), error);
    uc_free(gone);
    told = upload_info(made->id);
    CHECK_INT(2, told->files_count);
    CHECK_INT(2, told->files_len);
    CHECK(told->files[0] == NULL && told->files[1] == NULL);
    uc_free(told);
    uc_free(made);
    free(changed);
    free(target);
    uc_free(client);
}

TEST("what cannot be told of a group is its own error") {
    static const char *const wrong[] = {"", "~1", NO_FILE, NO_FILE "~", NO_FILE "~0", NO_FILE "~1/", NO_FILE "~1&pub_key=x", "x~1"};
    uc_client *client = client_new(), *other;
    uc_client_opts opts = client_opts();
    uc_group *group;
    uc_error *error;
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        check_refusal(uc_upload_group_info(client, wrong[i], &group, &error), &error, "id", wrong[i]);
        CHECK(group == NULL);
    }
    check_refusal(uc_upload_group_info(client, NULL, &group, &error), &error, "id", "NULL");
    check_refusal(uc_upload_group_info(NULL, NO_FILE "~1", &group, &error), &error, "client", "NULL");
    check_refusal(uc_upload_group_info(client, NO_FILE "~1", NULL, &error), &error, "group", "NULL");
    CHECK_INT(0, requests_counted());
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_upload_group_info(client, NO_FILE "~1", &group, &error), error);
    CHECK(group == NULL);
    CHECK_INT(404, error->http_status);
    CHECK_TEXT("GroupNotFoundError", error->code);
    CHECK_TEXT("group_id is invalid.", error->message);
    uc_free(error);
    CHECK_OK(uc_client_new("otherpublickey", NULL, &opts, &other, &error), error);
    CHECK_FAILS(UC_ERR_AUTH, uc_upload_group_info(other, NO_FILE "~1", &group, &error), error);
    CHECK_TEXT("ProjectPublicKeyInvalidError", error->code);
    uc_free(error);
    fault("{\"fault\":\"body\",\"body\":\"{\\\"files\\\":[]}\"}");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_upload_group_info(client, NO_FILE "~1", &group, &error), error);
    uc_free(error);
    uc_free(other);
    uc_free(client);
}

/* -- refusals -------------------------------------------------------------------------------------------------- */

TEST("what is no file, too many files or none are refused before anything is sent") {
    static const char *const wrong[] = {"", "no-uuid", "22240276-2f06-41f8-9411-755c8ce926ed x", "22240276-2f06-41f8-9411-755c8ce926edx",
                                        "22240276-2f06-41f8-9411-755c8ce926ed\n", "ftp://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/", NULL};
    static const char *files[1001];
    uc_client *client = client_new();
    struct kept_file file = a_file();
    uc_group_create_opts opts = group_create_opts();
    uc_group *group;
    uc_error *error;
    size_t i;
    for (i = 0; i < 1001; i++) files[i] = file.uuid;
    opts.struct_size = 0;
    check_refusal(uc_group_create(client, files, 1, &opts, &group, &error), &error, "opts.struct_size", "0");
    check_refusal(uc_group_create(client, files, 0, NULL, &group, &error), &error, "files", "none");
    CHECK(group == NULL);
    check_refusal(uc_group_create(client, files, 1001, NULL, &group, &error), &error, "files", "1001 of them");
    check_refusal(uc_group_create(client, NULL, 1, NULL, &group, &error), &error, "files", "NULL");
    check_refusal(uc_group_create(NULL, files, 1, NULL, &group, &error), &error, "client", "NULL");
    check_refusal(uc_group_create(client, files, 1, NULL, NULL, &error), &error, "group", "NULL");
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        files[12] = wrong[i];
        check_refusal(uc_group_create(client, files, 13, NULL, &group, &error), &error, "files[12]", wrong[i] ? wrong[i] : "NULL");
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

static void check_failure(const uc_client *client, const char *given, uc_status status, int http_status, const char *code) {
    uc_group *group;
    uc_error *error;
    CHECK_FAILS(status, uc_group_create(client, &given, 1, NULL, &group, &error), error);
    CHECK_INT(http_status, error->http_status);
    CHECK_TEXT(code, error->code);
    CHECK(group == NULL);
    uc_free(error);
}

TEST("what the service refuses is its own error, by code") {
    uc_client *client = client_new(), *other;
    uc_client_opts opts = client_opts();
    struct kept_file file = a_file();
    uc_error *error;
    check_failure(client, NO_FILE, UC_ERR_REJECTED, 400, "GroupFilesNotFoundError");
    check_failure(client, "https://example.com/no/uuid", UC_ERR_REJECTED, 400, "GroupFileURLParsingFailedError");
    CHECK_OK(uc_client_new("otherpublickey", SECRET_KEY, &opts, &other, &error), error);
    check_failure(other, file.uuid, UC_ERR_AUTH, 403, "ProjectPublicKeyInvalidError");
    uc_free(other);
    uc_free(client);
}

TEST("a group that may have been made is not made again, and one that cannot have been is") {
    uc_client *client = client_new();
    struct kept_file file = a_file();
    const char *files[1];
    files[0] = file.uuid;
    forget_requests();
    fault("{\"fault\":\"close_before\",\"done\":true}");
    check_failure(client, file.uuid, UC_ERR_NETWORK, 0, NULL);
    fault("{\"fault\":\"status\",\"status\":500}");
    check_failure(client, file.uuid, UC_ERR_SERVER, 500, "UploadAPIError");
    CHECK_INT(2, requests_counted());
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"0\"}}");
    uc_free(create(client, files, 1));
    CHECK_INT(4, requests_counted());
    uc_free(client);
}

TEST("an answer that is no group is UC_ERR_PROTOCOL") {
    static const char *const bodies[] = {"", "{}", "[]", "null", "{\\\"id\\\":7}", "{\\\"id\\\":\\\"x~1\\\",\\\"files\\\":7}", "<html>"};
    uc_client *client = client_new();
    struct kept_file file = a_file();
    size_t i;
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char *json = text("{\"fault\":\"body\",\"body\":\"%s\"}", bodies[i]);
        fault(json);
        check_failure(client, file.uuid, UC_ERR_PROTOCOL, 200, NULL);
        free(json);
    }
    uc_free(client);
}
