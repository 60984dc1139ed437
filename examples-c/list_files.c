/*
 * Lists the files of a project.
 *
 *     list_files [--limit N] [--from TIME] [--newest] [--stored | --temporary] [--removed] [--json]
 *                [--cursor CURSOR] [--verbose]
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 1 when the listing failed, 2 for a wrong option.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uploadcare.h>

static const char usage[] =
    "usage: list_files [OPTION...]\n"
    "\n"
    "  --limit N        files per page, 1 to 1000 (default 100)\n"
    "  --from TIME      only files uploaded after TIME, such as 2024-01-31T12:00:00Z\n"
    "                   (before TIME with --newest)\n"
    "  --newest         newest first\n"
    "  --stored         only files stored for good\n"
    "  --temporary      only files that are not\n"
    "  --removed        removed files, not those that are there\n"
    "  --json           the service's replies as they are, one line per page\n"
    "  --cursor CURSOR  continue where a listing that failed said it stopped\n"
    "  --verbose        one line on stderr for each request\n"
    "\n"
    "Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY.\n";

static int wrong_option(const char *option, const char *what)
{
    fprintf(stderr, "list_files: %s %s\n%s", option, what, usage);
    return 2;
}

static void log_line(void *log_data, int32_t level, const char *line)
{
    (void)log_data;
    (void)level;
    fprintf(stderr, "%s\n", line);
}

/* Whoever uploaded a file has named it: no control character of theirs gets to the terminal. */
static void print_text(const char *text)
{
    for (; text && *text; text++)
        putchar((unsigned char)*text < ' ' || *text == 127 ? '?' : *text);
}

static void print_page(const uc_page *page, int json, int terminal)
{
    const char *row = terminal ? "%s  %13" PRId64 "  %-24s  " : "%s\t%" PRId64 "\t%s\t";

    if (json) {
        puts(uc_page_json(page));
        return;
    }
    for (size_t i = 0; i < uc_page_count(page); i++) {
        const uc_file *file = uc_page_file(page, i);
        printf(row, file->uuid, file->size, file->mime_type ? file->mime_type : "");
        print_text(file->original_filename);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts client_opts = UC_CLIENT_OPTS_INIT;
    uc_files_opts opts = UC_FILES_OPTS_INIT;
    int json = 0;

    client_opts.api_base = api_base && *api_base ? api_base : NULL;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(option, "--newest") == 0) {
            opts.ordering = "-datetime_uploaded";
        } else if (strcmp(option, "--stored") == 0) {
            opts.stored = UC_YES;
        } else if (strcmp(option, "--temporary") == 0) {
            opts.stored = UC_NO;
        } else if (strcmp(option, "--removed") == 0) {
            opts.removed = UC_YES;
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
        fputs("list_files: set UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY\n", stderr);
        return 2;
    }

    int terminal = isatty(STDOUT_FILENO);
    uc_client *client = NULL;
    uc_page *page = NULL;
    uc_error *error = NULL;

    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK)
        status = uc_files_list(client, &opts, &page, &error);
    if (status == UC_OK && terminal && !json)
        printf("%-36s  %13s  %-24s  %s\n", "FILE", "SIZE", "TYPE", "NAME");
    while (status == UC_OK && !ferror(stdout)) {
        print_page(page, json, terminal);
        status = uc_page_next(page, &error);
    }

    int failed = status < 0;
    if (failed) {
        fprintf(stderr, "list_files: %s: %s\n", uc_status_name(status), error->message);
        if (status != UC_ERR_PROTOCOL && uc_page_end_cursor(page))
            fprintf(stderr, "To continue: list_files --cursor %s\n", uc_page_end_cursor(page));
    } else if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("list_files: the list could not be written\n", stderr);
        failed = 1;
    }
    uc_free(error);
    uc_free(page);
    uc_free(client);
    return failed;
}
