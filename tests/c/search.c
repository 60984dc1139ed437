/* Searching files: conditions, pages by POST, limits, the service's refusals. */
#include "files.h"

static uc_page *search(const uc_client *client, const char *query, const uc_files_search_opts *opts) {
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_files_search(client, query, opts, &page, &error), error);
    return page;
}

/** The files that are there and whose name holds `part`, oldest first. */
static struct kept kept_like(const char *part) {
    struct kept kept = kept_present();
    size_t i, count = 0;
    for (i = 0; i < kept.count; i++)
        if (strstr(kept.files[i].name, part)) kept.files[count++] = kept.files[i];
    kept.count = count;
    return kept;
}

/** The page shows those files, from `first` on. */
static void check_found(const uc_page *page, const struct kept *kept, size_t first) {
    size_t i;
    for (i = 0; i < uc_page_count(page); i++) check_kept(&kept->files[first + i], uc_page_file(page, i));
    CHECK(uc_page_file(page, i) == NULL);
    CHECK(uc_page_group(page, 0) == NULL);
    CHECK_TEXT(NULL, uc_page_end_cursor(page));
    CHECK_INT(kept->count, uc_page_total(page));
}

#define REPORTS "{\"phrase\": {\"original_filename\": \"report\"}, \"sort\": [\"datetime_uploaded\"]}"

TEST("pages come to the end and back, each by a POST with the same body") {
    struct kept kept = kept_like("report");
    uc_client *client = client_new();
    uc_page *page = search(client, REPORTS, NULL);
    uc_error *error;
    size_t first = 0, requests = 1, i;
    CHECK(kept.count > 60);
    check_sent(0, "POST", "/files/search/", REPORTS);
    CHECK_INT(20, uc_page_per_page(page));
    check_found(page, &kept, 0);
    for (; first + 20 < kept.count; requests++) {
        CHECK_INT(20, uc_page_count(page));
        CHECK_OK(uc_page_next(page, &error), error);
        check_found(page, &kept, first += 20);
    }
    CHECK_INT(kept.count - first, uc_page_count(page));
    for (i = 0; i < 3; i++) CHECK_DONE(uc_page_next(page, &error), error);
    for (; first > 0; requests++) {
        CHECK_OK(uc_page_previous(page, &error), error);
        check_found(page, &kept, first -= 20);
    }
    for (i = 0; i < 3; i++) CHECK_DONE(uc_page_previous(page, &error), error);
    CHECK_INT(requests, requests_counted());
    for (i = 1; i < requests; i++) {
        char *target = sent((int)i, "target");
        CHECK(strncmp(target, "/files/search/?", 15) == 0);
        check_sent((int)i, "POST", NULL, REPORTS);
        free(target);
    }
    uc_free(page);
    uc_free(client);
    free(kept.files);
}

TEST("limit and offset choose a part, which the pages go on from") {
    struct kept kept = kept_like("report");
    uc_client *client = client_new();
    uc_files_search_opts opts = files_search_opts();
    uc_page *page;
    uc_error *error;
    opts.limit = 7;
    opts.offset = 30;
    page = search(client, REPORTS, &opts);
    check_sent(0, "POST", "/files/search/?limit=7&offset=30", REPORTS);
    CHECK_INT(7, uc_page_count(page));
    CHECK_INT(7, uc_page_per_page(page));
    check_found(page, &kept, 30);
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_INT(7, uc_page_count(page));
    check_found(page, &kept, 37);
    uc_free(page);

    opts.offset = (uint32_t)kept.count; /* past the last */
    page = search(client, REPORTS, &opts);
    CHECK_INT(0, uc_page_count(page));
    CHECK_DONE(uc_page_next(page, &error), error);
    uc_free(page);
    uc_free(client);
    free(kept.files);
}

