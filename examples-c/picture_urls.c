/*
 * Prints the URLs that a web application makes of a picture.
 *
 *     picture_urls UUID [--html] [--crop WIDTHxHEIGHT] [--format FORMAT] [WIDTH...]
 *
 * The picture as it was uploaded, a thumbnail of 200x200 pixels or as --crop says, and the srcset of an
 * <img> in these widths. --html prints a page with all of them: picture_urls UUID --html >page.html.
 * FORMAT is auto where nothing else is said: what the browser likes best. Sends nothing.
 *
 * The key comes from UPLOADCARE_PUBLIC_KEY; UPLOADCARE_CDN_BASE, when set, is where they lead.
 * Exit status 1 when it failed, 2 for a wrong option.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uploadcare.h>

#define MOST_WIDTHS 16

struct wish {
    const char *uuid, *format;
    int crop_width, crop_height;
    int32_t widths[MOST_WIDTHS];
    size_t widths_len;
};

static int wrong_usage(void)
{
    fputs("usage: picture_urls UUID [--html] [--crop WIDTHxHEIGHT] [--format FORMAT] [WIDTH...]\n", stderr);
    return 2;
}

/* What is not there, or no number, is 0; the library says what may stand there. */
static void read_crop(const char *text, struct wish *wish)
{
    char rest;

    wish->crop_width = wish->crop_height = 0;
    if (sscanf(text, "%6dx%6d%c", &wish->crop_width, &wish->crop_height, &rest) != 2)
        wish->crop_height = 0;
}

static int read_width(const char *text, struct wish *wish)
{
    char *end;
    long width = strtol(text, &end, 10);

    if (end == text || *end != '\0' || width < 0 || width > INT32_MAX || wish->widths_len == MOST_WIDTHS)
        return 0;
    wish->widths[wish->widths_len++] = (int32_t)width;
    return 1;
}

/* What the CDN is to make of the picture, cut to a size or whole. */
static uc_status make_operations(const uc_client *client, const struct wish *wish, int is_cut, char **operations,
                                 uc_error **error)
{
    uc_ops *ops = NULL;

    uc_status status = uc_ops_new(client, &ops, error);
    if (status == UC_OK) {
        if (is_cut)
            uc_ops_scale_crop(ops, wish->crop_width, wish->crop_height, "smart");
        else
            uc_ops_raw(ops, "-/stretch/off/"); /* never larger than it is */
        uc_ops_format(ops, wish->format);
        uc_ops_quality(ops, "smart");
        status = uc_ops_build(ops, operations, error);
    }
    uc_free(ops);
    return status;
}

static uc_status make_thumbnail(const uc_client *client, const struct wish *wish, char **url,
                                uc_error **error)
{
    char *operations = NULL;

    uc_status status = make_operations(client, wish, 1, &operations, error);
    if (status == UC_OK)
        status = uc_url(client, wish->uuid, operations, NULL, url, error);
    uc_free(operations);
    return status;
}

static uc_status make_srcset(const uc_client *client, const struct wish *wish, char **srcset,
                             uc_error **error)
{
    char *operations = NULL;

    uc_status status = make_operations(client, wish, 0, &operations, error);
    if (status == UC_OK)
        status = uc_url_srcset(client, wish->uuid, operations, NULL, wish->widths, wish->widths_len, srcset,
                               error);
    uc_free(operations);
    return status;
}

/* A URL without a name has nothing in it that HTML would have to be told of. */
static void print_page(const struct wish *wish, const char *original, const char *thumbnail,
                       const char *srcset)
{
    printf("<!DOCTYPE html>\n"
           "<html lang=\"en\">\n"
           "<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width\">\n"
           "<title>%s</title>\n"
           "<style>img { max-width: 100%% } img[srcset] { width: 100%% }</style>\n"
           "<p><a href=\"%s\"><img src=\"%s\" width=\"%d\" height=\"%d\" alt=\"Thumbnail of %s\"></a></p>\n"
           "<p><img srcset=\"%s\" sizes=\"100vw\" src=\"%s\" alt=\"Picture %s\"></p>\n",
           wish->uuid, original, thumbnail, wish->crop_width, wish->crop_height, wish->uuid, srcset, original,
           wish->uuid);
}

int main(int argc, char **argv)
{
    struct wish wish = {NULL, "auto", 200, 200, {320, 640, 1280}, 0};
    int html = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--html") == 0)
            html = 1;
        else if (strcmp(argv[i], "--crop") == 0 && argv[i + 1])
            read_crop(argv[++i], &wish);
        else if (strcmp(argv[i], "--format") == 0 && argv[i + 1])
            wish.format = argv[++i];
        else if (!wish.uuid && argv[i][0] != '-')
            wish.uuid = argv[i];
        else if (!wish.uuid || !read_width(argv[i], &wish))
            return wrong_usage();
    }
    if (!wish.uuid)
        return wrong_usage();
    if (wish.widths_len == 0)
        wish.widths_len = 3; /* the three above */

    const char *cdn_base = getenv("UPLOADCARE_CDN_BASE");
    uc_client_opts opts = UC_CLIENT_OPTS_INIT;
    opts.cdn_base = cdn_base && *cdn_base ? cdn_base : NULL;

    uc_client *client = NULL;
    char *original = NULL, *thumbnail = NULL, *srcset = NULL;
    uc_error *error = NULL;
    uc_status status = uc_client_new(getenv("UPLOADCARE_PUBLIC_KEY"), NULL, &opts, &client, &error);
    if (status == UC_OK)
        status = uc_url(client, wish.uuid, NULL, NULL, &original, &error);
    if (status == UC_OK)
        status = make_thumbnail(client, &wish, &thumbnail, &error);
    if (status == UC_OK)
        status = make_srcset(client, &wish, &srcset, &error);

    if (status != UC_OK)
        fprintf(stderr, "picture_urls: %s: %s\n", uc_status_name(status), error->message);
    else if (html)
        print_page(&wish, original, thumbnail, srcset);
    else
        printf("original %s\nthumbnail %s\nsrcset %s\n", original, thumbnail, srcset);
    uc_free(error);
    uc_free(srcset);
    uc_free(thumbnail);
    uc_free(original);
    uc_free(client);
    return status != UC_OK;
}
