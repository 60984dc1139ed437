/* Listing files: every option, pages, cursors, reading ahead. */
#include "files.h"

/** The page shows the files from `first` on, forwards (`step` 1) or backwards (-1) in time. */
static void check_files(const uc_page *page, const struct kept *kept, size_t first, int step) {
    size_t i;
    for (i = 0; i < uc_page_count(page); i++)
        check_kept(&kept->files[(long)first + step * (long)i], uc_page_file(page, i));
    CHECK(uc_page_file(page, i) == NULL);
    CHECK(uc_page_group(page, 0) == NULL);
}

/** From this page to the end: the files from `first` to `last` on full pages, then UC_DONE, again and again. */
static void check_files_rest(uc_page *page, const struct kept *kept, size_t first, size_t last, int step,
                             size_t limit) {
    size_t left = (size_t)(step > 0 ? last - first : first - last) + 1;
    uc_error *error;
    int i;
    for (;;) {
        size_t count = uc_page_count(page);
        CHECK_INT(left < limit ? left : limit, count);
        check_files(page, kept, first, step);
        first += (size_t)step * count;
        left -= count;
        if (left == 0) break;
        CHECK_INT(1, uc_page_has_next(page));
        CHECK_OK(uc_page_next(page, &error), error);
    }
    for (i = 0; i < 3; i++) CHECK_DONE(uc_page_next(page, &error), error);
    CHECK_INT(0, uc_page_has_next(page));
}

static uc_page *list(const uc_client *client, const uc_files_opts *opts) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_files_list(client, opts, &page, &error), error);
    return page;
}

/** A whole listing: the files from `first` to `last`. */
static void check_list(const uc_client *client, const uc_files_opts *opts, const struct kept *kept, size_t first,
                       size_t last, int step) {
    uc_page *page = list(client, opts);
    check_files_rest(page, kept, first, last, step, opts && opts->limit ? opts->limit : 100);
    uc_free(page);
}

static char *cursor_of(const uc_client *client, const uc_files_opts *opts) {
    uc_page *page = list(client, opts);
    char *cursor = strdup(uc_page_end_cursor(page));
    uc_free(page);
    return cursor;
}

TEST("all files that are there come once, oldest first, 100 a page") {
    struct kept kept = kept_present();
    uc_client *client = client_new();
    check_list(client, NULL, &kept, 0, kept.count - 1, 1);
    CHECK_INT((kept.count + 99) / 100, requests_counted());
    check_sent(0, "GET", "/files/", "");
    uc_free(client);
    free(kept.files);
}

TEST("any limit cuts the same listing, in both orders") {
    static const uint32_t limits[] = {1, 7, 100, 1000};
    struct kept kept;
    uc_client *client = client_new();
    size_t i;
    reset("{\"groups\":24}");
    kept = kept_present();
    for (i = 0; i < sizeof limits / sizeof *limits; i++) {
        uc_files_opts opts = files_opts();
        opts.limit = limits[i];
        forget_requests();
        check_list(client, &opts, &kept, 0, kept.count - 1, 1);
        opts.ordering = "-datetime_uploaded";
        check_list(client, &opts, &kept, kept.count - 1, 0, -1);
        CHECK_INT(2 * ((kept.count + limits[i] - 1) / limits[i]), requests_counted());
    }
    uc_free(client);
    free(kept.files);
}

TEST("from a date on, or backwards: the moment itself is left out, in any zone") {
    struct kept kept = kept_present();
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    opts.from = kept.files[200].uploaded;
    opts.ordering = "datetime_uploaded";
    check_list(client, &opts, &kept, 201, kept.count - 1, 1);
    opts.ordering = "-datetime_uploaded";
    check_list(client, &opts, &kept, 199, 0, -1);
    opts.from = "2019-12-31T23:54:59Z"; /* a second before the first file */
    opts.ordering = NULL;
    check_list(client, &opts, &kept, 0, kept.count - 1, 1);
    opts.from = "2020-01-01T02:54:59+03:00";
    check_list(client, &opts, &kept, 0, kept.count - 1, 1);
    uc_free(client);
    free(kept.files);
}

TEST("stored, temporary and removed files, each by themselves") {
    static const struct {
        int32_t stored, removed;
        int is_stored, is_removed;
    } filters[] = {{UC_YES, UC_DEFAULT, 1, 0},  {UC_NO, UC_DEFAULT, 0, 0}, {UC_DEFAULT, UC_NO, -1, 0},
                   {UC_DEFAULT, UC_YES, -1, 1}, {UC_YES, UC_NO, 1, 0},     {UC_NO, UC_YES, 0, 1}};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct kept kept = kept_where(filters[i].is_removed, filters[i].is_stored);
        uc_files_opts opts = files_opts();
        opts.limit = 60;
        opts.stored = filters[i].stored;
        opts.removed = filters[i].removed;
        CHECK(kept.count > 60);
        check_list(client, &opts, &kept, 0, kept.count - 1, 1);
        free(kept.files);
    }
    uc_free(client);
}

