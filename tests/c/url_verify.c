/* Checks of signed URLs: what uc_url_sign() makes is good, and nothing else is. */
#include "urls.h"

#define SECRET "73636b61519adede42191efe1e73f02a67c7b692e3765f90c250c230be095211"
#define OTHER "00ff"
#define HOST "https://sectest.ucarecdn.com"
#define A_FILE "/52da3bfc-7cd8-4861-8b05-126fef7a6994/"
#define A_GROUP "/3b278cee-47bd-4276-8d7d-9cde5902b18c~1/"

/* Made with Python's hmac; good until 2100. */
#define TOKEN(acl, sum) "?token=exp=4102444800~acl=" acl "~hmac=" sum
#define SUM "273a4921d018aa2df627f438e7f34f5d167f2f1db47bdf71c24a8896a9e94ab8"
#define SIGNED HOST A_FILE TOKEN(A_FILE, SUM)

#define NO_TOKEN "url has no token"
#define NO_FORM "url's token is not exp=, acl= in most, and hmac= with 64 lower-case hex digits, joined by ~"
#define WRONG_SUM "the signature of url's token is wrong: it was not made with any of secrets_hex, or was changed"
#define WRONG_URL_SUM "the signature of url's token is wrong: it was not made for this URL with any of secrets_hex"
#define ANOTHER_URL "url's token is for another URL"

static uc_status verify(const char *url, const char *secret, uc_error **error) {
    return uc_url_verify(url, &secret, 1, error);
}

static void check_good(const char *url) {
    uc_error *error;
    uc_status status = verify(url, SECRET, &error);
    if (status != UC_OK) FAIL("%s: %s: %s", url, uc_status_name(status), error->message);
    CHECK_OK(status, error);
    CHECK_INT(0, requests_counted());
}

/** It must not be served, and the message says why. */
static void check_bad(const char *url, const char *why) {
    uc_error *error;
    uc_status status = verify(url, SECRET, &error);
    if (status != UC_ERR_AUTH) FAIL("%s: %s", url, uc_status_name(status));
    CHECK_FAILS(UC_ERR_AUTH, status, error);
    CHECK_INT(0, error->attempts);
    CHECK_CONTAINS(error->message, why);
    CHECK_LACKS(error->message, SECRET);
    uc_free(error);
}

enum form { EXACT, WILDCARD, URL_TOKEN };

/** To be freed by uc_free(). */
static char *signed_as(enum form form, const char *url, int64_t expire) {
    uc_url_sign_opts opts = url_sign_opts();
    char *made;
    uc_error *error;
    opts.expire = expire;
    opts.wildcard = form == WILDCARD;
    opts.url_token = form == URL_TOKEN;
    CHECK_OK(uc_url_sign(url, SECRET, &opts, &made, &error), error);
    return made;
}

/** The token of a signed URL behind another one, to be freed. */
static char *moved(const char *made, const char *url) { return text("%s%s", url, strchr(made, '?')); }

TEST("what was signed is good, in every form") {
    static const char *const paths[] = {
        A_FILE,
        A_FILE "a%20b%5B1%5D.jpg",
        A_FILE "-/resize/640x/other/transformations/",
        A_FILE "-/preview/-/text/90px90p/center/a~~b~sc~nd/",
        A_FILE "-/crop/10x10/20,20/",
        A_FILE "adaptive_video/",
        A_FILE "a&b!c*.jpg",
        "/media" A_FILE,
        A_GROUP,
        A_GROUP "nth/0/",
        A_GROUP "archive/zip/all.zip",
    };
    size_t i;
    int form;
    for (i = 0; i < COUNT(paths); i++) {
        for (form = EXACT; form <= URL_TOKEN; form++) {
            char *url = text(HOST "%s", paths[i]), *made = signed_as((enum form)form, url, 0), *more;
            check_good(made);
            more = text("%s&x=y#top", made);
            check_good(more);
            free(more);
            more = text("%.*s?x=y&%s", (int)(strchr(made, '?') - made), made, strchr(made, '?') + 1);
            check_good(more);
            free(more);
            uc_free(made);
            free(url);
        }
    }
    check_good(SIGNED);
}

TEST("the host is not a part of a token, and what is written in two ways is the same") {
    check_good("http://example.com:8080" A_FILE TOKEN(A_FILE, SUM));
    check_good("HTTPS://EXAMPLE.com" A_FILE TOKEN(A_FILE, SUM));
    {
        char *made = signed_as(EXACT, HOST A_GROUP, 0), *encoded;
        encoded = moved(made, HOST "/3b278cee-47bd-4276-8d7d-9cde5902b18c%7E1/");
        check_good(encoded);
        free(encoded);
        uc_free(made);
    }
}

