// uploadcare.h - C interface of the Uploadcare client library.
// Made by cbindgen from src/ffi: change the text there and run `make header`.
//
// Five rules hold everywhere:
//
//   1. A pointer received without const is owned: give it to uc_free(), in any order.
//      A pointer received with const is borrowed from the object it was asked of.
//   2. A call that can fail returns uc_status: 0 success, positive a normal end, negative a
//      failure. Its last argument may be NULL; if not, it receives NULL, or on failure an owned
//      uc_error. It is overwritten, not freed: free an earlier error first.
//   3. Output arguments are always written, NULL on failure. No need to set them first.
//   4. Text is UTF-8, ends in NUL and is copied on the way in. NULL means absent.
//   5. Threads share a uc_client freely. Any other object: one thread at a time, any thread.
//
// Calls block until they are done; uc_client_cancel() ends them early. Nothing needs initialising,
// nothing is global, and no signal is raised. C99 or C++11, or later.
//
// Structs that the library fills (uc_group, uc_file, uc_error and so on) are read-only and grow at
// their end in later versions: reach them by pointer only, never copy one, never make one. Structs
// that you fill end in _opts: zero the whole, set struct_size, and set what is to differ from the
// default. In C: `uc_groups_opts opts = {0}; opts.struct_size = sizeof opts;`


#ifndef UPLOADCARE_H
#define UPLOADCARE_H

#include <stddef.h>
#include <stdint.h>

#define UC_VERSION_MAJOR 0
#define UC_VERSION_MINOR 1
#define UC_VERSION_PATCH 0

#ifndef UC_API
#if defined(_WIN32) && !defined(UC_STATIC)
#define UC_API __declspec(dllimport)
#else
#define UC_API
#endif
#endif

/// The result of a call. Take an unknown negative value for a failure: later versions may add
/// some. The numbers never change.
typedef enum {
    /// Success.
    UC_OK = 0,
    /// A normal end: past the last page of a listing.
    UC_DONE = 1,
    /// An argument is NULL, malformed or out of range. Nothing was sent.
    UC_ERR_ARGUMENT = -1,
    /// HTTP 401, 403: wrong keys, or not allowed.
    UC_ERR_AUTH = -2,
    /// HTTP 404: there is no such thing in this project.
    UC_ERR_NOT_FOUND = -3,
    /// HTTP 429 and the retries are used up. See uc_error.retry_after_ms.
    UC_ERR_THROTTLED = -4,
    /// Any other HTTP 4xx: 400, 406, 409, 413 and so on.
    UC_ERR_REJECTED = -5,
    /// HTTP 5xx and the retries are used up.
    UC_ERR_SERVER = -6,
    /// No connection, or it was lost, and the retries are used up.
    UC_ERR_NETWORK = -7,
    /// The peer's certificate or its handshake was refused. Never retried.
    UC_ERR_TLS = -8,
    /// One of the client's time limits ran out.
    UC_ERR_TIMEOUT = -9,
    /// The answer made no sense, was too large, or led to another host.
    UC_ERR_PROTOCOL = -10,
    /// Stopped by a callback or by uc_client_cancel().
    UC_ERR_CANCELED = -11,
    /// A local file could not be read or written.
    UC_ERR_FILE = -12,
    /// Reserved: the service took a job and could not do it.
    UC_ERR_JOB = -13,
    /// A defect in this library; please report it.
    UC_ERR_INTERNAL = -100,
} uc_status;

/// For uc_client_opts.auth: how requests to the REST API prove who sends them.
typedef enum {
    /// A signature made with the secret key, which itself is never sent.
    UC_AUTH_SIGNED = 0,
    /// The secret key itself; over https only, but for this machine's own addresses.
    UC_AUTH_SIMPLE = 1,
} uc_auth;

