/* Proxies: of the options and of the environment, by CONNECT and by SOCKS. */
#include "listing.h"

#include <poll.h>

/* -- proxies of our own ---------------------------------------------------------------------------- */

/** Two connections whose bytes are carried from each to the other. */
struct tunnel {
    int one, other;
    pthread_t thread;
};

/** A proxy, and what it saw. */
static struct {
    struct server server;
    char request[4096]; /* the head of the last one */
    const char *interim; /* what comes before its answer to CONNECT, or NULL */
    int served;
    struct tunnel tunnels[64];
} proxy;

static void *carry(void *argument) {
    struct tunnel *tunnel = (struct tunnel *)argument;
    char bytes[16384];
    for (;;) {
        struct pollfd ends[2];
        int i;
        ends[0].fd = tunnel->one;
        ends[1].fd = tunnel->other;
        ends[0].events = ends[1].events = POLLIN;
        if (poll(ends, 2, 60000) <= 0) break;
        for (i = 0; i < 2; i++) {
            ssize_t got = ends[i].revents ? recv(ends[i].fd, bytes, sizeof bytes, 0) : -1;
            if (ends[i].revents && (got <= 0 || send_bytes(ends[1 - i].fd, bytes, (size_t)got) != 0)) {
                close(tunnel->one);
                close(tunnel->other);
                return NULL;
            }
        }
    }
    return NULL;
}

/** Passes `first` on, and carries bytes both ways on a thread of its own, until one side ends. */
static void dig_tunnel(int connection, int port, const char *first) {
    struct tunnel *tunnel = &proxy.tunnels[proxy.served++];
    CHECK(proxy.served < 64);
    tunnel->one = dup(connection); /* the server closes its own */
    tunnel->other = connect_to(port);
    send_text(tunnel->other, first);
    CHECK(pthread_create(&tunnel->thread, NULL, carry, tunnel) == 0);
}

