/* Certificates that fit and certificates that do not, and keys that never travel in the clear. */
#include "servers.h"

static uc_client *client_over_tls(const char *address, const char *ca_file, int auth) {
    uc_client_opts opts = client_opts();
    opts.api_base = address;
    opts.ca_file = ca_file;
    opts.auth = auth;
    return client_with(&opts);
}

/** A control call on an emulator that speaks TLS, through a client of its own. */
static void emulator_over_tls(const char *method, const char *path, const char *json) {
    uc_client *client = client_over_tls(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIGNED);
    char *reply;
    uc_error *error;
    CHECK_OK(uc_request(client, method, path, json, &reply, &error), error);
    uc_free(reply);
    uc_free(client);
}

/** The certificate must be refused: once, at once, with a reason that contains `reason`. */
static void check_refused(const char *address, const char *ca_file, const char *reason) {
    uc_client *client = client_over_tls(address, ca_file, UC_AUTH_SIGNED);
    int64_t start = now_ms();
    uc_page *page;
    uc_error *error;
    char *reply;
    CHECK_FAILS(UC_ERR_TLS, uc_groups_list(client, NULL, &page, &error), error);
    CHECK(page == NULL);
    CHECK_INT(0, error->http_status);
    CHECK_INT(1, error->attempts);
    CHECK_TEXT(NULL, error->body);
    CHECK_CONTAINS(error->message, reason);
    CHECK(strlen(error->message) < 300);
    CHECK(strpbrk(error->message, "{}[]") == NULL); /* nothing that only a programmer of TLS could read */
    uc_free(error);
    CHECK_FAILS(UC_ERR_TLS, uc_request(client, "POST", "/anything/", "{}", &reply, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    CHECK_BEFORE(start, 3000);
    uc_free(client);
}

TEST("a certificate of an authority named by ca_file is accepted, for every page and every call") {
    uc_client *client = client_over_tls(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIGNED);
    uc_groups_opts opts = groups_opts();
    uc_group *group;
    uc_error *error;
    char *id = group_id(3);
    emulator_over_tls("POST", "/_emulator/reset", "{\"groups\":250}");
    check_listing(client, NULL, 250);
    opts.limit = 50;
    opts.read_ahead = 2;
    check_listing(client, &opts, 250);
    CHECK_OK(uc_group_info(client, id, &group, &error), error);
    CHECK_TEXT(id, group->id);
    uc_free(group);
    uc_free(client);
    free(id);
}

/* -- ca_file ---------------------------------------------------------------------------------------------- */

/** A file in the system's folder for such, to be unlinked and freed. */
static char *pem_file(const char *name, const char *content) {
    char *path = text(P_tmpdir "/uploadcare-%d-%s", (int)getpid(), name);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fputs(content, file) >= 0 && fclose(file) == 0);
    return path;
}

/** `text` with `is` for each `was`, to be freed. */
static char *with(const char *content, const char *was, const char *is) {
    char *all = (char *)calloc(strlen(content) * (strlen(is) + 1) + 1, 1), *end = all;
    while (*content != '\0') {
        int found = strncmp(content, was, strlen(was)) == 0;
        if (found) end = strcpy(end, is) + strlen(is);
        else *end++ = *content;
        content += found ? strlen(was) : 1;
    }
    return all;
}

static char *good_authority(void) {
    static char pem[8192];
    FILE *file = fopen(setting("UC_TEST_TLS_GOOD_CA"), "rb");
    size_t size = file ? fread(pem, 1, sizeof pem - 1, file) : 0;
    CHECK(size > 0 && fclose(file) == 0);
    pem[size] = '\0';
    return pem;
}

TEST("ca_file takes the PEM forms that OpenSSL reads") {
    static const struct {
        const char *before, *was, *is, *after;
    } forms[] = {
        {"", "-", "-", ""},
        {"\xef\xbb\xbf", "-", "-", ""},
        {"# An authority\nsubject=CN = x\n\n", "-", "-", "more\n"},
        {"Aussteller: M\xfcller\n", "-", "-", ""},
        {"", "\n", "\r\n", ""},
        {"", "\n", " \t\n", ""},
        {"", "\n", "\n ", ""},
        {"", "CERTIFICATE", "X509 CERTIFICATE", ""},
        {"", "CERTIFICATE", "TRUSTED CERTIFICATE", ""},
        {"-----BEGIN PRIVATE KEY-----\nMAMCAQU=\n-----END PRIVATE KEY-----\n", "-", "-", ""},
        {"-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n", "-", "-", ""}, /* none that can vouch */
    };
    const char *good = good_authority();
    size_t i;
    for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char *pem = with(good, forms[i].was, forms[i].is), *whole = text("%s%s%s", forms[i].before, pem, forms[i].after);
        char *path = pem_file("authority", whole);
        uc_client *client = client_over_tls(setting("UC_TEST_TLS_GOOD"), path, UC_AUTH_SIGNED);
        uc_page *page;
        uc_error *error;
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        uc_free(page);
        uc_free(client);
        unlink(path);
        free(path);
        free(whole);
        free(pem);
    }
}