TEST("a search reaches the first thousand files and ends there") {
    uc_client *client = client_new();
    uc_files_search_opts opts = files_search_opts();
    uc_page *page;
    uc_error *error;
    size_t found = 0;
    opts.limit = 100;
    page = search(client, "{\"size\":{\"gte\":0}}", &opts);
    do found += uc_page_count(page);
    while (uc_page_next(page, &error) == UC_OK);
    CHECK_INT(1000, found);
    CHECK(uc_page_total(page) > 1000);
    CHECK_INT(10, requests_counted());
    uc_free(page);

    opts.offset = 900;
    page = search(client, "{\"size\":{\"gte\":0}}", &opts);
    CHECK_INT(100, uc_page_count(page));
    CHECK_DONE(uc_page_next(page, &error), error);
    uc_free(page);
    uc_free(client);
}

/** The numbers of a request's target, with no other parameters. */
static void check_part(int request, int limit, int offset) {
    char *target = text("/files/search/?limit=%d&offset=%d", limit, offset);
    check_sent(request, "POST", target, NULL);
    free(target);
}

TEST("the last of the first thousand files come on a shorter page where the limit does not divide them") {
    static const struct {
        uint32_t limit, offset, pages, last;
    } cases[] = {{30, 0, 34, 10}, {30, 970, 1, 30}, {30, 969, 2, 1}, {7, 900, 15, 2}, {100, 850, 2, 50}};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        uc_files_search_opts opts = files_search_opts();
        uint32_t found = 0, pages = 0, n;
        uc_page *page;
        uc_error *error;
        opts.limit = cases[i].limit;
        opts.offset = cases[i].offset;
        forget_requests();
        page = search(client, "{\"size\":{\"gte\":0}}", &opts);
        for (;;) {
            found += (uint32_t)uc_page_count(page);
            pages++;
            if (!uc_page_has_next(page)) break;
            CHECK_OK(uc_page_next(page, &error), error);
        }
        CHECK_DONE(uc_page_next(page, &error), error);
        CHECK(uc_page_total(page) > 1000);
        CHECK_INT(1000, opts.offset + found);
        CHECK_INT(cases[i].pages, pages);
        CHECK_INT(cases[i].last, uc_page_count(page));
        CHECK_INT(pages, requests_counted());
        if (pages > 1) check_part((int)pages - 1, (int)cases[i].last, (int)(1000 - cases[i].last));
        for (n = 1, found = (uint32_t)uc_page_count(page); n < pages; n++) {
            CHECK_OK(uc_page_previous(page, &error), error);
            CHECK_INT(opts.limit, uc_page_count(page));
            found += (uint32_t)uc_page_count(page);
        }
        CHECK_INT(1000, opts.offset + found);
        CHECK_DONE(uc_page_previous(page, &error), error);
        uc_free(page);
    }
    uc_free(client);
}

TEST("fewer than a thousand files end where they end, on a page of any length") {
    struct kept kept = kept_like("report");
    uc_client *client = client_new();
    uc_files_search_opts opts = files_search_opts();
    uc_page *page;
    uc_error *error;
    size_t found = 0;
    opts.limit = 30;
    page = search(client, REPORTS, &opts);
    do {
        check_found(page, &kept, found);
        found += uc_page_count(page);
    } while (uc_page_next(page, &error) == UC_OK);
    CHECK_INT(kept.count, found);
    CHECK_INT((kept.count + 29) / 30, requests_counted());
    uc_free(page);
    uc_free(client);
    free(kept.files);
}

TEST("there is no way back before the offset that a search began with, and forward again nothing is missed") {
    struct kept kept = kept_like("report");
    uc_client *client = client_new();
    uc_files_search_opts opts = files_search_opts();
    uc_page *page;
    uc_error *error;
    size_t first;
    opts.limit = 10;
    opts.offset = 5;
    page = search(client, REPORTS, &opts);
    CHECK_DONE(uc_page_previous(page, &error), error);
    for (first = 15; first < 45; first += 10) CHECK_OK(uc_page_next(page, &error), error);
    for (first = 35; first > 5; first -= 10) {
        check_found(page, &kept, first);
        CHECK_INT(10, uc_page_count(page));
        CHECK_OK(uc_page_previous(page, &error), error);
    }
    check_found(page, &kept, 5);
    CHECK_DONE(uc_page_previous(page, &error), error);
    check_found(page, &kept, 5);
    CHECK_OK(uc_page_next(page, &error), error);
    check_found(page, &kept, 15);
    CHECK_INT(8, requests_counted());
    uc_free(page);
    uc_free(client);
    free(kept.files);
}

