/* Tags of a file: list, replace, update, and their limits. */
#include "files.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define COUNT(list) (sizeof(list) / sizeof *(list))

/** The texts are these, separated by spaces. */
static void check_texts(const char *expected, const char *const *texts, size_t count) {
    char joined[8192] = "";
    size_t i;
    for (i = 0; i < count; i++) sprintf(joined + strlen(joined), "%s%s", i ? " " : "", texts[i]);
    CHECK_TEXT(expected, joined);
}

/** What a call has given, and frees it. */
static void check_tags(uc_tags *result, const char *tags, const char *added, const char *deleted) {
    CHECK(result != NULL);
    check_texts(tags, result->tags, result->tags_len);
    check_texts(added, result->added, result->added_len);
    check_texts(deleted, result->deleted, result->deleted_len);
    uc_free(result);
}

static uc_tags *list(const uc_client *client, const char *uuid) {
    uc_tags *result;
    uc_error *error;
    CHECK_OK(uc_tags_list(client, uuid, &result, &error), error);
    return result;
}

TEST("the tags of a file come in their order; a file without any has none") {
    static const char *const names[] = {"\xd0\x90\xd0\xbd\xd0\xb0\xd0\xbd\xd0\xb0\xd1\x81 \"sp\xc3\xa9" "cial\" \\ "
                                        "\xf0\x9f\x8d\x8d 'it'.jpg", "IMG_8919.jpeg", "eicar.zip"};
    uc_client *client = client_new();
    check_tags(list(client, kept_named(names[0]).uuid), "fruit yellow-1 summer_2026", "", "");
    check_tags(list(client, kept_named(names[1]).uuid), "", "", "");
    check_tags(list(client, kept_named(names[2]).uuid), "", "", "");
    uc_free(client);
}

TEST("replacing gives all tags, those added and those deleted; none clear them") {
    static const char *const first[] = {"fruit", "ripe"}, *const second[] = {"ripe", "sold"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_tags *result;
    uc_file *file;
    uc_error *error;
    char *target = text("/files/%s/tags/", kept.uuid);
    CHECK_OK(uc_tags_replace(client, kept.uuid, first, 2, &result, &error), error);
    check_tags(result, "fruit ripe", "fruit ripe", "");
    check_sent(0, "PUT", target, "{\"tags\":[\"fruit\",\"ripe\"]}");
    CHECK_OK(uc_tags_replace(client, kept.uuid, second, 2, &result, &error), error);
    check_tags(result, "ripe sold", "sold", "fruit");
    CHECK_OK(uc_file_info(client, kept.uuid, NULL, &file, &error), error);
    check_texts("ripe sold", file->tags, file->tags_len);
    uc_free(file);
    check_tags(list(client, kept.uuid), "ripe sold", "", "");
    check_sent(3, "GET", target, "");
    CHECK_OK(uc_tags_replace(client, kept.uuid, NULL, 0, &result, &error), error);
    check_tags(result, "", "", "ripe sold");
    check_sent(4, "PUT", target, "{\"tags\":[]}");
    uc_free(client);
    free(target);
}

TEST("an update takes tags away, then adds some; either may be none") {
    static const char *const start[] = {"a", "b", "c"}, *const add[] = {"d", "b"}, *const gone[] = {"a", "b", "x"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_tags *result;
    uc_error *error;
    char *target = text("/files/%s/tags/", kept.uuid);
    CHECK_OK(uc_tags_replace(client, kept.uuid, start, 3, &result, &error), error);
    uc_free(result);
    CHECK_OK(uc_tags_update(client, kept.uuid, add, 2, gone, 3, &result, &error), error);
    check_tags(result, "c d b", "d", "a");
    check_sent(1, "PATCH", target, "{\"add\":[\"d\",\"b\"],\"delete\":[\"a\",\"b\",\"x\"]}");
    CHECK_OK(uc_tags_update(client, kept.uuid, start, 1, NULL, 0, &result, &error), error);
    check_tags(result, "c d b a", "a", "");
    CHECK_OK(uc_tags_update(client, kept.uuid, NULL, 0, add, 1, &result, &error), error);
    check_tags(result, "c b a", "", "d");
    CHECK_OK(uc_tags_update(client, kept.uuid, NULL, 0, NULL, 0, &result, &error), error);
    check_tags(result, "c b a", "", "");
    check_sent(4, "PATCH", target, NULL);
    uc_free(client);
    free(target);
}

TEST("the service strips tags, makes them lower case, and drops empty ones and repetitions") {
    static const char *const given[] = {"  Fruit ", "FRUIT", "", " ", "Yellow-1", "a.b_c"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_tags *result;
    uc_error *error;
    CHECK_OK(uc_tags_replace(client, kept.uuid, given, COUNT(given), &result, &error), error);
    check_tags(result, "fruit yellow-1 a.b_c", "a.b_c fruit yellow-1", "");
    CHECK_OK(uc_tags_update(client, kept.uuid, given + 4, 1, given, 2, &result, &error), error);
    check_tags(result, "yellow-1 a.b_c", "", "fruit");
    uc_free(client);
}

TEST("tags go up to their limits: 100 characters, 50 tags, counted as the service keeps them") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_tags *result;
    uc_error *error;
    char *t100 = repeated("t", 100), *spaced = text("  %s ", t100);
    char names[51][8];
    const char *tags[103];
    const char *const another[] = {"another"};
    size_t i;
    for (i = 0; i < 51; i++) {
        sprintf(names[i], "tag%d", (int)i);
        tags[i] = names[i];
    }
    tags[49] = t100;
    CHECK_OK(uc_tags_replace(client, kept.uuid, tags, 50, &result, &error), error);
    CHECK_INT(50, result->tags_len);
    CHECK_TEXT(t100, result->tags[49]);
    uc_free(result);

    for (i = 50; i < 103; i++) tags[i] = i % 2 ? "TAG0" : ""; /* 50 distinct ones among 103 */
    tags[49] = spaced;
    CHECK_OK(uc_tags_replace(client, kept.uuid, tags, 103, &result, &error), error);
    CHECK_INT(50, result->tags_len);
    uc_free(result);

    /* How many there are after an update only the service knows. */
    CHECK_FAILS(UC_ERR_REJECTED, uc_tags_update(client, kept.uuid, another, 1, NULL, 0, &result, &error), error);
    CHECK(result == NULL);
    CHECK_INT(400, error->http_status);
    CHECK_CONTAINS(error->message, "tags: ");
    CHECK_CONTAINS(error->message, "50");
    uc_free(error);
    CHECK_OK(uc_tags_update(client, kept.uuid, another, 1, tags, 1, &result, &error), error);
    CHECK_INT(50, result->tags_len);
    uc_free(result);
    uc_free(client);
    free(t100);
    free(spaced);
}

TEST("tags beyond the limits are refused by their place, before they are sent") {
    char *t101 = repeated("t", 101);
    const char *const wrong[] = {t101, "a b", "a/b", "a,b", "k\xc3\xa9y", "\xf0\x9f\x8d\x8d", "a\nb",
                                 "a:b", "\"",  "\xff", NULL};
    uc_client *client = client_new();
    uc_tags *result = (uc_tags *)client;
    uc_error *error;
    const char *many[51];
    char names[51][8];
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        const char *tags[] = {"good", "better", wrong[i]};
        const char *shown = wrong[i] ? wrong[i] : "NULL";
        check_refusal(uc_tags_replace(client, UUID, tags, 3, &result, &error), &error, "new_tags[2]", shown);
        check_refusal(uc_tags_update(client, UUID, tags, 3, NULL, 0, &result, &error), &error, "add[2]", shown);
        check_refusal(uc_tags_update(client, UUID, NULL, 0, tags, 3, &result, &error), &error, "remove[2]", shown);
        CHECK(result == NULL);
    }
    for (i = 0; i < 51; i++) {
        sprintf(names[i], "tag%d", (int)i);
        many[i] = names[i];
    }
    check_refusal(uc_tags_replace(client, UUID, many, 51, &result, &error), &error, "new_tags", "51 of them");
    check_refusal(uc_tags_update(client, UUID, many, 51, NULL, 0, &result, &error), &error, "add", "51 of them");
    check_refusal(uc_tags_replace(client, UUID, NULL, 1, &result, &error), &error, "new_tags", "NULL");
    check_refusal(uc_tags_update(client, UUID, NULL, 1, NULL, 0, &result, &error), &error, "add", "NULL");
    check_refusal(uc_tags_update(client, UUID, NULL, 0, NULL, 1, &result, &error), &error, "remove", "NULL");
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(t101);
}

TEST("a file that is not there has no tags") {
    static const char *const tags[] = {"fruit"};
    uc_client *client = client_new();
    uc_tags *result = (uc_tags *)client;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_tags_list(client, NO_FILE, &result, &error), error);
    CHECK(result == NULL);
    CHECK_TEXT("Not found.", error->message);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_tags_replace(client, NO_FILE, tags, 1, &result, &error), error);
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_tags_update(client, NO_FILE, tags, 1, NULL, 0, &result, &error), error);
    uc_free(error);
    uc_free(client);
}

