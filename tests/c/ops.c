/* Operations put together call by call. */
#include "urls.h"

#define TEXT_BEFORE "-/preview/-/text/90px90p/center/"

static uc_ops *ops_of(const uc_client *client) {
    uc_ops *ops;
    uc_error *error;
    CHECK_OK(uc_ops_new(client, &ops, &error), error);
    CHECK(ops != NULL);
    return ops;
}

static uc_ops *ops_new(void) {
    uc_client *client = client_at(NULL);
    uc_ops *ops = ops_of(client);
    uc_free(client); /* which is needed no longer */
    return ops;
}

/** It builds this, which is good for an address, and is freed. */
static void check_built(const char *expected, uc_ops *ops) {
    uc_client *client = client_at(NULL);
    char *url = text(FILE_URL "%s", expected);
    CHECK_MADE(expected, uc_ops_build(ops, &made, &error));
    CHECK_MADE(url, uc_url(client, UUID, expected, NULL, &made, &error));
    free(url);
    uc_free(client);
    uc_free(ops);
}

/** It builds nothing for a reason that names this, and is freed. */
static void check_not_built(const char *name, uc_ops *ops) {
    CHECK_REFUSED(name, "what was added", uc_ops_build(ops, &made, &error));
    uc_free(ops);
}

#define ADDING(call)          \
    ops = ops_new();          \
    uc_ops_preview(ops, 0, 0); \
    call

TEST("nothing added is nothing") {
    check_built("", ops_new());
    CHECK_INT(0, requests_counted());
}

TEST("each call adds its operation") {
    uc_ops *ops = ops_new();
    uc_ops_crop(ops, 1000, 800, NULL);
    uc_ops_crop(ops, 900, 700, "50p,10");
    uc_ops_resize(ops, 640, 0);
    uc_ops_resize(ops, 0, 480);
    uc_ops_resize(ops, 640, 480);
    uc_ops_scale_crop(ops, 500, 400, NULL);
    uc_ops_scale_crop(ops, 500, 400, "bottom");
    uc_ops_scale_crop(ops, 500, 400, "smart_faces");
    uc_ops_scale_crop(ops, 500, 400, "smart/center");
    uc_ops_preview(ops, 300, 200);
    uc_ops_preview(ops, 0, 0);
    uc_ops_overlay(ops, "self", NULL, NULL, 0);
    uc_ops_overlay(ops, UUID, "50px50p", NULL, 0);
    uc_ops_overlay(ops, UUID, "50px50p", "10p,10p", 0);
    uc_ops_overlay(ops, UUID, "20x30", "center", 100);
    uc_ops_raw(ops, "-/font/bold/20/");
    uc_ops_text(ops, "90px90p", "top", "Hello");
    uc_ops_raw(ops, "-/blur/20/-/mirror/");
    uc_ops_format(ops, "webp");
    uc_ops_quality(ops, "smart_retina");
    check_built(
        "-/crop/1000x800/-/crop/900x700/50p,10/-/resize/640x/-/resize/x480/-/resize/640x480/"
        "-/scale_crop/500x400/-/scale_crop/500x400/bottom/-/scale_crop/500x400/smart_faces/"
        "-/scale_crop/500x400/smart/center/-/preview/300x200/-/preview/"
        "-/overlay/self/-/overlay/" UUID "/50px50p/-/overlay/" UUID "/50px50p/10p,10p/"
        "-/overlay/" UUID "/20x30/center/100p/-/font/bold/20/-/text/90px90p/top/Hello/"
        "-/blur/20/-/mirror/-/format/webp/-/quality/smart_retina/",
        ops);
}

TEST("what a group's file was put in with is added as the service tells it") {
    uc_ops *ops = ops_new();
    uc_ops_raw(ops, "");
    uc_ops_raw(ops, "resize/x800/");
    uc_ops_raw(ops, "flip/-/mirror/");
    uc_ops_raw(ops, "-/grayscale/");
    check_built("-/resize/x800/-/flip/-/mirror/-/grayscale/", ops);
}

TEST("operations are added to the frame of a video") {
    uc_ops *ops = ops_new();
    uc_ops_raw(ops, "videoframe/00:00:05/");
    uc_ops_crop(ops, 640, 360, "center");
    uc_ops_resize(ops, 320, 0);
    uc_ops_format(ops, "jpeg");
    check_built("videoframe/00:00:05/-/crop/640x360/center/-/resize/320x/-/format/jpeg/", ops);
}