/* -- conditions --------------------------------------------------------------------------------------- */

static int has_tag(const uc_file *file, const char *tag) {
    size_t i;
    for (i = 0; i < file->tags_len; i++)
        if (strcmp(file->tags[i], tag) == 0) return 1;
    return 0;
}

static int is_upload(const uc_file *file) {
    const char *subsystem = value_of(file->metadata, file->metadata_len, "subsystem");
    return subsystem != NULL && strcmp(subsystem, "uploader") == 0;
}
static int is_cat(const uc_file *file) {
    const char *pet = value_of(file->metadata, file->metadata_len, "pet");
    return pet != NULL && strcmp(pet, "cat") == 0;
}
static int is_video(const uc_file *file) { return strncmp(file->mime_type, "video/", 6) == 0; }
static int is_mp4(const uc_file *file) { return strcmp(file->mime_type, "video/mp4") == 0; }
static int is_dance(const uc_file *file) { return strcmp(file->original_filename, "dance.gif") == 0; }
static int is_early(const uc_file *file) {
    return file->datetime_uploaded_us >= INT64_C(1577923200000000) && /* 2020-01-02 */
           file->datetime_uploaded_us < INT64_C(1578009600000000);    /* 2020-01-03 */
}
static int is_middling(const uc_file *file) { return file->size > 1000 && file->size <= 77777; }
static int is_image(const uc_file *file) { return file->is_image == 1; }
static int is_tagged(const uc_file *file) { return has_tag(file, "fruit") && has_tag(file, "summer_2026"); }
static int is_untagged_image(const uc_file *file) { return is_image(file) && !has_tag(file, "fruit"); }

TEST("each kind of condition finds the files that meet it, and no others") {
    static const struct {
        const char *query;
        int (*is_met)(const uc_file *file);
    } conditions[] = {
        {"{\"query\":\"uploader\"}", is_upload},
        {"{\"query\":\"uploqder\",\"fuzziness\":true}", is_upload},
        {"{\"phrase\":{\"metadata\":\"uploader\"}}", is_upload},
        {"{\"phrase\":{\"detected_mime_type\":\"video/\"}}", is_video},
        {"{\"exact\":{\"metadata[pet]\":[\"dog\",\"cat\"]}}", is_cat},
        {"{\"exact\":{\"detected_mime_type\":[\"video/mp4\"]}}", is_mp4},
        {"{\"exact\":{\"original_filename\":[\"dance.gif\"]}}", is_dance},
        {"{\"datetime_uploaded\":{\"gte\":\"2020-01-02T00:00:00Z\",\"lt\":\"2020-01-03T00:00:00Z\"}}", is_early},
        {"{\"size\":{\"gt\":1000,\"lte\":77777}}", is_middling},
        {"{\"is_image\":true}", is_image},
        {"{\"tags\":{\"all\":[\"fruit\",\"summer_2026\"]}}", is_tagged},
        {" { \"is_image\" : true , \"tags\" : { \"none\" : [\"fruit\"] } } ", is_untagged_image},
    };
    uc_client *client = client_new();
    uc_files_opts everything = files_opts();
    uc_page *all;
    uc_error *error;
    size_t i, j;
    reset("{\"groups\":60}");
    everything.limit = 1000;
    CHECK_OK(uc_files_list(client, &everything, &all, &error), error);
    for (i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        uc_page *page = search(client, conditions[i].query, NULL);
        size_t expected = 0, found = 0;
        for (j = 0; j < uc_page_count(all); j++) expected += (size_t)conditions[i].is_met(uc_page_file(all, j));
        do {
            for (j = 0; j < uc_page_count(page); j++) CHECK(conditions[i].is_met(uc_page_file(page, j)));
            found += uc_page_count(page);
        } while (uc_page_next(page, &error) == UC_OK);
        if (expected == 0 || found != expected)
            FAIL("%d found, not %d, by %s", (int)found, (int)expected, conditions[i].query);
        uc_free(page);
    }
    uc_free(all);
    uc_free(client);
}