/** An http proxy: requests to http URLs it passes on, to others it gives a tunnel by CONNECT. */
static void serve_http(int connection, void *data) {
    int port;
    (void)data;
    if (read_head(connection, proxy.request, sizeof proxy.request) < 0) return;
    if (sscanf(proxy.request, "CONNECT %*[^:]:%d HTTP/1.1\r\n", &port) == 1) {
        if (proxy.interim) send_text(connection, proxy.interim);
        send_text(connection, "HTTP/1.1 200 Connection established\r\n\r\n");
        dig_tunnel(connection, port, "");
    } else if (sscanf(proxy.request, "%*s http://%*[^:]:%d/", &port) == 1) {
        /* What follows on the connection goes to the same host: enough for these tests. */
        dig_tunnel(connection, port, proxy.request);
    } else {
        send_text(connection, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}

/** A SOCKS5 proxy without passwords (RFC 1928). */
static void serve_socks(int connection, void *data) {
    unsigned char bytes[512];
    (void)data;
    if (recv(connection, bytes, 2, MSG_WAITALL) != 2 || bytes[0] != 5) return;
    if (recv(connection, bytes + 2, bytes[1], MSG_WAITALL) != bytes[1]) return;
    send_bytes(connection, "\x05\x00", 2);
    if (recv(connection, bytes, 4, MSG_WAITALL) != 4 || bytes[1] != 1) return;
    if (bytes[3] == 1) {
        if (recv(connection, bytes, 4, MSG_WAITALL) != 4) return;
    } else {
        if (recv(connection, bytes, 1, MSG_WAITALL) != 1) return;
        if (recv(connection, bytes + 1, bytes[0], MSG_WAITALL) != bytes[0]) return;
    }
    if (recv(connection, bytes, 2, MSG_WAITALL) != 2) return;
    send_bytes(connection, "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", 10);
    dig_tunnel(connection, bytes[0] << 8 | bytes[1], "");
}

/** Begins a proxy, with nothing seen and an environment without proxies. */
static const char *proxy_start(void (*serve)(int connection, void *data)) {
    static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "no_proxy",
                                        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"};
    size_t i;
    for (i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    memset(&proxy, 0, sizeof proxy);
    server_start(&proxy.server, serve, NULL);
    return proxy.server.base;
}

/** Ends it, when its clients are freed. */
static void proxy_stop(void) {
    int i;
    server_stop(&proxy.server);
    for (i = 0; i < proxy.served; i++) pthread_join(proxy.tunnels[i].thread, NULL);
}

/* -- clients ------------------------------------------------------------------------------------- */

static uc_client *client_through(const char *address) {
    uc_client_opts opts = client_opts();
    opts.proxy = address;
    return client_with(&opts);
}

static void list_once(const uc_client *client) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    uc_free(page);
}

/** Whether a client that is made now goes through the proxy. */
static int goes_through(const char *address) {
    int before = proxy.served;
    uc_client *client = client_through(address);
    list_once(client);
    uc_free(client);
    return proxy.served - before;
}

static uc_client_opts tls_opts(void) {
    uc_client_opts opts = client_opts();
    opts.api_base = setting("UC_TEST_TLS_GOOD");
    opts.ca_file = setting("UC_TEST_TLS_GOOD_CA");
    return opts;
}

/* -- tests ----------------------------------------------------------------------------------------- */

TEST("an http proxy of the options is used, and one of the environment without its scheme, too") {
    const char *address = proxy_start(serve_http);
    char expected[64];
    snprintf(expected, sizeof expected, "GET http://127.0.0.1:%d/groups/", port_of(base()));
    CHECK(goes_through(address));
    CHECK(strncmp(proxy.request, expected, strlen(expected)) == 0);
    setenv("http_proxy", address + strlen("http://"), 1);
    CHECK(goes_through(NULL));
    unsetenv("http_proxy");
    CHECK(!goes_through(NULL));
    CHECK_INT(3, requests_counted());
    proxy_stop();
}

TEST("without one, the environment's is used: http_proxy, all_proxy, in small letters and capitals") {
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY", "HTTP_PROXY"};
    const char *address = proxy_start(serve_http);
    size_t i;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        setenv(names[i], address, 1);
        if (!goes_through(NULL)) FAIL("%s is not used", names[i]);
        unsetenv(names[i]);
    }
    CHECK(!goes_through(NULL));
    proxy_stop();
}

TEST("https_proxy is for an https base, and for no other") {
    const char *address = proxy_start(serve_http);
    uc_client_opts opts = tls_opts();
    uc_client *client;
    setenv("https_proxy", address, 1);
    CHECK(!goes_through(NULL));
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    unsetenv("https_proxy");
    setenv("http_proxy", address, 1);
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    proxy_stop();
}

TEST("no_proxy of the environment excepts its hosts, and is no matter to a proxy of the options") {
    static const char *const names[] = {"no_proxy", "NO_PROXY"};
    char with_port[32];
    const char *const excepting[] = {"127.0.0.1", "example.com,127.0.0.1", "example.com, 127.0.0.1", "*",
                                     "127.0.0.0/8", "example.com 127.0.0.0/30", with_port};
    const char *const others[] = {"", "example.com", "127.0.0.2", "127.0.0.1:1", "126.0.0.0/8", "0.0.1"};
    const char *address = proxy_start(serve_http);
    size_t i, j;
    snprintf(with_port, sizeof with_port, "127.0.0.1:%d", port_of(base()));
    setenv("http_proxy", address, 1);
    for (i = 0; i < 2; i++) {
        for (j = 0; j < sizeof excepting / sizeof *excepting; j++) {
            setenv(names[i], excepting[j], 1);
            if (goes_through(NULL)) FAIL("%s=%s does not except 127.0.0.1", names[i], excepting[j]);
            if (!goes_through(address)) FAIL("%s=%s excepts from the proxy of the options", names[i], excepting[j]);
        }
        for (j = 0; j < sizeof others / sizeof *others; j++) {
            setenv(names[i], others[j], 1);
            if (!goes_through(NULL)) FAIL("%s=%s excepts 127.0.0.1", names[i], others[j]);
        }
        unsetenv(names[i]);
    }
    proxy_stop();
}

TEST("an empty proxy in the options is none, whatever the environment says") {
    const char *address = proxy_start(serve_http);
    setenv("http_proxy", address, 1);
    setenv("all_proxy", address, 1);
    CHECK(!goes_through(""));
    proxy_stop();
}

TEST("the environment is read when the client is made") {
    const char *address = proxy_start(serve_http);
    uc_client *client = client_new();
    setenv("http_proxy", address, 1);
    list_once(client);
    uc_free(client);
    CHECK_INT(0, proxy.served);
    client = client_new();
    unsetenv("http_proxy");
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    proxy_stop();
}

TEST("a whole listing goes through the proxy on one connection, links and all; reading ahead, too") {
    uc_groups_opts opts = groups_opts();
    struct truth truth = truth_new();
    uc_client *client = client_through(proxy_start(serve_http));
    check_listing(client, NULL, &truth, 0, 249, 1);
    CHECK_INT(1, proxy.served);
    opts.read_ahead = 2;
    check_listing(client, &opts, &truth, 0, 249, 1);
    CHECK(proxy.served <= 2);
    uc_free(client);
    proxy_stop();
    free(truth.groups);
}

/** Its answer to whatever it is asked. */
static const char *refusal;

static void serve_refusal(int connection, void *data) {
    (void)data;
    if (read_head(connection, proxy.request, sizeof proxy.request) < 0) return;
    __atomic_add_fetch(&proxy.served, 1, __ATOMIC_SEQ_CST);
    send_text(connection, refusal);
}

/** One call through the proxy at this address fails: `opts` otherwise. */
static uc_error *fails_through(uc_client_opts opts, const char *address, int retries) {
    uc_client *client;
    uc_page *page;
    uc_error *error;
    opts.proxy = address;
    opts.retries = retries;
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_LACKS(error->message, "hidden");
    CHECK_INT(0, requests_counted());
    uc_free(client);
    return error;
}

TEST("a proxy that refuses is UC_ERR_NETWORK and named, and asked again only where that may help") {
    static const struct { int to_tls; const char *answer, *says; int attempts; } rows[] = {
        {0, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "407", 1},
        {1, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "407", 1},
        {1, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "HTTP 403 Forbidden", 1},
        {1, "HTTP/1.0 405 Method Not Allowed\r\n\r\n", "HTTP 405", 1},
        {1, "HTTP/1.1 502 Bad Gateway\r\n\r\n", "HTTP 502 Bad Gateway", 2},
        {1, "HTTP/1.1 504\r\n\r\n", "HTTP 504", 2},
        {1, "SSH-2.0-OpenSSH_9.6\r\n\r\n", "not HTTP", 1},
        {1, "", "closed", 2},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        uc_client_opts plain = client_opts(), tls = tls_opts();
        uc_error *error;
        char address[64], name[64];
        proxy_start(serve_refusal);
        refusal = rows[i].answer;
        snprintf(address, sizeof address, "http://user:hidden@127.0.0.1:%d", proxy.server.port);
        snprintf(name, sizeof name, "the proxy 127.0.0.1:%d", proxy.server.port);
        error = fails_through(rows[i].to_tls ? tls : plain, address, 1);
        CHECK_CONTAINS(error->message, name);
        CHECK_CONTAINS(error->message, rows[i].says);
        CHECK_INT(rows[i].attempts, error->attempts);
        CHECK_INT(rows[i].attempts, proxy.served);
        uc_free(error);
        server_stop(&proxy.server);
    }
}

TEST("a proxy that is not there is named, for http and for https, and nobody goes around it") {
    char name[64], address[64];
    int port = closed_port(), i;
    snprintf(name, sizeof name, "the proxy 127.0.0.1:%d", port);
    for (i = 0; i < 4; i++) {
        static const char *const schemes[] = {"http", "socks4", "socks5", "socks5h"};
        uc_error *error;
        snprintf(address, sizeof address, "%s://127.0.0.1:%d", schemes[i], port);
        error = fails_through(client_opts(), address, -1);
        CHECK_CONTAINS(error->message, name);
        uc_free(error);
        error = fails_through(tls_opts(), address, -1);
        CHECK_CONTAINS(error->message, name);
        uc_free(error);
    }
}

TEST("a request to an http URL is sent to the proxy as it is: the whole URL, Host and the proxy's own credential") {
    char address[64], line[128], host[64];
    proxy_start(serve_http);
    snprintf(address, sizeof address, "http://user:password@127.0.0.1:%d", proxy.server.port);
    CHECK(goes_through(address));
    snprintf(line, sizeof line, "GET http://127.0.0.1:%d/groups/ HTTP/1.1\r\n", port_of(base()));
    snprintf(host, sizeof host, "\r\nhost: 127.0.0.1:%d\r\n", port_of(base()));
    CHECK(strncmp(proxy.request, line, strlen(line)) == 0);
    CHECK(strcasestr(proxy.request, host) != NULL);
    CHECK(strcasestr(proxy.request, "\r\nproxy-authorization: Basic dXNlcjpwYXNzd29yZA==\r\n") != NULL);
    CHECK(strcasestr(proxy.request, "\r\nauthorization: Uploadcare ") != NULL);
    proxy_stop();
}

TEST("a variable that is no proxy, or no text, is an error that names it, for requests it is about and for nothing else") {
    static const struct { const char *name, *value; } rows[] = {
        {"http_proxy", "http://secret:port"}, {"HTTP_PROXY", "ftp://secret"}, {"all_proxy", "http://secret:70000"},
        {"http_proxy", "http://secret\xff:1"}, {"ALL_PROXY", "\xff"}, {"http_proxy", "://secret"},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        uc_client *client;
        uc_page *page;
        uc_error *error;
        char *url;
        proxy_start(serve_http);
        setenv(rows[i].name, rows[i].value, 1);
        client = client_new();
        CHECK_OK(uc_url(client, "22240276-2f06-41f8-9411-755c8ce926ed", NULL, NULL, &url, &error), error);
        uc_free(url);
        CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(client, NULL, &page, &error), error);
        CHECK_CONTAINS(error->message, rows[i].name);
        CHECK_LACKS(error->message, "secret");
        CHECK_INT(0, error->attempts);
        uc_free(error);
        uc_free(client);
        CHECK(!goes_through("")); /* opts.proxy comes first */
        setenv("no_proxy", "127.0.0.1", 1);
        CHECK(!goes_through(NULL)); /* it is not about this host */
        unsetenv("no_proxy");
        unsetenv(rows[i].name);
        setenv("https_proxy", rows[i].value, 1);
        CHECK(!goes_through(NULL)); /* nor about this scheme */
        unsetenv("https_proxy");
        proxy_stop();
    }
}

