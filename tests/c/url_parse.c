/* Addresses taken apart, and made again. */
#include "urls.h"

#define OTHER_UUID "85b5644f-e692-4855-9db0-8c5a83096e25"
#define TOKEN "exp=1633997100~acl=/" UUID "/~hmac=81852547d9dbd9eefd24bee2cada6eab02244b9013533bc8511511923098df72"

/** What an address says behind its base. */
struct said {
    const char *rest, *uuid, *group_id;
    int64_t index;
    const char *archive, *operations, *filename, *token;
};

static const struct said forms[] = {
    {"/" UUID "/", UUID, NULL, -1, NULL, NULL, NULL, NULL},
    {"/" UUID, UUID, NULL, -1, NULL, NULL, NULL, NULL},
    {"/22240276-2F06-41F8-9411-755C8CE926ED/", "22240276-2F06-41F8-9411-755C8CE926ED", NULL, -1, NULL, NULL, NULL, NULL},
    {"/" UUID "/a.jpg", UUID, NULL, -1, NULL, NULL, "a.jpg", NULL},
    {"/" UUID "/a%20b%5B1%5D%25%3F.jpg", UUID, NULL, -1, NULL, NULL, "a b[1]%?.jpg", NULL},
    {"/" UUID "/%D0%96+.jpg", UUID, NULL, -1, NULL, NULL, "\xd0\x96+.jpg", NULL},
    {"/" UUID "/100%.jpg", UUID, NULL, -1, NULL, NULL, "100%.jpg", NULL},
    {"/" UUID "/a b.jpg", UUID, NULL, -1, NULL, NULL, "a b.jpg", NULL},
    {"/" UUID "/\xd0\x96 \"1\".jpg", UUID, NULL, -1, NULL, NULL, "\xd0\x96 \"1\".jpg", NULL},
    {"/" UUID "/#top", UUID, NULL, -1, NULL, NULL, NULL, NULL},
    {"/" UUID "/a.jpg#t=1,2/?token=x#", UUID, NULL, -1, NULL, NULL, "a.jpg", NULL},
    {"/" UUID "/-/resize/500x/#" OTHER_UUID, UUID, NULL, -1, NULL, "-/resize/500x/", NULL, NULL},
    {"/" GROUP "/nth/1/#/", NULL, GROUP, 1, NULL, NULL, NULL, NULL},
    /* What no file can be saved as. */
    {"/" UUID "/a%00b", UUID, NULL, -1, NULL, NULL, "a_b", NULL},
    {"/" UUID "/a%0Ab%5C", UUID, NULL, -1, NULL, NULL, "a_b_", NULL},
    {"/" UUID "/%FF.jpg", UUID, NULL, -1, NULL, NULL, "\xef\xbf\xbd.jpg", NULL},
    {"/" UUID "/..%2F..%2Fetc%2Fpasswd", UUID, NULL, -1, NULL, NULL, ".._.._etc_passwd", NULL},
    {"/" UUID "/%2D", UUID, NULL, -1, NULL, NULL, "_", NULL},
    {"/" GROUP "/archive/zip/a%2Fb.zip", NULL, GROUP, -1, "zip", NULL, "a_b.zip", NULL},
    /* Operations as uc_url() takes them. */
    {"/" UUID "/-/preview/-/text/90px90p/center/a b\xc3\xa9'&[1]/", UUID, NULL, -1, NULL,
     "-/preview/-/text/90px90p/center/a%20b%C3%A9%27%26%5B1%5D/", NULL, NULL},
    {"/" UUID "/-/crop/50%x50%25/", UUID, NULL, -1, NULL, "-/crop/50%25x50%25/", NULL, NULL},
    {"/" UUID "/-/resize/500x/", UUID, NULL, -1, NULL, "-/resize/500x/", NULL, NULL},
    {"/" UUID "/-/resize/500x/-/format/webp/a.webp", UUID, NULL, -1, NULL, "-/resize/500x/-/format/webp/", "a.webp", NULL},
    {"/" UUID "/-/not/known/yet/", UUID, NULL, -1, NULL, "-/not/known/yet/", NULL, NULL},
    {"/" UUID "/-/preview/-/text/90px90p/center/a~~b%20c/", UUID, NULL, -1, NULL,
     "-/preview/-/text/90px90p/center/a~~b%20c/", NULL, NULL},
    {"/" UUID "/-/preview/-/overlay/" OTHER_UUID "/50px50p/", UUID, NULL, -1, NULL,
     "-/preview/-/overlay/" OTHER_UUID "/50px50p/", NULL, NULL},
    {"/" UUID "/gif2video/-/format/webm/", UUID, NULL, -1, NULL, "gif2video/-/format/webm/", NULL, NULL},
    {"/" UUID "/videoframe/00:01:05/", UUID, NULL, -1, NULL, "videoframe/00:01:05/", NULL, NULL},
    {"/" UUID "/videoframe/5s/-/resize/500x/frame.png", UUID, NULL, -1, NULL, "videoframe/5s/-/resize/500x/", "frame.png", NULL},
    {"/" UUID "/adaptive_video/", UUID, NULL, -1, NULL, "adaptive_video/", NULL, NULL},
    {"/" UUID "/adaptive_video/720/0.ts?token=" TOKEN, UUID, NULL, -1, NULL, "adaptive_video/720/", "0.ts", TOKEN},
    {"/" UUID "/detect_faces/", UUID, NULL, -1, NULL, "detect_faces/", NULL, NULL},
    {"/" UUID "/?token=" TOKEN, UUID, NULL, -1, NULL, NULL, NULL, TOKEN},
    {"/" UUID "/?a=b&token=" TOKEN "&c", UUID, NULL, -1, NULL, NULL, NULL, TOKEN},
    {"/" UUID "/?callback=x", UUID, NULL, -1, NULL, NULL, NULL, NULL},
    {"/" UUID "/?x=/" OTHER_UUID "/a.jpg", UUID, NULL, -1, NULL, NULL, NULL, NULL},
    {"/" UUID "/-/json/a.jpg?token=exp=1~hmac=00", UUID, NULL, -1, NULL, "-/json/", "a.jpg", "exp=1~hmac=00"},
    {"/" GROUP "/", NULL, GROUP, -1, NULL, NULL, NULL, NULL},
    {"/" UUID "%7E12/nth/0/", NULL, GROUP, 0, NULL, NULL, NULL, NULL},
    {"/" UUID "%7e12/", NULL, GROUP, -1, NULL, NULL, NULL, NULL},
    {"/" GROUP, NULL, GROUP, -1, NULL, NULL, NULL, NULL},
    {"/" GROUP "/nth/0/", NULL, GROUP, 0, NULL, NULL, NULL, NULL},
    {"/" GROUP "/nth/0", NULL, GROUP, 0, NULL, NULL, NULL, NULL},
    {"/" GROUP "/nth/11/-/resize/256x/", NULL, GROUP, 11, NULL, "-/resize/256x/", NULL, NULL},
    {"/" GROUP "/nth/1/a%20b.jpg", NULL, GROUP, 1, NULL, NULL, "a b.jpg", NULL},
    {"/" GROUP "/nth/0/?token=exp=1~acl=/%7e/~hmac=00", NULL, GROUP, 0, NULL, NULL, NULL, "exp=1~acl=/%7e/~hmac=00"},
    {"/" GROUP "/gallery/", NULL, GROUP, -1, NULL, NULL, NULL, NULL},
    {"/" GROUP "/gallery", NULL, GROUP, -1, NULL, NULL, NULL, NULL},
    {"/" UUID "%7E12/gallery/-/nav/thumbs/-/fit/cover/?token=" TOKEN, NULL, GROUP, -1, NULL, NULL, NULL, TOKEN},
    {"/" GROUP "/archive/zip/", NULL, GROUP, -1, "zip", NULL, NULL, NULL},
    {"/" GROUP "/archive/tar", NULL, GROUP, -1, "tar", NULL, NULL, NULL},
    {"/" GROUP "/archive/tar/all%20files.tar", NULL, GROUP, -1, "tar", NULL, "all files.tar", NULL},
};