TEST("one file is found by its uuid, until it is deleted") {
    struct kept_file kept = a_file();
    uc_client *client = client_new();
    char *query = text("{\"exact\":{\"uuid\":[\"%s\"]}}", kept.uuid);
    uc_page *page = search(client, query, NULL);
    uc_file *file;
    uc_error *error;
    CHECK_INT(1, uc_page_count(page));
    check_kept(&kept, uc_page_file(page, 0));
    uc_free(page);
    CHECK_OK(uc_file_delete(client, kept.uuid, &file, &error), error);
    uc_free(file);
    page = search(client, query, NULL);
    CHECK_INT(0, uc_page_count(page));
    CHECK_DONE(uc_page_next(page, &error), error);
    uc_free(page);
    uc_free(client);
    free(query);
}

TEST("the order is that of the query's sort") {
    uc_client *client = client_new();
    uc_files_search_opts opts = files_search_opts();
    uc_page *page;
    size_t i;
    opts.limit = 100;
    page = search(client, "{\"size\":{\"gt\":0},\"sort\":[\"-size\",\"-datetime_uploaded\"]}", &opts);
    for (i = 1; i < uc_page_count(page); i++) {
        const uc_file *one = uc_page_file(page, i - 1), *other = uc_page_file(page, i);
        CHECK(one->size > other->size ||
              (one->size == other->size && one->datetime_uploaded_us > other->datetime_uploaded_us));
    }
    CHECK_INT(100, i);
    uc_free(page);
    uc_free(client);
}

TEST("a file's json says what was found where, and its appdata comes when it is included") {
    uc_client *client = client_new();
    uc_files_search_opts opts = files_search_opts();
    uc_page *page = search(client, "{\"query\":\"dance\"}", NULL);
    uc_error *error;
    CHECK_CONTAINS(uc_page_file(page, 0)->json, "\"highlight\":{\"original_filename\":[\"<em>dance</em>.gif\"]}");
    CHECK_TEXT(NULL, uc_page_file(page, 0)->appdata);
    uc_free(page);
    opts.include = "appdata";
    page = search(client, "{\"query\":\"dance\"}", &opts);
    check_sent(1, "POST", "/files/search/?include=appdata", NULL);
    CHECK_CONTAINS(uc_page_file(page, 0)->appdata, "uc_clamav_virus_scan");
    CHECK_OK(uc_page_next(page, &error), error);
    CHECK_CONTAINS(uc_page_file(page, 0)->appdata, "uc_clamav_virus_scan");
    uc_free(page);
    uc_free(client);
}

/* -- refusals and failures ----------------------------------------------------------------------------- */

TEST("what the service does not take is refused in its words, field by field") {
    static const char *const refusals[][3] = {
        {"{}", "condition", "condition"},
        {"{\"query\":\"abc\"}", "query: ", "4 characters"},
        {"{\"size\":{}}", "size: ", "gte"},
        {"{\"size\":{\"gt\":\"big\"}}", "size: ", "gt: "},
        {"{\"colour\":\"red\",\"is_image\":true}", "colour: ", ""},
        {"{\"is_image\":true,\"sort\":[\"colour\"]}", "sort: ", "colour"},
    };
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        uc_page *page = (uc_page *)client;
        uc_error *error;
        CHECK_FAILS(UC_ERR_REJECTED, uc_files_search(client, refusals[i][0], NULL, &page, &error), error);
        CHECK(page == NULL);
        CHECK_INT(400, error->http_status);
        CHECK_INT(1, error->attempts);
        CHECK_CONTAINS(error->message, refusals[i][1]);
        CHECK_CONTAINS(error->message, refusals[i][2]);
        CHECK_LACKS(error->message, "{");
        CHECK(error->body != NULL && error->body[0] == '{');
        uc_free(error);
    }
    uc_free(client);
}