TEST("what was stored, and what was deleted, moves from one listing to the other") {
    struct kept kept = kept_where(0, 0), now;
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    uc_file *file;
    uc_error *error;
    CHECK_OK(uc_file_store(client, kept.files[0].uuid, &file, &error), error);
    uc_free(file);
    CHECK_OK(uc_file_delete(client, kept.files[1].uuid, &file, &error), error);
    uc_free(file);
    opts.stored = UC_NO;
    check_list(client, &opts, &kept, 2, kept.count - 1, 1);
    opts.stored = UC_DEFAULT;
    opts.removed = UC_YES;
    now = kept_where(1, -1);
    CHECK_TEXT(kept.files[1].uuid, now.files[0].uuid);
    check_list(client, &opts, &now, 0, now.count - 1, 1);
    uc_free(client);
    free(kept.files);
    free(now.files);
}

TEST("appdata comes when it is included, on every page") {
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    uc_page *page;
    uc_error *error;
    int included;
    reset("{\"groups\":24}");
    for (included = 0; included < 2; included++) {
        size_t files = 0, with = 0;
        opts.limit = 50;
        opts.include = included ? "appdata" : NULL;
        page = list(client, &opts);
        do {
            size_t i;
            for (i = 0; i < uc_page_count(page); i++, files++) {
                const uc_file *file = uc_page_file(page, i);
                CHECK((file->appdata != NULL) == (included && file->is_ready));
                with += file->appdata != NULL;
            }
        } while (uc_page_next(page, &error) == UC_OK);
        CHECK(files > 100);
        CHECK((with > 0) == included);
        uc_free(page);
    }
    uc_free(client);
}

TEST("what is asked for is what is sent, and the links keep it") {
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    uc_page *page;
    uc_error *error;
    int i;
    opts.limit = 3;
    opts.from = "2020-01-02T03:04:05.678901+02:00";
    opts.ordering = "-datetime_uploaded";
    opts.stored = UC_YES;
    opts.removed = UC_NO;
    opts.include = "appdata";
    page = list(client, &opts);
    CHECK_OK(uc_page_next(page, &error), error);
    for (i = 0; i < 2; i++) {
        char *target = sent(i, "target");
        CHECK(strncmp(target, "/files/?", 8) == 0);
        CHECK_CONTAINS(target, "limit=3");
        CHECK_CONTAINS(target, "ordering=-datetime_uploaded");
        CHECK_CONTAINS(target, "from=20");
        CHECK_CONTAINS(target, "stored=true");
        CHECK_CONTAINS(target, "removed=false");
        CHECK_CONTAINS(target, "include=appdata");
        CHECK(strpbrk(strchr(target, '?'), "+ ") == NULL); /* a bare plus would be read as a space */
        free(target);
    }
    uc_free(page);
    uc_free(client);
}

TEST("uc_page_previous() leads back to the first page, and on from there, in both orders") {
    struct kept kept = kept_present();
    uc_client *client = client_new();
    int newest_first;
    for (newest_first = 0; newest_first < 2; newest_first++) {
        size_t first = newest_first ? kept.count - 1 : 0, last = kept.count - 1 - first, pages = 1;
        int step = newest_first ? -1 : 1;
        uc_files_opts opts = files_opts();
        uc_page *page;
        uc_error *error;
        opts.limit = 500;
        opts.ordering = newest_first ? "-datetime_uploaded" : NULL;
        page = list(client, &opts);
        CHECK_DONE(uc_page_previous(page, &error), error);
        check_files_rest(page, &kept, first, last, step, 500);
        while (uc_page_previous(page, &error) == UC_OK) {
            CHECK_INT(500, uc_page_count(page));
            pages++;
        }
        CHECK_INT((kept.count + 499) / 500, pages);
        check_files_rest(page, &kept, first, last, step, 500);
        uc_free(page);
    }
    uc_free(client);
    free(kept.files);
}

