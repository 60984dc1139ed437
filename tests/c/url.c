/* Addresses of files and groups: their host, their id, the name of the file. */
#include "urls.h"

/* -- the host ------------------------------------------------------------------------------------- */

TEST("a project's files are on the subdomain that its public key gives") {
    static const struct {
        const char *public_key, *url;
    } cases[] = {
        {"demopublickey", "https://1s4oyld5dc.ucarecd.net/" UUID "/"},
        {"c8c237984266090ff9b8", "https://127mbvwq3b.ucarecd.net/" UUID "/"},
        {"3e6ba70c0670de3bef7a", "https://u51bthcx6t.ucarecd.net/" UUID "/"},
        {"823a5ae6eb3afa5b353f", "https://ggiwfssv31.ucarecd.net/" UUID "/"},
        {"00000000000000000000", "https://46kzxlieu3.ucarecd.net/" UUID "/"},
        {"ffffffffffffffffffff", "https://11jkoghuyz.ucarecd.net/" UUID "/"},
    };
    uc_client_opts opts = client_opts();
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        uc_client *client;
        uc_error *unlikely;
        CHECK_OK(uc_client_new(cases[i].public_key, NULL, &opts, &client, &unlikely), unlikely);
        CHECK_MADE(cases[i].url, uc_url(client, UUID, NULL, NULL, &made, &error));
        uc_free(client);
    }
}

TEST("opts.cdn_base puts them elsewhere, whatever slashes it ends with") {
    static const struct {
        const char *base, *url;
    } cases[] = {
        {"https://ucarecdn.com", "https://ucarecdn.com/" UUID "/"},
        {"https://ucarecdn.com/", "https://ucarecdn.com/" UUID "/"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080/" UUID "/"},
        {"http://[::1]:8080/", "http://[::1]:8080/" UUID "/"},
        {"https://pictures.example.com:8443/media", "https://pictures.example.com:8443/media/" UUID "/"},
        {"https://pictures.example.com/media/files//", "https://pictures.example.com/media/files/" UUID "/"},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        uc_client *client = client_at(cases[i].base);
        CHECK_MADE(cases[i].url, uc_url(client, UUID, NULL, NULL, &made, &error));
        uc_free(client);
    }
}

/* -- files and groups ----------------------------------------------------------------------------- */

TEST("an address is id, operations and name; each of the latter may be left out") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(FILE_URL, uc_url(client, UUID, NULL, NULL, &made, &error));
    CHECK_MADE(FILE_URL, uc_url(client, UUID, "", NULL, &made, &error));
    CHECK_MADE(FILE_URL "a.jpg", uc_url(client, UUID, NULL, "a.jpg", &made, &error));
    CHECK_MADE(FILE_URL "-/resize/500x/-/format/webp/",
               uc_url(client, UUID, "-/resize/500x/-/format/webp/", NULL, &made, &error));
    CHECK_MADE(FILE_URL "-/preview/-/grayscale/image_black%26white@2x.jpg",
               uc_url(client, UUID, "-/preview/-/grayscale/", "image_black&white@2x.jpg", &made, &error));
    /* What HTML takes for its own is only taken encoded. */
    CHECK_REFUSED("operations[32]: '\\''", "it's",
                  uc_url(client, UUID, "-/preview/-/text/9px9p/center/it's/", NULL, &made, &error));
    CHECK_REFUSED("operations[31]: '&'", "a&b",
                  uc_url(client, UUID, "-/preview/-/text/9px9p/center/a&b/", NULL, &made, &error));
    CHECK_MADE(FILE_URL "gif2video/-/format/webm/", uc_url(client, UUID, "gif2video/-/format/webm/", NULL, &made, &error));
    uc_free(client);
}

TEST("the frame of a video takes operations, and a video has a playlist") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(FILE_URL "videoframe/00:00:05/-/resize/640x/-/format/jpeg/frame.jpg",
               uc_url(client, UUID, "videoframe/00:00:05/-/resize/640x/-/format/jpeg/", "frame.jpg", &made, &error));
    CHECK_MADE(FILE_URL "videoframe/2.5s/-/json/", uc_url(client, UUID, "videoframe/2.5s/-/json/", NULL, &made, &error));
    CHECK_MADE(FILE_URL "adaptive_video/", uc_url(client, UUID, "adaptive_video/", NULL, &made, &error));
    CHECK_REFUSED("operations[17]", "a playlist", uc_url(client, UUID, "adaptive_video/-/preview/", NULL, &made, &error));
    uc_free(client);
}

