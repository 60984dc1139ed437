/*
 * What a C programmer would write instead: the same upload with libcurl and yyjson. A thread and a
 * handle that keeps its connection for each part on its way, parts of 5 MiB read straight from the
 * file by their offset. Prints how many bytes the service then has.
 *
 *     upload_yardstick FILE [--parallel N]
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "yyjson.h"

#define PART_SIZE (5L << 20)
#define MOST_THREADS 16

struct upload {
    int fd;
    off_t size;
    yyjson_val **urls;
    size_t count;
    atomic_size_t next;
};

/* What is left of a part. */
struct part {
    int fd;
    off_t at, end;
};

struct answer {
    char *text;
    size_t len;
};

static CURL *new_handle(void)
{
    CURL *curl = curl_easy_init();

    if (curl == NULL)
        die("no libcurl");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "yardstick/1.0");
    return curl;
}

static void perform(CURL *curl)
{
    long status = 0;
    CURLcode code = curl_easy_perform(curl);

    if (code != CURLE_OK)
        die("%s", curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        die("HTTP %ld", status);
}

static size_t keep(char *bytes, size_t size, size_t count, void *user_data)
{
    struct answer *answer = user_data;
    size_t len = size * count;

    answer->text = realloc(answer->text, answer->len + len);
    if (answer->text == NULL)
        die("out of memory");
    memcpy(answer->text + answer->len, bytes, len);
    answer->len += len;
    return len;
}

static size_t forget(char *bytes, size_t size, size_t count, void *user_data)
{
    (void)bytes;
    (void)user_data;
    return size * count;
}

/* Sends a form, and gives the answer's JSON. */
static yyjson_doc *post(CURL *curl, const char *base, const char *path, const char *form)
{
    char url[1024];
    struct answer answer = {0};

    if (snprintf(url, sizeof url, "%s%s", base, path) >= (int)sizeof url)
        die("UPLOADCARE_UPLOAD_BASE is too long");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    perform(curl);
    yyjson_doc *doc = yyjson_read(answer.text, answer.len, 0);
    if (doc == NULL)
        die("not JSON: %.*s", (int)answer.len, answer.text);
    free(answer.text);
    return doc;
}

static size_t read_part(char *buffer, size_t size, size_t count, void *user_data)
{
    struct part *part = user_data;
    size_t left = (size_t)(part->end - part->at), most = size * count;
    ssize_t amount = pread(part->fd, buffer, left < most ? left : most, part->at);

    if (amount < 0)
        return CURL_READFUNC_ABORT;
    part->at += amount;
    return (size_t)amount;
}

static void *send_parts(void *user_data)
{
    struct upload *upload = user_data;
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/octet-stream");
    CURL *curl = new_handle();
    size_t number;

    /* Without it libcurl asks first whether it may send, and waits for the answer. */
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512 * 1024L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_part);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, forget);
    while ((number = upload->next++) < upload->count) {
        off_t at = (off_t)number * PART_SIZE;
        off_t end = at + PART_SIZE < upload->size ? at + PART_SIZE : upload->size;
        struct part part = {upload->fd, at, end};
        curl_easy_setopt(curl, CURLOPT_URL, yyjson_get_str(upload->urls[number]));
        curl_easy_setopt(curl, CURLOPT_READDATA, &part);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)(end - at));
        perform(curl);
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return NULL;
}

/* The addresses of the parts, which belong to `started`. */
static void find_parts(struct upload *upload, yyjson_doc *started)
{
    yyjson_val *parts = yyjson_obj_get(yyjson_doc_get_root(started), "parts"), *url;
    size_t i, count;

    upload->count = yyjson_arr_size(parts);
    upload->urls = calloc(upload->count, sizeof *upload->urls);
    if (upload->count != (size_t)((upload->size + PART_SIZE - 1) / PART_SIZE) || upload->urls == NULL)
        die("not as many parts as there should be");
    yyjson_arr_foreach(parts, i, count, url)
        upload->urls[i] = url;
}

int main(int argc, char **argv)
{
    const char *base = getenv("UPLOADCARE_UPLOAD_BASE"), *public_key = getenv("UPLOADCARE_PUBLIC_KEY");
    unsigned long parallel = option(argc, argv, "--parallel", 4);
    pthread_t threads[MOST_THREADS];
    struct upload upload = {0};
    struct stat about;
    char form[1024];

    if (argc < 2 || base == NULL || public_key == NULL || parallel < 1 || parallel > MOST_THREADS)
        die("usage: UPLOADCARE_UPLOAD_BASE=... UPLOADCARE_PUBLIC_KEY=... upload_yardstick FILE [--parallel N]");
    upload.fd = open(argv[1], O_RDONLY);
    if (upload.fd < 0 || fstat(upload.fd, &about) != 0)
        die("%s cannot be opened", argv[1]);
    upload.size = about.st_size;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = new_handle();
    snprintf(form, sizeof form,
             "UPLOADCARE_PUB_KEY=%s&UPLOADCARE_STORE=auto&filename=file&content_type=application/octet-stream"
             "&size=%lld&part_size=%ld",
             public_key, (long long)upload.size, PART_SIZE);
    yyjson_doc *started = post(curl, base, "/multipart/start/", form);
    find_parts(&upload, started);

    for (unsigned long i = 0; i < parallel; i++)
        if (pthread_create(&threads[i], NULL, send_parts, &upload) != 0)
            die("no thread");
    for (unsigned long i = 0; i < parallel; i++)
        pthread_join(threads[i], NULL);

    snprintf(form, sizeof form, "UPLOADCARE_PUB_KEY=%s&uuid=%s", public_key,
             yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(started), "uuid")));
    yyjson_doc *completed = post(curl, base, "/multipart/complete/", form);
    printf("%lld bytes\n",
           (long long)yyjson_get_sint(yyjson_obj_get(yyjson_doc_get_root(completed), "size")));
    yyjson_doc_free(completed);
    yyjson_doc_free(started);
    free(upload.urls);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    close(upload.fd);
    return 0;
}
