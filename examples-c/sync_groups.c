/*
 * A nightly job that handles each new file group of a project once, and goes on where the last run
 * ended.
 *
 *     sync_groups FILE [--limit N]
 *
 * FILE is what the job makes, a list of groups; it also remembers how far the job is:
 *
 *     group badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12 2018-11-26T12:49:10.477888Z 12
 *     cursor groups.AbC...
 *
 * It may be killed at any instant, also by a power failure, and then be run again: no group is missed,
 * and none is handled twice.
 *
 * Why: the work and the knowledge that it is done have to become true together. Here a "cursor" line
 * does both. The groups above it count from the moment that it is there as a whole, with its end of
 * line, and the next run goes on from its cursor. What stands behind the last such line, of a run that
 * was killed, never counted: the next run cuts it off and does it again. Two files, one for the groups
 * and one for the cursor, cannot do that: killed between the two, a run repeats a page or misses one.
 *
 * A job that keeps its results elsewhere does the same there: in a database, the rows of a page and the
 * cursor go into one transaction. Where that cannot be, as with mails, "once" cannot be had: then the
 * work must be such that doing it again does no harm, for example because it is kept under the group's id.
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 1 when something failed: run it again, but not after UC_ERR_PROTOCOL, where the service's own list is at fault; 2 for a wrong
 * option.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uploadcare.h>

static const char usage[] =
    "usage: sync_groups FILE [--limit N]\n"
    "\n"
    "  --limit N   groups per page, 1 to 1000 (default 100), when FILE is begun\n"
    "\n"
    "Adds the groups that are new since the last run to FILE.\n"
    "Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY.\n";

static int wrong_option(const char *option, const char *what)
{
    fprintf(stderr, "sync_groups: %s %s\n%s", option, what, usage);
    return 2;
}

/* Opens the file and keeps other runs out: the system lets go of the lock when this one ends, however. */
static FILE *open_alone(const char *path)
{
    struct flock lock;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0)
        return NULL;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(file, F_SETLK, &lock) != 0) {
        close(file);
        return NULL;
    }
    return fdopen(file, "r+");
}

/* Finds the last cursor, NULL where there is none yet, and cuts off what no cursor follows. */
static int find_cursor(FILE *file, char **cursor)
{
    off_t end = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    *cursor = NULL;
    while ((length = getline(&line, &room, file)) > 0) {
        if (strncmp(line, "cursor ", 7) != 0 || line[length - 1] != '\n')
            continue;
        line[length - 1] = '\0';
        free(*cursor);
        *cursor = strdup(line + 7);
        if (!*cursor)
            break;
        end = ftello(file);
    }
    free(line);
    if (ferror(file) || !feof(file))
        return -1;
    if (ftruncate(fileno(file), end) != 0)
        return -1;
    return fseeko(file, end, SEEK_SET);
}

/* Hands over what was written, and waits until it is safe on the disk. */
static int save(FILE *file)
{
    return fflush(file) == 0 ? fsync(fileno(file)) : -1;
}

/* Does the work of one page. The groups have to be on the disk before the line that makes them count:
   after a power failure the disk may have the later of two writes without the earlier. */
static int handle_page(FILE *file, const uc_page *page)
{
    const char *cursor = uc_page_end_cursor(page);

    if (!cursor) { /* The service's link to the next page must not be followed. */
        errno = EPROTO;
        return -1;
    }
    for (size_t i = 0; i < uc_page_count(page); i++) {
        const uc_group *group = uc_page_group(page, i);
        fprintf(file, "group %s %s %" PRId64 "\n", group->id, group->datetime_created ? group->datetime_created : "-",
                group->files_count);
    }
    if (save(file) != 0)
        return -1;
    fprintf(file, "cursor %s\n", cursor);
    return save(file);
}

int main(int argc, char **argv)
{
    const char *api_base = getenv("UPLOADCARE_API_BASE"), *path = NULL;
    uc_client_opts client_opts = {0};
    uc_groups_opts opts = {0};

    client_opts.struct_size = sizeof client_opts;
    client_opts.api_base = api_base && *api_base ? api_base : NULL;
    opts.struct_size = sizeof opts;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(option, "--limit") == 0) {
            char *end = NULL;
            unsigned long limit = ++i < argc ? strtoul(argv[i], &end, 10) : 0;
            if (limit < 1 || limit > 1000 || *end)
                return wrong_option(option, "needs a number from 1 to 1000");
            opts.limit = (uint32_t)limit;
        } else if (*option == '-' || path) {
            return wrong_option(option, "is not an option");
        } else {
            path = option;
        }
    }
    if (!path)
        return wrong_option("FILE", "is missing");

    char *cursor = NULL;
    FILE *file = NULL;
    uc_client *client = NULL;
    uc_page *page = NULL;
    uc_error *error = NULL;
    size_t count = 0;
    int file_failed = 0;

    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK) {
        file = open_alone(path);
        file_failed = !file || find_cursor(file, &cursor) != 0;
    }
    if (cursor) {
        /* It carries the options that the listing began with. */
        opts.limit = 0;
        opts.cursor = cursor;
    }
    if (status == UC_OK && !file_failed)
        status = uc_groups_list(client, &opts, &page, &error);
    while (status == UC_OK && !file_failed) {
        /* Without new groups there is nothing to save: the last cursor is still good. */
        if (uc_page_count(page) > 0)
            file_failed = handle_page(file, page) != 0;
        if (!file_failed) {
            count += uc_page_count(page);
            status = uc_page_next(page, &error);
        }
    }

    if (file_failed)
        fprintf(stderr, "sync_groups: %s: %s\n", path, strerror(errno));
    else if (status < 0)
        fprintf(stderr, "sync_groups: %s: %s\n", uc_status_name(status), error->message);
    else
        printf("%zu new groups\n", count);
    uc_free(error);
    uc_free(page);
    uc_free(client);
    free(cursor);
    if (file)
        fclose(file);
    return status < 0 || file_failed;
}