TEST("a playlist is built, and nothing is added to it") {
    uc_ops *ops = ops_new();
    uc_ops_raw(ops, "adaptive_video/");
    check_built("adaptive_video/", ops);
    ops = ops_new();
    uc_ops_raw(ops, "adaptive_video/");
    uc_ops_preview(ops, 0, 0);
    check_not_built("operations[17]", ops);
}

/* -- texts ---------------------------------------------------------------------------------------- */

TEST("the words of a text are escaped") {
    static const struct {
        const char *words, *written;
    } cases[] = {
        {"Hello", "Hello"},
        {"a~b/c\nd", "a~~b~sc~nd"},
        {"~s", "~~s"},
        {"~", "~~"},
        {"/", "~s"},
        {"//", "~s~s"},
        {"\n", "~n"},
        {"a b", "a%20b"},
        {"50%", "50%25"},
        {"%2F", "%252F"},
        {"\"a\" 'b' <c>", "%22a%22%20%27b%27%20%3Cc%3E"},
        {"?a=b&c#d", "%3Fa%3Db%26c%23d"},
        {"\xd0\x96", "%D0%96"},
        {"\xf0\x9f\x98\x80", "%F0%9F%98%80"},
        {"\r\t", "~n%09"},
        {"a\r\nb", "a~nb"},
        {"a-b_c.d", "a-b_c.d"},
        {"-", "%2D"},
        {"--", "--"},
        {"-/flip", "-~sflip"},
        {"/-/flip/", "~s-~sflip~s"},
        {"...", "..."},
        {"../..", "..~s.."},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *expected = text(TEXT_BEFORE "%s/", cases[i].written);
        uc_ops *ops;
        ADDING(uc_ops_text(ops, "90px90p", "center", cases[i].words));
        check_built(expected, ops);
        free(expected);
    }
}

/** The only parameter of text behind size and place, decoded as a name is; to be freed. */
static char *words_in(const char *operations) {
    char *url = text(FILE_URL "%.*s", (int)strlen(operations) - 1, operations), *words;
    uc_url_parts *parts;
    uc_error *error;
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    CHECK_TEXT(TEXT_BEFORE, parts->operations);
    words = text("%s", parts->filename);
    uc_free(parts);
    free(url);
    return words;
}

TEST("words that are the name of an operation stay words") {
    static const char *const cases[] = {"gif2video", "detect_faces", "videoframe", "adaptive_video", "flip", "json"};
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        uc_ops *ops;
        char *operations, *words;
        uc_error *error;
        ADDING(uc_ops_text(ops, "90px90p", "center", cases[i]));
        uc_ops_format(ops, "png");
        CHECK_OK(uc_ops_build(ops, &operations, &error), error);
        CHECK_CONTAINS(operations, "/-/format/png/");
        *(strstr(operations, "-/format/")) = '\0';
        words = words_in(operations);
        CHECK_TEXT(cases[i], words);
        free(words);
        uc_free(operations);
        uc_free(ops);
    }
}

TEST("words that cannot stand in an address, and none, are refused") {
    static const char *const wrong[] = {"", ".", ".."};
    uc_ops *ops;
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        ADDING(uc_ops_text(ops, "90px90p", "center", wrong[i]));
        check_not_built("operations[32]", ops);
    }
    ADDING(uc_ops_text(ops, "90px90p", "center", "\xff"));
    check_not_built("words", ops);
}

/* -- what is wrong -------------------------------------------------------------------------------- */

