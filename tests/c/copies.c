/* Copying files, within the project and to a storage of one's own. */
#include "files.h"

static uc_file *copy(const uc_client *client, const char *source, const uc_file_copy_opts *opts) {
    uc_file *file;
    uc_error *error;
    CHECK_OK(uc_file_copy(client, source, opts, &file, &error), error);
    CHECK(file != NULL);
    return file;
}

TEST("a copy is a new file, which little is known of at first, and all a moment later") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *made = copy(client, kept.uuid, NULL), *file;
    uc_error *error;
    char *body = text("{\"source\":\"%s\"}", kept.uuid);
    CHECK_INT(1, requests_counted());
    check_sent(0, "POST", "/files/local_copy/", body);
    CHECK_INT(36, strlen(made->uuid));
    CHECK(strcmp(kept.uuid, made->uuid) != 0);
    CHECK_TEXT(kept.name, made->original_filename);
    CHECK_TEXT("application/octet-stream", made->mime_type);
    CHECK_INT(0, made->size);
    CHECK_INT(0, made->is_image);
    CHECK_INT(1, made->is_ready);
    CHECK(made->image == NULL && made->video == NULL);
    CHECK_TEXT(NULL, made->datetime_stored);
    CHECK_INT(0, made->metadata_len);
    CHECK_CONTAINS(made->json, made->uuid);
    CHECK_LACKS(made->json, "\"result\"");

    CHECK_OK(uc_file_info(client, made->uuid, NULL, &file, &error), error);
    CHECK_TEXT(made->uuid, file->uuid);
    CHECK_TEXT(made->datetime_uploaded, file->datetime_uploaded);
    CHECK_INT(kept.size, file->size);
    CHECK_TEXT("image/jpeg", file->mime_type);
    CHECK_TEXT(NULL, file->datetime_stored);
    uc_free(file);
    uc_free(made);
    uc_free(client);
    free(body);
}

TEST("store and metadata go with the copy") {
    static const uc_pair metadata[] = {
        {"pet", "cat"}, {"-:45az_.", "\"quoted\" \\ \xd0\xb6\n\xf0\x9f\x8d\x8d"}, {".", "a dot is a key here"}};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file_copy_opts opts = file_copy_opts();
    uc_file *made;
    char *body;
    size_t i;
    opts.store = UC_YES;
    opts.metadata = metadata;
    opts.metadata_len = 3;
    made = copy(client, kept.uuid, &opts);
    CHECK(made->datetime_stored != NULL);
    CHECK_INT(3, made->metadata_len);
    for (i = 0; i < 3; i++) CHECK_TEXT(metadata[i].value, value_of(made->metadata, 3, metadata[i].key));
    body = sent(0, "body");
    CHECK_CONTAINS(body, "\"store\":\"true\"");
    free(body);
    uc_free(made);

    opts = file_copy_opts();
    opts.store = UC_NO;
    made = copy(client, kept.uuid, &opts);
    CHECK_TEXT(NULL, made->datetime_stored);
    body = sent(1, "body");
    CHECK_CONTAINS(body, "\"store\":\"false\"");
    CHECK_LACKS(body, "metadata");
    free(body);
    uc_free(made);
    uc_free(client);
}

TEST("a source may be an address on the CDN, with operations and a name") {
    static const char *const forms[] = {"%s/", "%s/-/resize/200x/", "https://ucarecdn.com/%s/",
                                        "https://ucarecdn.com/%s/-/crop/face/-/resize/200x/photo.jpg",
                                        "http://www.ucarecdn.com/%s"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof forms / sizeof *forms; i++) {
        char source[256], body[300];
        snprintf(source, sizeof source, forms[i], kept.uuid);
        snprintf(body, sizeof body, "{\"source\":\"%s\"}", source);
        uc_free(copy(client, source, NULL));
        check_sent((int)i, "POST", "/files/local_copy/", body);
    }
    uc_free(client);
}