static const char *const bases[] = {
    BASE,
    "http://1s4oyld5dc.ucarecd.net",
    "https://1s4oyld5dc.s.ucarecd.net",
    "https://ucarecdn.com",
    "https://www.ucarecdn.com",
    "https://cdn.uploadcare.com",
    "https://pictures.example.com:8443",
    "https://pictures.example.com/media/files",
    "http://127.0.0.1:8080",
    "http://[::1]:8080",
    "HTTPS://UCARECDN.COM",
};

static uc_url_parts *parts_of(const char *url) {
    uc_url_parts *parts;
    uc_error *error;
    CHECK_OK(uc_url_parse(url, &parts, &error), error);
    return parts;
}

/** The address that begins so says this, and that its base is `base`. */
static void check_said(const char *begin, const char *base, const struct said *said) {
    char *url = text("%s%s", begin, said->rest);
    uc_url_parts *parts = parts_of(url);
    CHECK_TEXT(base, parts->base);
    CHECK_TEXT(said->uuid, parts->uuid);
    CHECK_TEXT(said->group_id, parts->group_id);
    CHECK_INT(said->index, parts->index);
    CHECK_TEXT(said->archive, parts->archive);
    CHECK_TEXT(said->operations, parts->operations);
    CHECK_TEXT(said->filename, parts->filename);
    CHECK_TEXT(NULL, parts->source_url);
    CHECK_TEXT(said->token, parts->token);
    uc_free(parts);
    free(url);
}