TEST("the first -/ may be missing, as it is in default_effects") {
    uc_client *client = client_at(NULL), *unchecked = client_unchecked();
    CHECK_MADE(FILE_URL "-/resize/x800/", uc_url(client, UUID, "resize/x800/", NULL, &made, &error));
    CHECK_MADE(FILE_URL "-/resize/x800/-/flip/a.jpg", uc_url(client, UUID, "resize/x800/-/flip/", "a.jpg", &made, &error));
    CHECK_MADE(FILE_URL "-/resize/x800/", uc_url(unchecked, UUID, "resize/x800/", NULL, &made, &error));
    CHECK_MADE("https://demopublickey.ucr.io/-/preview/https://example.com/",
               uc_url_proxy(client, "https://example.com/", "preview/", &made, &error));
    CHECK_REFUSED("operations[7]: \"800\"", "no side", uc_url(client, UUID, "resize/800/", NULL, &made, &error));
    CHECK_REFUSED("operations[0]: \"size\"", "a video's", uc_url(client, UUID, "size/640x360/", NULL, &made, &error));
    CHECK_REFUSED("operations[0]", "unknown", uc_url(unchecked, UUID, "new/", NULL, &made, &error));
    uc_free(unchecked);
    uc_free(client);
}

TEST("an id stands in the address as it was given, upper case, too") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(BASE "/22240276-2F06-41F8-9411-755C8CE926ED/",
               uc_url(client, "22240276-2F06-41F8-9411-755C8CE926ED", NULL, NULL, &made, &error));
    CHECK_MADE(BASE "/00000000-0000-0000-0000-000000000000~1000/",
               uc_url(client, "00000000-0000-0000-0000-000000000000~1000", NULL, NULL, &made, &error));
    uc_free(client);
}

TEST("the address of a group is a page, which takes neither operations nor a name") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(BASE "/" GROUP "/", uc_url(client, GROUP, NULL, NULL, &made, &error));
    CHECK_MADE(BASE "/" GROUP "/", uc_url(client, GROUP, "", NULL, &made, &error));
    CHECK_MADE(BASE "/" GROUP "/", uc_url(client, GROUP, "", "", &made, &error));
    CHECK_REFUSED("operations", "of a group", uc_url(client, GROUP, "-/preview/", NULL, &made, &error));
    CHECK_REFUSED("uc_url_group_file", "of a group", uc_url(client, GROUP, "-/preview/", NULL, &made, &error));
    CHECK_REFUSED("filename", "of a group", uc_url(client, GROUP, NULL, "a.jpg", &made, &error));
    uc_free(client);
}

TEST("what is no id is refused, since it could lead elsewhere") {
    static const char *const wrong[] = {
        "",           " ",          ".",           "..",          "../..",       "/",
        "?",          "%2e%2e",     UUID "/",      UUID "/..",    UUID "?",      UUID "?x=1",
        UUID "#",     UUID "%2f",   UUID "%2F..",  UUID "\n",     UUID "\r\n",   UUID " ",
        " " UUID,     "/" UUID,     "../" UUID,    "{" UUID "}",  UUID "0",      "2" UUID,
        UUID "~",     UUID "~0",    UUID "~01",    UUID "~-1",    UUID "~1/",    UUID "~1/nth/0",
        UUID "~1~2",  UUID "%7E1",  UUID "~1\n",   UUID "~12345", "\xff\xfe",    "222402762f0641f89411755c8ce926ed",
        "22240276-2f06-41f8-9411-755c8ce926eg",    "22240276-2f06-41f8-9411-755c8ce926\xc3\xa9",
        "@example.com/" UUID,                      "22240276-2f06-41f8-9411-755c8ce92/..",
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        CHECK_REFUSED("id", wrong[i], uc_url(client, wrong[i], NULL, NULL, &made, &error));
        CHECK_REFUSED("id", wrong[i], uc_url(client, wrong[i], "-/preview/", "a.jpg", &made, &error));
    }
    uc_free(client);
}

/* -- the name of the file ------------------------------------------------------------------------- */

