/*
 * Lists the file groups of a project.
 *
 *     list_groups [--limit N] [--from TIME] [--newest] [--json] [--cursor CURSOR]
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set,
 * is asked in place of the service. Exit status 1 when the listing failed; 2 for a wrong option.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uploadcare.h>

static const char usage[] =
    "list_groups [--limit N] [--from TIME] [--newest] [--json] [--cursor CURSOR]\n"
    "\n"
    "  --limit N        groups a page, 1 to 1000 (default 100)\n"
    "  --from TIME      only groups made after TIME, such as 2024-01-31T12:00:00Z\n"
    "                   (before it with --newest)\n"
    "  --newest         newest first\n"
    "  --json           the service's replies as they are, a line a page\n"
    "  --cursor CURSOR  go on where a listing that failed said it stopped\n";

static void print_page(const uc_page *page, int json)
{
    const char *format = isatty(STDOUT_FILENO) ? "%-42s  %-27s  %5" PRId64 "\n" : "%s\t%s\t%" PRId64 "\n";

    if (json) {
        puts(uc_page_json(page));
        return;
    }
    for (size_t i = 0; i < uc_page_count(page); i++) {
        const uc_group *group = uc_page_group(page, i);
        printf(format, group->id, group->datetime_created ? group->datetime_created : "", group->files_count);
    }
}

/* The count so far on stderr, once the listing takes longer than two seconds. */
static int show_progress(time_t began, size_t count)
{
    int show = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) && time(NULL) - began >= 2;

    if (show)
        fprintf(stderr, "\r%zu groups", count);
    return show;
}

static int wrong_option(void)
{
    fputs(usage, stderr);
    return 2;
}

int main(int argc, char **argv)
{
    uc_client_opts client_opts = {0};
    uc_groups_opts opts = {0};
    int json = 0, progress = 0;

    client_opts.struct_size = sizeof client_opts;
    client_opts.api_base = getenv("UPLOADCARE_API_BASE");
    opts.struct_size = sizeof opts;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(argv[i], "--newest") == 0) {
            opts.ordering = "-datetime_created";
        } else if (strcmp(argv[i], "--json") == 0) {
            json = 1;
        } else if (value == NULL) {
            return wrong_option();
        } else if (strcmp(argv[i], "--limit") == 0) {
            char *end;
            opts.limit = (uint32_t)strtoul(value, &end, 10);
            if (*value == '-' || *value == '\0' || *end != '\0' || opts.limit == 0)
                return wrong_option();
            i++;
        } else if (strcmp(argv[i], "--from") == 0) {
            opts.from = value;
            i++;
        } else if (strcmp(argv[i], "--cursor") == 0) {
            opts.cursor = value;
            i++;
        } else {
            return wrong_option();
        }
    }

    uc_client *client = NULL;
    uc_page *page = NULL;
    uc_error *error = NULL;
    size_t count = 0;
    time_t began = time(NULL);

    if (!json && isatty(STDOUT_FILENO))
        printf("%-42s  %-27s  %5s\n", "GROUP", "CREATED", "FILES");
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK)
        status = uc_groups_list(client, &opts, &page, &error);
    for (; status == UC_OK; status = uc_page_next(page, &error)) {
        print_page(page, json);
        count += uc_page_count(page);
        progress = show_progress(began, count);
    }
    if (progress)
        fputc('\n', stderr);

    if (status < 0) {
        const char *cursor = uc_page_cursor(page);
        fprintf(stderr, "list_groups: %s: %s%s%s\n", uc_status_name(status), error->message,
                cursor ? "; go on with --cursor " : "", cursor ? cursor : "");
    } else if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("list_groups");
        status = UC_ERR_FILE;
    }
    uc_free(error);
    uc_free(page);
    uc_free(client);
    return status < 0;
}