TEST("files of one and the same time come once each across the edges of pages") {
    struct kept kept;
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    int newest_first;
    reset("{\"groups\":40,\"same_time\":true}");
    kept = kept_present();
    opts.limit = 7;
    for (newest_first = 0; newest_first < 2; newest_first++) {
        int *seen = (int *)calloc(kept.count, sizeof *seen);
        uc_page *page;
        size_t i, j;
        opts.ordering = newest_first ? "-datetime_uploaded" : NULL;
        page = list(client, &opts);
        do {
            for (i = 0; i < uc_page_count(page); i++) {
                const char *uuid = uc_page_file(page, i)->uuid;
                for (j = 0; j < kept.count && strcmp(kept.files[j].uuid, uuid) != 0; j++) continue;
                CHECK(j < kept.count);
                seen[j]++;
            }
        } while (uc_page_next(page, NULL) == UC_OK);
        for (j = 0; j < kept.count; j++) CHECK_INT(1, seen[j]);
        uc_free(page);
        free(seen);
    }
    uc_free(client);
    free(kept.files);
}

TEST("pages read ahead are the same as without: content, order, cursor, reply") {
    static const uint32_t ahead[] = {1, 2, 16};
    uc_client *client = client_new();
    size_t i;
    reset("{\"groups\":60}");
    for (i = 0; i < sizeof ahead / sizeof *ahead; i++) {
        uc_files_opts opts = files_opts();
        uc_page *one, *other;
        size_t pages = 1;
        opts.limit = 25;
        opts.include = "appdata";
        opts.ordering = i == 1 ? "-datetime_uploaded" : NULL;
        other = list(client, &opts);
        opts.read_ahead = ahead[i];
        one = list(client, &opts);
        for (;; pages++) {
            uc_status status;
            CHECK_TEXT(uc_page_json(other), uc_page_json(one));
            CHECK_TEXT(uc_page_end_cursor(other), uc_page_end_cursor(one));
            CHECK_INT(uc_page_count(other), uc_page_count(one));
            CHECK_TEXT(uc_page_file(other, 0)->appdata, uc_page_file(one, 0)->appdata);
            status = uc_page_next(other, NULL);
            CHECK_STATUS(status, uc_page_next(one, NULL));
            if (status != UC_OK) break;
        }
        CHECK(pages > 10);
        uc_free(one);
        uc_free(other);
    }
    uc_free(client);
}

TEST("a cursor goes on in another client with all that its listing was asked for") {
    struct kept kept = kept_where(0, 1);
    uc_client *client = client_new();
    uc_files_opts first = files_opts(), opts = files_opts();
    uc_page *page;
    char *cursor;
    first.limit = 30;
    first.ordering = "-datetime_uploaded";
    first.from = kept.files[200].uploaded;
    first.stored = UC_YES;
    first.include = "appdata";
    cursor = cursor_of(client, &first);
    CHECK_LACKS(cursor, SECRET_KEY);
    uc_free(client);

    client = client_new();
    opts.cursor = cursor;
    for (opts.read_ahead = 0; opts.read_ahead <= 3; opts.read_ahead += 3) {
        page = list(client, &opts);
        CHECK_CONTAINS(uc_page_file(page, 0)->appdata, "uc_clamav_virus_scan");
        check_files_rest(page, &kept, 169, 0, -1, 30);
        uc_free(page);
    }
    uc_free(client);
    free(cursor);
    free(kept.files);
}

TEST("with a cursor no other option may say what to list") {
    static const char *const names[] = {"limit", "from", "ordering", "stored", "removed", "include"};
    uc_client *client = client_new();
    char *cursor = cursor_of(client, NULL);
    uc_page *page;
    uc_error *error;
    int field;
    forget_requests();
    for (field = 0; field < 6; field++) {
        uc_files_opts opts = files_opts();
        opts.cursor = cursor;
        if (field == 0) opts.limit = 100;
        if (field == 1) opts.from = "2020-01-02T00:00:00Z";
        if (field == 2) opts.ordering = "datetime_uploaded";
        if (field == 3) opts.stored = UC_YES;
        if (field == 4) opts.removed = UC_NO;
        if (field == 5) opts.include = "appdata";
        check_refusal(uc_files_list(client, &opts, &page, &error), &error, "opts.cursor", names[field]);
        CHECK(page == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
    free(cursor);
}

TEST("a cursor of groups is none of files, and the other way round") {
    uc_client *client = client_new();
    uc_files_opts files = files_opts();
    uc_groups_opts groups = groups_opts();
    char *of_files = cursor_of(client, NULL), *renamed;
    uc_page *page, *refused;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &page, &error), error);
    forget_requests();
    files.cursor = uc_page_end_cursor(page);
    check_refusal(uc_files_list(client, &files, &refused, &error), &error, "opts.cursor", files.cursor);
    renamed = text("files%s", strchr(files.cursor, '.')); /* as a meddler would */
    files.cursor = renamed;
    check_refusal(uc_files_list(client, &files, &refused, &error), &error, "opts.cursor", files.cursor);
    groups.cursor = of_files;
    check_refusal(uc_groups_list(client, &groups, &refused, &error), &error, "opts.cursor", groups.cursor);
    CHECK(refused == NULL);
    CHECK_INT(0, requests_counted());
    uc_free(page);
    uc_free(client);
    free(of_files);
    free(renamed);
}