TEST("a lost answer to a replacement is asked for again; that to an update is not") {
    static const char *const tags[] = {"fruit"};
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    uc_tags *result;
    uc_error *error;
    fault("{\"fault\":\"close_before\",\"done\":true}");
    CHECK_OK(uc_tags_replace(client, kept.uuid, tags, 1, &result, &error), error);
    check_texts("fruit", result->tags, result->tags_len);
    uc_free(result);
    CHECK_INT(2, requests_counted());
    fault("{\"fault\":\"close_before\",\"done\":true}");
    forget_requests();
    CHECK_FAILS(UC_ERR_NETWORK, uc_tags_update(client, kept.uuid, NULL, 0, tags, 1, &result, &error), error);
    CHECK_INT(1, requests_counted());
    uc_free(error);
    check_tags(list(client, kept.uuid), "", "", "");
    uc_free(client);
}

TEST("what is odd in the answer is left out; an answer without tags is none") {
    uc_client *client = client_new();
    static const char *const others[] = {"[]", "null", "7", "{\"tags\":null}", "{\"tags\":{}}", "{}"};
    size_t i;
    for (i = 0; i < COUNT(others); i++) {
        uc_tags *result;
        uc_error *error;
        answer(200, API_TYPE, others[i]);
        CHECK_FAILS(UC_ERR_PROTOCOL, uc_tags_list(client, UUID, &result, &error), error);
        CHECK_INT(1, error->attempts);
        CHECK(result == NULL);
        uc_free(error);
    }
    answer(200, API_TYPE, "{\"tags\":[],\"added\":[],\"deleted\":7}");
    check_tags(list(client, UUID), "", "", "");
    answer(200, API_TYPE, "{\"tags\":[\"a\",null,7,[],\"\\u00e9\"],\"new\":{}}");
    check_tags(list(client, UUID), "a \xc3\xa9", "", "");
    uc_free(client);
}