TEST("a name is percent-encoded where it has to be") {
    static const struct {
        const char *name, *written;
    } cases[] = {
        {"image.jpg", "image.jpg"},
        {"image@2x.jpg", "image@2x.jpg"},
        {"image_black&white@2x.jpg", "image_black%26white@2x.jpg"},
        {"image[desaturated]@2x.jpg", "image%5Bdesaturated%5D@2x.jpg"},
        {"report (1).pdf", "report%20(1).pdf"},
        {"a;b=c+d:e$f~g_h-i", "a;b=c+d:e$f~g_h-i"},
        {"a,b!c*d", "a%2Cb%21c%2Ad"},
        {"\"quoted\".jpg", "%22quoted%22.jpg"},
        {"it's.jpg", "it%27s.jpg"},
        {"<b>{x}|^`.jpg", "%3Cb%3E%7Bx%7D%7C%5E%60.jpg"},
        {"100%.jpg", "100%25.jpg"},
        {"a%2fb.jpg", "a%252fb.jpg"},
        {"what?.jpg", "what%3F.jpg"},
        {"#1.jpg", "%231.jpg"},
        {"\xd1\x84\xd0\xbe\xd1\x82\xd0\xbe.jpg", "%D1%84%D0%BE%D1%82%D0%BE.jpg"},
        {"\xf0\x9f\x98\x80", "%F0%9F%98%80"},
        {".htaccess", ".htaccess"},
        {"...", "..."},
        {"-a", "-a"},
        {"--", "--"},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *plain = text(FILE_URL "%s", cases[i].written);
        char *worked_on = text(FILE_URL "-/preview/%s", cases[i].written);
        CHECK_MADE(plain, uc_url(client, UUID, NULL, cases[i].name, &made, &error));
        CHECK_MADE(worked_on, uc_url(client, UUID, "-/preview/", cases[i].name, &made, &error));
        free(plain);
        free(worked_on);
    }
    uc_free(client);
}

TEST("what no file can be saved as is replaced in a name, and none is no name") {
    static const struct {
        const char *name, *written;
    } cases[] = {
        {"", ""},
        {"/", "_"},
        {"a/b.jpg", "a_b.jpg"},
        {"../a", ".._a"},
        {"C:\\a\\b.jpg", "C:_a_b.jpg"},
        {"a\nb\r\t", "a_b__"},
        {"\x1b[2J\x7f", "_%5B2J_"},
        {"\xc2\x85", "_"},
        {"-", "_"},
        {".", "_"},
        {"..", "__"},
        {"%2e.", "_2e_"},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *plain = text(FILE_URL "%s", cases[i].written), *worked_on = text(FILE_URL "-/preview/%s", cases[i].written);
        uc_url_parts *parts;
        uc_error *error;
        CHECK_MADE(plain, uc_url(client, UUID, NULL, cases[i].name, &made, &error));
        CHECK_MADE(worked_on, uc_url(client, UUID, "-/preview/", cases[i].name, &made, &error));
        CHECK_OK(uc_url_parse(worked_on, &parts, &error), error);
        CHECK_MADE(worked_on, uc_url(client, UUID, parts->operations, parts->filename, &made, &error));
        uc_free(parts);
        free(worked_on);
        free(plain);
    }
    CHECK_REFUSED("filename", "not UTF-8", uc_url(client, UUID, NULL, "a\xc3", &made, &error));
    uc_free(client);
}

/** The name in the address that is made with this name, which is freed; to be freed. */
static char *name_of(const uc_client *client, char *name) {
    char *url, *kept;
    uc_url_parts *parts;
    uc_error *error;
    CHECK_OK(uc_url(client, UUID, NULL, name, &url, &error), error);
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    kept = text("%s", parts->filename);
    uc_free(parts);
    uc_free(url);
    free(name);
    return kept;
}

static void check_cut(const uc_client *client, char *name, char *expected) {
    char *kept = name_of(client, name);
    CHECK_TEXT(expected, kept);
    free(kept);
    free(expected);
}

TEST("a name of more than 1024 bytes is cut in front of its ending, between letters") {
    uc_client *client = client_at(NULL);
    char *a1024 = repeated("a", 1024), *a1025 = repeated("a", 1025), *zh = repeated("\xd0\x96", 512);
    char *dotted = repeated(".a", 600);
    check_cut(client, text("%s", a1024), text("%s", a1024));
    check_cut(client, text("%s", a1025), text("%s", a1024));
    check_cut(client, text("%s.jpeg", a1024), text("%.1019s.jpeg", a1024));
    check_cut(client, text("%s.%s", "a", a1024), text("a.%.1022s", a1024));
    check_cut(client, text("%s\xd0\x96", zh), text("%s", zh));
    check_cut(client, text("%s.jpeg", zh), text("%.1018s.jpeg", zh));
    check_cut(client, text("%s", dotted), text("%.1024s", dotted));
    free(dotted);
    free(zh);
    free(a1025);
    free(a1024);
    uc_free(client);
}

/* -- what one function gives, the other takes ------------------------------------------------------ */

