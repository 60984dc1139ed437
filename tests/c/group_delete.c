/* Deleting groups. */
#include "listing.h"

TEST("a deleted group is gone from the listing, and the others stay in order") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_error *error;
    struct truth left;
    CHECK_OK(uc_group_delete(client, truth.groups[120].id, &error), error);
    left = truth_new();
    CHECK_INT(249, left.count);
    CHECK_TEXT(truth.groups[121].id, left.groups[120].id);
    check_listing(client, NULL, &left, 0, 248, 1);
    uc_free(client);
    free(left.groups);
    free(truth.groups);
}

TEST("a group deleted again, or asked for, is UC_ERR_NOT_FOUND") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    CHECK_OK(uc_group_delete(client, truth.groups[3].id, &error), error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_delete(client, truth.groups[3].id, &error), error);
    CHECK_INT(404, error->http_status);
    CHECK_INT(1, error->attempts);
    CHECK_CONTAINS(error->message, "Not found.");
    uc_free(error);
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_group_info(client, truth.groups[3].id, &group, &error), error);
    uc_free(error);
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_group_delete(client, truth.groups[3].id, NULL));
    uc_free(client);
    free(truth.groups);
}

TEST("the files of a deleted group stay") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    char path[128], *answer;
    size_t i, checked = 0;
    CHECK_OK(uc_group_info(client, truth.groups[11].id, &group, &error), error);
    CHECK_OK(uc_group_delete(client, truth.groups[11].id, &error), error);
    for (i = 0; i < group->files_len; i++) {
        if (group->files[i] == NULL) continue;
        snprintf(path, sizeof path, "/files/%s/", group->files[i]->uuid);
        CHECK_OK(uc_request(client, "GET", path, NULL, &answer, &error), error);
        CHECK_CONTAINS(answer, group->files[i]->uuid);
        uc_free(answer);
        checked++;
    }
    CHECK(checked > 0);
    uc_free(group);
    uc_free(client);
    free(truth.groups);
}

TEST("a page stays readable while its groups are deleted, and its next page loses nothing") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    size_t i;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    for (i = 0; i < uc_page_count(page); i++)
        CHECK_OK(uc_group_delete(client, uc_page_group(page, i)->id, &error), error);
    check_page(page, &truth, 0, 1);
    CHECK_OK(uc_page_next(page, &error), error);
    check_page(page, &truth, 100, 1);
    uc_free(page);
    uc_free(client);
    free(truth.groups);
}

TEST("one DELETE is sent, signed as such, without a body") {
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_error *error;
    char expected[128], *requests, *method, *target;
    CHECK_OK(uc_group_delete(client, truth.groups[0].id, &error), error);
    requests = emulator_get("/_emulator/requests");
    CHECK_INT(1, json_int(requests, "count", 0));
    method = json_value(requests, "method", 0);
    target = json_value(requests, "target", 0);
    CHECK_TEXT("DELETE", method);
    snprintf(expected, sizeof expected, "/groups/%s/", truth.groups[0].id);
    CHECK_TEXT(expected, target);
    CHECK_INT(204, json_int(requests, "status", 0));
    uc_free(client);
    free(method);
    free(target);
    free(requests);
    free(truth.groups);
}
