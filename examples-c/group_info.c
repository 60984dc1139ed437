/*
 * Shows one file group and its files.
 *
 *     group_info GROUP_ID
 *
 * Keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY; UPLOADCARE_API_BASE, when set,
 * is asked in place of the service.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <uploadcare.h>

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

static void print_file(const uc_file *file)
{
    if (file == NULL) {
        puts("  (removed)");
        return;
    }
    printf("  %s  %13" PRId64 "  %-24s  %s", file->uuid, file->size, or_dash(file->mime_type),
           or_dash(file->original_filename));
    if (file->image)
        printf("  %" PRId64 "x%" PRId64, file->image->width, file->image->height);
    if (file->video && file->video->duration_ms >= 0)
        printf("  %.1f s", (double)file->video->duration_ms / 1000);
    putchar('\n');
}

int main(int argc, char **argv)
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: group_info GROUP_ID\n", stderr);
        return 2;
    }

    const char *api_base = getenv("UPLOADCARE_API_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.api_base = api_base && *api_base ? api_base : NULL;

    uc_client *client = NULL;
    uc_group *group = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &opts, &client, &error);
    if (status == UC_OK)
        status = uc_group_info(client, argv[1], &group, &error);

    if (status == UC_OK) {
        printf("%s\n  created %s\n  %s\n", group->id, or_dash(group->datetime_created),
               or_dash(group->cdn_url));
        for (size_t i = 0; i < group->files_len; i++)
            print_file(group->files[i]);
    } else {
        fprintf(stderr, "group_info: %s: %s\n", uc_status_name(status), error->message);
    }
    uc_free(error);
    uc_free(group);
    uc_free(client);
    return status != UC_OK;
}