TEST("what cannot be is refused by build, with the byte in what was built") {
    uc_ops *ops;
    ADDING(uc_ops_preview(ops, 100, 0));
    check_not_built("operations[20]", ops);
    ADDING(uc_ops_resize(ops, 0, 0));
    check_not_built("operations[19]", ops);
    ADDING(uc_ops_resize(ops, -5, 10));
    check_not_built("operations[19]", ops);
    ADDING(uc_ops_resize(ops, INT32_MIN, INT32_MAX));
    check_not_built("operations[19]", ops);
    ADDING(uc_ops_crop(ops, 10, 0, NULL));
    check_not_built("operations[17]", ops);
    ADDING(uc_ops_crop(ops, 10, 10, "middle"));
    check_not_built("operations[23]", ops);
    ADDING(uc_ops_scale_crop(ops, 10, 10, "clever"));
    check_not_built("operations[29]", ops);
    ADDING(uc_ops_scale_crop(ops, 10, 10, "center/smart"));
    check_not_built("operations[36]", ops);
    ADDING(uc_ops_format(ops, "gif"));
    check_not_built("operations[19]", ops);
    ADDING(uc_ops_format(ops, ""));
    check_not_built("operations[19]", ops);
    ADDING(uc_ops_quality(ops, "80"));
    check_not_built("operations[20]", ops);
    ADDING(uc_ops_overlay(ops, "logo", NULL, NULL, 0));
    check_not_built("operations[20]", ops);
    ADDING(uc_ops_overlay(ops, "self", "10x10", "center", 101));
    check_not_built("operations[38]", ops);
    ADDING(uc_ops_overlay(ops, "self", "10x10", "center", -1));
    check_not_built("operations[38]", ops);
    ADDING(uc_ops_overlay(ops, "self", NULL, "center", 0));
    check_not_built("operations[25]", ops);
    ADDING(uc_ops_overlay(ops, "self", "10x10", NULL, 50));
    check_not_built("operations[31]", ops);
    ADDING(uc_ops_raw(ops, "-/new/"));
    check_not_built("operations[12]", ops);
    ADDING(uc_ops_raw(ops, "-/flip"));
    check_not_built("uc_ops_raw: operations[6]: a slash is missing", ops);
    ADDING(uc_ops_raw(ops, "filp/"));
    check_not_built("uc_ops_raw: operations[0]", ops);
    ops = ops_new();
    uc_ops_raw(ops, "-/flip/");
    check_not_built("operations[2]", ops); /* without a size */
}

TEST("what was built, which nobody wrote, is shown with the mistake") {
    uc_ops *ops;
    ADDING(uc_ops_resize(ops, 0, 0));
    check_not_built("\"-/preview/-/resize/x/\"", ops);
}

TEST("but not where it is far longer than an address may be") {
    char *many = repeated("-/preview/", 100000);
    uc_ops *ops = ops_new();
    char *operations;
    uc_error *error;
    uc_ops_raw(ops, many);
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_ops_build(ops, &operations, &error), error);
    CHECK(strlen(error->message) < 10000);
    uc_free(error);
    uc_free(ops);
    free(many);
}

TEST("a parameter that tries to be more than one is refused") {
    static const char *const wrong[] = {"center/-/flip", "-", "center/", "/", "a/b/c", "center/-/flip/", "detect_faces", "gif2video"};
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        uc_ops *ops;
        ADDING(uc_ops_crop(ops, 10, 10, wrong[i]));
        check_not_built("crop", ops);
        ADDING(uc_ops_overlay(ops, wrong[i], NULL, NULL, 0));
        check_not_built("overlay", ops);
        ADDING(uc_ops_overlay(ops, "self", wrong[i], NULL, 0));
        check_not_built("overlay", ops);
        ADDING(uc_ops_overlay(ops, "self", "10x10", wrong[i], 0));
        check_not_built("overlay", ops);
        ADDING(uc_ops_format(ops, wrong[i]));
        check_not_built("format", ops);
        ADDING(uc_ops_quality(ops, wrong[i]));
        check_not_built("quality", ops);
        ADDING(uc_ops_text(ops, wrong[i], "center", "a"));
        check_not_built("text", ops);
        ADDING(uc_ops_text(ops, "10x10", wrong[i], "a"));
        check_not_built("text", ops);
    }
    {
        static const char *const smuggled[] = {"center/-/flip", "smart/-", "-/flip", "smart/center/-/flip", "-"};
        for (i = 0; i < COUNT(smuggled); i++) {
            uc_ops *ops;
            ADDING(uc_ops_scale_crop(ops, 10, 10, smuggled[i]));
            check_not_built("scale_crop", ops);
        }
    }
}

TEST("a mistake that is written comes before a call that was none, and what may follow is no mistake") {
    uc_ops *ops;
    ADDING(uc_ops_format(ops, "jpg"));
    uc_ops_quality(ops, NULL);
    check_not_built("\"jpg\"", ops);
    ADDING(uc_ops_quality(ops, NULL));
    uc_ops_format(ops, "jpg");
    check_not_built("uc_ops_quality", ops);
    ops = ops_new();
    uc_ops_format(ops, "jpeg"); /* which -/preview/ may still follow */
    uc_ops_quality(ops, NULL);
    uc_ops_preview(ops, 0, 0);
    check_not_built("uc_ops_quality", ops);
}