TEST("ca_file may have lines of any length, and a path of any bytes") {
    char *good = good_authority(), *begin = strstr(good, "-----\n") + 6, *end = strstr(begin, "-----END");
    char *body = text("%.*s", (int)(end - begin), begin), *line = with(body, "\n", "");
    char *whole = text("-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----", line);
    char *path = pem_file("\xff" "uthority\n", whole);
    uc_client *client = client_over_tls(setting("UC_TEST_TLS_GOOD"), path, UC_AUTH_SIGNED);
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
    uc_free(client);
    unlink(path);
    free(path);
    free(whole);
    free(line);
    free(body);
}

TEST("a ca_file that cannot be used is UC_ERR_ARGUMENT with its name and what is wrong with it") {
    static const struct {
        const char *content, *why;
    } files[] = {
        {"-----BEGIN CERTIFICATE-----\nM*\n-----END CERTIFICATE-----\n", "line 1 is damaged"},
        {"x\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "line 2 is damaged"},
        {"\n\n-----BEGIN CERTIFICATE-----\nAAAA\n", "line 3 has no end"},
        {"-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n", "holds no certificate of an authority"},
        {"-----BEGIN PRIVATE KEY-----\nMAMCAQU=\n-----END PRIVATE KEY-----\n", "holds no certificate of an authority"},
        {"0\x82\x01", "holds no certificate of an authority in PEM form"},
        {NULL, "more than 16 MiB"},
    };
    size_t i;
    for (i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = files[i].content ? pem_file("\xff" "authority", files[i].content) : text("/dev/zero");
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        opts.ca_file = path;
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
        CHECK(client == NULL);
        CHECK_CONTAINS(error->message, files[i].content ? "-\\xffauthority" : "opts.ca_file /dev/zero");
        CHECK_CONTAINS(error->message, files[i].why);
        uc_free(error);
        if (files[i].content) unlink(path);
        free(path);
    }
}

/* -- ca_data ---------------------------------------------------------------------------------------------- */

static uc_client *client_trusting(const char *ca_file, const char *ca_data) {
    uc_client_opts opts = client_opts();
    opts.api_base = setting("UC_TEST_TLS_GOOD");
    opts.ca_file = ca_file;
    opts.ca_data = ca_data;
    return client_with(&opts);
}

TEST("ca_data is PEM text in memory, copied, alone or beside ca_file") {
    char *pem = text("M\xfcller\n%s", good_authority());
    const char *files[2] = {NULL, setting("UC_TEST_TLS_EXPIRED_CA")};
    int i;
    for (i = 0; i < 2; i++) {
        char *given = text("%s", pem);
        uc_client *client = client_trusting(files[i], given);
        uc_page *page;
        uc_error *error;
        memset(given, 'x', strlen(given));
        free(given);
        CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
        uc_free(page);
        uc_free(client);
    }
    free(pem);
}

TEST("what ca_file has is trusted beside what ca_data has") {
    static char other[8192];
    FILE *file = fopen(setting("UC_TEST_TLS_EXPIRED_CA"), "rb");
    size_t size = file ? fread(other, 1, sizeof other - 1, file) : 0;
    uc_client *client;
    uc_page *page;
    uc_error *error;
    CHECK(size > 0 && fclose(file) == 0);
    client = client_trusting(NULL, other);
    CHECK_FAILS(UC_ERR_TLS, uc_groups_list(client, NULL, &page, &error), error);
    uc_free(error);
    uc_free(client);
    client = client_trusting(setting("UC_TEST_TLS_GOOD_CA"), other);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
    uc_free(client);
}

TEST("a ca_data that cannot be used is UC_ERR_ARGUMENT with its name and what is wrong with it") {
    const size_t most = (size_t)16 << 20;
    char *large = (char *)calloc(most + 1, 1), *good = text("%s", good_authority());
    struct {
        const char *data, *why;
    } cases[5];
    size_t i;
    memset(large, 'x', most);
    memcpy(large, good, strlen(good));
    cases[0].data = "-----BEGIN CERTIFICATE-----\nM*\n-----END CERTIFICATE-----\n";
    cases[0].why = "opts.ca_data: the certificate that begins in line 1 is damaged";
    cases[1].data = "\n\n-----BEGIN CERTIFICATE-----\nAAAA\n";
    cases[1].why = "opts.ca_data: the certificate that begins in line 3 has no end";
    cases[2].data = "";
    cases[2].why = "opts.ca_data holds no certificate of an authority in PEM form";
    cases[3].data = "/etc/ssl/certs/ca-certificates.crt";
    cases[3].why = "opts.ca_data holds no certificate of an authority in PEM form";
    cases[4].data = large;
    cases[4].why = "opts.ca_data holds more than certificates: it has more than 16 MiB";
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_error *error;
        opts.ca_file = setting("UC_TEST_TLS_GOOD_CA"); /* makes up for nothing */
        opts.ca_data = cases[i].data;
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error), error);
        CHECK(client == NULL);
        CHECK_CONTAINS(error->message, cases[i].why);
        uc_free(error);
    }
    large[most - 1] = '\0';
    uc_free(client_trusting(NULL, large));
    free(good);
    free(large);
}