TEST("a token is good for its URL and no other") {
    static const char *const others[] = {
        HOST A_FILE "a.jpg",
        HOST A_FILE "-/resize/640x/",
        HOST "/52da3bfc-7cd8-4861-8b05-126fef7a6995/",
        HOST "/x" A_FILE,
        HOST A_GROUP,
        HOST "/",
    };
    size_t i;
    char *exact = signed_as(EXACT, HOST A_FILE, 0), *url_token = signed_as(URL_TOKEN, HOST A_FILE, 0);
    for (i = 0; i < COUNT(others); i++) {
        char *url = moved(exact, others[i]);
        check_bad(url, ANOTHER_URL);
        free(url);
        url = moved(url_token, others[i]);
        check_bad(url, WRONG_URL_SUM);
        free(url);
    }
    uc_free(exact);
    uc_free(url_token);
}

TEST("a wildcard is good for all that is below its folder, and nothing beside it") {
    static const struct {
        const char *path;
        int is_below;
    } cases[] = {
        {A_FILE, 1},
        {A_FILE "-/resize/640x/", 1},
        {A_FILE "a%20b.jpg", 1},
        {A_FILE "adaptive_video/360-0.ts", 1},
        {"/52da3bfc-7cd8-4861-8b05-126fef7a6994", 1}, /* its slash is missing only here */
        {"/52da3bfc-7cd8-4861-8b05-126fef7a6994~2/", 0},
        {"/52da3bfc-7cd8-4861-8b05-126fef7a6995/", 0},
        {"/x" A_FILE, 0},
        {"/", 0},
    };
    size_t i;
    char *made = signed_as(WILDCARD, HOST A_FILE, 0);
    for (i = 0; i < COUNT(cases); i++) {
        char *plain = text(HOST "%s", cases[i].path), *url = moved(made, plain);
        if (cases[i].is_below) check_good(url);
        else check_bad(url, ANOTHER_URL);
        free(url);
        free(plain);
    }
    uc_free(made);
    made = signed_as(WILDCARD, HOST "/", 0); /* of everything */
    for (i = 0; i < COUNT(cases); i++) {
        char *plain = text(HOST "%s", cases[i].path), *url = moved(made, plain);
        check_good(url);
        free(url);
        free(plain);
    }
    uc_free(made);
}

TEST("an asterisk stands for something only behind a slash, at the end") {
    check_bad(HOST A_FILE TOKEN("/5*", "467983d3ee756ff969230adceaf30600c928dca1ffd083ae9608821bafb61164"), ANOTHER_URL);
    check_bad(HOST A_FILE TOKEN("", "8beaefd3d6b4f349ca4dc33f1c9b3962d1cd6791cd89e8fb964fed82098caa8d"), ANOTHER_URL);
    check_bad(HOST "/5*/" TOKEN("/5*", "467983d3ee756ff969230adceaf30600c928dca1ffd083ae9608821bafb61164"), ANOTHER_URL);
}

TEST("a token is good until it expires") {
    static const enum form forms[] = {EXACT, WILDCARD, URL_TOKEN};
    int64_t now = (int64_t)time(NULL);
    size_t i;
    for (i = 0; i < COUNT(forms); i++) {
        char *made = signed_as(forms[i], HOST A_FILE, 1633997100);
        check_bad(made, "url's token expired ");
        uc_free(made);
        made = signed_as(forms[i], HOST A_FILE, now - 2);
        check_bad(made, "url's token expired ");
        uc_free(made);
        made = signed_as(forms[i], HOST A_FILE, now + 60);
        check_good(made);
        uc_free(made);
    }
}

TEST("no other time and no other folder can be written into a token") {
    check_bad(HOST A_FILE "?token=exp=4102444801~acl=" A_FILE "~hmac=" SUM, WRONG_SUM);
    check_bad(HOST A_FILE "?token=exp=04102444800~acl=" A_FILE "~hmac=" SUM, WRONG_SUM);
    check_bad(HOST A_FILE TOKEN("/*", SUM), WRONG_SUM);
    check_bad(HOST A_FILE TOKEN(A_FILE "*", SUM), WRONG_SUM);
    check_bad(HOST A_FILE TOKEN(A_FILE "~acl=/", SUM), WRONG_SUM);
    check_bad(HOST A_FILE "?token=exp=4102444800~hmac=" SUM, WRONG_URL_SUM);
}