TEST("a no_proxy that is no text is an error that names it, where there is a proxy") {
    uc_client *client;
    uc_page *page;
    uc_error *error;
    const char *address = proxy_start(serve_http);
    setenv("NO_PROXY", "127.0.0.1\xff", 1);
    CHECK(!goes_through(NULL));
    setenv("http_proxy", address, 1);
    client = client_new();
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_CONTAINS(error->message, "NO_PROXY");
    uc_free(error);
    uc_free(client);
    unsetenv("NO_PROXY");
    unsetenv("http_proxy");
    proxy_stop();
}

/* -- parts on another host ------------------------------------------------------------------------------- */

/** An Upload API whose parts go to the same server under the name localhost. */
static struct server parts;
static int direct, passed_on; /* PUTs of parts */

static void serve_parts(int connection, void *data) {
    char head[8192], bytes[65536], body[512], *length;
    long left;
    (void)data;
    if (read_head(connection, head, sizeof head) < 0) return;
    length = strcasestr(head, "\r\ncontent-length:");
    for (left = length ? atol(length + 17) : 0; left > 0;) {
        ssize_t got = recv(connection, bytes, sizeof bytes, 0);
        if (got <= 0) return;
        left -= got;
    }
    strcpy(body, "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"size\":11534336,\"is_ready\":true}");
    if (strncmp(head, "PUT /", 5) == 0) direct++;
    if (strncmp(head, "PUT http://localhost:", 21) == 0) passed_on++;
    if (strstr(head, "/multipart/start/"))
        snprintf(body, sizeof body,
                 "{\"uuid\":\"22240276-2f06-41f8-9411-755c8ce926ed\",\"parts\":[\"http://localhost:%d/part/1\","
                 "\"http://localhost:%d/part/2\",\"http://localhost:%d/part/3\"]}",
                 parts.port, parts.port, parts.port);
    snprintf(bytes, sizeof bytes,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s",
             (int)strlen(body), body);
    send_text(connection, bytes);
}

