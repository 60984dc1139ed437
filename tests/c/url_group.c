/* Addresses of what is in a group: a file by its place, all of them as an archive. */
#include "urls.h"

#define GROUP_URL BASE "/" GROUP "/"

static const char *const no_group_ids[] = {
    "",          UUID,        UUID "~",    UUID "~0",  UUID "~01", UUID "~-1",      UUID "~1/", UUID "~1/..",
    UUID "%7E1", UUID "~1\n", UUID "~1~2", UUID "~1?", "~1",       UUID "~1/nth/0", "..",       "\xff",
};

TEST("a file of a group is known by its place, from 0") {
    uc_client *client = client_at(NULL), *elsewhere = client_at("https://ucarecdn.com/media/");
    CHECK_MADE(GROUP_URL "nth/0/", uc_url_group_file(client, GROUP, 0, NULL, &made, &error));
    CHECK_MADE(GROUP_URL "nth/11/", uc_url_group_file(client, GROUP, 11, "", &made, &error));
    CHECK_MADE(GROUP_URL "nth/1/-/resize/256x/", uc_url_group_file(client, GROUP, 1, "-/resize/256x/", &made, &error));
    CHECK_MADE("https://ucarecdn.com/media/" UUID "~1/nth/0/",
               uc_url_group_file(elsewhere, UUID "~1", 0, NULL, &made, &error));
    CHECK_MADE(BASE "/" UUID "~1000/nth/999/", uc_url_group_file(client, UUID "~1000", 999, NULL, &made, &error));
    uc_free(elsewhere);
    uc_free(client);
}

TEST("a place that the group does not have is refused") {
    static const int64_t wrong[] = {-1, 12, 13, INT64_MIN, INT64_MAX};
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        CHECK_REFUSED("index", "a place", uc_url_group_file(client, GROUP, wrong[i], NULL, &made, &error));
        CHECK_REFUSED("0 to 11", "a place", uc_url_group_file(client, GROUP, wrong[i], NULL, &made, &error));
    }
    CHECK_REFUSED("index", "a place", uc_url_group_file(client, UUID "~1", 1, NULL, &made, &error));
    uc_free(client);
}

TEST("the operations on a file of a group are checked as any") {
    uc_client *client = client_at(NULL), *unchecked = client_unchecked();
    CHECK_REFUSED("operations[2]", "unknown", uc_url_group_file(client, GROUP, 0, "-/new/", &made, &error));
    CHECK_REFUSED("operations[9]", "no slash", uc_url_group_file(unchecked, GROUP, 0, "-/preview", &made, &error));
    CHECK_MADE(GROUP_URL "nth/0/-/resize/x800/", uc_url_group_file(client, GROUP, 0, "resize/x800/", &made, &error));
    CHECK_MADE(GROUP_URL "nth/0/-/new/", uc_url_group_file(unchecked, GROUP, 0, "-/new/", &made, &error));
    uc_free(unchecked);
    uc_free(client);
}

TEST("all files of a group come as zip or tar, by whatever name") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(GROUP_URL "archive/zip/", uc_url_group_archive(client, GROUP, "zip", NULL, &made, &error));
    CHECK_MADE(GROUP_URL "archive/tar/", uc_url_group_archive(client, GROUP, "tar", NULL, &made, &error));
    CHECK_MADE(GROUP_URL "archive/zip/all.zip", uc_url_group_archive(client, GROUP, "zip", "all.zip", &made, &error));
    CHECK_MADE(GROUP_URL "archive/tar/100%25%20%D0%96%3F.tar",
               uc_url_group_archive(client, GROUP, "tar", "100% \xd0\x96?.tar", &made, &error));
    uc_free(client);
}

TEST("no other format, and no name that would be a path") {
    static const char *const formats[] = {"", "ZIP", "rar", "tar.gz", "zip/", "zip/..", "..", "zip\n", "\xff"};
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(formats); i++)
        CHECK_REFUSED("format", formats[i], uc_url_group_archive(client, GROUP, formats[i], NULL, &made, &error));
    CHECK_REFUSED("filename", "not UTF-8", uc_url_group_archive(client, GROUP, "zip", "\xff", &made, &error));
    CHECK_MADE(GROUP_URL "archive/zip/", uc_url_group_archive(client, GROUP, "zip", "", &made, &error));
    CHECK_MADE(GROUP_URL "archive/zip/.._a_b", uc_url_group_archive(client, GROUP, "zip", "../a\\b", &made, &error));
    uc_free(client);
}

TEST("what is no group's id is refused for both") {
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(no_group_ids); i++) {
        const char *id = no_group_ids[i];
        CHECK_REFUSED("group_id", id, uc_url_group_file(client, id, 0, NULL, &made, &error));
        CHECK_REFUSED("group_id", id, uc_url_group_archive(client, id, "zip", NULL, &made, &error));
    }
    uc_free(client);
}
