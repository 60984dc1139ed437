/* One group with its files; what a file says is in file_view.c. */
#include "listing.h"

#define ID "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~3"

/** What the service answers next: a body of 200. */
static void answer(const char *body) {
    char *quoted = (char *)malloc(2 * strlen(body) + 64), *end = quoted;
    const char *at;
    end += sprintf(end, "{\"fault\":\"body\",\"body\":\"");
    for (at = body; *at; at++) {
        if (*at == '"' || *at == '\\') *end++ = '\\';
        *end++ = *at;
    }
    strcpy(end, "\"}");
    fault(quoted);
    free(quoted);
}

TEST("a group has its own fields and as many files as it counts, two-digit counts among them") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    size_t i, j;
    for (i = 0; i < 12; i++) {
        uc_group *group;
        uc_error *error;
        char path[128], *reply;
        CHECK_OK(uc_group_info(client, truth.groups[i].id, &group, &error), error);
        CHECK_TEXT(truth.groups[i].id, group->id);
        CHECK_TEXT(truth.groups[i].created, group->datetime_created);
        CHECK_INT(microseconds(truth.groups[i].created), group->datetime_created_us);
        CHECK_INT(i + 1, group->files_count);
        CHECK_INT(i + 1, group->files_len);
        snprintf(path, sizeof path, "/groups/%s/", group->id);
        CHECK_CONTAINS(group->url, path);
        snprintf(path, sizeof path, "/%s/", group->id);
        CHECK_CONTAINS(group->cdn_url, path);
        for (j = 0; j < group->files_len; j++) {
            const uc_file *file = group->files[j];
            if (file == NULL) continue; /* removed */
            CHECK_INT(36, strlen(file->uuid));
            CHECK_CONTAINS(file->url, file->uuid);
            CHECK_CONTAINS(group->json, file->json);
            CHECK_CONTAINS(file->json, file->uuid);
            CHECK(file->default_effects != NULL);
        }
        snprintf(path, sizeof path, "/groups/%s/", group->id);
        CHECK_OK(uc_request(client, "GET", path, NULL, &reply, &error), error);
        CHECK_TEXT(reply, group->json);
        uc_free(reply);
        uc_free(group);
    }
    uc_free(client);
    free(truth.groups);
}

TEST("a group with a file that is there and files that are removed: NULL in their places") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    const char *body =
        "{\"id\":\"" ID "\",\"datetime_created\":\"2018-11-26T12:49:10.477888Z\",\"files_count\":3,"
        "\"cdn_url\":\"https://ucarecdn.com/" ID "/\",\"url\":\"https://api.uploadcare.com/groups/" ID "/\","
        "\"files\":[null,{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"},null]}";
    answer(body);
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_TEXT(ID, group->id);
    CHECK_TEXT("2018-11-26T12:49:10.477888Z", group->datetime_created);
    CHECK_INT(1543236550477888, group->datetime_created_us);
    CHECK_INT(3, group->files_count);
    CHECK_TEXT("https://ucarecdn.com/" ID "/", group->cdn_url);
    CHECK_TEXT("https://api.uploadcare.com/groups/" ID "/", group->url);
    CHECK_TEXT(body, group->json);
    CHECK_INT(3, group->files_len);
    CHECK(group->files[0] == NULL && group->files[2] == NULL);
    CHECK_TEXT("22240276-2f06-41f8-9411-755c8ce926ed", group->files[1]->uuid);
    CHECK_TEXT("{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\"}", group->files[1]->json);
    uc_free(group);
    uc_free(client);
}

TEST("a group whose files are all removed, or none, or not told") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    answer("{\"id\":\"" ID "\",\"files_count\":3,\"files\":[null,null,null]}");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(3, group->files_len);
    CHECK(group->files[0] == NULL && group->files[1] == NULL && group->files[2] == NULL);
    CHECK_TEXT(NULL, group->datetime_created);
    CHECK_INT(INT64_MIN, group->datetime_created_us);
    uc_free(group);
    answer("{\"id\":\"" ID "\",\"files_count\":3,\"files\":[]}");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(0, group->files_len);
    uc_free(group);
    answer("{\"id\":\"" ID "\",\"files_count\":3,\"files\":null}");
    CHECK_OK(uc_group_info(client, ID, &group, &error), error);
    CHECK_INT(0, group->files_len);
    CHECK_INT(3, group->files_count);
    uc_free(group);
    uc_free(client);
}

TEST("a group of a thousand files") {
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    size_t i;
    struct truth truth;
    reset("{\"groups\":1,\"files_per_group\":1000}");
    truth = truth_new();
    CHECK_OK(uc_group_info(client, truth.groups[0].id, &group, &error), error);
    CHECK_INT(1000, group->files_count);
    CHECK_INT(1000, group->files_len);
    for (i = 0; i < 1000; i++)
        if (group->files[i]) CHECK_CONTAINS(group->files[i]->url, group->files[i]->uuid);
    uc_free(group);
    uc_free(client);
    free(truth.groups);
}

TEST("a group outlives its client") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    CHECK_OK(uc_group_info(client, truth.groups[7].id, &group, &error), error);
    uc_free(client);
    CHECK_TEXT(truth.groups[7].id, group->id);
    uc_free(group);
    free(truth.groups);
}

TEST("the id is sent as it is, with its tilde unescaped") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    char expected[128], *requests, *target;
    CHECK_OK(uc_group_info(client, truth.groups[11].id, &group, &error), error);
    requests = emulator_get("/_emulator/requests");
    target = json_value(requests, "target", 0);
    snprintf(expected, sizeof expected, "/groups/%s/", truth.groups[11].id);
    CHECK_TEXT(expected, target);
    CHECK_CONTAINS(target, "~12/");
    uc_free(group);
    uc_free(client);
    free(requests);
    free(target);
    free(truth.groups);
}

TEST("a group that is not there is UC_ERR_NOT_FOUND, with what the service says of it") {
    uc_client *client = client_new();
    uc_group *group = (uc_group *)client;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, "00000000-0000-4000-8000-000000000000~1", &group, &error),
                error);
    CHECK(group == NULL);
    CHECK_INT(404, error->http_status);
    CHECK_CONTAINS(error->message, "Not found.");
    CHECK_TEXT("{\"detail\":\"Not found.\"}", error->body);
    CHECK_INT(36, strlen(error->request_id));
    CHECK_INT(1, error->attempts);
    CHECK_INT(-1, error->retry_after_ms);
    uc_free(error);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_group_info(client, "00000000-0000-4000-8000-000000000000~1", &group, NULL));
    uc_free(client);
}
