/*
 * Prints a signed URL of each image of a group, for a project with secure delivery.
 *
 *     group_image_urls GROUP_ID MINUTES [OPERATIONS]
 *
 * The URLs are good for so many minutes, and lead to what the CDN makes of the images by OPERATIONS,
 * such as -/resize/800x/-/format/webp/; where none are given, to previews of at most 1000x1000 pixels.
 * Files that were removed or are no images are left out.
 *
 * The secret of secure delivery, which is not the secret key of the API, comes from
 * UPLOADCARE_DELIVERY_SECRET; keys come from UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY.
 * UPLOADCARE_API_BASE and UPLOADCARE_CDN_BASE, when set, are used in place of the service. Exit status 1
 * when it failed, 2 for a wrong option or without a secret.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uploadcare.h>

#define USUAL_OPERATIONS "-/preview/1000x1000/-/format/auto/"

/* A setting of the environment; NULL, and so the service, where it is missing or empty. */
static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* By its place in the group, so that operations that the group was made with are carried out first. */
static uc_status print_url(const uc_client *client, const uc_group *group, size_t index,
                           const char *operations, const uc_url_sign_opts *opts, uc_error **error)
{
    char *url = NULL, *signed_url = NULL;

    uc_status status = uc_url_group_file(client, group->id, (int64_t)index, operations, &url, error);
    if (status == UC_OK)
        status = uc_url_sign(url, setting("UPLOADCARE_DELIVERY_SECRET"), opts, &signed_url, error);
    if (status == UC_OK)
        puts(signed_url);
    uc_free(signed_url);
    uc_free(url);
    return status;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long minutes = argc > 2 ? strtol(argv[2], &end, 10) : 0;

    if (argc < 3 || argc > 4 || argv[1][0] == '-' || *end != '\0' || minutes < 1 || minutes > INT32_MAX ||
        !setting("UPLOADCARE_DELIVERY_SECRET")) {
        fputs("usage: UPLOADCARE_DELIVERY_SECRET=... group_image_urls GROUP_ID MINUTES [OPERATIONS]\n", stderr);
        return 2;
    }

    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.api_base = setting("UPLOADCARE_API_BASE");
    opts.cdn_base = setting("UPLOADCARE_CDN_BASE");
    uc_url_sign_opts sign_opts = UC_URL_SIGN_OPTS_INIT;
    sign_opts.lifetime_s = (int64_t)minutes * 60;

    uc_client *client = NULL;
    uc_group *group = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), getenv("UPLOADCARE_SECRET_KEY"),
                                     &opts, &client, &error);
    if (status == UC_OK)
        status = uc_group_info(client, argv[1], &group, &error);
    for (size_t i = 0; status == UC_OK && i < group->files_len; i++)
        if (group->files[i] && group->files[i]->is_image == 1)
            status = print_url(client, group, i, argc > 3 ? argv[3] : USUAL_OPERATIONS, &sign_opts, &error);

    if (status != UC_OK)
        fprintf(stderr, "group_image_urls: %s: %s\n", uc_status_name(status), error->message);
    uc_free(error);
    uc_free(group);
    uc_free(client);
    return status != UC_OK;
}