TEST("every form of an address is taken apart, on every host") {
    size_t i, j;
    for (i = 0; i < COUNT(bases); i++)
        for (j = 0; j < COUNT(forms); j++) check_said(bases[i], bases[i], &forms[j]);
    for (j = 0; j < COUNT(forms); j++) check_said("//ucarecdn.com", "https://ucarecdn.com", &forms[j]);
}

TEST("the addresses in the service's own description are taken apart") {
    static const struct said samples[] = {
        {"/12e3af14-392d-416f-8542-f210c2eb6ec4/logourlapi.svg", "12e3af14-392d-416f-8542-f210c2eb6ec4", NULL, -1, NULL,
         NULL, "logourlapi.svg", NULL},
        {"/d7fe74ac-65b8-4ade-875f-ccd92759a70f/cat.jpg", "d7fe74ac-65b8-4ade-875f-ccd92759a70f", NULL, -1, NULL, NULL,
         "cat.jpg", NULL},
        {"/" OTHER_UUID "/image.jpg", OTHER_UUID, NULL, -1, NULL, NULL, "image.jpg", NULL},
        {"/" OTHER_UUID "/image@2x.jpg", OTHER_UUID, NULL, -1, NULL, NULL, "image@2x.jpg", NULL},
        {"/" OTHER_UUID "/-/preview/-/resize/550x/image@1x.jpg", OTHER_UUID, NULL, -1, NULL, "-/preview/-/resize/550x/",
         "image@1x.jpg", NULL},
        {"/" OTHER_UUID "/-/preview/-/grayscale/image_black&white@2x.jpg", OTHER_UUID, NULL, -1, NULL,
         "-/preview/-/grayscale/", "image_black&white@2x.jpg", NULL},
        {"/" OTHER_UUID "/-/preview/-/grayscale/image%5Bdesaturated%5D@2x.jpg", OTHER_UUID, NULL, -1, NULL,
         "-/preview/-/grayscale/", "image[desaturated]@2x.jpg", NULL},
        {"/" OTHER_UUID "/-/preview/-/grayscale/image[desaturated]@2x.jpg", OTHER_UUID, NULL, -1, NULL,
         "-/preview/-/grayscale/", "image[desaturated]@2x.jpg", NULL},
        {"/cd334b26-c641-4393-bcce-b5041546430d~11/", NULL, "cd334b26-c641-4393-bcce-b5041546430d~11", -1, NULL, NULL,
         NULL, NULL},
        {"/cd334b26-c641-4393-bcce-b5041546430d~11/nth/0/-/resize/256x/", NULL,
         "cd334b26-c641-4393-bcce-b5041546430d~11", 0, NULL, "-/resize/256x/", NULL, NULL},
    };
    size_t i;
    for (i = 0; i < COUNT(samples); i++) check_said("https://ucarecdn.com", "https://ucarecdn.com", &samples[i]);
}

