/* A file in several widths, as an attribute of HTML. */
#include "urls.h"

static const int32_t widths[] = {320, 640, 1280};

TEST("each width is an address with its resize, and what a browser chooses by") {
    static const int32_t one[] = {500};
    uc_client *client = client_at(NULL);
    CHECK_MADE(FILE_URL "-/resize/320x/ 320w, " FILE_URL "-/resize/640x/ 640w, " FILE_URL "-/resize/1280x/ 1280w",
               uc_url_srcset(client, UUID, NULL, NULL, widths, 3, &made, &error));
    CHECK_MADE(FILE_URL "-/resize/500x/ 500w", uc_url_srcset(client, UUID, "", NULL, one, 1, &made, &error));
    CHECK_MADE(FILE_URL "-/format/auto/-/stretch/off/-/resize/320x/a.jpg 320w, " FILE_URL
                        "-/format/auto/-/stretch/off/-/resize/640x/a.jpg 640w",
               uc_url_srcset(client, UUID, "-/format/auto/-/stretch/off/", "a.jpg", widths, 2, &made, &error));
    uc_free(client);
}

TEST("the widths keep their order") {
    static const int32_t falling[] = {3000, 1};
    uc_client *client = client_at("https://ucarecdn.com");
    CHECK_MADE("https://ucarecdn.com/" UUID "/-/resize/3000x/ 3000w, https://ucarecdn.com/" UUID "/-/resize/1x/ 1w",
               uc_url_srcset(client, UUID, NULL, NULL, falling, 2, &made, &error));
    uc_free(client);
}

TEST("a width that can be none is refused by its place") {
    static const struct {
        const char *place;
        int32_t widths[3];
    } cases[] = {
        {"widths[0]", {0, 640, 1280}},    {"widths[1]", {320, -1, 1280}},      {"widths[2]", {320, 640, INT32_MIN}},
        {"widths[2]", {320, 640, 640}},   {"widths[1]", {320, 320, 1280}},     {"widths[2]", {320, 640, 3001}},
        {"widths[0]", {16385, 640, 320}}, {"widths[1]", {320, INT32_MAX, 640}},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++)
        CHECK_REFUSED(cases[i].place, "a list", uc_url_srcset(client, UUID, NULL, NULL, cases[i].widths, 3, &made, &error));
    CHECK_REFUSED("widths", "none", uc_url_srcset(client, UUID, NULL, NULL, NULL, 0, &made, &error));
    CHECK_REFUSED("widths", "none", uc_url_srcset(client, UUID, NULL, NULL, widths, 0, &made, &error));
    uc_free(client);
}

TEST("a JPEG may be up to 5000 wide") {
    static const int32_t large[] = {5000}, larger[] = {5001};
    uc_client *client = client_at(NULL);
    CHECK_MADE(FILE_URL "-/format/jpeg/-/resize/5000x/ 5000w",
               uc_url_srcset(client, UUID, "-/format/jpeg/", NULL, large, 1, &made, &error));
    CHECK_REFUSED("widths[0]", "5001",
                  uc_url_srcset(client, UUID, "-/format/jpeg/", NULL, larger, 1, &made, &error));
    CHECK_REFUSED("widths[0]", "5000", uc_url_srcset(client, UUID, NULL, NULL, large, 1, &made, &error));
    uc_free(client);
}

TEST("what is wrong with the operations is said of them") {
    uc_client *client = client_at(NULL);
    CHECK_REFUSED("operations[2]", "unknown", uc_url_srcset(client, UUID, "-/new/", NULL, widths, 3, &made, &error));
    CHECK_REFUSED("operations[9]", "no slash", uc_url_srcset(client, UUID, "-/preview", NULL, widths, 3, &made, &error));
    CHECK_REFUSED("id", "a group's", uc_url_srcset(client, GROUP, NULL, NULL, widths, 3, &made, &error));
    CHECK_REFUSED("filename", "not UTF-8", uc_url_srcset(client, UUID, NULL, "\xff", widths, 3, &made, &error));
    CHECK_REFUSED("operations[0]: gif2video", "a video", uc_url_srcset(client, UUID, "gif2video/", NULL, widths, 3, &made, &error));
    CHECK_REFUSED("operations[0]: adaptive_video", "a video",
                  uc_url_srcset(client, UUID, "adaptive_video/", NULL, widths, 3, &made, &error));
    uc_free(client);
}

TEST("the frame of a video has widths, and so have a group's file's default effects") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(FILE_URL "videoframe/5s/-/resize/320x/ 320w", uc_url_srcset(client, UUID, "videoframe/5s/", "", widths, 1, &made, &error));
    CHECK_MADE(FILE_URL "-/crop/1:1/-/resize/320x/a_b.jpg 320w",
               uc_url_srcset(client, UUID, "crop/1:1/", "a/b.jpg", widths, 1, &made, &error));
    uc_free(client);
}

TEST("nothing in it ends the attribute, begins a character reference, or the next candidate") {
    static const struct {
        const char *operations, *name;
    } cases[] = {
        {NULL, "a&copy.jpg"},
        {NULL, "it's \"a\" <b>.jpg"},
        {NULL, "a, b 2x,c.jpg"},
        {NULL, "a,"},
        {NULL, ",,,"},
        {"-/preview/-/text/90px90p/center/a%26lt/", NULL},
        {"-/preview/-/text/90px90p/center/%26amp;%26amp/", "a,"},
        {"-/preview/-/overlay/self/50px50p/10p,10p/", NULL},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *srcset;
        uc_error *error;
        CHECK_OK(uc_url_srcset(client, UUID, cases[i].operations, cases[i].name, widths, 3, &srcset, &error), error);
        if (strpbrk(srcset, "&'\"<>\t\n")) FAIL("not for HTML: %s", srcset);
        CHECK_INT(2, occurrences(srcset, ", "));
        CHECK_INT(2, occurrences(srcset, "w, " BASE));
        CHECK_INT(5, occurrences(srcset, " "));
        uc_free(srcset);
    }
    uc_free(client);
}