TEST("the proxy of a part is that of its own host, not of the Upload API") {
    static const struct { const char *no_proxy; int direct, passed_on; } rows[] = {
        {"127.0.0.1", 0, 3}, {"localhost", 3, 0}, {"127.0.0.1,localhost", 3, 0}, {"", 0, 3},
    };
    size_t size = 11 << 20, i;
    char *data = (char *)calloc(size, 1);
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *address = proxy_start(serve_http);
        uc_client_opts opts = client_opts();
        uc_upload_opts upload = upload_opts();
        uc_client *client;
        uc_file *file;
        uc_error *error;
        server_start(&parts, serve_parts, NULL);
        direct = passed_on = 0;
        setenv("http_proxy", address, 1);
        setenv("no_proxy", rows[i].no_proxy, 1);
        opts.upload_base = parts.base;
        upload.parallel = 1;
        client = client_with(&opts);
        CHECK_OK(uc_upload_data(client, data, size, &upload, &file, &error), error);
        if (direct != rows[i].direct || passed_on != rows[i].passed_on)
            FAIL("no_proxy=%s: %d direct, %d passed on", rows[i].no_proxy, direct, passed_on);
        uc_free(file);
        uc_free(client);
        unsetenv("http_proxy");
        unsetenv("no_proxy");
        server_stop(&parts);
        proxy_stop();
    }
    free(data);
}