TEST("a query that is no JSON object is refused before it is sent") {
    static const char *const wrong[] = {"", " ", "[]", "null", "7", "\"query\"", "{", "{\"query\":}", "{}{}", "{} x",
                                        "{'query':'pineapple'}", "{\"query\":\"\xff\"}"};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_page *page = (uc_page *)client;
        uc_error *error;
        check_refusal(uc_files_search(client, wrong[i], NULL, &page, &error), &error, "query_json", wrong[i]);
        CHECK(page == NULL);
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

TEST("limits: 100 files a page, a thousand in all, appdata and nothing else") {
    static const struct {
        uint32_t limit, offset;
        const char *include, *name;
    } wrong[] = {{101, 0, NULL, "opts.limit"},     {UINT32_MAX, 0, NULL, "opts.limit"},
                 {0, 1001, NULL, "opts.offset"},   {0, UINT32_MAX, NULL, "opts.offset"},
                 {0, 981, NULL, "opts.offset"},    {100, 901, NULL, "opts.offset"},
                 {0, 0, "tags", "opts.include"},   {0, 0, "", "opts.include"},
                 {1, 1000, NULL, "opts.offset"}};
    static const uint32_t right[][2] = {{0, 980}, {100, 900}, {1, 999}, {100, 0}};
    uc_client *client = client_new();
    uc_files_search_opts opts;
    size_t i;
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uc_page *page;
        uc_error *error;
        opts = files_search_opts();
        opts.limit = wrong[i].limit;
        opts.offset = wrong[i].offset;
        opts.include = wrong[i].include;
        check_refusal(uc_files_search(client, REPORTS, &opts, &page, &error), &error, wrong[i].name, "");
        CHECK(page == NULL);
    }
    CHECK_INT(0, requests_counted());
    opts = files_search_opts();
    for (i = 0; i < sizeof right / sizeof *right; i++) {
        opts.limit = right[i][0];
        opts.offset = right[i][1];
        uc_free(search(client, REPORTS, &opts));
    }
    uc_free(client);
}

TEST("a lost answer is asked for again, though it is a POST, on the first page and on the next") {
    static const char *const faults[] = {
        "{\"fault\":\"close_before\",\"done\":true,\"skip\":%d}",
        "{\"fault\":\"reset_inside\",\"skip\":%d}",
        "{\"fault\":\"status\",\"status\":502,\"skip\":%d,\"headers\":{\"Retry-After\":\"0\"}}",
    };
    struct kept kept = kept_like("report");
    uc_client *client = client_new();
    size_t i;
    int skip, n;
    for (i = 0; i < sizeof faults / sizeof *faults; i++) {
        for (skip = 0; skip < 2; skip++) {
            char *json = (char *)malloc(strlen(faults[i]) + 16);
            uc_page *page;
            uc_error *error;
            sprintf(json, faults[i], skip);
            forget_requests();
            fault(json);
            page = search(client, REPORTS, NULL);
            CHECK_OK(uc_page_next(page, &error), error);
            check_found(page, &kept, 20);
            CHECK_INT(3, requests_counted());
            for (n = 0; n < 3; n++) check_sent(n, "POST", NULL, REPORTS);
            uc_free(page);
            free(json);
        }
    }
    uc_free(client);
    free(kept.files);
}

TEST("a page that could not move stays as it was, and goes on when asked again") {
    struct kept kept = kept_like("report");
    uc_client *client = client_without_retries();
    uc_page *page = search(client, REPORTS, NULL);
    uc_error *error;
    fault("{\"fault\":\"status\",\"status\":500}");
    CHECK_FAILS(UC_ERR_SERVER, uc_page_next(page, &error), error);
    uc_free(error);
    check_found(page, &kept, 0);
    CHECK_OK(uc_page_next(page, &error), error);
    check_found(page, &kept, 20);
    uc_free(page);
    uc_free(client);
    free(kept.files);
}

TEST("a search outlives its client, its query and its options") {
    struct kept kept = kept_like("report");
    uc_client *client = client_new();
    char *query = strdup(REPORTS);
    uc_page *page = search(client, query, NULL);
    uc_error *error;
    memset(query, 'x', strlen(query));
    free(query);
    uc_free(client);
    CHECK_OK(uc_page_next(page, &error), error);
    check_found(page, &kept, 20);
    check_sent(1, "POST", "/files/search/?limit=20&offset=20", REPORTS);
    uc_free(page);
    free(kept.files);
}
