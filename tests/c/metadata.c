/* Metadata of a file: list, get, set, delete, and their limits. */
#include "files.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"

static uc_metadata *list(const uc_client *client, const char *uuid) {
    uc_metadata *metadata;
    uc_error *error;
    CHECK_OK(uc_metadata_list(client, uuid, &metadata, &error), error);
    CHECK(metadata != NULL);
    return metadata;
}

static void set(const uc_client *client, const char *uuid, const char *key, const char *value) {
    uc_error *error;
    CHECK_OK(uc_metadata_set(client, uuid, key, value, &error), error);
}

static void check_value(const uc_client *client, const char *uuid, const char *key, const char *expected) {
    char *value;
    uc_error *error;
    CHECK_OK(uc_metadata_get(client, uuid, key, &value, &error), error);
    CHECK_TEXT(expected, value);
    uc_free(value);
}

TEST("a file without metadata has an empty list, also where the service says nothing at all") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_metadata *metadata = list(client, kept.uuid);
    CHECK(metadata->metadata == NULL && metadata->metadata_len == 0);
    uc_free(metadata);
    answer(200, API_TYPE, "");
    metadata = list(client, kept.uuid);
    CHECK(metadata->metadata == NULL && metadata->metadata_len == 0);
    uc_free(metadata);
    uc_free(client);
}

TEST("what is set can be got, is in the list and in the file, can be changed and deleted") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_metadata *metadata;
    uc_file *file;
    uc_error *error;
    char *value;
    set(client, kept.uuid, "pet", "cat");
    set(client, kept.uuid, "owner", "Zo\xc3\xab");
    check_value(client, kept.uuid, "pet", "cat");
    set(client, kept.uuid, "pet", "dog");
    check_value(client, kept.uuid, "pet", "dog");
    metadata = list(client, kept.uuid);
    CHECK_INT(2, metadata->metadata_len);
    CHECK_TEXT("dog", value_of(metadata->metadata, 2, "pet"));
    CHECK_TEXT("Zo\xc3\xab", value_of(metadata->metadata, 2, "owner"));
    uc_free(metadata);
    CHECK_OK(uc_file_info(client, kept.uuid, NULL, &file, &error), error);
    CHECK_INT(2, file->metadata_len);
    CHECK_TEXT("dog", value_of(file->metadata, 2, "pet"));
    uc_free(file);

    CHECK_OK(uc_metadata_delete(client, kept.uuid, "pet", &error), error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_metadata_get(client, kept.uuid, "pet", &value, &error), error);
    CHECK(value == NULL);
    CHECK_TEXT("Not found.", error->message);
    uc_free(error);
    metadata = list(client, kept.uuid);
    CHECK_INT(1, metadata->metadata_len);
    CHECK_TEXT("owner", metadata->metadata[0].key);
    uc_free(metadata);
    uc_free(client);
}

TEST("a value is sent as a bare JSON string, to the path of its key") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_error *error;
    char *all = text("/files/%s/metadata/", kept.uuid), *one = text("/files/%s/metadata/a:b.c_d-e/", kept.uuid);
    set(client, kept.uuid, "a:b.c_d-e", "cat");
    check_value(client, kept.uuid, "a:b.c_d-e", "cat");
    uc_free(list(client, kept.uuid));
    CHECK_OK(uc_metadata_delete(client, kept.uuid, "a:b.c_d-e", &error), error);
    check_sent(0, "PUT", one, "\"cat\"");
    check_sent(1, "GET", one, "");
    check_sent(2, "GET", all, "");
    check_sent(3, "DELETE", one, "");
    CHECK_INT(4, requests_counted());
    uc_free(client);
    free(all);
    free(one);
}

TEST("values of any script and sort come back as they were") {
    static const char *const values[] = {"\"",
                                         "\\",
                                         "null",
                                         "{\"a\":[1]}",
                                         " leading and trailing ",
                                         "line\nbreak\r\n\ttab",
                                         "\x01\x1f\x7f",
                                         "\xd0\xb6\xd0\xb8\xd0\xb2\xd0\xbe\xd1\x82\xd0\xbd\xd0\xbe\xd0\xb5",
                                         "\xe6\x97\xa5\xe6\x9c\xac",
                                         "\xf0\x9f\x8d\x8d\xe2\x80\xa8\xef\xbf\xbd",
                                         "<b>&amp;</b>",
                                         "%00%2f+"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof values / sizeof *values; i++) {
        set(client, kept.uuid, "key", values[i]);
        check_value(client, kept.uuid, "key", values[i]);
    }
    uc_free(client);
}

