/*
 * What a C programmer would write instead: the same listing with libcurl, OpenSSL and yyjson.
 * One easy handle that keeps its connection, a large receive buffer, JSON read where it lies, all
 * memory used again for the next page. It fills the library's own struct, so that both programs
 * hand the same to the same sums.
 *
 *     yardstick [--pages N]
 */
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#include "sums.h"
#include "yyjson.h"

#define MD5_OF_NOTHING "d41d8cd98f00b204e9800998ecf8427e"

struct page {
    char *body;
    size_t body_len, body_room;
    void *pool;
    size_t pool_size;
    uc_group *groups;
    size_t groups_len, groups_room;
    char next[1024];
};

static void *grown(void *memory, size_t size)
{
    memory = realloc(memory, size);
    if (memory == NULL)
        die("out of memory");
    return memory;
}

/* Keeps YYJSON_PADDING_SIZE bytes free behind the body, for reading it in place. */
static size_t on_body(char *bytes, size_t size, size_t count, void *user_data)
{
    struct page *page = user_data;
    size_t len = size * count, needed = page->body_len + len + YYJSON_PADDING_SIZE;

    if (needed > page->body_room) {
        while (page->body_room < needed)
            page->body_room = page->body_room ? page->body_room * 2 : 512 * 1024;
        page->body = grown(page->body, page->body_room);
    }
    memcpy(page->body + page->body_len, bytes, len);
    page->body_len += len;
    return len;
}

/* Signed headers for a GET of `target`. */
static struct curl_slist *signed_headers(const char *public_key, const char *secret_key, const char *target)
{
    char date[64], text[2048], header[512];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len;
    time_t now = time(NULL);
    struct tm utc;
    struct curl_slist *headers = NULL;

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    int len = snprintf(text, sizeof text, "GET\n" MD5_OF_NOTHING "\napplication/json\n%s\n%s", date, target);
    if (len >= (int)sizeof text)
        die("the address of a page is too long");
    HMAC(EVP_sha1(), secret_key, (int)strlen(secret_key), (unsigned char *)text, (size_t)len, digest,
         &digest_len);

    len = snprintf(header, sizeof header, "Authorization: Uploadcare %s:", public_key);
    if (len + 2 * (int)digest_len >= (int)sizeof header)
        die("the public key is too long");
    for (unsigned i = 0; i < digest_len; i++)
        len += sprintf(header + len, "%02x", digest[i]);
    headers = curl_slist_append(headers, header);
    snprintf(header, sizeof header, "Date: %s", date);
    headers = curl_slist_append(headers, header);
    headers = curl_slist_append(headers, "Accept: application/vnd.uploadcare-v0.7+json");
    headers = curl_slist_append(headers, "Content-Type: application/json");
    return headers;
}

static int number(const char *digits, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        unsigned digit = (unsigned)digits[i] - '0';
        if (digit > 9)
            return -1;
        value = value * 10 + (int)digit;
    }
    return value;
}

/* "2018-11-26T12:49:10.477888Z", the one form the service uses, in microseconds since 1970. */
static int64_t microseconds(const char *text, size_t len)
{
    static const int days_before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

    if (len != 27 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text[19] != '.' || text[26] != 'Z')
        return INT64_MIN;
    int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    int hour = number(text + 11, 2), minute = number(text + 14, 2), second = number(text + 17, 2);
    int fraction = number(text + 20, 6);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 60 || fraction < 0)
        return INT64_MIN;
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    int years = year - 1;
    int64_t days = years * 365 + years / 4 - years / 100 + years / 400 - 719162;
    days += days_before[month - 1] + (leap && month > 2) + day - 1;
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000 + fraction;
}

/* The value of `key`, which as a rule stands right behind the one asked for before. */
#define FIELD(iter, key) yyjson_obj_iter_getn(iter, key, sizeof key - 1)