TEST("an address of a proxy gives what it fetches, with its own query") {
    static const struct {
        const char *operations, *source;
    } cases[] = {
        {NULL, "https://example.com"},
        {NULL, "http://example.com/a.jpg?token=1&b=/" UUID "/"},
        {"-/resize/500x/-/format/auto/", "https://example.com:8443/a%20b.jpg?c=https://example.org/"},
        {"-/preview/", "https://ucarecdn.com/" UUID "/-/preview/"},
        {"-/preview/", "https://other.ucr.io/https://example.com/"},
    };
    static const char *const hosts[] = {"https://demopublickey.ucr.io", "http://c8c237984266090ff9b8.ucr.io",
                                        "https://demopublickey.UCR.io:443", "https://demopublickey.ucr.io."};
    size_t i;
    for (i = 0; i < 4 * COUNT(cases); i++) {
        const char *operations = cases[i / 4].operations, *host = hosts[i % 4];
        char *url = text("%s/%s%s", host, operations ? operations : "", cases[i / 4].source);
        uc_url_parts *parts = parts_of(url);
        CHECK_TEXT(host, parts->base);
        CHECK_TEXT(operations, parts->operations);
        CHECK_TEXT(cases[i / 4].source, parts->source_url);
        CHECK(parts->uuid == NULL && parts->group_id == NULL && parts->archive == NULL);
        CHECK(parts->filename == NULL && parts->token == NULL);
        CHECK_INT(-1, parts->index);
        uc_free(parts);
        free(url);
    }
}

TEST("white space around an address and the case of its scheme make no difference") {
    static const struct {
        const char *pasted, *base;
    } cases[] = {
        {" " FILE_URL "a.jpg", BASE},
        {FILE_URL "a.jpg ", BASE},
        {"\r\n\t" FILE_URL "a.jpg\r\n", BASE},
        {"\xc2\xa0" FILE_URL "a.jpg\xe3\x80\x80", BASE},
        {"\xef\xbb\xbf" FILE_URL "a.jpg", BASE}, /* a byte order mark */
        {FILE_URL "a.jpg\xe2\x80\x8b", BASE}, /* a zero width space */
        {"\xe2\x80\x8b\xef\xbb\xbf " FILE_URL "a.jpg \xe2\x80\x8b\n\xef\xbb\xbf", BASE},
        {"HTTPS://1s4oyld5dc.ucarecd.net/" UUID "/a.jpg", "HTTPS://1s4oyld5dc.ucarecd.net"},
        {"Http://1s4oyld5dc.ucarecd.net/" UUID "/a.jpg\n", "Http://1s4oyld5dc.ucarecd.net"},
        {" //1s4oyld5dc.ucarecd.net/" UUID "/a.jpg #top", BASE},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        uc_url_parts *parts = parts_of(cases[i].pasted);
        uc_client *client = client_at(parts->base);
        CHECK_TEXT(cases[i].base, parts->base);
        CHECK_TEXT(UUID, parts->uuid);
        CHECK_CONTAINS(parts->filename, "a.jpg");
        uc_free(client);
        uc_free(parts);
    }
}

TEST("a proxy's address is taken as it is pasted, too") {
    static const char *const cases[][2] = {
        {" https://demopublickey.ucr.io/-/preview/https://example.com/a b.jpg#top\n", "https://example.com/a%20b.jpg"},
        {"\xef\xbb\xbfhttps://demopublickey.ucr.io/-/preview/https://example.com/a.jpg\xe2\x80\x8b", "https://example.com/a.jpg"},
        {"https://demopublickey.ucr.io/-/preview/HTTPS://example.com/\xd0\x96", "HTTPS://example.com/%D0%96"},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        uc_url_parts *parts = parts_of(cases[i][0]);
        char *url;
        uc_error *error;
        CHECK_TEXT("https://demopublickey.ucr.io", parts->base);
        CHECK_TEXT("-/preview/", parts->operations);
        CHECK_TEXT(cases[i][1], parts->source_url);
        CHECK_OK(uc_url_proxy(client, parts->source_url, parts->operations, &url, &error), error);
        CHECK_CONTAINS(url, "https://demopublickey.ucr.io/-/preview/https://example.com/");
        uc_free(url);
        uc_free(parts);
    }
    uc_free(client);
}

