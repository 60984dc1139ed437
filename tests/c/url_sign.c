/* Tokens of secure delivery. What is not a vector of the service's own libraries was made with Python's hmac. */
#include "files.h"
#include "urls.h"

#define SECRET "73636b61519adede42191efe1e73f02a67c7b692e3765f90c250c230be095211"
#define HOST "https://sectest.ucarecdn.com"
#define A_FILE "/52da3bfc-7cd8-4861-8b05-126fef7a6994/"
#define A_GROUP "/3b278cee-47bd-4276-8d7d-9cde5902b18c~1/"
#define EXPIRE INT64_C(1633997100)

static uc_url_sign_opts until(int64_t expire) {
    uc_url_sign_opts opts = url_sign_opts();
    opts.expire = expire;
    return opts;
}

static char *signed_with(const char *url, const uc_url_sign_opts *opts) {
    char *made;
    uc_error *error;
    CHECK_OK(uc_url_sign(url, SECRET, opts, &made, &error), error);
    return made;
}

/** The `exp` of a signed address. */
static long long expire_of(const char *url) {
    const char *expire = strstr(url, "?token=exp=");
    if (expire == NULL) FAIL("no token in %s", url);
    return atoll(expire + strlen("?token=exp="));
}

TEST("a token is for exactly one address") {
    static const struct {
        const char *path;
        int64_t expire;
        const char *token;
    } vectors[] = {
        {A_FILE, EXPIRE,
         "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/"
         "~hmac=81852547d9dbd9eefd24bee2cada6eab02244b9013533bc8511511923098df72"},
        {A_FILE "-/resize/640x/other/transformations/", EXPIRE,
         "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/-/resize/640x/other/transformations/"
         "~hmac=a3ae2b3e3adfcb5d41ca753598e19d17264ac87d2b0b828ccdac5136e63f2f1a"},
        {A_FILE "-/resize/640x/a%20b.jpg", EXPIRE,
         "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/-/resize/640x/a%20b.jpg"
         "~hmac=667d012dad72a33a9dbe238c641b22aac89b0bb254cb50044e95205d1ca5877c"},
        {A_FILE "adaptive_video/", EXPIRE,
         "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/adaptive_video/"
         "~hmac=53276029ae0dac00c0c9633542fbf5c6b1281ef59a0a4e0fb92033a6469e8ff8"},
        {A_FILE "-/preview/-/text/90px90p/center/a~~b~sc~nd/", EXPIRE,
         "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/-/preview/-/text/90px90p/center/a%7e%7eb%7esc%7end/"
         "~hmac=a02472ad7c33aa974a5f92671389d4d23df26332676e91c6b2dfc86031451f94"},
        {"/media" A_FILE, EXPIRE,
         "exp=1633997100~acl=/media/52da3bfc-7cd8-4861-8b05-126fef7a6994/"
         "~hmac=309328ce5f4da64b09ea78de720991bff74f20f7b1c87fce36eaaa2d9d540d2c"},
        {A_GROUP "nth/0/", INT64_C(2015971200),
         "exp=2015971200~acl=/3b278cee-47bd-4276-8d7d-9cde5902b18c%7e1/nth/0/"
         "~hmac=9df9a86460fab102dd0ecb4a36980a1f932b6ce5cf4bdc0307906451fcf8978e"},
        {A_GROUP, EXPIRE,
         "exp=1633997100~acl=/3b278cee-47bd-4276-8d7d-9cde5902b18c%7e1/"
         "~hmac=0cacd6f137b2b3d372ce24e293dc9c0526fad8122afd06a66b326accd3dd5d9e"},
        {A_GROUP "archive/zip/all.zip", EXPIRE,
         "exp=1633997100~acl=/3b278cee-47bd-4276-8d7d-9cde5902b18c%7e1/archive/zip/all.zip"
         "~hmac=28143449f2355ba81bf9a92bc8d011684c69a8dded41e180df80d58fb0e55510"},
    };
    size_t i;
    for (i = 0; i < COUNT(vectors); i++) {
        uc_url_sign_opts opts = until(vectors[i].expire);
        char *url = text(HOST "%s", vectors[i].path), *expected = text("%s?token=%s", url, vectors[i].token);
        CHECK_MADE(expected, uc_url_sign(url, SECRET, &opts, &made, &error));
        free(expected);
        free(url);
    }
}