TEST("over TLS the host may be given by its name") {
    char *named = text("https://localhost:%d", port_of(setting("UC_TEST_TLS_GOOD")));
    uc_client *client = client_over_tls(named, setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIGNED);
    check_listing(client, NULL, 250);
    uc_free(client);
    free(named);
}

TEST("an unknown authority is UC_ERR_TLS, not retried") {
    check_refused(setting("UC_TEST_TLS_GOOD"), NULL, "not signed by a trusted authority");
    check_refused(setting("UC_TEST_TLS_UNKNOWN_CA"), NULL, "not signed by a trusted authority");
    check_refused(setting("UC_TEST_TLS_UNKNOWN_CA"), setting("UC_TEST_TLS_GOOD_CA"), "opts.ca_file");
}

TEST("an expired certificate is UC_ERR_TLS, not retried, and the message says so") {
    check_refused(setting("UC_TEST_TLS_EXPIRED"), setting("UC_TEST_TLS_EXPIRED_CA"), "has expired");
}

TEST("a certificate for another host is UC_ERR_TLS, not retried") {
    check_refused(setting("UC_TEST_TLS_WRONG_HOST"), setting("UC_TEST_TLS_WRONG_HOST_CA"), "is for another host");
}

TEST("a certificate signed in a way that cannot be verified, as with P-521, is UC_ERR_TLS in one sentence") {
    check_refused(setting("UC_TEST_TLS_P521"), setting("UC_TEST_TLS_P521_CA"), "P-521");
    check_refused(setting("UC_TEST_TLS_P521"), setting("UC_TEST_TLS_P521_CA"), "needs one signed with RSA, P-256, P-384 or Ed25519");
}

TEST("an authority's certificate shown as the server's own is UC_ERR_TLS in one sentence, trusted or not") {
    check_refused(setting("UC_TEST_TLS_SELF_SIGNED_CA"), setting("UC_TEST_TLS_SELF_SIGNED_CA_CA"), "CA:TRUE");
    check_refused(setting("UC_TEST_TLS_SELF_SIGNED_CA"), NULL, "needs one with CA:FALSE");
}

TEST("plain http on a port spoken to in TLS is UC_ERR_TLS, not retried") {
    char *wrong_scheme = text("https://127.0.0.1:%d", port_of(base()));
    check_refused(wrong_scheme, NULL, "");
    CHECK_INT(0, requests_counted());
    free(wrong_scheme);
}

TEST("TLS on a port spoken to in plain http is a failure that names no key") {
    char *wrong_scheme = text("http://127.0.0.1:%d", port_of(setting("UC_TEST_TLS_GOOD")));
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    uc_status status;
    opts.api_base = wrong_scheme;
    opts.retries = -1;
    client = client_with(&opts);
    status = uc_groups_list(client, NULL, &page, &error);
    CHECK(status == UC_ERR_PROTOCOL || status == UC_ERR_NETWORK);
    CHECK_FAILS(status, status, error);
    uc_free(error);
    uc_free(client);
    free(wrong_scheme);
}