TEST("what is none of these is refused") {
    static const char *const wrong[] = {
        "",
        " ",
        UUID,
        "/" UUID "/",
        "ucarecdn.com/" UUID "/",
        "https://",
        "https:///" UUID "/",
        "https://ucarecdn.com",
        "https://ucarecdn.com/",
        "https://ucarecdn.com/a.jpg",
        "https://ucarecdn.com/?id=/" UUID "/",
        "https://ucarecdn.com/22240276-2f06-41f8-9411-755c8ce926e/",
        "https://ucarecdn.com/x" UUID "/",
        "https://ucarecdn.com/" UUID "x/",
        "https://ucarecdn.com/" UUID "/other/a.jpg",
        "https://ucarecdn.com/" UUID "/%2e%2E",
        "https://ucarecdn.com/" UUID "/..",
        "https://ucarecdn.com/" UUID "/-",
        "https://ucarecdn.com/" UUID "/-/../../" OTHER_UUID "/",
        "https://ucarecdn.com/a/../" UUID "/",
        "https://ucarecdn.com/-/preview/https://example.com/" UUID "/",
        "https://ucarecdn.com:99999/" UUID "/",
        "https://\xd0\xb6.example/" UUID "/",
        "https://ucarecdn .com/" UUID "/",
        "https ://ucarecdn.com/" UUID "/",
        "https://ucarecdn.com#/" UUID "/",
        "#https://ucarecdn.com/" UUID "/",
        "https://ucarecdn.com/" UUID "/resize/500x/",
        "https://ucarecdn.com/" UUID "/a\\b.jpg",
        "https://ucarecdn.com/" UUID "/a\nb.jpg",
        "https://ucarecdn.com/" UUID "/\xff",
        "https://user:password@ucarecdn.com/" UUID "/",
        "ftp://ucarecdn.com/" UUID "/",
        "https://ucarecdn.com/" UUID "~0/",
        "https://ucarecdn.com/" GROUP "/-/preview/",
        "https://ucarecdn.com/" GROUP "/a.jpg",
        "https://ucarecdn.com/" GROUP "//a.jpg",
        "https://ucarecdn.com/" GROUP "/gallery.html",
        "https://ucarecdn.com/" GROUP "/nth/",
        "https://ucarecdn.com/" GROUP "/nth/-1/",
        "https://ucarecdn.com/" GROUP "/nth/+1/",
        "https://ucarecdn.com/" GROUP "/nth/x/",
        "https://ucarecdn.com/" GROUP "/nth/99999999999999999999/",
        "https://ucarecdn.com/" GROUP "/nth/12/",
        "https://ucarecdn.com/" UUID "%7E2/nth/2/-/preview/",
        "https://ucarecdn.com/" GROUP "/archive/",
        "https://ucarecdn.com/" GROUP "/archive/rar/",
        "https://ucarecdn.com/" GROUP "/archive/zip/a/b",
        "https://demopublickey.ucr.io/",
        "https://demopublickey.ucr.io/-/preview/",
        "https://demopublickey.ucr.io/-/preview/example.com/a.jpg",
    };
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        uc_url_parts *parts = (uc_url_parts *)&tests;
        uc_error *error;
        check_refusal(uc_url_parse(wrong[i], &parts, &error), &error, "url", wrong[i]);
        CHECK(parts == NULL);
    }
}

TEST("a password in an address is not in the message") {
    uc_url_parts *parts;
    uc_error *error;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_url_parse("https://me:hunter2@ucarecdn.com/" UUID "/", &parts, &error), error);
    CHECK_LACKS(error->message, "hunter2");
    uc_free(error);
}

/* -- and made again ------------------------------------------------------------------------------- */