/// For uc_log_fn: how a request ended.
typedef enum {
    /// It failed, and so does the call.
    UC_LOG_ERROR = 1,
    /// It failed and will be sent again.
    UC_LOG_WARN = 2,
    /// It succeeded.
    UC_LOG_INFO = 3,
    /// Reserved.
    UC_LOG_DEBUG = 4,
} uc_log_level;

/// For uc_sign_fn: what to sign with.
typedef enum {
    /// 40 hex digits: requests to the REST API.
    UC_HMAC_SHA1 = 1,
    /// 64 hex digits: reserved for uploads.
    UC_HMAC_SHA256 = 2,
} uc_hmac;

/// One project, seen through its keys. Made by uc_client_new(), freed by uc_free(). All threads of
/// a process may share one: it keeps connections alive among them. Free it when no other thread is
/// inside a call that was given it. After fork() the child makes its own, and leaves the parent's
/// objects alone.
typedef struct uc_client uc_client;

/// One page of a listing, which moves on in place. Made by uc_groups_list(), freed by uc_free().
/// One thread at a time.
typedef struct uc_page uc_page;

/// Signs in place of the secret key, which then never enters this process: writes the HMAC of
/// `text` as lower-case hex, and NUL, to `hex` (at most `hex_size` bytes, which is always enough)
/// and returns 0. Anything else fails the call with UC_ERR_CANCELED. `algorithm` is a uc_hmac.
/// Called before each request, on the thread that sends it: the caller's, or one that reads ahead;
/// on several at once when several threads use the client.
typedef int32_t (*uc_sign_fn)(void *user_data,
                              int32_t algorithm,
                              const char *text,
                              char *hex,
                              size_t hex_size);

/// Called after each request, with its method, path, status, time, attempt and request id in one
/// line without line end. `level` is a uc_log_level. The line never holds a key or a signature, and
/// lives as long as the call of this function. Called on the thread that sent the request: the
/// caller's, or one that reads ahead; on several at once when several threads use the client.
typedef void (*uc_log_fn)(void *user_data, int32_t level, const char *line);

/// Optional settings of a client. Set struct_size; a field of zero or NULL has its default.
///
/// Callbacks must not throw or longjmp, and must not use or free the page or the outputs of the
/// call in progress; uc_client_cancel() is allowed. What sign_data and log_data point to must live
/// until the client and every page made with it are freed. uc_free() of a page that reads ahead
/// waits for a callback that is running: hold no lock there that a callback takes.
typedef struct {
    /// sizeof(uc_client_opts)
    size_t struct_size;
    /// The REST API; default "https://api.uploadcare.com".
    const char *api_base;
    /// The Upload API, for later versions; default "https://upload.uploadcare.com".
    const char *upload_base;
    /// The CDN, for later versions; default the project's own subdomain.
    const char *cdn_base;
    /// PEM file of further certificate authorities; the system's stay trusted. Read at once.
    const char *ca_file;
    /// "http://host:port" or "socks5://host:port", with user:password@ before the host if needed.
    /// Default: HTTPS_PROXY or HTTP_PROXY, ALL_PROXY and NO_PROXY of the environment; "" for none.
    const char *proxy;
    /// What the program calls itself, "MyApp/2.1"; put after the library's own name.
    const char *user_agent;
    /// A uc_auth; default UC_AUTH_SIGNED.
    int32_t auth;
    /// How often a failed request is sent again; default 3, -1 for never.
    int32_t retries;
    /// To make a connection, TLS included; default 10000.
    uint32_t connect_timeout_ms;
    /// With no byte either way; default 30000.
    uint32_t idle_timeout_ms;
    /// For one whole call with its retries and waits; default 120000.
    uint32_t timeout_ms;
    /// Signs in place of the secret key, which then must be NULL.
    uc_sign_fn sign;
    /// Handed to `sign`.
    void *sign_data;
    /// Called after each request.
    uc_log_fn log;
    /// Handed to `log`.
    void *log_data;
} uc_client_opts;