TEST("one bit changed anywhere in the token is refused") {
    size_t begin = (size_t)(strstr(SIGNED, "?token=") - SIGNED) + strlen("?token="), bit;
    char url[] = SIGNED;
    for (bit = 8 * begin; bit < 8 * strlen(SIGNED); bit++) {
        uc_error *error;
        url[bit / 8] ^= (char)(1 << bit % 8);
        /* What is no text any more is a wrong argument. */
        if (verify(url, SECRET, &error) != UC_ERR_AUTH && bit % 8 != 7) FAIL("bit %lu: %s", (unsigned long)bit, url);
        CHECK(error != NULL);
        uc_free(error);
        url[bit / 8] ^= (char)(1 << bit % 8);
    }
    check_good(url);
}

TEST("what is no token is told from one that is wrong") {
    check_bad(HOST A_FILE, NO_TOKEN);
    check_bad(HOST A_FILE "?", NO_TOKEN);
    check_bad(HOST A_FILE "?tokens=exp=1", NO_TOKEN);
    check_bad(HOST A_FILE "#" TOKEN(A_FILE, SUM), NO_TOKEN);
    check_bad(HOST A_FILE "?token=", NO_FORM);
    check_bad(HOST A_FILE "?token=exp=4102444800~acl=" A_FILE, NO_FORM);
    check_bad(HOST A_FILE "?token=acl=" A_FILE "~hmac=" SUM, NO_FORM);
    check_bad(HOST A_FILE "?token=exp=~acl=" A_FILE "~hmac=" SUM, NO_FORM);
    check_bad(HOST A_FILE "?token=exp=x~acl=" A_FILE "~hmac=" SUM, NO_FORM);
    check_bad(HOST A_FILE "?token=exp=99999999999999999999~acl=" A_FILE "~hmac=" SUM, NO_FORM);
    check_bad(HOST A_FILE TOKEN(A_FILE, "00"), NO_FORM);
    check_bad(SIGNED "0", NO_FORM);
    check_bad(SIGNED "~x=y", NO_FORM);
}

TEST("any of several secrets will do") {
    static const char *const lists[][3] = {{SECRET, OTHER, "01"}, {OTHER, SECRET, "01"}, {OTHER, "01", SECRET}};
    static const char *const others[] = {OTHER, "01", "0073636b61519adede42191efe1e73f02a67c7b692e3765f90c250c230be095211"};
    uc_error *error;
    size_t i;
    for (i = 0; i < COUNT(lists); i++) CHECK_OK(uc_url_verify(SIGNED, lists[i], 3, &error), error);
    CHECK_FAILS(UC_ERR_AUTH, uc_url_verify(SIGNED, others, 3, &error), error);
    CHECK_TEXT(WRONG_SUM, error->message);
    uc_free(error);
    CHECK_STATUS(UC_ERR_AUTH, uc_url_verify(SIGNED, lists[2], 2, NULL));
}

TEST("what is no URL and what is no secret is a wrong argument") {
    static const char *const urls[] = {
        "", "/", A_FILE TOKEN(A_FILE, SUM), "//sectest.ucarecdn.com" A_FILE TOKEN(A_FILE, SUM), "ftp://a" A_FILE TOKEN(A_FILE, SUM),
        HOST TOKEN(A_FILE, SUM), HOST "/x/.." A_FILE TOKEN(A_FILE, SUM), HOST A_FILE "%2e%2E/x" TOKEN(A_FILE, SUM),
        HOST A_FILE "\xc3\xa9" TOKEN(A_FILE, SUM), "https://demopublickey.ucr.io/-/preview/https://example.com/a.jpg",
    };
    static const char *const with_wrong[][2] = {{SECRET, ""}, {SECRET, "0"}, {SECRET, "xy"}, {SECRET, "00 ff"}, {SECRET, NULL}};
    const char *secret = SECRET;
    uc_error *error;
    size_t i;
    for (i = 0; i < COUNT(urls); i++)
        check_refusal(verify(urls[i], SECRET, &error), &error, "url", urls[i]);
    for (i = 0; i < COUNT(with_wrong); i++)
        check_refusal(uc_url_verify(SIGNED, with_wrong[i], 2, &error), &error, "secrets_hex[1]", "a secret");
    check_refusal(uc_url_verify(SIGNED, &secret, 0, &error), &error, "secrets_hex_len is 0", "0");
    check_refusal(uc_url_verify(SIGNED, NULL, 0, &error), &error, "secrets_hex_len is 0", "0");
}