static void check_taken(const uc_client *client, const uc_file *file) {
    char *url, *signed_url;
    uc_url_parts *parts;
    uc_ops *ops;
    uc_error *error;
    CHECK_OK(uc_url(client, file->uuid, file->default_effects, file->original_filename, &url, &error), error);
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    CHECK_TEXT(file->uuid, parts->uuid);
    CHECK_OK(uc_url_sign(url, "00ff", NULL, &signed_url, &error), error);
    uc_free(signed_url);
    uc_free(parts);
    uc_free(url);
    if (file->default_effects) {
        CHECK_OK(uc_ops_new(client, &ops, &error), error);
        uc_ops_preview(ops, 0, 0);
        uc_ops_raw(ops, file->default_effects);
        uc_ops_format(ops, "png");
        CHECK_OK(uc_ops_build(ops, &url, &error), error);
        if (*file->default_effects) CHECK_CONTAINS(url, "-/preview/-/resize/x800/-/format/png/");
        uc_free(url);
        uc_free(ops);
    }
    if (file->original_file_url) {
        CHECK_OK(uc_url_parse(file->original_file_url, &parts, &error), error);
        CHECK_TEXT(file->uuid, parts->uuid);
        CHECK_OK(uc_url(client, parts->uuid, parts->operations, parts->filename, &url, &error), error);
        CHECK_OK(uc_url_sign(file->original_file_url, "00ff", NULL, &signed_url, &error), error);
        uc_free(signed_url);
        uc_free(url);
        uc_free(parts);
    }
}

TEST("what the service says of groups and their files makes addresses, signed ones too") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    size_t i, j;
    int with_effects = 0, files = 0;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    for (i = 0; i < 12; i++) {
        const uc_group *listed = uc_page_group(page, i);
        uc_group *group;
        uc_url_parts *parts;
        CHECK_OK(uc_url_parse(listed->cdn_url, &parts, &error), error);
        CHECK_TEXT(listed->id, parts->group_id);
        uc_free(parts);
        CHECK_OK(uc_group_info(client, listed->id, &group, &error), error);
        for (j = 0; j < group->files_len; j++) {
            const uc_file *file = group->files[j];
            if (file == NULL) continue;
            check_taken(client, file);
            files++;
            with_effects += file->default_effects && *file->default_effects;
        }
        uc_free(group);
    }
    CHECK(files > 50);
    CHECK(with_effects > 5);
    uc_free(page);
    uc_free(client);
}

/* -- nothing is sent, and anybody may ask --------------------------------------------------------- */

TEST("no address that is made sends anything, even where the CDN is at hand") {
    static const int32_t widths[] = {100, 200};
    uc_client *client = client_at(base());
    uc_url_parts *parts;
    uc_ops *ops;
    uc_error *error;
    char *url, *made;
    CHECK_OK(uc_url(client, UUID, "-/preview/", "a.jpg", &url, &error), error);
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    CHECK_TEXT(base(), parts->base);
    uc_free(parts);
    CHECK_OK(uc_url_sign(url, "00ff", NULL, &made, &error), error);
    uc_free(made);
    uc_free(url);
    CHECK_OK(uc_url_group_file(client, GROUP, 0, NULL, &made, &error), error);
    uc_free(made);
    CHECK_OK(uc_url_group_archive(client, GROUP, "zip", NULL, &made, &error), error);
    uc_free(made);
    CHECK_OK(uc_url_proxy(client, base(), NULL, &made, &error), error);
    uc_free(made);
    CHECK_OK(uc_url_srcset(client, UUID, NULL, NULL, widths, 2, &made, &error), error);
    uc_free(made);
    CHECK_OK(uc_video_path(client, UUID, NULL, &made, &error), error);
    uc_free(made);
    CHECK_OK(uc_document_path(client, UUID, NULL, &made, &error), error);
    uc_free(made);
    CHECK_OK(uc_ops_new(client, &ops, &error), error);
    uc_ops_preview(ops, 0, 0);
    CHECK_OK(uc_ops_build(ops, &made, &error), error);
    uc_free(made);
    uc_free(ops);
    uc_free(client);
    CHECK_INT(0, requests_counted());
}

#define THREADS 8
#define ROUNDS 200

static void *make_addresses(void *client) {
    int round;
    for (round = 1; round <= ROUNDS; round++) {
        char *operations = text("-/resize/%dx/", round), *expected = text(FILE_URL "%sname%%20%d", operations, round);
        char *name = text("name %d", round);
        CHECK_MADE(expected, uc_url((const uc_client *)client, UUID, operations, name, &made, &error));
        CHECK_REFUSED("operations[2]", "oddity", uc_url((const uc_client *)client, UUID, "-/oddity/", name, &made, &error));
        free(name);
        free(expected);
        free(operations);
    }
    return NULL;
}

TEST("many threads make addresses of one client at once") {
    uc_client *client = client_at(NULL);
    pthread_t threads[THREADS];
    int i;
    for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, make_addresses, client) == 0);
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    uc_free(client);
}