/// Why a call failed. Owned: give it to uc_free(). Texts live as long as it does.
typedef struct {
    /// What the call returned.
    uc_status status;
    /// The HTTP status of the last answer; 0 when none came.
    int32_t http_status;
    /// One line of English, the service's own words where it sent any. Never NULL; holds no key.
    const char *message;
    /// The service's error_code, such as "FileNotFoundError", or NULL.
    const char *code;
    /// X-Uploadcare-Request-Id of the last answer, or NULL: what support asks for.
    const char *request_id;
    /// The last answer as received, its first 64 KiB, or NULL when none came.
    const char *body;
    /// How long the service asks to wait, in milliseconds, or -1 when it does not say.
    int64_t retry_after_ms;
    /// How many requests were made, retries included; 0 when nothing was sent.
    int32_t attempts;
} uc_error;

/// What to list. Set struct_size; a field of zero or NULL has its default.
typedef struct {
    /// sizeof(uc_groups_opts)
    size_t struct_size;
    /// Groups per page, 1 to 1000; default 100.
    uint32_t limit;
    /// How many pages to fetch before they are asked for, 0 to 16, on a thread that belongs to the
    /// page and ends with it; default 0. Content and order are the same as without.
    uint32_t read_ahead;
    /// ISO 8601 with a zone, "2024-01-31T12:00:00Z": only groups made after it, or before it in
    /// descending order. The moment itself is left out.
    const char *from;
    /// "datetime_created", oldest first, the default; or "-datetime_created", newest first.
    const char *ordering;
    /// From uc_page_cursor(): go on from there. It carries limit, from and ordering, which must be
    /// unset beside it.
    const char *cursor;
} uc_groups_opts;

/// What the service found in an image.
typedef struct {
    /// "JPEG".
    const char *format;
    /// "RGB".
    const char *color_mode;
    /// Pixels; -1 where unknown.
    int64_t width;
    /// Pixels; -1 where unknown.
    int64_t height;
    /// EXIF orientation 0 to 8, or -1.
    int32_t orientation;
    /// 1 for an animation, else 0.
    int32_t is_sequence;
    /// 0 where unknown.
    double dpi_x;
    /// 0 where unknown.
    double dpi_y;
    /// 1 when latitude and longitude are known, else 0.
    int32_t has_geo_location;
    /// Degrees, north positive.
    double latitude;
    /// Degrees, east positive.
    double longitude;
    /// When it was taken, as in the EXIF: without zone, and not always a valid time. Or NULL.
    const char *datetime_original;
} uc_image_info;

/// An audio track of a video. Numbers are -1 and the codec NULL where unknown.
typedef struct {
    /// "aac".
    const char *codec;
    /// As the service gives it.
    int64_t bitrate;
    /// Hz.
    int64_t sample_rate;
    /// 2 for stereo.
    int64_t channels;
} uc_audio_track;

/// A video track of a video. Numbers are -1 and the codec NULL where unknown.
typedef struct {
    /// "h264".
    const char *codec;
    /// As the service gives it.
    int64_t bitrate;
    /// Pixels.
    int64_t width;
    /// Pixels.
    int64_t height;
    /// Frames a second.
    double frame_rate;
} uc_video_track;

/// What the service found in a video.
typedef struct {
    /// "mp4".
    const char *format;
    /// Milliseconds; -1 where unknown.
    int64_t duration_ms;
    /// As the service gives it; -1 where unknown.
    int64_t bitrate;
    /// Its audio tracks.
    const uc_audio_track *const *audio;
    /// How many.
    size_t audio_len;
    /// Its video tracks.
    const uc_video_track *const *video;
    /// How many.
    size_t video_len;
} uc_video_info;

/// A key and its value. The only struct that never grows, so arrays of it are safe.
typedef struct {
    const char *key;
    const char *value;
} uc_pair;

