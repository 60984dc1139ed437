/*
 * Receives what the service tells a webhook, checks that it comes from the service, and prints it.
 *
 *     webhook_receiver [PORT]
 *
 * Listens on 127.0.0.1, on port 8080 by default, on a free one for 0. The service needs a public https
 * address: put a proxy or a tunnel in front. The webhook's signing_secret comes from
 * UPLOADCARE_WEBHOOK_SECRET; while it is being changed, the other one from UPLOADCARE_WEBHOOK_OLD_SECRET. Exit
 * status 1 when it cannot listen, 2 for a wrong option.
 *
 * One connection at a time, none longer than 10 seconds. Good for what is done as quickly as printing;
 * leave slow work to somebody else and answer first.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uploadcare.h>

#define HEAD_MAX 16384
#define BODY_MAX 1048576
#define TIME_LIMIT_MS 10000

/* Any of them may have signed. */
struct secrets {
    const char *secrets[2];
    size_t count;
};

struct request {
    char bytes[HEAD_MAX + BODY_MAX];
    const char *body;
    size_t body_size;
};

static void add_secret(struct secrets *secrets, const char *variable)
{
    const char *secret = getenv(variable);
    if (secret && *secret)
        secrets->secrets[secrets->count++] = secret;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Some more bytes; 0 or less when none will come, or none in time. */
static ssize_t receive(int connection, char *to, size_t size, int64_t until)
{
    struct pollfd readable = {connection, POLLIN, 0};
    int64_t left = until - now_ms();

    if (left <= 0 || poll(&readable, 1, (int)left) <= 0)
        return -1;
    return recv(connection, to, size, 0);
}

/* Copies the value of a header: 1, or 0 where there is none or it does not fit. */
static int header(const char *head, const char *name, char *value, size_t size)
{
    size_t name_size = strlen(name);

    for (const char *line = head; (line = strstr(line, "\r\n")) != NULL;) {
        line += 2;
        if (strncasecmp(line, name, name_size) != 0 || line[name_size] != ':')
            continue;
        const char *start = line + name_size + 1;
        start += strspn(start, " \t");
        size_t length = strcspn(start, "\r\n");
        while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t'))
            length--;
        if (length >= size)
            return 0;
        memcpy(value, start, length);
        value[length] = '\0';
        return 1;
    }
    return 0;
}

/* Gives 200, or the status to refuse with. request->bytes is then the head alone, as a string. */
static int read_request(int connection, struct request *request)
{
    int64_t until = now_ms() + TIME_LIMIT_MS;
    size_t size = 0;
    char *end = NULL;
    char digits[32];
    ssize_t received;

    while (!end) {
        if (size == HEAD_MAX - 1)
            return 431;
        received = receive(connection, request->bytes + size, HEAD_MAX - 1 - size, until);
        if (received <= 0)
            return 408;
        size += (size_t)received;
        request->bytes[size] = '\0';
        end = strstr(request->bytes, "\r\n\r\n");
    }
    *end = '\0';
    request->body = end + 4;

    if (strncmp(request->bytes, "POST ", 5) != 0)
        return 405;
    if (!header(request->bytes, "Content-Length", digits, sizeof digits))
        return 411;
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return 400;
    request->body_size = strtoul(digits, NULL, 10);
    if (request->body_size > BODY_MAX)
        return 413;

    size_t needed = (size_t)(request->body - request->bytes) + request->body_size;
    while (size < needed) {
        received = receive(connection, request->bytes + size, needed - size, until);
        if (received <= 0)
            return 408;
        size += (size_t)received;
    }
    return 200;
}

/* Names and metadata are anybody's: no control character of theirs gets to the terminal. */
static void print_text(const char *before, const char *text)
{
    if (text)
        fputs(before, stdout);
    for (; text && *text; text++)
        putchar((unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
}

static void print_event(const uc_webhook_event *event)
{
    print_text("", event->event);
    print_text(" ", event->file->uuid);
    print_text(" ", event->file->original_filename);
    print_text("\n  by ", event->initiator);
    print_text(" ", event->addon_name);
    for (size_t i = 0; i < event->previous_metadata_len; i++) {
        print_text("\n  before: ", event->previous_metadata[i].key);
        print_text(" = ", event->previous_metadata[i].value);
    }
    putchar('\n');
    fflush(stdout);
}

/* The service delivers again, later and later and for some days, what is not answered with a 2xx. */
static int answer_for(uc_status status)
{
    switch (status) {
    case UC_OK:
        return 200;
    case UC_ERR_AUTH:
        return 403;
    case UC_ERR_PROTOCOL: /* time to look into it; 200 would be the end of it */
        return 400;
    default: /* no memory, for one */
        return 500;
    }
}

/* A delivery may come twice; see uc_webhook_event.request_id for how to know it again. */
static int handle(const struct secrets *secrets, const struct request *request)
{
    char signature[128];
    int is_signed = header(request->bytes, "X-Uc-Signature", signature, sizeof signature);
    uc_webhook_event *event = NULL;
    uc_error *error = NULL;
    uc_status status = uc_webhook_read(secrets->secrets, secrets->count, is_signed ? signature : NULL,
                                       request->body, request->body_size, &event, &error);
    if (status == UC_OK)
        print_event(event);
    else
        fprintf(stderr, "refused: %s\n", error->message);
    uc_free(error);
    uc_free(event);
    return answer_for(status);
}

static int listen_at(uint16_t port)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        perror("webhook_receiver: cannot listen");
        return -1;
    }
    printf("listening on http://127.0.0.1:%u/\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    struct secrets secrets = {{NULL, NULL}, 0};
    char *end = "";
    long port = argc > 1 ? strtol(argv[1], &end, 10) : 8080;

    add_secret(&secrets, "UPLOADCARE_WEBHOOK_SECRET");
    add_secret(&secrets, "UPLOADCARE_WEBHOOK_OLD_SECRET");
    if (argc > 2 || (argc == 2 && (end == argv[1] || *end)) || port < 0 || port > 65535 || secrets.count == 0) {
        fputs("usage: UPLOADCARE_WEBHOOK_SECRET=... webhook_receiver [PORT]\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* whoever does not wait for the answer */

    int listener = listen_at((uint16_t)port);
    if (listener < 0)
        return 1;
    for (;;) {
        static struct request request;
        int connection = accept(listener, NULL, NULL);
        if (connection < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            perror("webhook_receiver: cannot accept");
            return 1;
        }
        int status = read_request(connection, &request);
        if (status == 200)
            status = handle(&secrets, &request);
        dprintf(connection, "HTTP/1.1 %d \r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
        close(connection);
    }
}
