/* Operations are checked before they are put into an address: good and bad ones of each, and what is said of a mistake. */
#include "urls.h"

/** Puts operations to the use that they are for. */
static uc_status use(const uc_client *client, const struct line *line, char **made, uc_error **error) {
    if (strcmp(line->subject, "images") == 0) return uc_url(client, UUID, line->operations, NULL, made, error);
    if (strcmp(line->subject, "videos") == 0) return uc_video_path(client, UUID, line->operations, made, error);
    if (strcmp(line->subject, "documents") == 0) return uc_document_path(client, UUID, line->operations, made, error);
    FAIL("no use for %s", line->subject);
}

static void check_made(const uc_client *client, const struct line *line) {
    const char *before = strcmp(line->subject, "videos") == 0      ? UUID "/video/"
                         : strcmp(line->subject, "documents") == 0 ? UUID "/document/"
                                                                   : FILE_URL;
    char *expected = text("%s%s", before, line->operations);
    CHECK_MADE(expected, use(client, line, &made, &error));
    free(expected);
}

/** Refused, with the byte at which the mistake is. */
static void check_mistake(const uc_client *client, const struct line *line) {
    char *made;
    uc_error *error;
    int at = -1, end = 0;
    uc_status status = use(client, line, &made, &error);
    if (status == UC_OK) FAIL("%s %s: taken", line->subject, line->operations);
    CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
    CHECK(made == NULL);
    if (sscanf(error->message, "operations[%d]: %n", &at, &end) != 1 || end == 0 || at < 0 ||
        at > (int)strlen(line->operations))
        FAIL("%s: %s", line->operations, error->message);
    CHECK(strlen(error->message) > (size_t)end + 10);
    uc_free(error);
}

static void see_checked(const struct line *line, void *client) {
    if (is_good(line))
        check_made((const uc_client *)client, line);
    else
        check_mistake((const uc_client *)client, line);
}

TEST("each operation is taken in its good forms and refused in its bad ones, with the byte") {
    uc_client *client = client_at(NULL);
    CHECK(each_line(see_checked, client) > 1000);
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

/* -- unchecked ------------------------------------------------------------------------------------ */

/** Whether it is operations at all, by RFC 3986 and by how an address is read: whatever their names. */
static int stands_in_an_address(const struct line *line) {
    static const char *const plain[] = {"/detect_faces/", "/videoframe/", "/gif2video/", "/adaptive_video/"};
    const char *operations = line->operations, *at;
    int is_of_image = strcmp(line->subject, "videos") != 0 && strcmp(line->subject, "documents") != 0;
    int begins = operations[0] == '\0' || strncmp(operations, "-/", 2) == 0;
    size_t i;
    for (i = 0; i < COUNT(plain); i++) {
        int begins_plain = strncmp(operations, plain[i] + 1, strlen(plain[i]) - 1) == 0;
        if (!is_of_image && (begins_plain || strstr(operations, plain[i]))) return 0;
        begins |= begins_plain;
    }
    if (!begins) return 0;
    if (operations[0] && operations[strlen(operations) - 1] != '/') return 0;
    if (strcmp(operations, "-/") == 0 || strstr(operations, "-/-/") || strstr(operations, "//")) return 0;
    if (strlen(operations) > 3 && strcmp(operations + strlen(operations) - 3, "/-/") == 0) return 0;
    if (strstr(operations, "/./") || strstr(operations, "/../") || strstr(operations, "/%2e%2E/")) return 0;
    for (at = operations; *at; at++) {
        if (*at == '%' && strspn(at + 1, "0123456789abcdefABCDEF") < 2) return 0;
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$()*+,;=:@/%", *at)) return 0;
    }
    return 1;
}

struct counts {
    uc_client *client;
    int taken, refused;
};

static void see_unchecked(const struct line *line, void *data) {
    struct counts *counts = (struct counts *)data;
    if (is_good(line) || stands_in_an_address(line)) {
        check_made(counts->client, line);
        counts->taken += !is_good(line);
    } else {
        check_mistake(counts->client, line);
        counts->refused++;
    }
}

TEST("unchecked, all is taken that can stand in an address, and nothing else") {
    struct counts counts = {client_unchecked(), 0, 0};
    each_line(see_unchecked, &counts);
    CHECK(counts.taken > 500);
    CHECK(counts.refused > 20);
    uc_free(counts.client);
}

TEST("what cannot stand in an address is refused, unchecked or not") {
    static const char *const wrong[] = {
        "/",          "//",           "-",          "-/",          "-//",           "-/new",        "new/",
        "new/-/new/", "/-/new/",      "-/new//",    "-/-/",        "-/-/new/",      "-/new/-/",     "-/new/-/-/new/",
        "-/./",       "-/../",        "-/new/../",  "-/new/./",    "-/new/%2e/",    "-/new/%2E./",  "-/new/.%2e/",
        "-/new?/",    "-/new/?a/",    "-/new/#/",   "-/new/a b/",  "-/new/\n/",     "-/new/\xc3\xa9/",
        "-/new/%/",   "-/new/%2/",    "-/new/%2g/", "-/new/a\\b/", "-/new/<b>/",    "-/new/\"/",    "-/new/[1]/",
        "-/new/{1}/", "-/new/1^2/",   "-/new/1|2/", "-/new/`/",    "https://a.b/",  "-/new/\x7f/",  "\xff",
    };
    uc_client *client = client_at(NULL), *unchecked = client_unchecked();
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        CHECK_REFUSED("operations", wrong[i], uc_url(client, UUID, wrong[i], NULL, &made, &error));
        CHECK_REFUSED("operations", wrong[i], uc_url(unchecked, UUID, wrong[i], NULL, &made, &error));
        CHECK_REFUSED("operations", wrong[i], uc_video_path(unchecked, UUID, wrong[i], &made, &error));
        CHECK_REFUSED("operations", wrong[i], uc_document_path(unchecked, UUID, wrong[i], &made, &error));
    }
    uc_free(unchecked);
    uc_free(client);
}