/// A file. A text is NULL where the service sent none; what it sent beyond these fields is in
/// `json`.
typedef struct {
    /// Never NULL; empty where the service sent none.
    const char *uuid;
    /// As it was named when uploaded.
    const char *original_filename;
    /// On the CDN; NULL when removed or not ready.
    const char *original_file_url;
    /// In the REST API.
    const char *url;
    /// "image/jpeg"; empty or "application/octet-stream" while the service does not know.
    const char *mime_type;
    /// Bytes; -1 where unknown.
    int64_t size;
    /// 1, 0, or -1 while the service does not know.
    int32_t is_image;
    /// 1 when it can be used, 0 while the service works on it.
    int32_t is_ready;
    /// When it was uploaded, and the same in microseconds since 1970-01-01 UTC; INT64_MIN where
    /// it is not known, here and below.
    const char *datetime_uploaded;
    int64_t datetime_uploaded_us;
    /// When it was stored for good; NULL for a temporary file.
    const char *datetime_stored;
    int64_t datetime_stored_us;
    /// When it was removed; NULL while it is there.
    const char *datetime_removed;
    int64_t datetime_removed_us;
    /// Inside a group only: the operations it was put in with, "resize/x800/"; else NULL.
    const char *default_effects;
    /// NULL when it is no image.
    const uc_image_info *image;
    /// NULL when it is no video.
    const uc_video_info *video;
    /// What the application keeps with it.
    const uc_pair *metadata;
    /// How many.
    size_t metadata_len;
    /// What was made from it: conversion path and UUID.
    const uc_pair *variations;
    /// How many.
    size_t variations_len;
    /// Its tags.
    const char *const *tags;
    /// How many.
    size_t tags_len;
    /// JSON object of what add-ons found, when it was asked for; else NULL.
    const char *appdata;
    /// The whole object as the service sent it.
    const char *json;
} uc_file;

/// A file group: a fixed list of up to 1000 files under one id.
typedef struct {
    /// "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12": a UUID and the number of files. Never NULL.
    const char *id;
    /// When it was made, "2018-11-26T12:49:10.477888Z".
    const char *datetime_created;
    /// The same in microseconds since 1970-01-01 UTC; INT64_MIN where it is not known.
    int64_t datetime_created_us;
    /// How many files it was made of, removed ones included; -1 where it is not known.
    int64_t files_count;
    /// Its address on the CDN.
    const char *cdn_url;
    /// Its address in the REST API.
    const char *url;
    /// Its files, by uc_group_info(); NULL in a listing. An entry is NULL where the file was
    /// removed.
    const uc_file *const *files;
    /// How many entries `files` has.
    size_t files_len;
    /// The whole object as the service sent it, where `files` is filled; NULL in a listing, see
    /// uc_page_json().
    const char *json;
} uc_group;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/// The version of the library in use, "0.1.0". UC_VERSION_MAJOR and its like are the header's:
/// compare them where the two may differ. Static text.
UC_API const char *uc_version(void);

/// The name of a status, such as "UC_ERR_AUTH", for logs; "UC_ERR_UNKNOWN" for one that this
/// library does not know. Static text, never NULL.
UC_API const char *uc_status_name(int32_t status);

/// Frees whatever the library gave away without const: clients, pages, groups, errors, texts, in
/// any order. NULL is ignored. Never does I/O of its own; a page that reads ahead ends its
/// requests at once.
UC_API void uc_free(void *owned);

/// Makes a client. Sends nothing. `secret_key` may be NULL: with opts.sign set the client can do
/// everything, without it only what needs no secret. `opts` may be NULL. Pages made with the client
/// live on when it is freed. UC_ERR_ARGUMENT, or UC_ERR_FILE when opts.ca_file cannot be read.
UC_API
uc_status uc_client_new(const char *public_key,
                        const char *secret_key,
                        const uc_client_opts *opts,
                        uc_client **client,
                        uc_error **error);

