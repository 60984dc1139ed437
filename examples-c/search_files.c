/*
 * Searches the files of a project. Words, type and tags all have to fit.
 *
 *     search_files [--type TYPE] [--tag TAG]... [--json] [WORDS]
 *     search_files --query JSON [--json]
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set, is
 * asked in place of the service. Exit status 1 when the search failed, 2 for a wrong option.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uploadcare.h>

#define MOST_TAGS 50

static const char usage[] =
    "usage: search_files [OPTION...] [WORDS]\n"
    "\n"
    "  WORDS         in the name, the type or the metadata: one text of 4 characters or more\n"
    "  --type TYPE   only files of this type, such as image/jpeg\n"
    "  --tag TAG     only files with this tag; may be given again\n"
    "  --query JSON  in place of all these: the query as the service takes it\n"
    "  --json        the files as the service describes them, one a line, with their highlight\n"
    "\n"
    "Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY.\n";

static int wrong_option(const char *option, const char *what)
{
    fprintf(stderr, "search_files: %s %s\n%s", option, what, usage);
    return 2;
}

/* 1, or 0 with a message where the text is not UTF-8. */
static int write_string(FILE *json, const char *text)
{
    char *quoted = NULL;
    uc_error *error = NULL;
    uc_status status = uc_json_quote(text, &quoted, &error);

    if (status == UC_OK)
        fputs(quoted, json);
    else
        fprintf(stderr, "search_files: %s: %s\n", uc_status_name(status), error->message);
    uc_free(error);
    uc_free(quoted);
    return status == UC_OK;
}

/* The query as JSON, to be freed with free(); NULL when it cannot be made. */
static char *make_query(const char *words, const char *type, const char **tags, size_t tags_len)
{
    char *query = NULL;
    size_t size = 0;
    FILE *json = open_memstream(&query, &size);
    int good = 1;

    if (!json)
        return NULL;
    if (words) {
        fputs("{\"query\":", json);
        good = write_string(json, words); /* what fits them best comes first */
    } else {
        fputs("{\"sort\":[\"-datetime_uploaded\"]", json);
    }
    if (type) {
        fputs(",\"exact\":{\"detected_mime_type\":[", json);
        good = good && write_string(json, type);
        fputs("]}", json);
    }
    for (size_t i = 0; i < tags_len; i++) {
        fputs(i == 0 ? ",\"tags\":{\"all\":[" : ",", json);
        good = good && write_string(json, tags[i]);
    }
    fputs(tags_len > 0 ? "]}}" : "}", json);
    if (fclose(json) == 0 && good)
        return query;
    free(query);
    return NULL;
}

static void print_page(const uc_page *page, int json)
{
    for (size_t i = 0; i < uc_page_count(page); i++) {
        const uc_file *file = uc_page_file(page, i);
        if (json) {
            puts(file->json);
            continue;
        }
        printf("%s\t%" PRId64 "\t%s\t", file->uuid, file->size, file->mime_type ? file->mime_type : "");
        /* Whoever uploaded it has named it: no control character of theirs gets to the terminal. */
        for (const char *name = file->original_filename; name && *name; name++)
            putchar((unsigned char)*name < ' ' || *name == 127 ? '?' : *name);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    const char *api_base = getenv("UPLOADCARE_API_BASE");
    const char *words = NULL, *type = NULL, *given = NULL, *tags[MOST_TAGS];
    size_t tags_len = 0;
    int json = 0;
    uc_client_opts client_opts = UC_CLIENT_OPTS_INIT;
    uc_files_search_opts opts = UC_FILES_SEARCH_OPTS_INIT;

    client_opts.api_base = api_base && *api_base ? api_base : NULL;
    opts.limit = 100;
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        } else if (strcmp(option, "--json") == 0) {
            json = 1;
        } else if (option[0] != '-') {
            if (words)
                return wrong_option(option, "is a second WORDS: put both into one pair of quotes");
            words = option;
        } else if (strcmp(option, "--type") != 0 && strcmp(option, "--tag") != 0 && strcmp(option, "--query") != 0) {
            return wrong_option(option, "is not an option");
        } else if (++i == argc) {
            return wrong_option(option, "needs a value");
        } else if (strcmp(option, "--type") == 0) {
            type = argv[i];
        } else if (strcmp(option, "--query") == 0) {
            given = argv[i];
        } else if (tags_len == MOST_TAGS) {
            return wrong_option(option, "is there too often: no file has so many");
        } else {
            tags[tags_len++] = argv[i];
        }
    }
    if (given ? words || type || tags_len : !words && !type && !tags_len)
        return wrong_option("--query", given ? "goes without the others" : "or WORDS, --type or --tag is needed");
    if (!getenv("UPLOADCARE_PUBLIC_KEY") || !getenv("UPLOADCARE_SECRET_KEY")) {
        fputs("search_files: set UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY\n", stderr);
        return 2;
    }

    char *made = given ? NULL : make_query(words, type, tags, tags_len);
    const char *query = given ? given : made;
    if (!query) {
        fputs("search_files: the query could not be made\n", stderr);
        return 1;
    }

    uc_client *client = NULL;
    uc_page *page = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &client_opts, &client, &error);
    if (status == UC_OK)
        status = uc_files_search(client, query, &opts, &page, &error);
    while (status == UC_OK && !ferror(stdout)) {
        print_page(page, json);
        status = uc_page_next(page, &error);
    }

    int failed = status < 0;
    if (failed) {
        fprintf(stderr, "search_files: %s: %s\n", uc_status_name(status), error->message);
    } else if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("search_files: what was found could not be written\n", stderr);
        failed = 1;
    }
    uc_free(error);
    uc_free(page);
    uc_free(client);
    free(made);
    return failed;
}
