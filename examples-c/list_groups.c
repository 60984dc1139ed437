/*
 * Lists the file groups of a project.
 *
 *     list_groups [--limit N] [--from TIME] [--newest] [--json] [--cursor CURSOR] [--verbose]
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 1 when the listing failed, 2 for a wrong option.
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
    "usage: list_groups [OPTION...]\n"
    "\n"
    "  --limit N        groups per page, 1 to 1000 (default 100)\n"
    "  --from TIME      only groups made after TIME, such as 2024-01-31T12:00:00Z\n"
    "                   (before TIME with --newest)\n"
    "  --newest         newest first\n"
    "  --json           the service's replies as they are, one line per page\n"
    "  --cursor CURSOR  continue where a listing that failed said it stopped\n"
    "  --verbose        one line on stderr for each request\n"
    "\n"
    "Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY.\n";

static int wrong_option(const char *option, const char *what)
{
    fprintf(stderr, "list_groups: %s %s\n%s", option, what, usage);
    return 2;
}

static void log_line(void *log_data, int32_t level, const char *line)
{
    (void)log_data;
    (void)level;
    fprintf(stderr, "%s\n", line);
}

static void print_page(const uc_page *page, int json, int terminal)
{
    const char *row = terminal ? "%-42s  %-27s  %5" PRId64 "\n" : "%s\t%s\t%" PRId64 "\n";

    if (json) {
        puts(uc_page_json(page));
        return;
    }
    for (size_t i = 0; i < uc_page_count(page); i++) {
        const uc_group *group = uc_page_group(page, i);
        printf(row, group->id, group->datetime_created ? group->datetime_created : "", group->files_count);
    }
}

int main(int argc, char **argv)
{
    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts client_opts = UC_CLIENT_OPTS_INIT;
    uc_groups_opts opts = UC_GROUPS_OPTS_INIT;
    int json = 0;

    client_opts.api_base = api_base && *api_base ? api_base : NULL;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(option, "--newest") == 0) {
            opts.ordering = "-datetime_created";
        } else if (strcmp(option, "--json") == 0) {
            json = 1;
        } else if (strcmp(option, "--verbose") == 0) {
            client_opts.log = log_line;
        } else if (strcmp(option, "--limit") != 0 && strcmp(option, "--from") != 0 && strcmp(option, "--cursor") != 0) {
            return wrong_option(option, "is not an option");
        } else if (++i == argc) {
            return wrong_option(option, "needs a value");
        } else if (strcmp(option, "--from") == 0) {
            opts.from = argv[i];
        } else if (strcmp(option, "--cursor") == 0) {
            opts.cursor = argv[i];
        } else {
            char *end;
            long limit = strtol(argv[i], &end, 10);
            if (*end != '\0' || limit < 1 || limit > 1000)
                return wrong_option(option, "must be 1 to 1000");
            opts.limit = (uint32_t)limit;
        }
    }
    if (!getenv("UPLOADCARE_PUBLIC_KEY") || !getenv("UPLOADCARE_SECRET_KEY")) {
        fputs("list_groups: set UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY\n", stderr);
        return 2;
    }

    int terminal = isatty(STDOUT_FILENO);
    int progress = isatty(STDERR_FILENO) && !terminal;
    time_t began = time(NULL);
    size_t count = 0;
    uc_client *client = NULL;
    uc_page *page = NULL;
    uc_error *error = NULL;

    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK)
        status = uc_groups_list(client, &opts, &page, &error);
    if (status == UC_OK && terminal && !json)
        printf("%-42s  %-27s  %5s\n", "GROUP", "CREATED", "FILES");
    while (status == UC_OK && !ferror(stdout)) {
        print_page(page, json, terminal);
        count += uc_page_count(page);
        if (progress && time(NULL) - began >= 2)
            fprintf(stderr, "\r%zu groups", count);
        status = uc_page_next(page, &error);
    }
    if (progress && time(NULL) - began >= 2)
        fputc('\n', stderr);

    int failed = status < 0;
    if (failed) {
        fprintf(stderr, "list_groups: %s: %s\n", uc_status_name(status), error->message);
        if (status != UC_ERR_PROTOCOL && uc_page_end_cursor(page))
            fprintf(stderr, "To continue: list_groups --cursor %s\n", uc_page_end_cursor(page));
    } else if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("list_groups: the list could not be written\n", stderr);
        failed = 1;
    }
    uc_free(error);
    uc_free(page);
    uc_free(client);
    return failed;
}