/* -- messages ------------------------------------------------------------------------------------- */

TEST("a message says where, what was found, and what may stand there") {
    static const struct {
        const char *operations, *at, *found, *expected;
    } cases[] = {
        {"-/rezise/500x/", "operations[2]: ", "\"rezise\"", "resize"},
        {"-/format/webp/-/Preview/", "operations[16]: ", "\"Preview\"", "preview"},
        {"-/sharpen_all/", "operations[2]: ", "\"sharpen_all\"", "smart_resize, "},
        {"-/preview/-/size/640x360/", "operations[12]: ", "\"size\"", "images"},
        {"-/resize/500/", "operations[9]: ", "\"500\"", "WIDTHx"},
        {"-/resize/", "operations[9]: ", "resize", "WIDTHx"},
        {"-/resize/500x/600x/", "operations[14]: ", "\"600x\"", "-/resize/{size}/"},
        {"-/preview/-/enhance/101/", "operations[20]: ", "\"101\"", "0 to 100"},
        {"-/preview/-/format/gif/", "operations[19]: ", "\"gif\"", "one of jpeg, png, webp, auto, preserve"},
        {"-/crop/1:1/middle/", "operations[11]: ", "\"middle\"", "center, top"},
        {"-/preview/-/overlay/self/10x10/50p/", "operations[31]: ", "\"50p\"", "X,Y"},
        {"-/preview/-/filter/adaris/201/", "operations[26]: ", "\"201\"", "-100 to 200"},
        {"-/preview/-/setfill/red/", "operations[20]: ", "\"red\"", "hex digits"},
        {"-/resize/500x/-/stretch/off/", "operations[16]: ", "stretch", "resize"},
        {"-/json/-/preview/", "operations[9]: ", "\"preview\"", "json"},
        {"-/preview/gif2video/", "operations[10]: ", "gif2video", "first"},
        {"gif2video/-/grayscale/", "operations[12]: ", "\"grayscale\"", "animated images"},
        {"-/gif2video/", "operations[2]: ", "\"gif2video\"", "gif2video/"},
        {"-/format/webp/-/grayscale/", "operations[16]: ", "grayscale", "preview"},
        {"-/resize/3001x/", "operations[2]: ", "resize", "3000"},
        {"-/preview/-/resize/5001x10/-/format/jpeg/", "operations[12]: ", "resize", "5000"},
        {"-/preview/-/resize/500x", "operations[23]: ", "slash", "end"},
        {"-/preview/-/text/90px90p/center/50%/", "operations[34]: ", "%", "50p"},
        {"-/preview/-/text/90px90p/center/\xd0\x96/", "operations[32]: ", "\xd0\x96", "percent-encode"},
        {"-/preview/../", "operations[10]: ", "\"..\"", "URL"},
        {"rezise/500x/", "operations[0]: ", "\"rezise\"", "-/"},
        {"resize/500/", "operations[7]: ", "\"500\"", "WIDTHx"},
        {"resize/500x/-/Preview/", "operations[14]: ", "\"Preview\"", "preview"},
        {"videoframe/5/", "operations[11]: ", "\"5\"", "00:01:05"},
        {"videoframe/5s/-/grayscale/", "operations[16]: ", "grayscale", "preview"},
        {"adaptive_video/-/preview/", "operations[17]: ", "\"preview\"", "adaptive_video"},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *url;
        uc_error *error;
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_url(client, UUID, cases[i].operations, NULL, &url, &error), error);
        if (strncmp(error->message, cases[i].at, strlen(cases[i].at)) != 0)
            FAIL("%s: %s, not at %s", cases[i].operations, error->message, cases[i].at);
        CHECK_CONTAINS(error->message + strlen(cases[i].at), cases[i].found);
        CHECK_CONTAINS(error->message + strlen(cases[i].at), cases[i].expected);
        uc_free(error);
    }
    uc_free(client);
}

TEST("a message stays short, and shows no control character, whatever was found") {
    char *name = repeated("a", 5000), *emoji = repeated("%F0%9F%98%80", 400);
    char *wrong[3];
    uc_client *client = client_at(NULL);
    size_t i;
    wrong[0] = text("-/%s/", name);
    wrong[1] = text("-/resize/%s/", emoji);
    wrong[2] = text("-/preview/-/text/\x1b[2J%s/", name);
    for (i = 0; i < COUNT(wrong); i++) {
        char *url;
        uc_error *error;
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_url(client, UUID, wrong[i], NULL, &url, &error), error);
        CHECK(strlen(error->message) < 1000);
        CHECK_LACKS(error->message, "\x1b");
        uc_free(error);
        free(wrong[i]);
    }
    uc_free(client);
    free(emoji);
    free(name);
}

TEST("operations far longer than an address may be are refused") {
    char *many = repeated("-/preview/", 100000), *name = repeated("a", 1000000), *long_name = text("-/%s/", name);
    uc_client *client = client_at(NULL), *unchecked = client_unchecked();
    CHECK_REFUSED("operations", "a megabyte", uc_url(client, UUID, many, NULL, &made, &error));
    CHECK_REFUSED("operations", "a megabyte", uc_url(unchecked, UUID, many, NULL, &made, &error));
    CHECK_REFUSED("operations", "a megabyte", uc_url(client, UUID, long_name, NULL, &made, &error));
    CHECK_REFUSED("operations", "a megabyte", uc_url(unchecked, UUID, long_name, NULL, &made, &error));
    uc_free(unchecked);
    uc_free(client);
    free(long_name);
    free(name);
    free(many);
}