TEST("a wildcard is for everything below the last slash") {
    static const struct {
        const char *path, *token;
    } vectors[] = {
        {A_FILE, "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/*"
               "~hmac=b2c7526a29d0588b121aa78bc2b2c9399bfb6e1cad3d95397efed722fdbc5a78"},
        {A_FILE "a%20b.jpg", "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/*"
                           "~hmac=b2c7526a29d0588b121aa78bc2b2c9399bfb6e1cad3d95397efed722fdbc5a78"},
        {A_FILE "-/resize/640x/", "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/-/resize/640x/*"
                                "~hmac=da39d75d884b618229eee25ef7ba8a1d6f0ffece269857443a10c4d476dc2da8"},
        {A_FILE "-/resize/640x/a.jpg", "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/-/resize/640x/*"
                                     "~hmac=da39d75d884b618229eee25ef7ba8a1d6f0ffece269857443a10c4d476dc2da8"},
        {A_FILE "adaptive_video/", "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/adaptive_video/*"
                                  "~hmac=43f70b56a2b23bad5ccd65addf4396b7a4880f85bb6318ae80cc329d49c98f7e"},
        {A_FILE "adaptive_video/720.m3u8", "exp=1633997100~acl=/52da3bfc-7cd8-4861-8b05-126fef7a6994/adaptive_video/*"
                                          "~hmac=43f70b56a2b23bad5ccd65addf4396b7a4880f85bb6318ae80cc329d49c98f7e"},
        {A_GROUP, "exp=1633997100~acl=/3b278cee-47bd-4276-8d7d-9cde5902b18c%7e1/*"
                      "~hmac=371f26f9da9ae9d119de6cbdae0e2d6fa2042e6500b4cbc201ebcdacb3fe5175"},
        {"/", "exp=1633997100~acl=/*~hmac=d8dfefa7b0ba8d786f3edb6198aed3bade85a7cd9f456ec7c3ca18a19482602f"},
    };
    uc_url_sign_opts opts = until(EXPIRE);
    size_t i;
    opts.wildcard = UC_YES;
    for (i = 0; i < COUNT(vectors); i++) {
        char *url = text(HOST "%s", vectors[i].path), *expected = text("%s?token=%s", url, vectors[i].token);
        CHECK_MADE(expected, uc_url_sign(url, SECRET, &opts, &made, &error));
        free(expected);
        free(url);
    }
}

TEST("a URL token does not repeat the address") {
    static const struct {
        const char *path;
        int64_t expire;
        const char *token;
    } vectors[] = {
        {A_FILE, EXPIRE, "exp=1633997100~hmac=25c485fd7f85c19704013673c80d2a86df1b4241fb44cdfa7b7762cb27ef3f57"},
        {"/1bd27101-6f40-460a-9358-d44c282e9d16/-/crop/10x10/20,20/", INT64_C(2015971200),
         "exp=2015971200~hmac=0bfdf8d6e104ab4228cd2321cac3e5a9951dffb1b0e235a5509915c6e78b7e76"},
        {A_FILE "a%20b%5B1%5D.jpg", EXPIRE,
         "exp=1633997100~hmac=d31f4a88d392116e7d76940bdeda1e2b04d32ef3a3d430037c2dd19bf567d5fd"},
        {A_GROUP "nth/0/", INT64_C(2015971200),
         "exp=2015971200~hmac=3d18d965fbf5d93e434c11ca209e2a7068b50b00962ebf7a19eae357a098bdd2"},
    };
    size_t i;
    for (i = 0; i < COUNT(vectors); i++) {
        uc_url_sign_opts opts = until(vectors[i].expire);
        char *url = text(HOST "%s", vectors[i].path), *expected = text("%s?token=%s", url, vectors[i].token);
        opts.url_token = UC_YES;
        CHECK_MADE(expected, uc_url_sign(url, SECRET, &opts, &made, &error));
        opts.wildcard = UC_YES;
        CHECK_REFUSED("opts.wildcard", url, uc_url_sign(url, SECRET, &opts, &made, &error));
        CHECK_REFUSED("opts.url_token", url, uc_url_sign(url, SECRET, &opts, &made, &error));
        free(expected);
        free(url);
    }
}