TEST("of what goes to an https base the proxy sees the host, no key and no path") {
    uc_client_opts opts = tls_opts();
    uc_client *client;
    char expected[64];
    opts.proxy = proxy_start(serve_http);
    client = client_with(&opts);
    list_once(client);
    list_once(client);
    uc_free(client);
    CHECK_INT(1, proxy.served);
    snprintf(expected, sizeof expected, "CONNECT 127.0.0.1:%d HTTP/1.1\r\n", port_of(opts.api_base));
    CHECK(strncmp(proxy.request, expected, strlen(expected)) == 0);
    CHECK_LACKS(proxy.request, PUBLIC_KEY);
    CHECK_LACKS(proxy.request, "/groups/");
    proxy_stop();
}

TEST("a proxy's user and password are sent to it, and never shown") {
    uc_client_opts opts = tls_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char address[128];
    proxy_start(serve_http);
    snprintf(address, sizeof address, "http://user:password@127.0.0.1:%d", proxy.server.port);
    opts.proxy = address;
    opts.retries = -1;
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    proxy_stop();
    CHECK(strcasestr(proxy.request, "proxy-authorization: Basic dXNlcjpwYXNzd29yZA==") != NULL);
    client = client_with(&opts);
    CHECK_FAILS(UC_ERR_NETWORK, uc_groups_list(client, NULL, &page, &error), error);
    CHECK_LACKS(error->message, "password");
    uc_free(error);
    uc_free(client);
}

/* -- a proxy that repeats what it was sent ------------------------------------------------------------------ */

/** A login as the proxy's URL has it, as it is sent, and what of it nobody may hear of. */
static const struct login { const char *given, *sent, *secret; } logins[] = {
    {"u:abcde", "dTphYmNkZQ==", "abcde"},
    {"s3cr3t-token", "czNjcjN0LXRva2VuOg==", "s3cr3t-token"},
    {"s3cr3t-token:", "czNjcjN0LXRva2VuOg==", "s3cr3t-token"},
    {"user:long-password", "dXNlcjpsb25nLXBhc3N3b3Jk", "long-password"},
};

/** What it answers: "@" stands for what it was sent to log in, "!" for the secret in it. */
static struct { const char *reply; const struct login *login; } echo;

static void serve_echo(int connection, void *data) {
    const char *at;
    (void)data;
    if (read_head(connection, proxy.request, sizeof proxy.request) < 0) return;
    proxy.served++;
    for (at = echo.reply; *at; at += *at != '\0') {
        size_t size = strcspn(at, "@!");
        send_bytes(connection, at, size);
        at += size;
        if (*at) send_text(connection, *at == '@' ? echo.login->sent : echo.login->secret);
    }
}

/** All lines of the log. */
static struct { char text[8192]; size_t size; } journal;

static void journal_add(void *data, int32_t level, const char *line) {
    size_t size = strlen(line);
    (void)data, (void)level;
    if (journal.size + size + 2 > sizeof journal.text) return;
    memcpy(journal.text + journal.size, line, size + 1);
    journal.size += size;
}

static int has(const char *shown, const char *part) { return shown != NULL && strstr(shown, part) != NULL; }

/** Nothing of the login stands there; where it was struck out is counted. */
static int check_told(const char *shown, const char *what, const char *begins) {
    int struck = 0;
    if (shown == NULL) return 0;
    if (has(shown, begins) || has(shown, echo.login->secret))
        FAIL("%s as %s shows it in the %s: %s", echo.reply, echo.login->given, what, shown);
    for (shown = strstr(shown, "***"); shown; shown = strstr(shown + 3, "***")) struck++;
    return struck;
}

/** A listing through a proxy that repeats the login. Returns how often it was struck out. */
static int repeats_login(int to_tls, int by_environment, const char *reply, const struct login *login) {
    static const char *const variables[] = {"http_proxy", "https_proxy"};
    uc_client_opts opts = to_tls ? tls_opts() : client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    char address[128], authorization[128], begins[9];
    int struck;
    proxy_start(serve_echo);
    memset(&journal, 0, sizeof journal);
    echo.reply = reply;
    echo.login = login;
    snprintf(address, sizeof address, "http://%s@127.0.0.1:%d", login->given, proxy.server.port);
    snprintf(authorization, sizeof authorization, "\r\nproxy-authorization: Basic %s\r\n", login->sent);
    snprintf(begins, sizeof begins, "%s", login->sent);
    if (by_environment) setenv(variables[to_tls], address, 1);
    else opts.proxy = address;
    opts.retries = -1;
    opts.log = journal_add;
    client = client_with(&opts);
    if (uc_groups_list(client, NULL, &page, &error) == UC_OK) FAIL("%s: a good answer", reply);
    unsetenv(variables[to_tls]);
    server_stop(&proxy.server);
    CHECK_INT(1, proxy.served);
    CHECK(strcasestr(proxy.request, authorization) != NULL);
    CHECK_CONTAINS(journal.text, "GET /groups/");
    struck = check_told(error->message, "message", begins) + check_told(error->body, "body", begins) +
             check_told(error->request_id, "request_id", begins) + check_told(error->code, "code", begins) +
             check_told(journal.text, "log", begins);
    uc_free(error);
    uc_free(client);
    return struck;
}