static void read_group(yyjson_val *object, uc_group *group)
{
    yyjson_obj_iter iter = yyjson_obj_iter_with(object);
    yyjson_val *id = FIELD(&iter, "id"), *created = FIELD(&iter, "datetime_created");
    yyjson_val *files_count = FIELD(&iter, "files_count");

    if (!yyjson_is_str(id))
        die("a group without an id");
    group->id = yyjson_get_str(id);
    group->datetime_created = yyjson_get_str(created);
    group->datetime_created_us = yyjson_is_str(created)
                                     ? microseconds(yyjson_get_str(created), yyjson_get_len(created))
                                     : INT64_MIN;
    group->files_count = yyjson_is_int(files_count) ? yyjson_get_sint(files_count) : -1;
    group->cdn_url = yyjson_get_str(FIELD(&iter, "cdn_url"));
    group->url = yyjson_get_str(FIELD(&iter, "url"));
    group->files = NULL;
    group->files_len = 0;
    group->json = NULL;
}

/* Reads the body in place: the texts of the groups lie in it afterwards, each with a NUL. */
static void read_page(struct page *page)
{
    size_t pool_size = yyjson_read_max_memory_usage(page->body_len, YYJSON_READ_INSITU);
    yyjson_alc alc;
    yyjson_read_err error;

    if (pool_size > page->pool_size) {
        free(page->pool);
        page->pool_size = pool_size + pool_size / 8;
        page->pool = grown(NULL, page->pool_size);
    }
    yyjson_alc_pool_init(&alc, page->pool, page->pool_size);
    memset(page->body + page->body_len, 0, YYJSON_PADDING_SIZE);
    yyjson_doc *doc = yyjson_read_opts(page->body, page->body_len, YYJSON_READ_INSITU, &alc, &error);
    if (doc == NULL)
        die("not JSON: %s", error.msg);

    yyjson_val *root = yyjson_doc_get_root(doc), *item;
    yyjson_val *next = yyjson_obj_get(root, "next"), *results = yyjson_obj_get(root, "results");
    if (yyjson_get_len(next) >= sizeof page->next)
        die("the address of a page is too long");
    strcpy(page->next, yyjson_is_str(next) ? yyjson_get_str(next) : "");

    page->groups_len = yyjson_arr_size(results);
    if (page->groups_len > page->groups_room) {
        page->groups_room = page->groups_len;
        page->groups = grown(page->groups, page->groups_room * sizeof *page->groups);
    }
    size_t i, count;
    yyjson_arr_foreach(results, i, count, item)
        read_group(item, &page->groups[i]);
}

int main(int argc, char **argv)
{
    const char *base = getenv("UPLOADCARE_API_BASE"), *ca_file = getenv("UPLOADCARE_CA_FILE");
    const char *public_key = getenv("UPLOADCARE_PUBLIC_KEY"), *secret_key = getenv("UPLOADCARE_SECRET_KEY");
    unsigned long pages = option(argc, argv, "--pages", -1UL);
    struct page page = {0};
    struct sums sums = {0};

    if (base == NULL || public_key == NULL || secret_key == NULL)
        die("UPLOADCARE_API_BASE, UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY are not all set");
    size_t base_len = strlen(base);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        die("no libcurl");
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 512 * 1024L);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "yardstick/1.0");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page);
    if (ca_file != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);

    if (snprintf(page.next, sizeof page.next, "%s/groups/?limit=1000", base) >= (int)sizeof page.next)
        die("UPLOADCARE_API_BASE is too long");
    while (page.next[0] != '\0' && pages-- > 0) {
        if (strncmp(page.next, base, base_len) != 0 || page.next[base_len] != '/')
            die("the next page is not where it should be: %s", page.next);
        struct curl_slist *headers = signed_headers(public_key, secret_key, page.next + base_len);
        curl_easy_setopt(curl, CURLOPT_URL, page.next);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        page.body_len = 0;
        CURLcode code = curl_easy_perform(curl);
        if (code != CURLE_OK)
            die("%s", curl_easy_strerror(code));
        long status;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200)
            die("HTTP %ld: %.*s", status, (int)page.body_len, page.body);
        curl_slist_free_all(headers);

        read_page(&page);
        for (size_t i = 0; i < page.groups_len; i++)
            add_group(&sums, &page.groups[i]);
    }
    print_sums(&sums);
    free(page.groups);
    free(page.pool);
    free(page.body);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return 0;
}