TEST("the secret is hex, in whatever case") {
    static const char *const secrets[] = {"0123456789abcdef", "0123456789ABCDEF", "0123456789aBcDeF"};
    uc_url_sign_opts opts = until(1300);
    size_t i;
    for (i = 0; i < COUNT(secrets); i++) {
        opts.wildcard = UC_DEFAULT;
        CHECK_MADE("https://e/e1fe0a80-0000-4000-8000-000000000000/?token=exp=1300"
                   "~acl=/e1fe0a80-0000-4000-8000-000000000000/"
                   "~hmac=55287d5360a5f7b5d9990b47d3aa78b6ff23a34688b8796a3c746c7efe8b4c75",
                   uc_url_sign("https://e/e1fe0a80-0000-4000-8000-000000000000/", secrets[i], &opts, &made, &error));
        opts.wildcard = UC_YES;
        CHECK_MADE("https://e/e1fe0a80-0000-4000-8000-000000000000/?token=exp=1300"
                   "~acl=/e1fe0a80-0000-4000-8000-000000000000/*"
                   "~hmac=71abbdb6c74416eaae4686acb0f6564869dbceacd4c4c7e8f0bb6e4da67b9ed4",
                   uc_url_sign("https://e/e1fe0a80-0000-4000-8000-000000000000/", secrets[i], &opts, &made, &error));
    }
}

TEST("a secret that is none is refused, and not shown") {
    static const char *const wrong[] = {"",        "0",           "73636b61519aded", "73636b61519adedg", " 73636b61519aded",
                                        "0x73636b61519a", "73636b61519ade\n", "73636b61519ad\xc3\xa9", "demosecretkey1"};
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        char *made;
        uc_error *error;
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_url_sign(HOST A_FILE, wrong[i], NULL, &made, &error), error);
        CHECK_CONTAINS(error->message, "secret_hex");
        if (strlen(wrong[i]) > 1) CHECK_LACKS(error->message, wrong[i]);
        CHECK(made == NULL);
        uc_free(error);
    }
    CHECK_REFUSED("secret_hex", "no text", uc_url_sign(HOST A_FILE, "\xff\xfe", NULL, &made, &error));
}

TEST("it is good for 300 seconds, or for as long as is asked") {
    static const int64_t lifetimes[] = {0, 1, 86400, INT64_C(4000000000)};
    size_t i;
    for (i = 0; i < COUNT(lifetimes); i++) {
        uc_url_sign_opts opts = url_sign_opts();
        int64_t lifetime = lifetimes[i] ? lifetimes[i] : 300;
        time_t before = time(NULL), after;
        char *url;
        opts.lifetime_s = lifetimes[i];
        url = signed_with(HOST A_FILE, &opts);
        after = time(NULL);
        CHECK(expire_of(url) >= before + lifetime && expire_of(url) <= after + lifetime + 1); /* time() lags behind a little */
        uc_free(url);
    }
    {
        time_t before = time(NULL);
        char *url = signed_with(HOST A_FILE, NULL);
        CHECK(expire_of(url) >= before + 300 && expire_of(url) <= time(NULL) + 301);
        uc_free(url);
    }
}

TEST("times that cannot be are refused") {
    static const struct {
        int64_t expire, lifetime_s;
        const char *name;
    } cases[] = {
        {-1, 0, "opts.expire"},        {INT64_MIN, 0, "opts.expire"},   {0, -1, "opts.lifetime_s"},
        {0, INT64_MIN, "opts.lifetime_s"}, {0, INT64_MAX, "opts.lifetime_s"}, {EXPIRE, 1, "opts.expire"},
        {EXPIRE, 1, "opts.lifetime_s"},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        uc_url_sign_opts opts = until(cases[i].expire);
        opts.lifetime_s = cases[i].lifetime_s;
        CHECK_REFUSED(cases[i].name, "a time", uc_url_sign(HOST A_FILE, SECRET, &opts, &made, &error));
    }
}