TEST("of many mistakes the first is told, and stays") {
    uc_ops *ops;
    ADDING(uc_ops_crop(ops, 10, 10, "center/-/flip"));
    uc_ops_quality(ops, "good/better");
    uc_ops_format(ops, "\xff");
    uc_ops_raw(ops, "-/new/");
    CHECK_REFUSED("crop", "the first", uc_ops_build(ops, &made, &error));
    uc_ops_preview(ops, 0, 0);
    CHECK_REFUSED("crop", "the first", uc_ops_build(ops, &made, &error));
    uc_free(ops);
}

TEST("what is no text is named") {
    uc_ops *ops;
    ADDING(uc_ops_format(ops, NULL));
    check_not_built("format", ops);
    ADDING(uc_ops_quality(ops, "\xc3"));
    check_not_built("quality", ops);
    ADDING(uc_ops_crop(ops, 1, 1, "\xff"));
    check_not_built("place", ops);
    ADDING(uc_ops_scale_crop(ops, 1, 1, "\xff"));
    check_not_built("place", ops);
    ADDING(uc_ops_overlay(ops, NULL, NULL, NULL, 0));
    check_not_built("image", ops);
    ADDING(uc_ops_overlay(ops, "self", "\xff", NULL, 0));
    check_not_built("size", ops);
    ADDING(uc_ops_text(ops, NULL, "center", "a"));
    check_not_built("size", ops);
    ADDING(uc_ops_text(ops, "10x10", NULL, "a"));
    check_not_built("place", ops);
    ADDING(uc_ops_text(ops, "10x10", "center", NULL));
    check_not_built("words", ops);
    ADDING(uc_ops_raw(ops, NULL));
    check_not_built("operations", ops);
    ADDING(uc_ops_raw(ops, "\xff"));
    check_not_built("operations", ops);
}

TEST("calls on no operations do nothing, and build says that there are none") {
    uc_ops_preview(NULL, 0, 0);
    uc_ops_resize(NULL, 1, 1);
    uc_ops_crop(NULL, 1, 1, NULL);
    uc_ops_scale_crop(NULL, 1, 1, "center");
    uc_ops_format(NULL, "png");
    uc_ops_quality(NULL, "best");
    uc_ops_overlay(NULL, "self", NULL, NULL, 0);
    uc_ops_text(NULL, "10x10", "center", "a");
    uc_ops_raw(NULL, "-/flip/");
    CHECK_REFUSED("ops", "NULL", uc_ops_build(NULL, &made, &error));
}

/* -- building more than once ---------------------------------------------------------------------- */

TEST("what was built can be built again, and added to") {
    uc_ops *ops = ops_new();
    uc_ops_resize(ops, 500, 0);
    CHECK_MADE("-/resize/500x/", uc_ops_build(ops, &made, &error));
    CHECK_MADE("-/resize/500x/", uc_ops_build(ops, &made, &error));
    uc_ops_raw(ops, "-/flip/");
    CHECK_MADE("-/resize/500x/-/flip/", uc_ops_build(ops, &made, &error));
    uc_ops_format(ops, "gif");
    CHECK_REFUSED("operations[30]", "gif", uc_ops_build(ops, &made, &error));
    uc_free(ops);
}

TEST("what an address needs later can be built before") {
    uc_ops *ops = ops_new();
    uc_ops_format(ops, "auto");
    uc_ops_raw(ops, "-/stretch/off/");
    check_built("-/format/auto/-/stretch/off/", ops);
}

TEST("a client that takes operations unchecked has them built unchecked, as far as an address can hold them") {
    uc_client *unchecked = client_unchecked();
    uc_ops *ops = ops_of(unchecked);
    uc_ops_raw(ops, "-/new/1/");
    uc_ops_format(ops, "jxl");
    uc_ops_resize(ops, 100000, 0);
    CHECK_MADE("-/new/1/-/format/jxl/-/resize/100000x/", uc_ops_build(ops, &made, &error));
    uc_ops_raw(ops, "../");
    CHECK_REFUSED("uc_ops_raw", "..", uc_ops_build(ops, &made, &error));
    uc_free(ops);
    ops = ops_of(unchecked);
    uc_ops_crop(ops, 1, 1, "center/-/flip");
    check_not_built("crop", ops);
    uc_free(unchecked);
}