#define ECHO_HEAD "Connection: close\r\nX-Uploadcare-Request-Id: id-@-!\r\nWarning: 199 - @ !\r\n"

TEST("a proxy that repeats its login, in whatever it answers to CONNECT or to a request, gets it into no error and no log line") {
    static const struct { int to_tls; const char *reply; int is_shown; } rows[] = {
        {1, "HTTP/1.1 407 No Basic @\r\n\r\n", 1},
        {1, "HTTP/1.1 407 ! is wrong\r\nContent-Length: 0\r\n\r\n", 1},
        {1, "HTTP/1.1 403 Not with @ or !\r\n\r\n", 1},
        {1, "HTTP/1.1 502 @!\r\n\r\n", 1},
        {1, "HTTP/1.1 @ !\r\n\r\n", 0},
        {1, "@ !\r\n\r\n", 0},
        {0, "HTTP/1.1 407 @ !\r\n" ECHO_HEAD "Content-Type: text/plain\r\n\r\nBasic @ is !", 0},
        {0, "HTTP/1.1 403 @ !\r\n" ECHO_HEAD "Content-Type: text/plain\r\n\r\nBasic @ is !", 1},
        {0, "HTTP/1.1 403 No\r\n" ECHO_HEAD "Content-Type: text/html\r\n\r\n<p>Basic @ is !", 1},
        {0, "HTTP/1.1 403 No\r\n" ECHO_HEAD "Content-Type: application/json\r\n\r\n{\"detail\":\"@ is !\"}", 1},
        {0, "HTTP/1.1 502 Bad\r\n" ECHO_HEAD "Content-Type: text/plain\r\n\r\n@ !", 1},
        {0, "HTTP/1.1 502 Bad\r\n" ECHO_HEAD "Content-Type: text/html\r\n\r\n<html>@ !", 1},
        {0, "HTTP/1.1 502 Bad\r\n" ECHO_HEAD "Content-Type: application/json\r\n\r\n"
            "{\"error\":{\"content\":\"@ is !\",\"error_code\":\"@!\"}}", 1},
        {0, "HTTP/1.1 400 Bad\r\n" ECHO_HEAD "Content-Type: application/xml\r\n\r\n"
            "<Error><Code>!@</Code><Message>@ !</Message></Error>", 1},
        {0, "HTTP/1.1 302 Found\r\nLocation: http://@/!\r\n" ECHO_HEAD "\r\n@!", 1},
        {0, "HTTP/1.1 200 OK\r\n" ECHO_HEAD "Content-Type: application/json\r\n\r\n{\"@\":!,\"results\":[]}", 1},
        {0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/@; !\r\n\r\n<p>@ !", 1},
        {0, "HTTP/1.1 @ !\r\n\r\n", 0},
        {0, "HTTP/1.1 200 OK\r\n@ !\r\n\r\n", 0},
    };
    size_t i, j;
    int by_environment;
    for (i = 0; i < sizeof rows / sizeof *rows; i++)
        for (j = 0; j < sizeof logins / sizeof *logins; j++)
            for (by_environment = 0; by_environment < 2; by_environment++) {
                int struck = repeats_login(rows[i].to_tls, by_environment, rows[i].reply, &logins[j]);
                if (rows[i].is_shown && struck == 0) FAIL("%s: it did not come that far", rows[i].reply);
            }
}

TEST("an answer to CONNECT may have interim ones before it") {
    static const char *const interims[] = {
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nServer: a\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </>; rel=preload\r\n\r\n",
    };
    size_t i;
    for (i = 0; i < sizeof interims / sizeof *interims; i++) {
        uc_client_opts opts = tls_opts();
        uc_client *client;
        opts.proxy = proxy_start(serve_http);
        opts.retries = -1;
        proxy.interim = interims[i];
        client = client_with(&opts);
        list_once(client);
        uc_free(client);
        CHECK_INT(1, proxy.served);
        proxy_stop();
    }
}

TEST("an interim answer to CONNECT does not hide a refusal") {
    char address[64];
    uc_error *error;
    proxy_start(serve_refusal);
    refusal = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n";
    snprintf(address, sizeof address, "http://127.0.0.1:%d", proxy.server.port);
    error = fails_through(tls_opts(), address, 1);
    CHECK_CONTAINS(error->message, "HTTP 403 Forbidden");
    CHECK_INT(1, error->attempts);
    uc_free(error);
    server_stop(&proxy.server);
}

TEST("a SOCKS proxy carries http and https") {
    uc_client_opts opts = tls_opts();
    uc_client *client;
    char address[64];
    proxy_start(serve_socks);
    snprintf(address, sizeof address, "socks5://127.0.0.1:%d", proxy.server.port);
    CHECK(goes_through(address));
    opts.proxy = address;
    client = client_with(&opts);
    list_once(client);
    uc_free(client);
    CHECK_INT(2, proxy.served);
    proxy_stop();
}

/* -- SOCKS in all its versions ------------------------------------------------------------------------------ */

/** What a SOCKS proxy does, and what it was told. */
static struct {
    int code;            /* of its refusal, or 0 */
    const char *user;    /* that it wants, or NULL */
    const char *password;
    int version, kind;   /* of the address: 0 for one of version 4 */
    char name[256];      /* where one was told */
    char told_user[256];
} socks;

static int read_until_nul(int connection, char *to, size_t size) {
    size_t i;
    for (i = 0; i < size && recv(connection, to + i, 1, 0) == 1; i++)
        if (to[i] == '\0') return 0;
    return -1;
}

static int read_counted(int connection, char *to) {
    unsigned char size;
    if (recv(connection, &size, 1, 0) != 1 || recv(connection, to, size, MSG_WAITALL) != size) return -1;
    to[size] = '\0';
    return 0;
}

static void serve_socks4(int connection) {
    unsigned char bytes[7], answer[8] = {0, 90, 0, 0, 0, 0, 0, 0};
    if (recv(connection, bytes, 7, MSG_WAITALL) != 7 || bytes[0] != 1) return;
    if (read_until_nul(connection, socks.told_user, sizeof socks.told_user) != 0) return;
    if (bytes[3] == 0 && read_until_nul(connection, socks.name, sizeof socks.name) != 0) return;
    if (socks.code) answer[1] = (unsigned char)socks.code;
    send_bytes(connection, (const char *)answer, sizeof answer);
    if (!socks.code) dig_tunnel(connection, bytes[1] << 8 | bytes[2], "");
}

static void serve_socks5(int connection) {
    unsigned char bytes[16], answer[10] = {5, 0, 0, 1, 127, 0, 0, 1, 0, 0};
    char methods[256] = "", password[256] = "";
    if (read_counted(connection, methods) != 0) return;
    if (socks.user && memchr(methods, 2, 255) == NULL) {
        send_bytes(connection, "\5\xff", 2);
        return;
    }
    send_bytes(connection, socks.user ? "\5\2" : "\5\0", 2);
    if (socks.user) {
        if (recv(connection, bytes, 1, 0) != 1 || read_counted(connection, socks.told_user) != 0) return;
        if (read_counted(connection, password) != 0) return;
        if (strcmp(socks.user, socks.told_user) != 0 || strcmp(socks.password, password) != 0) {
            send_bytes(connection, "\1\1", 2);
            return;
        }
        send_bytes(connection, "\1\0", 2);
    }
    if (recv(connection, bytes, 4, MSG_WAITALL) != 4 || bytes[1] != 1) return;
    socks.kind = bytes[3];
    if (socks.kind == 3 && read_counted(connection, socks.name) != 0) return;
    if (socks.kind == 1 && recv(connection, bytes, 4, MSG_WAITALL) != 4) return;
    if (socks.kind == 4 && recv(connection, bytes, 16, MSG_WAITALL) != 16) return;
    if (recv(connection, bytes, 2, MSG_WAITALL) != 2) return;
    answer[1] = (unsigned char)socks.code;
    send_bytes(connection, (const char *)answer, sizeof answer);
    if (!socks.code) dig_tunnel(connection, bytes[0] << 8 | bytes[1], "");
}

static void serve_any_socks(int connection, void *data) {
    unsigned char version;
    (void)data;
    memset(socks.name, 0, sizeof socks.name);
    socks.kind = 0;
    if (recv(connection, &version, 1, 0) != 1) return;
    socks.version = version;
    if (version == 4) serve_socks4(connection);
    if (version == 5) serve_socks5(connection);
}

TEST("SOCKS 4 and 5 are told an address, 4a and 5h the name, and users and passwords where they are given") {
    static const struct { const char *scheme, *login, *user; int version; const char *name; } rows[] = {
        {"socks4", "", NULL, 4, ""},          {"socks4a", "", NULL, 4, "localhost"},
        {"socks4", "tom@", NULL, 4, ""},      {"socks5", "", NULL, 5, ""},
        {"socks5h", "", NULL, 5, "localhost"}, {"socks5", "tom:hidden@", "tom", 5, ""},
        {"socks5h", "tom:hidden@", "tom", 5, "localhost"}, {"socks5", "tom:hidden@", NULL, 5, ""},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char address[128], host[64];
        uc_client_opts opts = client_opts();
        uc_client *client;
        proxy_start(serve_any_socks);
        memset(&socks, 0, sizeof socks);
        socks.user = rows[i].user;
        socks.password = "hidden";
        snprintf(address, sizeof address, "%s://%s127.0.0.1:%d", rows[i].scheme, rows[i].login, proxy.server.port);
        snprintf(host, sizeof host, "http://localhost:%d", port_of(base()));
        opts.api_base = host;
        opts.proxy = address;
        client = client_with(&opts);
        list_once(client);
        uc_free(client);
        CHECK_INT(rows[i].version, socks.version);
        CHECK_TEXT(rows[i].name, socks.name);
        if (rows[i].user || (rows[i].version == 4 && rows[i].login[0])) CHECK_TEXT("tom", socks.told_user);
        CHECK_INT(1, proxy.served);
        proxy_stop();
    }
}

TEST("a SOCKS proxy that refuses is named with its reason, and asked again only where that may help") {
    static const struct { const char *scheme, *login, *user; int code; const char *says; int attempts; } rows[] = {
        {"socks4", "", NULL, 91, "code 91", 2},
        {"socks5", "", NULL, 1, "general failure", 2},
        {"socks5", "", NULL, 2, "rules do not allow it", 1},
        {"socks5", "", NULL, 5, "connection refused", 2},
        {"socks5", "", "tom", 0, "user and password", 1},
        {"socks5", "tom:hidden@", "eve", 0, "does not take this user and password", 1},
    };
    size_t i;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        char address[128], name[64];
        uc_error *error;
        proxy_start(serve_any_socks);
        memset(&socks, 0, sizeof socks);
        socks.user = rows[i].user;
        socks.password = "hidden";
        socks.code = rows[i].code;
        snprintf(address, sizeof address, "%s://%s127.0.0.1:%d", rows[i].scheme, rows[i].login, proxy.server.port);
        snprintf(name, sizeof name, "the proxy 127.0.0.1:%d", proxy.server.port);
        error = fails_through(client_opts(), address, 1);
        CHECK_CONTAINS(error->message, name);
        CHECK_CONTAINS(error->message, rows[i].says);
        CHECK_INT(rows[i].attempts, error->attempts);
        uc_free(error);
        proxy_stop();
    }
}