/// Every call in progress on this client or its pages, on whatever thread, returns UC_ERR_CANCELED
/// at once: while it connects, waits, reads, or sleeps before a retry. A call that begins
/// afterwards works as before: to stop a loop of calls, set a flag of your own as well. May be
/// called from any thread and from callbacks, not from a signal handler. NULL is ignored.
UC_API void uc_client_cancel(const uc_client *client);

/// Lists the groups of the project, page by page: makes `page` with the first one.
/// `opts` may be NULL.
///
///     uc_page *page;
///     uc_status status = uc_groups_list(client, NULL, &page, NULL);
///     for (; status == UC_OK; status = uc_page_next(page, NULL))
///         for (size_t i = 0; i < uc_page_count(page); i++)
///             puts(uc_page_group(page, i)->id);
///     uc_free(page);
///
/// REST API: GET /groups/
UC_API
uc_status uc_groups_list(const uc_client *client,
                         const uc_groups_opts *opts,
                         uc_page **page,
                         uc_error **error);

/// One group with its files. `id` is its whole id, with `~` and the number. UC_ERR_NOT_FOUND
/// when the project has no such group.
///
/// REST API: GET /groups/{id}/
UC_API
uc_status uc_group_info(const uc_client *client,
                        const char *id,
                        uc_group **group,
                        uc_error **error);

/// Deletes a group; its files stay. UC_ERR_NOT_FOUND when the project has no such group.
///
/// REST API: DELETE /groups/{id}/
UC_API uc_status uc_group_delete(const uc_client *client, const char *id, uc_error **error);

/// Moves `page` to the next page: UC_OK, or UC_DONE past the last, again and again. On UC_DONE
/// and on a failure the page stays as it was and readable: call again to retry, nothing is lost or
/// repeated. A page of no items in the middle of a listing is UC_OK. UC_ERR_PROTOCOL when the
/// service's link leads to another host, or back to a page already read. What was borrowed from
/// the page is gone when it has moved.
UC_API uc_status uc_page_next(uc_page *page, uc_error **error);

/// Moves `page` to the page before: like uc_page_next() the other way, UC_DONE before the first.
UC_API uc_status uc_page_previous(uc_page *page, uc_error **error);

/// How many items are on this page; 0 for NULL.
UC_API size_t uc_page_count(const uc_page *page);

/// How many items the service says there are in all, or -1 when it does not say or for NULL. No
/// promise: it ignores `from`, and the service says 0 for some projects that have items.
UC_API int64_t uc_page_total(const uc_page *page);

/// How many items the service puts on a page, or -1 when it does not say or for NULL.
UC_API int64_t uc_page_per_page(const uc_page *page);

/// Where the next page starts, as a line of printable ASCII that holds no key: keep it, and give
/// it to a later listing of the same project, in another process too. NULL on the last page, when
/// uc_page_next() would refuse the service's link, and for NULL. After UC_ERR_PROTOCOL do not go on
/// from it. Borrowed until the page moves or is freed.
UC_API const char *uc_page_cursor(const uc_page *page);

/// The service's reply as received, for fields that have no place in the structs; NULL for NULL.
/// Borrowed until the page moves or is freed.
UC_API const char *uc_page_json(const uc_page *page);

/// The item at `index`, 0 to uc_page_count() - 1, of a page of groups; NULL beyond. Borrowed
/// until the page moves or is freed.
UC_API const uc_group *uc_page_group(const uc_page *page, size_t index);

/// Sends a REST request with the signature, retries and limits of any other call. `method` is
/// "GET", "POST", "PUT", "PATCH" or "DELETE"; `path` starts with a slash and may have a query,
/// "/groups/?limit=1", percent-encoded where it needs to be; `json` is the body or NULL. `answer`
/// receives the body of the reply, "" where there is none: give it to uc_free(). A POST or PATCH
/// is only sent again where the service cannot have acted on it.
UC_API
uc_status uc_request(const uc_client *client,
                     const char *method,
                     const char *path,
                     const char *json,
                     char **answer,
                     uc_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* UPLOADCARE_H */