TEST("a page of files holds no groups, and a page of groups no files") {
    uc_client *client = client_new();
    uc_page *files = list(client, NULL), *groups;
    uc_error *error;
    CHECK_OK(uc_groups_list(client, NULL, &groups, &error), error);
    CHECK(uc_page_file(files, 0) != NULL && uc_page_group(files, 0) == NULL);
    CHECK(uc_page_group(groups, 0) != NULL && uc_page_file(groups, 0) == NULL);
    CHECK(uc_page_file(files, 99) != NULL && uc_page_file(files, 100) == NULL);
    CHECK(uc_page_file(files, (size_t)-1) == NULL);
    CHECK(uc_page_file(files, (size_t)-1 / sizeof(uc_file) + 1) == NULL);
    uc_free(files);
    uc_free(groups);
    uc_free(client);
}

TEST("the page tells what the service says: total, files a page, the reply itself with its totals") {
    struct kept kept = kept_where(1, -1), stored = kept_where(0, 1), temporary = kept_where(0, 0);
    uc_client *client = client_new();
    uc_page *page = list(client, NULL);
    char *totals = text("\"totals\":{\"removed\":%lu,\"stored\":%lu,\"unstored\":%lu}", (unsigned long)kept.count,
                        (unsigned long)stored.count, (unsigned long)temporary.count);
    CHECK_INT(stored.count + temporary.count, uc_page_total(page));
    CHECK_INT(100, uc_page_per_page(page));
    CHECK_CONTAINS(uc_page_json(page), totals);
    uc_free(page);
    uc_free(client);
    free(totals);
    free(kept.files);
    free(stored.files);
    free(temporary.files);
}

TEST("a project without files has one page, without files") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error;
    reset("{\"groups\":0}");
    page = list(client, NULL);
    CHECK_INT(0, uc_page_count(page));
    CHECK_INT(0, uc_page_total(page));
    CHECK(uc_page_file(page, 0) == NULL);
    CHECK_INT(0, uc_page_has_next(page));
    CHECK_DONE(uc_page_next(page, &error), error);
    CHECK_DONE(uc_page_previous(page, &error), error);
    CHECK_INT(1, requests_counted());
    uc_free(page);
    uc_free(client);
}

TEST("options out of their limits are refused by name, and nothing is sent") {
    static const char *const no_parts[] = {"", "yes", "1", "Appdata", "appdata&x=1", "\n"};
    static const char *const no_dates[] = {"", "2024-01-31", "2024-01-31T12:00:00", "2024-02-30T12:00:00Z", "now"};
    static const char *const no_orders[] = {"", "size", "datetime_created", "datetime_uploaded ",
                                            "--datetime_uploaded"};
    uc_client *client = client_new();
    uc_files_opts opts = files_opts();
    uc_page *page;
    uc_error *error;
    const struct {
        const char *name;
        const char **place;
        const char *const *wrong;
        size_t count;
    } texts[] = {{"opts.include", &opts.include, no_parts, 6},
                 {"opts.from", &opts.from, no_dates, 5},
                 {"opts.ordering", &opts.ordering, no_orders, 5}};
    size_t i, j;
    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (j = 0; j < texts[i].count; j++) {
            opts = files_opts();
            *texts[i].place = texts[i].wrong[j];
            check_refusal(uc_files_list(client, &opts, &page, &error), &error, texts[i].name, texts[i].wrong[j]);
            CHECK(page == NULL);
        }
    }
    opts = files_opts();
    opts.limit = 1001;
    check_refusal(uc_files_list(client, &opts, &page, &error), &error, "opts.limit", "1001");
    opts = files_opts();
    opts.read_ahead = 17;
    check_refusal(uc_files_list(client, &opts, &page, &error), &error, "opts.read_ahead", "17");
    opts = files_opts();
    opts.struct_size = 0;
    check_refusal(uc_files_list(client, &opts, &page, &error), &error, "opts.struct_size", "0");
    CHECK_INT(0, requests_counted());
    uc_free(client);
}
