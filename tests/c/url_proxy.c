/* Addresses of what is elsewhere on the web, through the project's proxy. */
#include "urls.h"

#define PROXY "https://demopublickey.ucr.io/"

TEST("the address stands behind the proxy's as it is, its own query included") {
    static const char *const sources[] = {
        "https://example.com",
        "https://example.com/",
        "http://example.com/a.jpg",
        "https://example.com:8443/a/b.jpg?size=1&x=%2F..%2F&y=a?b",
        "https://example.com/?next=https://example.org/",
        "https://example.com/a%20b%D0%96.jpg",
        "https://example.com/(1),2;3=4:5@6!$*+~[7]",
        "https://example.com/...",
    };
    uc_client *client = client_at(NULL), *elsewhere = client_at("https://ucarecdn.com/media/");
    size_t i;
    for (i = 0; i < COUNT(sources); i++) {
        char *plain = text(PROXY "%s", sources[i]), *worked_on = text(PROXY "-/resize/500x/-/format/auto/%s", sources[i]);
        CHECK_MADE(plain, uc_url_proxy(client, sources[i], NULL, &made, &error));
        CHECK_MADE(plain, uc_url_proxy(client, sources[i], "", &made, &error));
        CHECK_MADE(worked_on, uc_url_proxy(client, sources[i], "-/resize/500x/-/format/auto/", &made, &error));
        CHECK_MADE(plain, uc_url_proxy(elsewhere, sources[i], NULL, &made, &error));
        free(worked_on);
        free(plain);
    }
    uc_free(elsewhere);
    uc_free(client);
}

TEST("spaces, quotes and what is not ASCII are percent-encoded in it") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(PROXY "https://example.com/a%20b%22c%27%3Cd%3E%5C%5E%60%7B%7C%7D.jpg?%C3%A9=%20",
               uc_url_proxy(client, "https://example.com/a b\"c'<d>\\^`{|}.jpg?\xc3\xa9= ", NULL, &made, &error));
    uc_free(client);
}

TEST("the scheme may be in upper case, and is written in lower case") {
    uc_client *client = client_at(NULL);
    CHECK_MADE(PROXY "https://example.com/A.JPG", uc_url_proxy(client, "HTTPS://example.com/A.JPG", NULL, &made, &error));
    CHECK_MADE(PROXY "http://example.com/", uc_url_proxy(client, "Http://example.com/", NULL, &made, &error));
    uc_free(client);
}

TEST("what is no http or https address, or would lead elsewhere, is refused") {
    static const char *const wrong[] = {
        "",
        "example.com/a.jpg",
        "//example.com/a.jpg",
        "/a.jpg",
        "ftp://example.com/a.jpg",
        "file:///etc/passwd",
        "javascript://example.com/",
        "https:/example.com",
        "https://",
        "https:///a.jpg",
        "https://?a",
        " https://example.com/",
        "https://user:password@example.com/",
        "https://user@example.com",
        "HTTPS://user@example.com",
        "https://example.com/#top",
        "https://example.com#",
        "https://example.com/?a#b",
        "https://example.com/../../" UUID "/",
        "https://example.com/./a",
        "https://example.com/..",
        "https://example.com/%2e%2E/a",
        "https://example.com/.%2e",
        "https://../a",
        "https://example.com/a\nb",
        "https://example.com/?a\r\n",
        "https://example.com/\x7f",
        "https://example.com/\xff",
    };
    uc_client *client = client_at(NULL);
    size_t i;
    for (i = 0; i < COUNT(wrong); i++)
        CHECK_REFUSED("source_url", wrong[i], uc_url_proxy(client, wrong[i], NULL, &made, &error));
    uc_free(client);
}

TEST("a password in the address is not in the message") {
    uc_client *client = client_at(NULL);
    char *url;
    uc_error *error;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_url_proxy(client, "https://me:hunter2@example.com/", NULL, &url, &error), error);
    CHECK_LACKS(error->message, "hunter2");
    uc_free(error);
    uc_free(client);
}

TEST("the address may have 8192 bytes and no more") {
    char *name = repeated("a", 8192 - strlen("https://example.com/"));
    char *longest = text("https://example.com/%s", name), *longer = text("%sa", longest), *url = text(PROXY "%s", longest);
    uc_client *client = client_at(NULL);
    CHECK_MADE(url, uc_url_proxy(client, longest, NULL, &made, &error));
    CHECK_REFUSED("source_url", "8193 bytes", uc_url_proxy(client, longer, NULL, &made, &error));
    uc_free(client);
    free(url);
    free(longer);
    free(longest);
    free(name);
}

TEST("operations are checked before what they work on is put behind them") {
    uc_client *client = client_at(NULL), *unchecked = client_unchecked();
    CHECK_REFUSED("operations[2]", "unknown", uc_url_proxy(client, "https://example.com/", "-/new/", &made, &error));
    CHECK_REFUSED("operations[7]", "an address",
                  uc_url_proxy(unchecked, "https://example.com/", "https://example.org/", &made, &error));
    CHECK_REFUSED("operations[9]", "no slash", uc_url_proxy(unchecked, "https://example.com/", "-/preview", &made, &error));
    CHECK_MADE(PROXY "-/new/https://example.com/", uc_url_proxy(unchecked, "https://example.com/", "-/new/", &made, &error));
    uc_free(unchecked);
    uc_free(client);
}

TEST("a public key that cannot be part of a host name has no proxy, and all else") {
    static const char *const keys[] = {"a.b", "a/b", "-a", "a-", "a_b", "a@b"};
    uc_client_opts opts = client_opts();
    size_t i;
    for (i = 0; i < COUNT(keys); i++) {
        uc_client *client;
        uc_error *unlikely;
        char *file;
        CHECK_OK(uc_client_new(keys[i], NULL, &opts, &client, &unlikely), unlikely);
        CHECK_REFUSED("public_key", keys[i], uc_url_proxy(client, "https://example.com/", NULL, &made, &error));
        CHECK_OK(uc_url(client, UUID, NULL, NULL, &file, &unlikely), unlikely);
        CHECK_CONTAINS(file, ".ucarecd.net/" UUID "/");
        uc_free(file);
        uc_free(client);
    }
}