TEST("a link from https to http is refused with nothing sent") {
    uc_client *client = client_over_tls(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIGNED);
    char *json = text("{\"fault\":\"next\",\"value\":\"%s/groups/?limit=100&offset=0\"}", base());
    uc_page *page;
    uc_error *error;
    emulator_over_tls("POST", "/_emulator/reset", "{\"groups\":250}");
    emulator_over_tls("POST", "/_emulator/faults", json);
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    CHECK_FAILS(UC_ERR_PROTOCOL, uc_page_next(page, &error), error);
    CHECK_INT(0, requests_counted());
    uc_free(error);
    uc_free(page);
    uc_free(client);
    free(json);
}

/* -- Uploadcare.Simple: the secret itself is in the header ------------------------------------------------ */

TEST("UC_AUTH_SIMPLE works over TLS") {
    uc_client *client = client_over_tls(setting("UC_TEST_TLS_GOOD"), setting("UC_TEST_TLS_GOOD_CA"), UC_AUTH_SIMPLE);
    emulator_over_tls("POST", "/_emulator/reset", "{\"groups\":250}");
    check_listing(client, NULL, 250);
    uc_free(client);
}

TEST("UC_AUTH_SIMPLE goes to nobody whose certificate is refused") {
    uc_client *client = client_over_tls(setting("UC_TEST_TLS_EXPIRED"), setting("UC_TEST_TLS_EXPIRED_CA"), UC_AUTH_SIMPLE);
    uc_page *page;
    uc_error *error;
    CHECK_FAILS(UC_ERR_TLS, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_INT(1, error->attempts);
    uc_free(error);
    uc_free(client);
}

static void says_no(int connection, void *data) {
    char head[4096];
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    send_text(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST("UC_AUTH_SIMPLE over plain http is refused before anything is sent, but for this machine itself") {
    static const char *const far[] = {
        "http://example.com", "http://api.uploadcare.com", "http://127.0.0.1.example.com", "http://localhost.example.com",
        "http://192.168.0.1", "http://0.0.0.0", "http://[2001:db8::1]", "http://128.0.0.1", "HTTP://example.com:443",
        "http://localhostess/",
    };
    struct server proxy; /* whatever were sent would come here */
    uc_client_opts opts = client_opts();
    size_t i;
    server_start(&proxy, says_no, NULL);
    opts.auth = UC_AUTH_SIMPLE;
    opts.proxy = proxy.base;
    opts.retries = -1;
    for (i = 0; i < sizeof far / sizeof far[0]; i++) {
        uc_client *client;
        uc_page *page;
        uc_error *error;
        uc_status status;
        opts.api_base = far[i];
        status = uc_client_new(PUBLIC_KEY, SECRET_KEY, &opts, &client, &error);
        if (status == UC_OK) status = uc_groups_list(client, NULL, &page, &error);
        if (status != UC_ERR_ARGUMENT) FAIL("%s: %s", far[i], uc_status_name(status));
        CHECK_FAILS(UC_ERR_ARGUMENT, status, error);
        CHECK_INT(0, error->attempts);
        uc_free(error);
        uc_free(client);
    }
    CHECK_INT(0, server_connections(&proxy));

    /* The same client with signatures does go there: the proxy would have noticed. */
    {
        uc_client *client;
        uc_page *page;
        opts.api_base = "http://example.com";
        opts.auth = UC_AUTH_SIGNED;
        client = client_with(&opts);
        CHECK(uc_groups_list(client, NULL, &page, NULL) < 0);
        CHECK(server_connections(&proxy) > 0);
        uc_free(client);
    }
    server_stop(&proxy);
}

TEST("UC_AUTH_SIMPLE over plain http on this machine is sent, and the service's own refusal is told") {
    char *localhost = text("http://localhost:%d", port_of(base()));
    const char *near[2];
    int i;
    near[0] = base();
    near[1] = localhost;
    for (i = 0; i < 2; i++) {
        uc_client_opts opts = client_opts();
        uc_client *client;
        uc_page *page;
        uc_error *error;
        opts.api_base = near[i];
        opts.auth = UC_AUTH_SIMPLE;
        client = client_with(&opts);
        CHECK_FAILS(UC_ERR_REJECTED, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_INT(400, error->http_status);
        CHECK_TEXT("Simple authentication over HTTP is forbidden. Please, use HTTPS or signed requests instead.",
                   error->message);
        CHECK_INT(i + 1, requests_counted());
        uc_free(error);
        uc_free(client);
    }
    free(localhost);
}