/** The address that the parts make, by the call that makes such a one. */
static uc_status made_of(const uc_client *client, const uc_url_parts *parts, char **url, uc_error **error) {
    if (parts->source_url) return uc_url_proxy(client, parts->source_url, parts->operations, url, error);
    if (parts->archive) return uc_url_group_archive(client, parts->group_id, parts->archive, parts->filename, url, error);
    if (parts->index >= 0) return uc_url_group_file(client, parts->group_id, parts->index, parts->operations, url, error);
    return uc_url(client, parts->group_id ? parts->group_id : parts->uuid, parts->operations, parts->filename, url, error);
}

TEST("what is made is the same after it was taken apart") {
    static const char *const rests[] = {
        "/" UUID "/",
        "/" UUID "/a%20b%5B1%5D.jpg",
        "/" UUID "/100%25%D0%96%3F%23.jpg",
        "/" UUID "/-/resize/500x/-/format/webp/",
        "/" UUID "/-/crop/face/1:1/center/-/resize/640x/-/quality/smart/image@2x.jpg",
        "/" UUID "/-/preview/-/text/90px90p/center/a~~b~sc~nd%D0%96/",
        "/" UUID "/gif2video/-/format/webm/",
        "/" UUID "/videoframe/5s/",
        "/" UUID "/videoframe/00:00:05/-/resize/640x/-/format/jpeg/frame.jpg",
        "/" UUID "/adaptive_video/",
        "/" OTHER_UUID "/-/preview/-/resize/550x/image@1x.jpg",
        "/" OTHER_UUID "/-/preview/-/grayscale/image_black%26white@2x.jpg",
        "/" OTHER_UUID "/-/preview/-/grayscale/image%5Bdesaturated%5D@2x.jpg",
        "/" GROUP "/",
        "/" GROUP "/nth/11/",
        "/" GROUP "/nth/0/-/resize/256x/",
        "/" GROUP "/archive/zip/",
        "/" GROUP "/archive/tar/all%20files.tar",
    };
    static const char *const homes[] = {BASE, "https://ucarecdn.com", "http://[::1]:8080", "https://a.example:8443/media/b"};
    size_t i, j;
    for (i = 0; i < COUNT(homes); i++) {
        for (j = 0; j < COUNT(rests); j++) {
            char *url = text("%s%s", homes[i], rests[j]);
            uc_url_parts *parts = parts_of(url);
            uc_client *client = client_at(parts->base);
            CHECK_MADE(url, made_of(client, parts, &made, &error));
            uc_free(client);
            uc_free(parts);
            free(url);
        }
    }
}

TEST("what was pasted is made again as it has to be written") {
    static const char *const cases[][2] = {
        {"/" UUID "/a b.jpg#top", "/" UUID "/a%20b.jpg"},
        {"/" UUID "/-/preview/-/text/90px90p/center/a b&'c'/", "/" UUID "/-/preview/-/text/90px90p/center/a%20b%26%27c%27/"},
        {"/" UUID "/-/crop/50%x50%/", "/" UUID "/-/crop/50%25x50%25/"},
        {"/" UUID "/a%2Fb.jpg", "/" UUID "/a_b.jpg"},
        {"/" GROUP "/gallery/-/nav/thumbs/", "/" GROUP "/"},
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *pasted = text(BASE "%s ", cases[i][0]), *url = text(BASE "%s", cases[i][1]);
        uc_url_parts *parts = parts_of(pasted);
        CHECK_MADE(url, made_of(client, parts, &made, &error));
        uc_free(parts);
        free(url);
        free(pasted);
    }
    uc_free(client);
}

TEST("so is the address of a proxy, which is the project's wherever its files are") {
    static const char *const urls[] = {
        "https://demopublickey.ucr.io/https://example.com/a%20b.jpg?c=d&e=f",
        "https://demopublickey.ucr.io/-/resize/500x/-/format/auto/http://example.com/?next=https://example.org/",
    };
    uc_client *client = client_at("https://ucarecdn.com");
    size_t i;
    for (i = 0; i < COUNT(urls); i++) {
        uc_url_parts *parts = parts_of(urls[i]);
        CHECK_MADE(urls[i], made_of(client, parts, &made, &error));
        uc_free(parts);
    }
    uc_free(client);
}