TEST("what is neither a UUID nor an address is refused before it is sent") {
    static const char *const wrong[] = {"",
                                        "photo.jpg",
                                        "22240276-2f06-41f8-9411",
                                        "22240276-2f06-41f8-9411-755c8ce926edx",
                                        "22240276-2f06-41f8-9411-755c8ce926ed\n",
                                        "22240276-2f06-41f8-9411-755c8ce926ed/ /",
                                        "ftp://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926ed/",
                                        "https://ucarecdn.com/\xd0\xb6",
                                        "../22240276-2f06-41f8-9411-755c8ce926ed"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_file *file;
        char *url;
        uc_error *error;
        check_refusal(uc_file_copy(client, wrong[i], NULL, &file, &error), &error, "source", wrong[i]);
        check_refusal(uc_file_copy_remote(client, wrong[i], "backup", NULL, &url, &error), &error, "source", wrong[i]);
        CHECK(file == NULL && url == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("options of a copy are checked before they are sent") {
    char *key65 = repeated("k", 65), *value513 = repeated("\xd0\xb6", 513);
    const uc_pair wrong[][2] = {{{"good", "x"}, {"", "x"}},          {{"good", "x"}, {"a b", "x"}},
                                {{"good", "x"}, {"k\xc3\xa9y", "x"}}, {{"good", "x"}, {key65, "x"}},
                                {{"good", "x"}, {"a/b", "x"}},       {{"good", "x"}, {NULL, "x"}}};
    const uc_pair wrong_values[][2] = {{{"good", "x"}, {"k", ""}}, {{"good", "x"}, {"k", value513}},
                                       {{"good", "x"}, {"k", NULL}}};
    uc_pair many[51];
    uc_client *client = client_new();
    uc_file_copy_opts opts = file_copy_opts();
    uc_file *file;
    uc_error *error;
    char keys[51][8];
    size_t i;
    opts.metadata_len = 2;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opts.metadata = wrong[i];
        check_refusal(uc_file_copy(client, NO_FILE, &opts, &file, &error), &error, "opts.metadata[1].key", "a key");
    }
    for (i = 0; i < sizeof wrong_values / sizeof *wrong_values; i++) {
        opts.metadata = wrong_values[i];
        check_refusal(uc_file_copy(client, NO_FILE, &opts, &file, &error), &error, "opts.metadata[1].value", "a value");
    }
    for (i = 0; i < 51; i++) {
        sprintf(keys[i], "key%d", (int)i);
        many[i].key = keys[i];
        many[i].value = "x";
    }
    opts.metadata = many;
    opts.metadata_len = 51;
    check_refusal(uc_file_copy(client, NO_FILE, &opts, &file, &error), &error, "opts.metadata", "51 pairs");
    opts.metadata_len = 0;
    check_refusal(uc_file_copy(client, NO_FILE, &opts, &file, &error), &error,
                  "opts.metadata is set and opts.metadata_len is 0", "no length");
    opts.metadata_len = 51;
    opts.metadata = NULL;
    check_refusal(uc_file_copy(client, NO_FILE, &opts, &file, &error), &error, "opts.metadata", "NULL");
    CHECK(file == NULL);
    CHECK_INT(0, requests_counted());

    opts.metadata = many;
    opts.metadata_len = 50;
    file = copy(client, a_file().uuid, &opts);
    CHECK_INT(50, file->metadata_len);
    uc_free(file);
    uc_free(client);
    free(key65);
    free(value513);
}

TEST("a remote copy has an address in its storage, the same when it is made again") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    char *url, *again, *expected = text("s3://backup/%s/IMG_8919.jpeg", kept.uuid);
    char *body = text("{\"source\":\"%s\",\"target\":\"backup\"}", kept.uuid);
    uc_error *error;
    CHECK_OK(uc_file_copy_remote(client, kept.uuid, "backup", NULL, &url, &error), error);
    CHECK_TEXT(expected, url);
    CHECK_OK(uc_file_copy_remote(client, kept.uuid, "backup", NULL, &again, &error), error);
    CHECK_TEXT(expected, again);
    check_sent(0, "POST", "/files/remote_copy/", body);
    check_sent(1, "POST", "/files/remote_copy/", body);
    uc_free(url);
    uc_free(again);
    uc_free(client);
    free(expected);
    free(body);
}

TEST("a remote copy may be private, and have a name of one's own") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file_copy_remote_opts opts = file_copy_remote_opts();
    char *url, *body, *source = text("%s/-/resize/200x/", kept.uuid);
    uc_error *error;
    opts.is_private = UC_YES;
    opts.pattern = "photos/${uuid}-${filename}${ext}";
    CHECK_OK(uc_file_copy_remote(client, source, "backup", &opts, &url, &error), error);
    CHECK_CONTAINS(url, "s3://backup/photos/");
    CHECK_CONTAINS(url, kept.uuid);
    CHECK_CONTAINS(url, "-IMG_8919.jpeg");
    body = sent(0, "body");
    CHECK_CONTAINS(body, "\"make_public\":false");
    CHECK_CONTAINS(body, "\"pattern\":\"photos/${uuid}-${filename}${ext}\"");
    CHECK_CONTAINS(body, source);
    uc_free(url);
    uc_free(client);
    free(body);
    free(source);
}

TEST("a storage without a name is refused before it is asked for") {
    uc_client *client = client_new();
    char *url;
    uc_error *error;
    uc_file_copy_remote_opts opts = file_copy_remote_opts();
    check_refusal(uc_file_copy_remote(client, NO_FILE, "", NULL, &url, &error), &error, "target", "");
    opts.pattern = "";
    check_refusal(uc_file_copy_remote(client, NO_FILE, "backup", &opts, &url, &error), &error, "opts.pattern is empty", "");
    CHECK(url == NULL);
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("a copy whose answer is lost is not made a second time") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_file *file;
    uc_error *error;
    char *url;
    fault("{\"fault\":\"close_before\",\"done\":true,\"times\":2}");
    CHECK_FAILS(UC_ERR_NETWORK, uc_file_copy(client, kept.uuid, NULL, &file, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NETWORK, uc_file_copy_remote(client, kept.uuid, "backup", NULL, &url, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK(file == NULL && url == NULL);
    CHECK_INT(2, requests_counted());
    uc_free(client);
}

TEST("an answer without its result is UC_ERR_PROTOCOL") {
    static const char *const answers[] = {"{}", "[]", "{\"type\":\"url\"}", "{\"type\":\"url\",\"result\":7}", "null"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        uc_file *file;
        uc_error *error;
        char *url;
        answer(201, API_TYPE, answers[i]);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_file_copy_remote(client, NO_FILE, "backup", NULL, &url, &error), error);
        CHECK(url == NULL);
        uc_free(error);
        if (strstr(answers[i], "result")) continue;
        answer(201, API_TYPE, answers[i]);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_file_copy(client, NO_FILE, NULL, &file, &error), error);
        CHECK(file == NULL);
        uc_free(error);
    }
    uc_free(client);
}
