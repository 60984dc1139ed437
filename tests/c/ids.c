/* Ids go into paths and bodies: what is none is refused by every function that takes one, and nothing is sent. */
#include "files.h"

#include <ctype.h>

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"

/* A call with an id, whose result is freed. */
typedef uc_status call(const uc_client *client, const char *id, uc_error **error);

#define CALL(name, type, ...)                                                                   \
    static uc_status name(const uc_client *client, const char *id, uc_error **error) {          \
        type *result = (type *)&tests;                                                          \
        uc_status status = __VA_ARGS__;                                                         \
        if (status < 0 && result != NULL) FAIL(#name ": %s, and yet a result", uc_status_name(status)); \
        uc_free(result);                                                                        \
        return status;                                                                          \
    }

CALL(file_info, uc_file, uc_file_info(client, id, NULL, &result, error))
CALL(file_info_appdata, uc_file, uc_file_info(client, id, "appdata", &result, error))
CALL(file_store, uc_file, uc_file_store(client, id, &result, error))
CALL(file_delete, uc_file, uc_file_delete(client, id, &result, error))
CALL(files_store, uc_batch, uc_files_store(client, &id, 1, &result, error))
CALL(files_delete, uc_batch, uc_files_delete(client, &id, 1, &result, error))
CALL(metadata_list, uc_metadata, uc_metadata_list(client, id, &result, error))
CALL(metadata_get, char, uc_metadata_get(client, id, "key", &result, error))
CALL(tags_list, uc_tags, uc_tags_list(client, id, &result, error))
CALL(tags_replace, uc_tags, uc_tags_replace(client, id, NULL, 0, &result, error))
CALL(tags_update, uc_tags, uc_tags_update(client, id, NULL, 0, NULL, 0, &result, error))
CALL(document_info, uc_document, uc_document_info(client, id, &result, error))
CALL(addon_run, uc_job, uc_addon_run(client, "uc_clamav_virus_scan", id, NULL, &result, error))
CALL(group_info, uc_group, uc_group_info(client, id, &result, error))
CALL(group_store_files, uc_batch, uc_group_store_files(client, id, &result, error))
CALL(group_delete_with_files, uc_batch, uc_group_delete_with_files(client, id, &result, error))

static uc_status metadata_set(const uc_client *client, const char *id, uc_error **error) {
    return uc_metadata_set(client, id, "key", "value", error);
}
static uc_status metadata_delete(const uc_client *client, const char *id, uc_error **error) {
    return uc_metadata_delete(client, id, "key", error);
}
static uc_status group_delete(const uc_client *client, const char *id, uc_error **error) {
    return uc_group_delete(client, id, error);
}

/** The functions that take a file's UUID, and under which name. */
static const struct {
    call *function;
    const char *argument;
} of_files[] = {
    {file_info, "uuid"},       {file_info_appdata, "uuid"}, {file_store, "uuid"},      {file_delete, "uuid"},
    {files_store, "uuids[0]"}, {files_delete, "uuids[0]"},  {metadata_list, "uuid"},   {metadata_get, "uuid"},
    {metadata_set, "uuid"},    {metadata_delete, "uuid"},   {tags_list, "uuid"},       {tags_replace, "uuid"},
    {tags_update, "uuid"},     {document_info, "uuid"},     {addon_run, "uuid"},
};

/** Those that take a group's id. */
static call *const of_groups[] = {group_info, group_delete, group_store_files, group_delete_with_files};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/** What leads elsewhere, in front of an id, in it and behind it. */
static const char *const no_ids[] = {
    "",
    " ",
    ".",
    "..",
    "../..",
    "/",
    "?",
    "%2e%2e",
    "storage",
    "22240276-2f06-41f8-9411-755c8ce926e",
    UUID "0",
    UUID "/",
    UUID "/storage",
    UUID "/../" UUID,
    UUID "?",
    UUID "?include=appdata",
    UUID "#",
    UUID "%2f",
    UUID "%2F..%2f",
    UUID "%00",
    UUID "\n",
    UUID "\r\nX-Header: 1",
    UUID " ",
    " " UUID,
    "/" UUID,
    "../" UUID,
    "\n" UUID,
    "{" UUID "}",
    "urn:uuid:" UUID,
    UUID "," UUID,
    "222402762f0641f89411755c8ce926ed",
    "2224027612f06141f8194111755c8ce926ed",
    "22240276_2f06_41f8_9411_755c8ce926ed",
    "22240276-2f06-41f8-9411-755c8ce926eg",
    "22240276-2f06-41f8-9411-755c8ce926\xc3\xa9",
    "22240276-2f06-41f8-9411-755c8ce92/..",
    "22240276-2f06-41f8-9411-755c8ce9%2f",
    "22240276-2f06-41f8-9411-755c8ce926e\n",
    "-------2f06-41f8-9411-755c8ce926edxx",
    "\xff\xfe",
};

static const char *const no_group_ids[] = {
    UUID,           UUID "~",       UUID "~0",       UUID "~01",     UUID "~-1",    UUID "~+1",      UUID "~1/",
    UUID "~1/..",   UUID "~1?x=1",  UUID "~1%2f",    UUID "%7E1",    UUID "~1\n",   UUID "~1 ",      UUID "~1~2",
    UUID "~1/nth/0", UUID "~x",     UUID "~..",      UUID "~99999999999999999999",  "../" UUID "~1", "~1",
};

TEST("every function with a file's UUID refuses what is none, by its name, and sends nothing") {
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < COUNT(of_files); i++) {
        uc_error *error;
        for (j = 0; j < COUNT(no_ids); j++)
            check_refusal(of_files[i].function(client, no_ids[j], &error), &error, of_files[i].argument, no_ids[j]);
        check_refusal(of_files[i].function(client, UUID "~1", &error), &error, of_files[i].argument, "a group's id");
        check_refusal(of_files[i].function(client, NULL, &error), &error, of_files[i].argument, "NULL");
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("every function with a group's id refuses what is none, by its name, and sends nothing") {
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < COUNT(of_groups); i++) {
        uc_error *error;
        for (j = 0; j < COUNT(no_ids); j++)
            check_refusal(of_groups[i](client, no_ids[j], &error), &error, "id", no_ids[j]);
        for (j = 0; j < COUNT(no_group_ids); j++)
            check_refusal(of_groups[i](client, no_group_ids[j], &error), &error, "id", no_group_ids[j]);
        check_refusal(of_groups[i](client, NULL, &error), &error, "id", "NULL");
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("a refusal does not repeat what it refuses, however long or wild it is") {
    char *wild = repeated("../\n\x1b[2J", 100000);
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < COUNT(of_files); i++) {
        uc_error *error;
        CHECK_FAILS(UC_ERR_ARGUMENT, of_files[i].function(client, wild, &error), error);
        CHECK(strlen(error->message) < 300);
        CHECK_LACKS(error->message, "\x1b");
        uc_free(error);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(wild);
}

TEST("ids are sent as they were given, upper case, too") {
    static const char *const ids[] = {UUID, "22240276-2F06-41F8-9411-755C8CE926ED",
                                      "00000000-0000-0000-0000-000000000000"};
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < COUNT(ids); i++) {
        char *id = text("%s~12", ids[i]);
        uc_error *error;
        for (j = 0; j < COUNT(of_files); j++) {
            char *target, *body;
            forget_requests();
            of_files[j].function(client, ids[i], &error);
            uc_free(error);
            CHECK_INT(1, requests_counted());
            target = sent(0, "target");
            body = sent(0, "body");
            if (!strstr(target, ids[i])) CHECK_CONTAINS(body, ids[i]);
            free(target);
            free(body);
        }
        for (j = 0; j < COUNT(of_groups); j++) {
            char *target;
            forget_requests();
            CHECK_FAILS(UC_ERR_NOT_FOUND, of_groups[j](client, id, &error), error);
            uc_free(error);
            target = sent(0, "target");
            CHECK_CONTAINS(target, id);
            free(target);
        }
        free(id);
    }
    uc_free(client);
}

TEST("the id of a file that is there is known in upper case as well, and keeps its place in a batch") {
    struct kept_file kept = a_file(), other = kept_named("dance.gif");
    uc_client *client = client_new();
    uc_file *file;
    uc_batch *batch;
    uc_error *error;
    char upper[40];
    const char *const ids[] = {upper, other.uuid};
    size_t i;
    for (i = 0; i <= strlen(kept.uuid); i++) upper[i] = (char)toupper((unsigned char)kept.uuid[i]);
    CHECK(strcmp(upper, kept.uuid) != 0);
    CHECK_OK(uc_file_info(client, upper, NULL, &file, &error), error);
    CHECK_TEXT(kept.uuid, file->uuid);
    uc_free(file);
    CHECK_OK(uc_files_store(client, ids, 2, &batch, &error), error);
    CHECK_INT(2, batch->files_len);
    CHECK_TEXT(kept.uuid, batch->files[0]->uuid);
    CHECK_TEXT(other.uuid, batch->files[1]->uuid);
    uc_free(batch);
    uc_free(client);
}

TEST("the name of an add-on goes into a path as well, and leads nowhere else") {
    static const char *const wrong[] = {"",      ".",   "..",  "../files",          "a/b",     "a?b",
                                        "a%2fb", "a b", "a\n", "remove_bg/execute", "\xd0\xb6"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        uc_job *job = (uc_job *)client;
        uc_error *error;
        check_refusal(uc_addon_run(client, wrong[i], UUID, NULL, &job, &error), &error, "addon", wrong[i]);
        CHECK(job == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}