TEST("a name that is not found is that of the host where SOCKS is told an address, and of the proxy where it is the proxy's") {
    static const char *const hosts[] = {"http://nowhere.invalid", "https://nowhere.invalid:8443"};
    static const struct { const char *scheme, *name; } rows[] = {
        {"socks5", NULL}, {"socks4", NULL}, {"socks5", "no-proxy.invalid"}, {"socks5h", "no-proxy.invalid"},
        {"http", "no-proxy.invalid"},
    };
    size_t i, j;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (j = 0; j < 2; j++) {
            uc_client_opts opts = client_opts();
            char address[128];
            uc_error *error;
            proxy_start(serve_any_socks);
            memset(&socks, 0, sizeof socks);
            snprintf(address, sizeof address, "%s://tom:hidden@%s:%d", rows[i].scheme, rows[i].name ? rows[i].name : "127.0.0.1",
                     proxy.server.port);
            opts.api_base = hosts[j];
            error = fails_through(opts, address, -1);
            if (rows[i].name) {
                CHECK_CONTAINS(error->message, "the proxy no-proxy.invalid");
                CHECK_LACKS(error->message, "nowhere.invalid");
            } else {
                CHECK_CONTAINS(error->message, hosts[j] + strlen(j == 0 ? "http://" : "https://"));
                CHECK_LACKS(error->message, "proxy");
                CHECK_LACKS(error->message, "127.0.0.1");
            }
            CHECK_INT(1, error->attempts);
            uc_free(error);
            proxy_stop();
        }
    }
}