TEST("a project's own subdomain becomes the secure one, any other host stays") {
    static const struct {
        const char *origin, *secure;
    } cases[] = {
        {BASE, "https://1s4oyld5dc.s.ucarecd.net"},
        {"http://1s4oyld5dc.ucarecd.net", "http://1s4oyld5dc.s.ucarecd.net"},
        {"https://1s4oyld5dc.s.ucarecd.net", "https://1s4oyld5dc.s.ucarecd.net"},
        {"https://1S4OYLD5DC.ucarecd.NET", "https://1s4oyld5dc.s.ucarecd.net"},
        {"HTTPS://1s4oyld5dc.ucarecd.net.:443", "https://1s4oyld5dc.s.ucarecd.net"},
        {"https://ucarecd.net", "https://ucarecd.net"},
        {"https://ucarecdn.com", "https://ucarecdn.com"},
        {"https://xucarecd.net", "https://xucarecd.net"},
        {"https://a.ucarecd.net.example.com", "https://a.ucarecd.net.example.com"},
        {"https://pictures.example.com:8443", "https://pictures.example.com:8443"},
        {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *url = text("%s" A_FILE, cases[i].origin), *begin = text("%s" A_FILE "?token=exp=", cases[i].secure);
        char *made = signed_with(url, NULL);
        if (strncmp(made, begin, strlen(begin)) != 0) FAIL("%s does not begin with %s", made, begin);
        uc_free(made);
        free(begin);
        free(url);
    }
}

TEST("what is no address to sign is refused") {
    static const char *const wrong[] = {
        "",
        "/",
        A_FILE,
        "sectest.ucarecdn.com" A_FILE,
        "//sectest.ucarecdn.com" A_FILE,
        "ftp://sectest.ucarecdn.com" A_FILE,
        "https://sectest.ucarecdn.com",
        "https:///",
        "https://user:password@sectest.ucarecdn.com" A_FILE,
        HOST A_FILE "?a=b",
        HOST A_FILE "?",
        HOST A_FILE "#top",
        HOST "?a=/",
        HOST A_FILE "a b.jpg",
        HOST A_FILE "\n",
        HOST A_FILE "\xc3\xa9",
        HOST A_FILE "\"",
        HOST A_FILE "a\\b",
        HOST A_FILE "../",
        HOST A_FILE "%2E%2e/a.jpg",
        "https://a:b:c[" A_FILE,
        "https://demopublickey.ucr.io/-/preview/https://example.com/a.jpg",
        HOST A_FILE "?token=exp=1~acl=/~hmac=00",
        "\xff",
    };
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) CHECK_REFUSED("url", wrong[i], uc_url_sign(wrong[i], SECRET, NULL, &made, &error));
}

TEST("only who asks for a wildcard gets one, and nothing in the address ends the token") {
    uc_url_sign_opts opts = until(EXPIRE);
    CHECK_MADE(HOST A_FILE "a%26b%21c%2A.jpg?token=exp=1633997100~acl=" A_FILE "a%26b%21c%2A.jpg"
                           "~hmac=cb940bd5f47f8ce1eb96146472cdc0e199c40e2dacebec9fd1bd3b51d8b03569",
               uc_url_sign(HOST A_FILE "a&b!c*.jpg", SECRET, &opts, &made, &error));
    opts.wildcard = UC_YES;
    CHECK_MADE(HOST "/%2A/?token=exp=1633997100~acl=/%2A/*"
                    "~hmac=b1784426a6ced9bd276f13d0af591f1ef8b04c2dcd5c6de8f100d22b5b25f4b1",
               uc_url_sign(HOST "/*/", SECRET, &opts, &made, &error));
}