TEST("keys and values go up to their limits: 64 and 512 characters, 50 keys") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_error *error;
    char *key64 = repeated("k", 64), *pineapples = repeated("\xf0\x9f\x8d\x8d", 512), *x512 = repeated("x", 512);
    char key[16];
    int i;
    set(client, kept.uuid, key64, pineapples); /* 2048 bytes */
    check_value(client, kept.uuid, key64, pineapples);
    set(client, kept.uuid, key64, x512);
    check_value(client, kept.uuid, key64, x512);
    for (i = 1; i < 50; i++) {
        sprintf(key, "%d", i);
        set(client, kept.uuid, key, "x");
    }
    CHECK_FAILS(UC_ERR_REJECTED, uc_metadata_set(client, kept.uuid, "another", "x", &error), error);
    CHECK_CONTAINS(error->message, "50");
    CHECK_INT(400, error->http_status);
    uc_free(error);
    set(client, kept.uuid, "49", "a key that is there may be changed");
    uc_free(client);
    free(key64);
    free(pineapples);
    free(x512);
}

TEST("a key that is none, or would lead elsewhere, is refused before it is sent") {
    char *key65 = repeated("k", 65);
    const char *const wrong[] = {"",     ".",   "..",  "/",   "a/b",      "../tags",     "a?x=1", "a%2fb", "%2e%2e",
                                 "a b",  "a\n", "a#b", "a~b", "k\xc3\xa9y", "\xd0\xb6", "a\\b", "a;b",   "a+b",
                                 key65,  "\xff"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *value;
        uc_error *error;
        check_refusal(uc_metadata_get(client, UUID, wrong[i], &value, &error), &error, "key", wrong[i]);
        CHECK(value == NULL);
        check_refusal(uc_metadata_set(client, UUID, wrong[i], "x", &error), &error, "key", wrong[i]);
        check_refusal(uc_metadata_delete(client, UUID, wrong[i], &error), &error, "key", wrong[i]);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(key65);
}

TEST("keys of dots and colons that stand for themselves are sent as they are") {
    static const char *const keys[] = {"...", "a.", ".a", ":", "::", "-", "_", "0", "a..b"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *target = text("/files/%s/metadata/%s/", kept.uuid, keys[i]);
        set(client, kept.uuid, keys[i], keys[i]);
        check_value(client, kept.uuid, keys[i], keys[i]);
        check_sent((int)(2 * i), "PUT", target, NULL);
        free(target);
    }
    uc_free(client);
}

TEST("a value that is empty, too long or no UTF-8 is refused before it is sent") {
    char *x513 = repeated("x", 513), *pineapples = repeated("\xf0\x9f\x8d\x8d", 513), *million = repeated("x", 1000000);
    const char *const wrong[] = {"", x513, pineapples, million, "\xff", "cut \xf0\x9f"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_error *error;
        check_refusal(uc_metadata_set(client, UUID, "key", wrong[i], &error), &error, "value", wrong[i]);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(x513);
    free(pineapples);
    free(million);
}

TEST("of a file that is not there nothing can be listed, got, set or deleted") {
    uc_client *client = client_new();
    uc_metadata *metadata = (uc_metadata *)client;
    char *value = (char *)client;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_metadata_list(client, NO_FILE, &metadata, &error), error);
    CHECK(metadata == NULL);
    CHECK_TEXT("Not found.", error->message);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_metadata_get(client, NO_FILE, "key", &value, &error), error);
    CHECK(value == NULL);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_metadata_set(client, NO_FILE, "key", "x", &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_metadata_delete(client, NO_FILE, "key", &error), error);
    CHECK_INT(404, error->http_status);
    uc_free(error);
    uc_free(client);
}

TEST("lost answers to set and delete are asked for again, and a deletion that was done is one") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_error *error;
    fault("{\"fault\":\"close_before\",\"done\":true}");
    set(client, kept.uuid, "pet", "cat");
    CHECK_INT(2, requests_counted());
    fault("{\"fault\":\"reset_before\",\"done\":true}");
    CHECK_OK(uc_metadata_delete(client, kept.uuid, "pet", &error), error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_metadata_delete(client, kept.uuid, "pet", &error), error);
    uc_free(error);
    uc_free(client);
}

TEST("odd answers: a list of other values than texts is read, a value that is no text is UC_ERR_PROTOCOL") {
    uc_client *client = client_new();
    uc_metadata *metadata;
    uc_error *error;
    char *value;
    answer(200, API_TYPE, "{\"n\":7,\"b\":true,\"o\":{\"a\": 1},\"t\":\"\"}");
    metadata = list(client, UUID);
    CHECK_INT(4, metadata->metadata_len);
    CHECK_TEXT("n", metadata->metadata[0].key);
    CHECK_TEXT("7", metadata->metadata[0].value);
    CHECK_TEXT("true", metadata->metadata[1].value);
    CHECK_TEXT("{\"a\": 1}", metadata->metadata[2].value);
    CHECK_TEXT("", metadata->metadata[3].value);
    uc_free(metadata);
    answer(200, "application/json", "\"by another type of JSON\"");
    CHECK_OK(uc_metadata_get(client, UUID, "key", &value, &error), error);
    CHECK_TEXT("by another type of JSON", value);
    uc_free(value);
    answer(200, API_TYPE, "{\"key\":\"x\"}");
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_metadata_get(client, UUID, "key", &value, &error), error);
    CHECK_INT(1, error->attempts);
    CHECK(value == NULL);
    uc_free(error);
    uc_free(client);
}
