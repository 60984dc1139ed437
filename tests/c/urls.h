/* What the programs about addresses share: clients that make them, and checks of what is made. */
#ifndef URLS_H
#define URLS_H

#include "servers.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define GROUP UUID "~12"

/** Where the files of PUBLIC_KEY are. */
#define BASE "https://1s4oyld5dc.ucarecd.net"
#define FILE_URL BASE "/" UUID "/"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/** A client whose files are at `cdn_base`; NULL for BASE. */
static inline uc_client *client_at(const char *cdn_base) {
    uc_client_opts opts = client_opts();
    opts.cdn_base = cdn_base;
    return client_with(&opts);
}

/** A client that takes operations as they are. */
static inline uc_client *client_unchecked(void) {
    uc_client_opts opts = client_opts();
    opts.unchecked_operations = UC_YES;
    return client_with(&opts);
}

/** The call, which writes to `made` and `error`, makes this text. */
#define CHECK_MADE(expected, call)  \
    do {                            \
        char *made;                 \
        uc_error *error;            \
        CHECK_OK(call, error);      \
        CHECK_TEXT(expected, made); \
        uc_free(made);              \
    } while (0)

/** The call, which writes to `made` and `error`, makes nothing, and names the argument `name`; `value` is shown. */
#define CHECK_REFUSED(name, value, call)                       \
    do {                                                       \
        char *made = (char *)&tests;                           \
        uc_error *error;                                       \
        uc_status status_of_refusal = (call);                  \
        check_refusal(status_of_refusal, &error, name, value); \
        CHECK(made == NULL);                                   \
    } while (0)

/* -- operations, good and bad ------------------------------------------------------------------- */

/** A line of tests/operations.txt, which is made from the library's own table. */
struct line {
    char subject[16], verdict[8];
    const char *operations;
};

typedef void look(const struct line *line, void *data);

/** Looks at all lines. */
static inline int each_line(look *look, void *data) {
    char path[1024], read[1024];
    FILE *file;
    int count = 0;
    snprintf(path, sizeof path, "%.*s/../operations.txt", (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
    file = fopen(path, "r");
    if (file == NULL) FAIL("cannot read %s", path);
    while (fgets(read, sizeof read, file)) {
        struct line line;
        int begin = 0;
        read[strcspn(read, "\n")] = '\0';
        if (read[0] == '#') continue;
        if (sscanf(read, "%15s %7s%n", line.subject, line.verdict, &begin) != 2 || read[begin] != '\t')
            FAIL("no line: %s", read);
        line.operations = read + begin + 1;
        look(&line, data);
        count++;
    }
    fclose(file);
    return count;
}

static inline int is_good(const struct line *line) { return strcmp(line->verdict, "good") == 0; }

#endif