TEST("an address without a slash behind its id does not let in everything") {
    static const char *const cases[][2] = {
        {"", "/"},
        {"~3", "%7e3/"},
        {"/a.jpg", "/"},
        {"/adaptive_video", "/adaptive_video/"},
        {"/-/resize/500x/", "/-/resize/500x/"},
    };
    uc_url_sign_opts opts = until(EXPIRE);
    size_t i;
    opts.wildcard = UC_YES;
    for (i = 0; i < COUNT(cases); i++) {
        char *url = text(HOST "/" UUID "%s", cases[i][0]), *acl = text("~acl=/" UUID "%s*~hmac=", cases[i][1]);
        char *made = signed_with(url, &opts);
        CHECK_CONTAINS(made, acl);
        uc_free(made);
        free(acl);
        free(url);
    }
    CHECK_REFUSED("opts.wildcard", "a folder", uc_url_sign(HOST "/a.jpg", SECRET, &opts, &made, &error));
}

TEST("what a file is called makes no difference to that") {
    static const char *const names[] = {"*", "a*.jpg", "*.*", "!*", "a&b.jpg", "it's", "a,b", "a~hmac=b.jpg"};
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(names); i++) {
        char *url, *made;
        uc_url_parts *parts;
        uc_error *error;
        CHECK_OK(uc_url(client, UUID, "-/preview/-/text/90px90p/center/5*3!/", names[i], &url, &error), error);
        made = signed_with(url, NULL);
        CHECK(strpbrk(strchr(made, '?'), "*!&") == NULL);
        CHECK_INT(2, occurrences(strchr(made, '?'), "~"));
        CHECK_OK(uc_url_parse(made, &parts, &error), error);
        CHECK_TEXT(names[i], parts->filename);
        CHECK_TEXT(strstr(made, "exp="), parts->token);
        uc_free(parts);
        uc_free(made);
        uc_free(url);
    }
    uc_free(client);
}

/** The status of a GET of an address of the emulator. */
static int status_of(const char *url) {
    char *request = text("GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", url + strlen(base())), head[4096];
    int connection = connect_to(port_of(base())), status = 0;
    CHECK(send_text(connection, request) == 0);
    CHECK(read_head(connection, head, sizeof head) > 0);
    CHECK(sscanf(head, "HTTP/1.1 %d", &status) == 1);
    close(connection);
    free(request);
    return status;
}

/** The status of what is named below the folder of a signed address, with its token. */
static int status_below(const char *url, const char *name) {
    const char *query = strchr(url, '?');
    char *below = text("%.*s%s%s", (int)(query - url), url, name, query);
    int status = status_of(below);
    free(below);
    return status;
}

TEST("with a wildcard the token of a video's playlist is good for its segments") {
    struct kept_file video = kept_named("video.mp4");
    uc_client *client = client_at(base());
    uc_url_sign_opts opts = url_sign_opts();
    char *url, *exact, *wildcard, *file;
    uc_error *error;
    emulator("POST", "/_emulator/project", "{\"delivery_secrets\":[\"" SECRET "\"]}");
    CHECK_OK(uc_url(client, video.uuid, "adaptive_video/", NULL, &url, &error), error);
    CHECK_INT(403, status_of(url));
    exact = signed_with(url, NULL);
    CHECK_INT(200, status_of(exact));
    CHECK_INT(403, status_below(exact, "360.m3u8"));
    opts.wildcard = UC_YES;
    wildcard = signed_with(url, &opts);
    CHECK_INT(200, status_of(wildcard));
    CHECK_INT(200, status_below(wildcard, "360.m3u8"));
    CHECK_INT(200, status_below(wildcard, "360-0.ts"));
    file = text("%s/%s/%s", base(), video.uuid, strchr(wildcard, '?'));
    CHECK_INT(403, status_of(file));
    free(file);
    uc_free(wildcard);
    uc_free(exact);
    uc_free(url);
    uc_free(client);
}

TEST("a token is taken from the address again") {
    uc_url_sign_opts opts = until(EXPIRE);
    char *url = signed_with(HOST A_FILE, &opts);
    uc_url_parts *parts;
    uc_error *error;
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    CHECK_TEXT(HOST, parts->base);
    CHECK_TEXT("52da3bfc-7cd8-4861-8b05-126fef7a6994", parts->uuid);
    CHECK_TEXT(strstr(url, "exp="), parts->token);
    uc_free(parts);
    uc_free(url);
}
