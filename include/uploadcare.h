// uploadcare.h - C interface of the Uploadcare client library.
//
// Made by cbindgen from src/ffi and arranged by tests/header: change the text there and run
// `make header`.
//
// Five rules hold everywhere:
//
//   1. A pointer received without const is owned: give it to uc_free(), in any order. A pointer
//      received with const is borrowed from the object it was asked of.
//   2. A call that can fail returns uc_status: 0 success, positive a normal end, negative a
//      failure. Its last argument may be NULL; if not, it receives NULL, or on failure an owned
//      uc_error. It is overwritten, not freed: free an earlier error first. (Without memory for an
//      error the call returns UC_ERR_MEMORY and gives a fixed one, which uc_free() lets be.)
//   3. Output arguments are always written, NULL on failure. No need to set them first, and what
//      they held is overwritten, not freed. None may be missing: only `error` may be NULL. (Only a
//      uc_batch may come with a failure: it tells what was done before.)
//   4. Text is UTF-8, ends in NUL and is copied on the way in: at most 64 KiB, but for JSON and
//      opts.ca_data. NULL means absent. The path of a file is UTF-8 on Windows and any bytes
//      elsewhere.
//   5. Threads share a uc_client freely, and several may read the same struct that the library
//      filled. A uc_page, a uc_job or a uc_ops: one thread at a time, any thread, also where a
//      function takes it as const.
//
// Calls block until they are done; uc_client_cancel() ends them early. Nothing needs initializing,
// nothing is global, and no signal is raised. No call changes errno or takes more than 48 KiB of
// stack. The library's own threads block all signals. C99 or C++11, or later.
//
// Out of memory for what grows with a response, a file, a list or an argument is UC_ERR_MEMORY.
// What is small or of a fixed size, less than 64 KiB at a time, may end the program instead.
//
// Structs that the library fills (uc_group, uc_file, uc_error and so on) are read-only and grow at
// their end in later versions: reach them by pointer, never make one. A copy of the first fields,
// as managed languages make, may be read as long as the owner of the struct lives: what it points
// to is the owner's, and uc_free() takes the original only. A text or an array there is NULL where
// there is none, unless its comment says that it never is. A flag (is_image) is 1 or 0, and 0 where
// the service does not say.
//
// Structs that you fill, but for uc_pair, end in _opts: begin with the macro of their name and set
// what is to differ from the default.
//
//     uc_groups_opts opts = UC_GROUPS_OPTS_INIT;
//     opts.limit = 1000;
//
// The macro sets struct_size and leaves all else zero; a program without macros does the same.
// struct_size may also be where one of the fields ends, for a caller that declares only some: the
// others have their defaults. One that is larger than the library's, of a program made with a later
// header, is accepted when all bytes that the library does not know are zero. Options that say yes
// or no take UC_DEFAULT, UC_YES or UC_NO; anything else is UC_ERR_ARGUMENT.
//
// No struct has padding on a 64-bit system: a field `reserved`, always 0, stands in its place; in
// options anything else is UC_ERR_ARGUMENT. A field or an argument in _len counts entries, one in
// _size bytes.
//
// Contents
//
//  1. Macros: UC_VERSION_MAJOR, UC_VERSION_MINOR, UC_VERSION_PATCH, UC_NO_LIMIT, UC_VERSION_NUMBER,
//     UC_STATIC, UC_API, UC_CALL, UC_ENUM, UC_NULL, UC_SYMBOL
//  2. Statuses and choices: uc_status, uc_status_name(), uc_status_text(), uc_choice, uc_pair
//  3. Errors: uc_error, uc_error_status(), uc_error_message(), uc_error_http_status(),
//     uc_error_code(), uc_error_request_id(), uc_error_body(), uc_error_retry_after_ms(),
//     uc_error_attempts()
//  4. Memory: uc_free()
//  5. Clients: uc_client, uc_auth, uc_log_level, uc_hmac, uc_sign_fn, uc_log_fn, uc_tick_fn,
//     uc_client_opts, uc_client_new(), uc_client_derive_opts, uc_client_derive(),
//     uc_client_cancel(), uc_client_reset()
//  6. Groups: uc_groups_opts, uc_groups_list(), uc_group, uc_group_info(), uc_group_create_opts,
//     uc_group_create(), uc_group_delete(), uc_group_delete_with_files(), uc_group_store_files(),
//     uc_group_clone()
//  7. Pages: uc_page, uc_page_next(), uc_page_previous(), uc_page_next_group(),
//     uc_page_next_file(), uc_page_has_next(), uc_page_count(), uc_page_total(),
//     uc_page_per_page(), uc_page_end_cursor(), uc_page_json(), uc_page_group(), uc_page_file()
//  8. Files: uc_files_opts, uc_files_list(), uc_files_search_opts, uc_files_search(),
//     uc_image_info, uc_audio_track, uc_video_track, uc_video_info, uc_virus_scan, uc_label,
//     uc_labels, uc_remove_bg, uc_file, uc_file_info(), uc_file_store(), uc_file_delete(),
//     uc_batch, uc_files_store(), uc_files_delete(), uc_file_copy_opts, uc_file_copy(),
//     uc_file_copy_remote_opts, uc_file_copy_remote(), uc_file_clone()
//  9. Metadata and tags of files: uc_metadata, uc_metadata_list(), uc_metadata_get(),
//     uc_metadata_set(), uc_metadata_delete(), uc_tags, uc_tags_list(), uc_tags_replace(),
//     uc_tags_update()
// 10. Uploads: uc_progress_fn, uc_upload_opts, uc_upload_path(), uc_upload_data(), uc_read_fn,
//     uc_upload_stream(), uc_upload_url(), uc_upload_info(), uc_upload_group_info(),
//     uc_upload_signature(), uc_upload_token_opts, uc_upload_token()
// 11. URLs: uc_url(), uc_url_group_file(), uc_url_group_archive(), uc_url_proxy(), uc_url_srcset(),
//     uc_ops, uc_ops_new(), uc_ops_preview(), uc_ops_resize(), uc_ops_crop(), uc_ops_scale_crop(),
//     uc_ops_format(), uc_ops_quality(), uc_ops_overlay(), uc_ops_text(), uc_ops_raw(),
//     uc_ops_build(), uc_url_sign_opts, uc_url_sign(), uc_url_verify(), uc_url_parts,
//     uc_url_parse()
// 12. Jobs: uc_job, uc_job_poll(), uc_job_wait(), uc_job_token(), uc_job_file_uuid(),
//     uc_job_thumbnails_group_id(), uc_job_json(), uc_job_resume()
// 13. Conversions and add-ons: uc_video_path(), uc_document_path(), uc_document,
//     uc_document_info(), uc_convert_opts, uc_convert_document(), uc_convert_video(),
//     uc_addon_run()
// 14. Webhooks: uc_webhook, uc_webhooks, uc_webhooks_list(), uc_webhook_opts, uc_webhook_create(),
//     uc_webhook_update(), uc_webhook_unsubscribe(), uc_webhook_event, uc_webhook_read()
// 15. The project: uc_project, uc_project_info()
// 16. JSON and other requests: uc_json_get(), uc_json_quote(), uc_request()
// 17. The library: uc_version(), uc_version_number()

#ifndef UPLOADCARE_H
#define UPLOADCARE_H

#include <stddef.h>
#include <stdint.h>

// -------------------------------------------------------------------------------------------------
// 1. Macros
//
// The version of this header, values of options, and what its declarations are made of.
// -------------------------------------------------------------------------------------------------

#define UC_VERSION_MAJOR 0
#define UC_VERSION_MINOR 1
#define UC_VERSION_PATCH 0

// For every limit in milliseconds: none. 0 is the default.
#define UC_NO_LIMIT UINT32_MAX

// One number that grows with every version, for comparisons, also by the preprocessor:
// `#if UC_VERSION_NUMBER >= 1002003` is for 1.2.3 or later. It is the header's; that of the
// library in use is uc_version_number().
#define UC_VERSION_NUMBER (UC_VERSION_MAJOR * 1000000 + UC_VERSION_MINOR * 1000 + UC_VERSION_PATCH)

// A program for Windows that links the static library defines UC_STATIC before it includes this
// header.
#ifndef UC_API
#if defined(_WIN32) && !defined(UC_STATIC)
#define UC_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32) && !defined(__CYGWIN__)
#define UC_API __attribute__((visibility("default")))
#else
#define UC_API
#endif
#endif

// How functions and callbacks are called, whatever the program's own default is.
#if defined(_WIN32)
#define UC_CALL __cdecl
#else
#define UC_CALL
#endif

// Every enum is an int32_t: its type itself, where the language can say so, else a typedef.
#if defined(__cplusplus)
#define UC_ENUM(name) enum name : int32_t
#elif defined(__clang__) || \
    (defined(__GNUC__) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define UC_ENUM(name) \
    __extension__ enum name : int32_t; \
    typedef enum name name; \
    __extension__ enum name : int32_t
#else
#define UC_ENUM(name) \
    typedef int32_t name; \
    enum name
#endif

// The null pointer of the UC_..._INIT macros.
#if defined(__cplusplus)
#define UC_NULL nullptr
#else
#define UC_NULL NULL
#endif

// Another library may export uc_version() or uc_free() as well (Unicorn does), and a loader takes
// the first that it finds. So programs call these two by names that no other library has.
#if defined(__ELF__) && defined(__GNUC__)
#define UC_SYMBOL(name) __asm__(name)
#else
#define UC_SYMBOL(name)
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Used before they are defined, each in its section.
typedef struct uc_page uc_page;
typedef struct uc_file uc_file;
typedef struct uc_batch uc_batch;
typedef struct uc_job uc_job;

// -------------------------------------------------------------------------------------------------
// 2. Statuses and choices
//
// What calls return, and what options and results are made of.
// -------------------------------------------------------------------------------------------------

/// The result of a call. Take an unknown negative value for a failure: later versions may add some.
/// The numbers never change.
UC_ENUM(uc_status)
{
    /// Success.
    UC_OK = 0,
    /// A normal end: past the last page of a listing, or the job has ended well.
    UC_DONE = 1,
    /// An argument is NULL, malformed or out of range. Nothing was sent, unless it is what a
    /// callback returned or wrote that is wrong.
    UC_ERR_ARGUMENT = -1,
    /// HTTP 401, 403: wrong keys, or not allowed. A delivery to a webhook or a signed URL that was
    /// not made with the secret.
    UC_ERR_AUTH = -2,
    /// HTTP 404: there is no such thing in this project. Or no such value in JSON.
    UC_ERR_NOT_FOUND = -3,
    /// HTTP 429, and the retries are used up, or the wait would go past timeout_ms or be longer
    /// than 10 minutes. See uc_error.retry_after_ms.
    UC_ERR_THROTTLED = -4,
    /// Any other HTTP 4xx: 400, 406, 409, 413 and so on.
    UC_ERR_REJECTED = -5,
    /// HTTP 5xx, and the retries are used up, or the wait would go past timeout_ms.
    UC_ERR_SERVER = -6,
    /// No connection, or it was lost, also in the middle of a response, and the retries are used
    /// up, or the wait would go past timeout_ms; or a proxy refused.
    UC_ERR_NETWORK = -7,
    /// The peer's certificate or its handshake was refused. Never retried.
    UC_ERR_TLS = -8,
    /// A time limit ran out: the client's, or that of uc_job_wait().
    UC_ERR_TIMEOUT = -9,
    /// The answer made no sense, was too large, held more of something than the service can have,
    /// or led to another host.
    UC_ERR_PROTOCOL = -10,
    /// Stopped by a callback or by uc_client_cancel(), which lasts until uc_client_reset().
    UC_ERR_CANCELED = -11,
    /// A local file could not be read or written.
    UC_ERR_FILE = -12,
    /// The service could not do the job, or would not take it.
    UC_ERR_JOB = -13,
    /// Out of memory for what grows with a response, a file, a list or an argument. Nothing leaks.
    UC_ERR_MEMORY = -14,
    /// A defect in this library; please report it.
    UC_ERR_INTERNAL = -100
};

/// The name of a status, such as "UC_ERR_AUTH", for logs. For one that this library does not know
/// "UC_ERR_UNKNOWN" where it is negative, so a failure, else "UC_UNKNOWN". Static text, never NULL.
UC_API const char *UC_CALL uc_status_name(int32_t status);

/// What a status means, one plain English sentence without its period: "a time limit ran out". For
/// a program that takes no uc_error, whose message says more. Also for a status that this library
/// does not know. Static text, never NULL.
UC_API const char *UC_CALL uc_status_text(int32_t status);

/// For options that say yes or no.
UC_ENUM(uc_choice)
{
    UC_NO = -1,
    /// What a field's comment calls its default.
    UC_DEFAULT = 0,
    UC_YES = 1
};

/// A key and its value, neither of them NULL. The only struct that never grows, so arrays of it are
/// safe.
typedef struct uc_pair {
    const char *key;
    const char *value;
} uc_pair;

// -------------------------------------------------------------------------------------------------
// 3. Errors
//
// What the last argument of every call that can fail receives.
// -------------------------------------------------------------------------------------------------

/// Why a call failed. Owned: give it to uc_free(). Texts live as long as it does.
typedef struct uc_error {
    /// What the call returned.
    uc_status status;
    /// The HTTP status of the last answer; 0 when none came.
    int32_t http_status;
    /// One line of English, the service's own words where it sent any. Never NULL. A peer's words
    /// end after about 500 bytes with "..."; control characters and those that turn the direction
    /// of text are escaped, like \u202e. No key, signature, token or proxy password stands here or
    /// in code, request_id or body, even where a peer sent it back: "***" stands in its place.
    const char *message;
    /// The service's error_code, such as "FileNotFoundError", or NULL; at most about 200 bytes.
    const char *code;
    /// X-Uploadcare-Request-Id of the last answer, or NULL: what support asks for; at most about
    /// 200 bytes.
    const char *request_id;
    /// The last answer as received, its first 64 KiB, or NULL when none came.
    const char *body;
    /// How long the service asks to wait, in milliseconds, or -1 when it does not say.
    int64_t retry_after_ms;
    /// How often the request that failed was sent, retries included; 0 where none was, as at a time
    /// limit between requests or a cancel.
    int32_t attempts;
    /// In place of padding: 0.
    int32_t reserved;
} uc_error;

/// uc_error.status. UC_OK for NULL, which is what `error` receives from a call that does not fail.
/// This and the functions below are for languages that call functions easily and read structs
/// badly; a text lives as long as the error.
UC_API uc_status UC_CALL uc_error_status(const uc_error *error);

/// uc_error.message. "" for NULL; never NULL.
UC_API const char *UC_CALL uc_error_message(const uc_error *error);

/// uc_error.http_status: the HTTP status of the last response. 0 when none came, and for NULL.
UC_API int32_t UC_CALL uc_error_http_status(const uc_error *error);

/// uc_error.code: the service's error_code. NULL when it sent none, and for NULL.
UC_API const char *UC_CALL uc_error_code(const uc_error *error);

/// uc_error.request_id: what support asks for. NULL when the service sent none, and for NULL.
UC_API const char *UC_CALL uc_error_request_id(const uc_error *error);

/// uc_error.body: the last response as received. NULL when none came, and for NULL.
UC_API const char *UC_CALL uc_error_body(const uc_error *error);

/// uc_error.retry_after_ms: how long the service asks to wait, in milliseconds. -1 when it does not
/// say, and for NULL.
UC_API int64_t UC_CALL uc_error_retry_after_ms(const uc_error *error);

/// uc_error.attempts: how often the request that failed was sent, retries included. 0 where none
/// was, and for NULL.
UC_API int32_t UC_CALL uc_error_attempts(const uc_error *error);

// -------------------------------------------------------------------------------------------------
// 4. Memory
//
// One function frees everything.
// -------------------------------------------------------------------------------------------------

/// Frees whatever the library gave away without const, in any order. NULL is ignored. Never does
/// I/O of its own; a page that reads ahead ends its requests at once. A pointer that was freed
/// before, or is not the library's, if detected, prints a message on stderr and calls abort().
UC_API void UC_CALL uc_free(void *owned) UC_SYMBOL("uc_uploadcare_free");

// -------------------------------------------------------------------------------------------------
// 5. Clients
//
// A client is what nearly every function is given first.
// -------------------------------------------------------------------------------------------------

/// One project, seen through its keys. Made by uc_client_new(), freed by uc_free(). All threads of
/// a process may share one: it keeps connections alive among them. Free it when no other thread is
/// inside a call that was given it. After fork() the child makes its own. It may free what the
/// parent made, which leaves the parent's connections alone; what would send something is
/// UC_ERR_ARGUMENT, and what sends nothing, uc_url() for example, works.
typedef struct uc_client uc_client;

/// For uc_client_opts.auth: how requests to the REST API prove who sends them.
UC_ENUM(uc_auth)
{
    /// A signature made with the secret key, which itself is never sent.
    UC_AUTH_SIGNED = 0,
    /// The secret key itself; over https only, but for this machine's own addresses.
    UC_AUTH_SIMPLE = 1
};

/// For uc_log_fn: how a request ended.
UC_ENUM(uc_log_level)
{
    /// It failed, and so does the call.
    UC_LOG_ERROR = 1,
    /// It failed and will be sent again.
    UC_LOG_WARN = 2,
    /// It succeeded.
    UC_LOG_INFO = 3,
    /// Reserved.
    UC_LOG_DEBUG = 4
};

/// For uc_sign_fn: what to sign with.
UC_ENUM(uc_hmac)
{
    /// 40 hex digits: requests to the REST API.
    UC_HMAC_SHA1 = 1,
    /// 64 hex digits: uploads.
    UC_HMAC_SHA256 = 2
};

/// Signs in place of the secret key, which then never enters this process: writes the HMAC of
/// `text` as lower-case hex, and NUL, to `hex` (at most `hex_size` bytes, which is always enough)
/// and returns 0. Anything else fails the call with UC_ERR_CANCELED, and a text that is no such
/// signature with UC_ERR_ARGUMENT. `algorithm` is a uc_hmac. Called before each request, on a
/// thread that is inside a call on the client, its pages or its jobs; on several at once when
/// several threads use the client. A page that reads ahead gets each signature inside a call on the
/// page, so it is one page ahead at most.
typedef int32_t (UC_CALL *uc_sign_fn)(
    void *sign_data,
    int32_t algorithm,
    const char *text,
    char *hex,
    size_t hex_size);

/// Called after each request, with its method, path, status, time, attempt and request id in one
/// line without line end, and what the service said in a Warning header. `level` is a uc_log_level.
/// The line is cut and escaped as uc_error.message is, never holds a key or a signature, even one
/// that the peer sent back, and lives as long as the call of this function. Called on a thread that
/// is inside a call on the client, its pages or its jobs; on several at once when several threads
/// use the client. What a page logs while it reads ahead is delivered by the next call that moves
/// the page, uc_page_next() and its like, and dropped when the page is freed before that.
typedef void (UC_CALL *uc_log_fn)(void *log_data, int32_t level, const char *line);

/// Called when a call that sends something begins, on the client, its pages or its jobs, and then
/// about ten times a second while it lasts, on the thread that made the call; on several at once
/// when several threads use the client. Return 0 to go on, anything else to stop: that call then
/// returns UC_ERR_CANCELED, and other calls go on. For an interpreter, whose Ctrl-C sets a flag
/// that this function returns. It must make no call on the client but uc_client_cancel().
typedef int32_t (UC_CALL *uc_tick_fn)(void *tick_data);

/// Optional settings of a client. Set struct_size; a field of zero or NULL has its default.
///
/// Callbacks run only on a thread that is inside a call on the object that they are for, never on a
/// thread of the library. They must not throw or longjmp, and must not free or use what the call in
/// progress works on; uc_client_cancel() is allowed. What sign_data, log_data and tick_data point
/// to must live until the client and every client, page and job made with it are freed. A child
/// that is forked in a callback must not return from it.
typedef struct uc_client_opts {
    /// sizeof(uc_client_opts)
    size_t struct_size;
    /// The REST API; default "https://api.uploadcare.com".
    const char *api_base;
    /// The Upload API; default "https://upload.uploadcare.com".
    const char *upload_base;
    /// Where files are delivered, for uc_url() and its like; default the project's own subdomain,
    /// "https://1s4oyld5dc.ucarecd.net" for one whose public key is demopublickey. Older projects
    /// have "https://ucarecdn.com"; a domain of your own goes here too. uc_url_parse() of a file's
    /// original_file_url tells which a project has.
    const char *cdn_base;
    /// Path of a file of further certificate authorities, PEM as OpenSSL reads it, less than 16
    /// MiB; the system's stay trusted. Read at once.
    const char *ca_file;
    /// The same as text in memory, less than 16 MiB, beside or in place of `ca_file`: what a
    /// program carries with it.
    const char *ca_data;
    /// "http://host:port", or https, socks4, socks4a, socks5 or socks5h in place of http, with
    /// user:password@ before the host if needed; socks4a and socks5h look names up at the proxy.
    /// Default: HTTPS_PROXY or HTTP_PROXY, ALL_PROXY and NO_PROXY of the environment, by the host
    /// of each request; what is wrong there is UC_ERR_ARGUMENT of the request. "" for none.
    const char *proxy;
    /// What the program calls itself, "MyApp/2.1"; put after the library's own name.
    const char *user_agent;
    /// A uc_auth; default UC_AUTH_SIGNED.
    int32_t auth;
    /// How often a failed request is sent again; default 3, -1 for never; less is UC_ERR_ARGUMENT.
    /// A kept connection that the server closed is replaced at once, and does not count.
    int32_t retries;
    /// To make a connection, in milliseconds: name look-up, proxy and TLS included; default 10000.
    /// UC_NO_LIMIT is none, here and below.
    uint32_t connect_timeout_ms;
    /// With no byte either way, in milliseconds; default 30000.
    uint32_t idle_timeout_ms;
    /// For one whole call with its retries and waits, in milliseconds; default 120000, for uploads
    /// none. In uc_job_wait() it limits each poll, not the waiting. Each limit holds to within 0.3
    /// s, under signals too, but for the time of callbacks.
    uint32_t timeout_ms;
    /// UC_YES: operations are not checked against OPERATIONS.md, only that they begin with -/, end
    /// in a slash and can stand in a URL: for what the service has learned since this version;
    /// default UC_NO. It is for uc_url() and its like, uc_ops_build(), uc_video_path() and
    /// uc_document_path(). Others that take operations, such as uc_group_create() and
    /// uc_file_copy(), send them unchecked.
    int32_t unchecked_operations;
    /// Signs in place of the secret key, which then must be NULL.
    uc_sign_fn sign;
    /// Handed to `sign`.
    void *sign_data;
    /// Called after each request.
    uc_log_fn log;
    /// Handed to `log`.
    void *log_data;
    /// Called when each call begins and about ten times a second during it; may stop it. See
    /// uc_tick_fn.
    uc_tick_fn tick;
    /// Handed to `tick`.
    void *tick_data;
} uc_client_opts;
#define UC_CLIENT_OPTS_INIT \
    { sizeof(uc_client_opts), UC_NULL, UC_NULL, UC_NULL, UC_NULL, UC_NULL, UC_NULL, UC_NULL, 0, \
      0, 0, 0, 0, 0, UC_NULL, UC_NULL, UC_NULL, UC_NULL, UC_NULL, UC_NULL }

/// Makes a client. Sends nothing. `secret_key` may be NULL: with opts.sign set the client can do
/// everything but uc_upload_token(); without it, calls of the REST API are UC_ERR_ARGUMENT, and the
/// Upload API and all that sends nothing work. `opts` may be NULL. Pages and jobs made with the
/// client live on when it is freed. UC_ERR_ARGUMENT, or UC_ERR_FILE when opts.ca_file cannot be
/// read.
UC_API uc_status UC_CALL uc_client_new(
    const char *public_key,
    const char *secret_key,
    const uc_client_opts *opts,
    uc_client **client,
    uc_error **error);

/// What a derived client has of its own. Set struct_size; a field of zero or NULL is as in the
/// client that it is derived from. `log_data` goes with `log`, and `tick_data` with `tick`: without
/// its function it is not used. To have no log or no tick, set a function that does nothing, for
/// `tick` one that returns 0.
typedef struct uc_client_derive_opts {
    /// sizeof(uc_client_derive_opts)
    size_t struct_size;
    /// As in uc_client_opts, like all that follow.
    int32_t retries;
    uint32_t connect_timeout_ms;
    uint32_t idle_timeout_ms;
    uint32_t timeout_ms;
    uc_log_fn log;
    void *log_data;
    uc_tick_fn tick;
    void *tick_data;
} uc_client_derive_opts;
#define UC_CLIENT_DERIVE_OPTS_INIT \
    { sizeof(uc_client_derive_opts), 0, 0, 0, 0, UC_NULL, UC_NULL, UC_NULL, UC_NULL }

/// Makes a client for the same project that shares keys, clock, settings and kept connections with
/// `client`, and has limits, callbacks and a cancellation of its own: one for each task that must
/// be stopped or limited alone, even for a single call. It costs about as much as a small
/// allocation and makes no connection. `opts` may be NULL. `client` may be freed before it, and may
/// be canceled: calls on the derived client then return UC_ERR_CANCELED, too. A client may be
/// derived from a derived one, in a chain of at most 64; one more is UC_ERR_ARGUMENT. Sends
/// nothing. Give it to uc_free().
UC_API uc_status UC_CALL uc_client_derive(
    const uc_client *client,
    const uc_client_derive_opts *opts,
    uc_client **derived,
    uc_error **error);

/// Stops a client: until uc_client_reset(), every call that would send something returns
/// UC_ERR_CANCELED, on whatever thread, on the client, its pages and jobs, and on clients derived
/// from it. Calls in progress return at once, whether they connect, send, read, or sleep before a
/// retry; only a callback that is running is waited for. The client that it was derived from and
/// others derived from that go on, and connections that no canceled call was using stay open. May
/// be called from any thread and from callbacks, not from a signal handler. NULL is ignored.
UC_API void UC_CALL uc_client_cancel(const uc_client *client);

/// Lets calls on this client begin again after uc_client_cancel(). Calls that were in progress then
/// still return UC_ERR_CANCELED. It undoes the cancel of this client only: a derived client that
/// was canceled itself stays canceled, and a reset of a derived client does not help while a client
/// above it is canceled, or was when it was freed. NULL is ignored.
UC_API void UC_CALL uc_client_reset(const uc_client *client);

// -------------------------------------------------------------------------------------------------
// 6. Groups
//
// Fixed lists of files under one id.
// -------------------------------------------------------------------------------------------------

/// What to list. Set struct_size; a field of zero or NULL has its default.
typedef struct uc_groups_opts {
    /// sizeof(uc_groups_opts)
    size_t struct_size;
    /// Groups per page, 1 to 1000; default 100.
    uint32_t limit;
    /// How many pages to fetch before they are asked for, 0 to 16, on a thread that belongs to the
    /// page and ends with it; default 0. With opts.sign of the client at most one, see uc_sign_fn.
    /// Content and order are the same as without.
    uint32_t read_ahead;
    /// ISO 8601 with a zone, "2024-01-31T12:00:00Z": only groups made after it, or before it in
    /// descending order. The moment itself is left out.
    const char *from;
    /// "datetime_created", oldest first, the default; or "-datetime_created", newest first.
    const char *ordering;
    /// From uc_page_end_cursor(): go on from there. It carries the options that the listing began
    /// with: leave all others but read_ahead unset. The first page may have no items although the
    /// listing goes on.
    const char *cursor;
} uc_groups_opts;
#define UC_GROUPS_OPTS_INIT \
    { sizeof(uc_groups_opts), 0, 0, UC_NULL, UC_NULL, UC_NULL }

/// Lists the groups of the project, page by page: makes `page` with the first one. `opts` may be
/// NULL.
///
///     uc_page *page;
///     uc_status status = uc_groups_list(client, NULL, &page, NULL);
///     for (; status == UC_OK; status = uc_page_next(page, NULL))
///         for (size_t i = 0; i < uc_page_count(page); i++)
///             puts(uc_page_group(page, i)->id);
///     uc_free(page);
///
/// REST API: GET /groups/
UC_API uc_status UC_CALL uc_groups_list(
    const uc_client *client,
    const uc_groups_opts *opts,
    uc_page **page,
    uc_error **error);

/// A file group: a fixed list of up to 1000 files under one id. Owned where a call gave it away,
/// borrowed from a page; uc_group_clone() keeps a borrowed one.
typedef struct uc_group {
    /// "badfc9f7-f88f-4921-9cc0-22e2c08aa2da~12": a UUID and the number of files. Never NULL.
    const char *id;
    /// When it was made, "2018-11-26T12:49:10.477888Z".
    const char *datetime_created;
    /// The same in microseconds since 1970-01-01 UTC; INT64_MIN where it is not known.
    int64_t datetime_created_us;
    /// How many files it was made of, removed ones included; -1 where it is not known.
    int64_t files_count;
    /// Its URL on the CDN.
    const char *cdn_url;
    /// Its URL in the REST API.
    const char *url;
    /// Its files; NULL in a listing. An entry is NULL where the file was removed.
    const uc_file *const *files;
    /// How many entries `files` has.
    size_t files_len;
    /// The whole object as the service sent it, where `files` is filled; NULL in a listing, see
    /// uc_page_json().
    const char *json;
} uc_group;

/// One group with its files. `id` is its whole id, with `~` and the number. UC_ERR_NOT_FOUND when
/// the project has no such group.
///
/// REST API: GET /groups/{id}/
UC_API uc_status UC_CALL uc_group_info(
    const uc_client *client,
    const char *id,
    uc_group **group,
    uc_error **error);

/// What permits making a group where the project wants uploads to be signed. Set struct_size; a
/// field of zero or NULL has its default.
typedef struct uc_group_create_opts {
    /// sizeof(uc_group_create_opts)
    size_t struct_size;
    /// A JWT that a backend made with uc_upload_token(), good for "/group/". Not together with
    /// `signature` or `expire`. Default: `signature` and `expire`; else signed with the client's
    /// secret key, where it has one.
    const char *token;
    /// What a backend made with uc_upload_signature() for `expire`, which has to be set as well.
    /// Not together with `token`.
    const char *signature;
    /// In seconds since 1970-01-01 UTC. Only together with `signature`.
    int64_t expire;
} uc_group_create_opts;
#define UC_GROUP_CREATE_OPTS_INIT \
    { sizeof(uc_group_create_opts), UC_NULL, UC_NULL, 0 }

/// Makes a group of 1 to 1000 files, given by their UUIDs, with operations behind them or without
/// ("22240276-2f06-41f8-9411-755c8ce926ed/-/resize/800x/"), or by their URLs on the CDN. Operations
/// are sent as they are, without a check against OPERATIONS.md. `group` receives it with its files.
/// `opts` may be NULL.
///
/// Upload API: POST /group/
UC_API uc_status UC_CALL uc_group_create(
    const uc_client *client,
    const char *const *files,
    size_t files_len,
    const uc_group_create_opts *opts,
    uc_group **group,
    uc_error **error);

/// Deletes a group; its files stay. UC_ERR_NOT_FOUND when the project has no such group.
///
/// REST API: DELETE /groups/{id}/
UC_API uc_status UC_CALL uc_group_delete(const uc_client *client, const char *id, uc_error **error);

/// Deletes a group together with its files: first the files, then the group. Files that are also in
/// other groups disappear from those. `batch` receives what uc_files_delete() gives, also on a
/// failure that came later: call again then to do the rest. UC_ERR_JOB, and the group is kept, when
/// the service does not delete a file that is there. UC_ERR_NOT_FOUND when the project has no such
/// group.
///
/// REST API: GET /groups/{id}/, DELETE /files/storage/, DELETE /groups/{id}/
UC_API uc_status UC_CALL uc_group_delete_with_files(
    const uc_client *client,
    const char *id,
    uc_batch **batch,
    uc_error **error);

/// Stores all files of a group that are there, as uc_files_store() does. UC_ERR_NOT_FOUND when the
/// project has no such group.
///
/// REST API: GET /groups/{id}/, PUT /files/storage/
UC_API uc_status UC_CALL uc_group_store_files(
    const uc_client *client,
    const char *id,
    uc_batch **batch,
    uc_error **error);

/// A copy of a group with everything in it, its files included, that outlives what the group was
/// borrowed from, such as a page: freed by uc_free(). Sends nothing. `json` is NULL where it is
/// NULL in `group`.
UC_API uc_status UC_CALL uc_group_clone(const uc_group *group, uc_group **clone, uc_error **error);

// -------------------------------------------------------------------------------------------------
// 7. Pages
//
// What the listings of groups and files make: one page at a time.
// -------------------------------------------------------------------------------------------------

/// One page of a listing, which moves on in place. Made by uc_groups_list(), uc_files_list() and
/// uc_files_search(), freed by uc_free(). One thread at a time.
struct uc_page;

/// Moves `page` to the next page: UC_OK; or UC_DONE past the last, however often it is called. On
/// UC_DONE and on a failure the page stays as it was and readable: call again to retry, nothing is
/// lost or repeated. A page of no items in the middle of a listing is UC_OK. UC_ERR_PROTOCOL when
/// the service's link leads to another host, or back to a page already read. What was borrowed from
/// the page is gone when it has moved.
UC_API uc_status UC_CALL uc_page_next(uc_page *page, uc_error **error);

/// Moves `page` to the page before: like uc_page_next() the other way, UC_DONE before the first. A
/// listing ends there where it began: what `from` excludes and what is before the `offset` of a
/// search are not shown. One that goes on from a cursor goes back to the beginning of all, also
/// over the `from` of the listing that gave the cursor. Where the cursor left items out of the
/// page, the first step back shows them, and uc_page_next() what the page showed before; where it
/// showed nothing, the page is whole from then on. Neither sends anything.
UC_API uc_status UC_CALL uc_page_previous(uc_page *page, uc_error **error);

/// The next group of a listing of groups: the first call gives the first group of the page that
/// `page` stands on, and past a page's last group the next page is fetched, as uc_page_next() does.
/// UC_DONE past the last group, however often it is called; `group` receives NULL then and on a
/// failure. On a failure nothing is lost or repeated: call again to retry. UC_ERR_ARGUMENT for a
/// page of files.
///
///     const uc_group *group;
///     while ((status = uc_page_next_group(page, &group, &error)) == UC_OK)
///         puts(group->id);
///
/// May be mixed with the other functions of a page, which are about the whole page that it stands
/// on: after uc_page_next() or uc_page_previous() moved it, the next call gives the first group of
/// the page it moved to. The group is borrowed until the page moves or is freed: take it as gone at
/// the next call of this function or of those two; uc_group_clone() keeps it. uc_page_end_cursor()
/// is about the whole page, too, and leads past the items of it that were not given yet: keep it
/// only when all uc_page_count() items of the page were given, or after UC_DONE.
UC_API uc_status UC_CALL uc_page_next_group(
    uc_page *page,
    const uc_group **group,
    uc_error **error);

/// The next file of a listing of files or of a search: like uc_page_next_group(). UC_ERR_ARGUMENT
/// for a page of groups. uc_file_clone() keeps the file.
UC_API uc_status UC_CALL uc_page_next_file(uc_page *page, const uc_file **file, uc_error **error);

/// 1 when another page follows, 0 on the last page and for NULL. Where it is 1, uc_page_next() does
/// not return UC_DONE; the page that follows may have no items.
UC_API int32_t UC_CALL uc_page_has_next(const uc_page *page);

/// How many items are on this page; 0 for NULL. What a cursor left out is not counted.
UC_API size_t UC_CALL uc_page_count(const uc_page *page);

/// How many items the service says there are in all, or -1 when it does not say or for NULL. No
/// promise: it ignores `from`, and the service says 0 for some projects that have items.
UC_API int64_t UC_CALL uc_page_total(const uc_page *page);

/// How many items the service puts on a page, or -1 when it does not say or for NULL.
UC_API int64_t UC_CALL uc_page_per_page(const uc_page *page);

/// Where the listing goes on after the last item of this page, as a line of text: keep it, and give
/// it to a later listing of the same kind and project as `cursor`, in another process too.
///
/// On the last page, it leads to what is added later: such items are listed once, also those with
/// the same time as the last item, and no item is listed again. The later listing may begin with
/// pages of no items, and has no others where nothing was added. On an empty page at the beginning,
/// it leads to the beginning. The options that the listing began with go on to hold; newest first,
/// what is added later comes before the listing and is not in it. After uc_page_previous(), what
/// followed that page is listed again.
///
/// The line is printable ASCII without spaces, holds no key, and is mostly below 300 bytes long; it
/// is longer where many items have the time of the last one, and never longer than 20480 bytes. It
/// has no date of expiry and may be used any number of times. It is good as long as the project
/// (its public key), the client's api_base and the service's way to list stay the same; items that
/// are removed do not matter. A cursor that was changed or is of another project or base is
/// UC_ERR_ARGUMENT.
///
/// NULL for NULL, for a search, when the service's link leads to another host, and without memory.
/// After UC_ERR_PROTOCOL do not go on from it. Borrowed until the page moves or is freed.
UC_API const char *UC_CALL uc_page_end_cursor(const uc_page *page);

/// The service's reply as received, for fields that have no place in the structs: also with the
/// items that a cursor left out. NULL for NULL, and where there is no memory for it. Borrowed until
/// the page moves or is freed.
UC_API const char *UC_CALL uc_page_json(const uc_page *page);

/// The item at `index`, 0 to uc_page_count() - 1, of a page of groups; NULL beyond, and for a page
/// of files. Borrowed until the page moves or is freed.
UC_API const uc_group *UC_CALL uc_page_group(const uc_page *page, size_t index);

/// The item at `index`, 0 to uc_page_count() - 1, of a page of files; NULL beyond, and for a page
/// of groups. Borrowed until the page moves or is freed.
UC_API const uc_file *UC_CALL uc_page_file(const uc_page *page, size_t index);

// -------------------------------------------------------------------------------------------------
// 8. Files
//
// One file, all files, and many files at once.
// -------------------------------------------------------------------------------------------------

/// Which files to list. Set struct_size; a field of zero or NULL has its default.
typedef struct uc_files_opts {
    /// sizeof(uc_files_opts)
    size_t struct_size;
    /// Files per page, 1 to 1000; default 100.
    uint32_t limit;
    /// How many pages to fetch before they are asked for, as in uc_groups_opts; default 0.
    uint32_t read_ahead;
    /// UC_YES: only files stored for good; UC_NO: only temporary ones; default both.
    int32_t stored;
    /// UC_YES: only removed files; default UC_NO, only those that are there.
    int32_t removed;
    /// ISO 8601 with a zone, "2024-01-31T12:00:00Z": only files uploaded after it, or before it in
    /// descending order. The moment itself is left out.
    const char *from;
    /// "datetime_uploaded", oldest first, the default; or "-datetime_uploaded", newest first.
    const char *ordering;
    /// "appdata": with what add-ons found; default without.
    const char *include;
    /// From uc_page_end_cursor(): go on from there. It carries the options that the listing began
    /// with: leave all others but read_ahead unset. The first page may have no items although the
    /// listing goes on.
    const char *cursor;
} uc_files_opts;
#define UC_FILES_OPTS_INIT \
    { sizeof(uc_files_opts), 0, 0, 0, 0, UC_NULL, UC_NULL, UC_NULL, UC_NULL }

/// Lists the files of the project, page by page, as uc_groups_list() does the groups: makes `page`
/// with the first one, whose items uc_page_file() gives. `opts` may be NULL. How many files there
/// are by kind is in uc_page_json(), under `totals`.
///
/// REST API: GET /files/
UC_API uc_status UC_CALL uc_files_list(
    const uc_client *client,
    const uc_files_opts *opts,
    uc_page **page,
    uc_error **error);

/// Which part of the results of a search to get. Set struct_size; a field of zero or NULL has its
/// default.
typedef struct uc_files_search_opts {
    /// sizeof(uc_files_search_opts)
    size_t struct_size;
    /// Files per page, 1 to 100; default 20.
    uint32_t limit;
    /// How many files to leave out first; default 0. offset + limit is at most 1000.
    uint32_t offset;
    /// "appdata": with what add-ons found; default without.
    const char *include;
} uc_files_search_opts;
#define UC_FILES_SEARCH_OPTS_INIT \
    { sizeof(uc_files_search_opts), 0, 0, UC_NULL }

/// Searches the files of the project: makes `page` with what fits best, or in the order of the
/// query's `sort`. `query_json` is a JSON object with at least one condition; all have to hold:
///
///     {"query": "pineapple",                              any field; 4 characters or more
///      "phrase": {"original_filename": "summer"},         also metadata, detected_mime_type
///      "exact": {"metadata[pet]": ["cat", "dog"]},        also uuid and those of phrase
///      "datetime_uploaded": {"gte": "2026-01-01T00:00:00Z"},    gt, gte, lt, lte
///      "size": {"lt": 1000000}, "is_image": true,
///      "tags": {"any": ["fruit"], "all": [], "none": ["draft"]},
///      "fuzziness": true, "sort": ["-datetime_uploaded"]}
///
/// A file's uc_file.json says under `highlight` what was found where. A new file is found some 15
/// seconds later. A search reaches the first 1000 files, where UC_DONE comes even if
/// uc_page_total() is more: narrow it then, by datetime_uploaded for one. Its last page is shorter
/// where the limit does not divide them. It has no cursor, and is sent again for each page. `opts`
/// may be NULL. UC_ERR_REJECTED, with the service's words, when it does not take the query.
///
/// REST API: POST /files/search/
UC_API uc_status UC_CALL uc_files_search(
    const uc_client *client,
    const char *query_json,
    const uc_files_search_opts *opts,
    uc_page **page,
    uc_error **error);

/// What the service found in an image.
typedef struct uc_image_info {
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
    /// In place of padding: 0.
    int32_t reserved;
    /// Degrees, north positive.
    double latitude;
    /// Degrees, east positive.
    double longitude;
    /// When it was taken, as in the EXIF: without zone, and not always a valid time. Or NULL.
    const char *datetime_original;
} uc_image_info;

/// An audio track of a video. Numbers are -1 and the codec NULL where unknown.
typedef struct uc_audio_track {
    /// As the service gives it.
    int64_t bitrate;
    /// Hz.
    int64_t sample_rate;
    /// 2 for stereo.
    int64_t channels;
    /// "aac".
    const char *codec;
} uc_audio_track;

/// A video track of a video. Numbers are -1 and the codec NULL where unknown.
typedef struct uc_video_track {
    /// As the service gives it.
    int64_t bitrate;
    /// Pixels.
    int64_t width;
    /// Pixels.
    int64_t height;
    /// Frames a second.
    double frame_rate;
    /// "h264".
    const char *codec;
} uc_video_track;

/// What the service found in a video.
typedef struct uc_video_info {
    /// Milliseconds; -1 where unknown.
    int64_t duration_ms;
    /// As the service gives it; -1 where unknown.
    int64_t bitrate;
    /// "mp4".
    const char *format;
    /// Its audio tracks.
    const uc_audio_track *const *audio;
    /// How many.
    size_t audio_len;
    /// Its video tracks.
    const uc_video_track *const *video;
    /// How many.
    size_t video_len;
} uc_video_info;

/// The verdict of the add-on "uc_clamav_virus_scan". Texts are NULL where the service says nothing.
typedef struct uc_virus_scan {
    /// 1: the file is infected. 0: it was scanned and is clean.
    int32_t infected;
    /// In place of padding: 0.
    int32_t reserved;
    /// datetime_created in microseconds since 1970-01-01 UTC, or INT64_MIN.
    int64_t datetime_created_us;
    /// The same of datetime_updated.
    int64_t datetime_updated_us;
    /// When the file was first scanned, as the service's text, "2024-01-31T12:00:00Z".
    const char *datetime_created;
    /// When it was last scanned.
    const char *datetime_updated;
    /// What it is infected with, "Win.Test.EICAR_HDB-1"; NULL where it is clean.
    const char *infected_with;
    /// Of the scanner, "1.0.1".
    const char *version;
} uc_virus_scan;

/// One thing that was recognized in an image.
typedef struct uc_label {
    /// How sure it is, 0 to 100; -1 where unknown.
    double confidence;
    /// "Pineapple". Never NULL.
    const char *name;
    /// The names of the more general labels that it belongs to, "Fruit".
    const char *const *parents;
    /// How many.
    size_t parents_len;
    /// How many of it were found, each at a place of its own; where stands in uc_file.appdata.
    size_t instances_len;
} uc_label;

/// What the add-on "aws_rekognition_detect_labels" or "aws_rekognition_detect_moderation_labels"
/// has recognized in an image. Texts are NULL where the service says nothing.
typedef struct uc_labels {
    /// datetime_created in microseconds since 1970-01-01 UTC, or INT64_MIN.
    int64_t datetime_created_us;
    /// The same of datetime_updated.
    int64_t datetime_updated_us;
    /// When it was first looked at, as the service's text, "2024-01-31T12:00:00Z".
    const char *datetime_created;
    /// When it was last looked at.
    const char *datetime_updated;
    /// In the order of the response.
    const uc_label *const *labels;
    /// How many; 0 where nothing was found.
    size_t labels_len;
    /// Of the add-on's API, "2016-06-27".
    const char *version;
    /// Of the model, "3.0".
    const char *model_version;
} uc_labels;

/// What the add-on "remove_bg" knows of an image. Texts are NULL where the service says nothing.
typedef struct uc_remove_bg {
    /// datetime_created in microseconds since 1970-01-01 UTC, or INT64_MIN.
    int64_t datetime_created_us;
    /// The same of datetime_updated.
    int64_t datetime_updated_us;
    /// When it was first run, as the service's text, "2024-01-31T12:00:00Z".
    const char *datetime_created;
    /// When it was last run.
    const char *datetime_updated;
    /// What stands in the foreground, "person"; NULL unless it was run with `type_level`.
    const char *foreground_type;
    /// Of the add-on, "1.0".
    const char *version;
} uc_remove_bg;

/// A file. A text is NULL where the service sent none; what it sent beyond these fields is in
/// `json`. Owned where a call gave it away, borrowed where it is part of something else;
/// uc_file_clone() keeps a borrowed one.
struct uc_file {
    /// Never NULL; empty where the service sent none.
    const char *uuid;
    /// As it was named when uploaded; may be empty.
    const char *original_filename;
    /// The same with nothing but Latin letters, digits, `.` and `_` left, as it stands in URLs;
    /// empty where nothing is left. Only the Upload API tells it, NULL elsewhere: uploads,
    /// uc_upload_info() and groups from there.
    const char *filename;
    /// On the CDN; NULL when removed or not ready.
    const char *original_file_url;
    /// In the REST API.
    const char *url;
    /// "image/jpeg"; empty or "application/octet-stream" while the service does not know.
    const char *mime_type;
    /// Bytes; -1 where unknown.
    int64_t size;
    /// The three times below in microseconds since 1970-01-01 UTC; INT64_MIN where not known.
    int64_t datetime_uploaded_us;
    int64_t datetime_stored_us;
    int64_t datetime_removed_us;
    /// 1 when the service knows that it is an image, else 0.
    int32_t is_image;
    /// 1 when it can be used; 0 while the service works on it.
    int32_t is_ready;
    /// 1 when it is stored for good, else 0. Where the service does not say it explicitly, 1 when
    /// there is a datetime_stored.
    int32_t is_stored;
    /// In place of padding: 0.
    int32_t reserved;
    /// When it was uploaded.
    const char *datetime_uploaded;
    /// When it was stored for good; NULL for a temporary file.
    const char *datetime_stored;
    /// When it was removed; NULL while it is there.
    const char *datetime_removed;
    /// Inside a group only: the operations it was put in with, "resize/x800/", empty where there
    /// are none; else NULL.
    const char *default_effects;
    /// The S3 bucket that holds it, where that is the project's own. Only the Upload API tells it.
    const char *s3_bucket;
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
    /// JSON object of what add-ons found, when it was asked for; else NULL. uc_json_get() takes a
    /// value out of it, and the next four have most of it.
    const char *appdata;
    /// NULL where it was not scanned for viruses, no verdict is there, or appdata was not asked
    /// for.
    const uc_virus_scan *virus_scan;
    /// What was recognized in it; NULL where that was not tried, or appdata was not asked for.
    const uc_labels *labels;
    /// Content that may need moderation; NULL where that was not tried, or appdata was not asked
    /// for.
    const uc_labels *moderation_labels;
    /// NULL where its background was not removed, or appdata was not asked for.
    const uc_remove_bg *remove_bg;
    /// The whole object as the service sent it, of a search with its `highlight`; NULL where only
    /// the uuid is known.
    const char *json;
};

/// One file. `include` is "appdata", for what add-ons found, or NULL. A removed file is still known
/// for a while, with its datetime_removed. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /files/{uuid}/
UC_API uc_status UC_CALL uc_file_info(
    const uc_client *client,
    const char *uuid,
    const char *include,
    uc_file **file,
    uc_error **error);

/// Keeps a file for good, which otherwise goes a day after it was uploaded. `file` receives it as
/// it is then. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: PUT /files/{uuid}/storage/
UC_API uc_status UC_CALL uc_file_store(
    const uc_client *client,
    const char *uuid,
    uc_file **file,
    uc_error **error);

/// Removes a file. `file` receives it as it is then, with its datetime_removed; with nothing but
/// its uuid where the answer was lost and the file was gone when the request was sent again.
/// UC_ERR_NOT_FOUND when the project has no such file. Copies in the caches of the CDN live on for
/// a while.
///
/// REST API: DELETE /files/{uuid}/storage/
UC_API uc_status UC_CALL uc_file_delete(
    const uc_client *client,
    const char *uuid,
    uc_file **file,
    uc_error **error);

/// What came of a call on many files. Owned: give it to uc_free().
struct uc_batch {
    /// Those for which it was done, as they are now, in the order of the ids.
    const uc_file *const *files;
    /// How many.
    size_t files_len;
    /// Those for which it failed: UUID and the service's reason, such as "Missing in the project".
    const uc_pair *problems;
    /// How many.
    size_t problems_len;
};

/// Stores any number of files for good; none at all is UC_OK. A UUID that comes twice is sent once,
/// and a text that is no UUID is UC_ERR_ARGUMENT for the whole call. UC_OK also when it failed for
/// some of them: see uc_batch.problems. More than 100 are sent in several requests. When one of
/// these fails, the error's message says how many were sent before ("100 of 249 ids", each counted
/// once), and `batch` holds what came of those; it is NULL where there are none. Call again with
/// the rest, or with all of them.
///
/// REST API: PUT /files/storage/
UC_API uc_status UC_CALL uc_files_store(
    const uc_client *client,
    const char *const *uuids,
    size_t uuids_len,
    uc_batch **batch,
    uc_error **error);

/// Removes any number of files, as uc_files_store() stores them. A file that was gone when the
/// request was sent again, because the answer was lost, is among the files, with nothing but its
/// uuid.
///
/// REST API: DELETE /files/storage/
UC_API uc_status UC_CALL uc_files_delete(
    const uc_client *client,
    const char *const *uuids,
    size_t uuids_len,
    uc_batch **batch,
    uc_error **error);

/// How to copy a file within the project. Set struct_size; a field of zero or NULL has its default.
typedef struct uc_file_copy_opts {
    /// sizeof(uc_file_copy_opts)
    size_t struct_size;
    /// UC_YES: keep the copy for good; default UC_NO, for a day.
    int32_t store;
    /// In place of padding: set it to 0.
    int32_t reserved;
    /// Metadata of the copy, as in uc_metadata_set(); at most 50 pairs.
    const uc_pair *metadata;
    /// How many; not 0 where `metadata` is set.
    size_t metadata_len;
} uc_file_copy_opts;
#define UC_FILE_COPY_OPTS_INIT \
    { sizeof(uc_file_copy_opts), 0, 0, UC_NULL, 0 }

/// Copies a file within the project. `source` is its UUID or its URL on the CDN, with operations to
/// copy what they make of it; these are sent as they are, without a check against OPERATIONS.md.
/// The copy has the metadata of `opts`, and not that of its source. `file` receives it; the service
/// may still be working on it: then size is 0, is_image is 0 and mime_type is
/// "application/octet-stream", although is_ready is 1; ask uc_file_info() later. Up to 5 GB; 100 MB
/// with operations. `opts` may be NULL.
///
/// REST API: POST /files/local_copy/
UC_API uc_status UC_CALL uc_file_copy(
    const uc_client *client,
    const char *source,
    const uc_file_copy_opts *opts,
    uc_file **file,
    uc_error **error);

/// How to copy a file to a storage of one's own. Set struct_size; a field of zero or NULL has its
/// default.
typedef struct uc_file_copy_remote_opts {
    /// sizeof(uc_file_copy_remote_opts)
    size_t struct_size;
    /// UC_YES: nobody but the storage's owner may read the copy; default UC_NO, everybody may.
    int32_t is_private;
    /// In place of padding: set it to 0.
    int32_t reserved;
    /// The name of the copy, made of ${default}, which is ${uuid}/${auto_filename}, the default;
    /// ${auto_filename}, which is ${filename}${effects}${ext}; ${effects}, ${filename}, ${uuid} and
    /// ${ext}.
    const char *pattern;
} uc_file_copy_remote_opts;
#define UC_FILE_COPY_REMOTE_OPTS_INIT \
    { sizeof(uc_file_copy_remote_opts), 0, 0, UC_NULL }

/// Copies a file to a storage of one's own that the project knows by the name `target`. `source` is
/// as for uc_file_copy(). `url` receives the copy's URL, "s3://bucket/key": give it to uc_free().
/// `opts` may be NULL.
///
/// REST API: POST /files/remote_copy/
UC_API uc_status UC_CALL uc_file_copy_remote(
    const uc_client *client,
    const char *source,
    const char *target,
    const uc_file_copy_remote_opts *opts,
    char **url,
    uc_error **error);

/// A copy of a file with everything in it that outlives what the file was borrowed from, such as a
/// page, a group, a batch or an event: freed by uc_free(). Sends nothing.
UC_API uc_status UC_CALL uc_file_clone(const uc_file *file, uc_file **clone, uc_error **error);

// -------------------------------------------------------------------------------------------------
// 9. Metadata and tags of files
//
// What an application keeps with a file.
// -------------------------------------------------------------------------------------------------

/// What the application keeps with a file. Owned: give it to uc_free().
typedef struct uc_metadata {
    /// Keys and values, in the service's order; NULL where there are none.
    const uc_pair *metadata;
    /// How many.
    size_t metadata_len;
} uc_metadata;

/// All metadata of a file. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /files/{uuid}/metadata/
UC_API uc_status UC_CALL uc_metadata_list(
    const uc_client *client,
    const char *uuid,
    uc_metadata **metadata,
    uc_error **error);

/// The value of one key: give it to uc_free(). UC_ERR_NOT_FOUND when the file has no such key, or
/// the project no such file.
///
/// REST API: GET /files/{uuid}/metadata/{key}/
UC_API uc_status UC_CALL uc_metadata_get(
    const uc_client *client,
    const char *uuid,
    const char *key,
    char **value,
    uc_error **error);

/// Sets the value of a key, whether it is new or not. `key`: 1 to 64 Latin letters, digits, `_`,
/// `-`, `.` and `:`, but not `.` or `..` itself. `value`: 1 to 512 characters. A file takes 50
/// keys; one more is UC_ERR_REJECTED. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: PUT /files/{uuid}/metadata/{key}/
UC_API uc_status UC_CALL uc_metadata_set(
    const uc_client *client,
    const char *uuid,
    const char *key,
    const char *value,
    uc_error **error);

/// Deletes a key and its value. UC_ERR_NOT_FOUND when the file has no such key, or the project no
/// such file.
///
/// REST API: DELETE /files/{uuid}/metadata/{key}/
UC_API uc_status UC_CALL uc_metadata_delete(
    const uc_client *client,
    const char *uuid,
    const char *key,
    uc_error **error);

/// The tags of a file, in their order, and what a call has changed, which is in no particular
/// order. Owned: give it to uc_free().
typedef struct uc_tags {
    /// All tags the file has now.
    const char *const *tags;
    /// How many.
    size_t tags_len;
    /// Those that the call has added; none for uc_tags_list().
    const char *const *added;
    /// How many.
    size_t added_len;
    /// Those that the call has deleted; none for uc_tags_list().
    const char *const *deleted;
    /// How many.
    size_t deleted_len;
} uc_tags;

/// The tags of a file. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /files/{uuid}/tags/
UC_API uc_status UC_CALL uc_tags_list(
    const uc_client *client,
    const char *uuid,
    uc_tags **tags,
    uc_error **error);

/// Gives a file `new_tags` in place of those it has; none at all where `new_tags_len` is 0. A tag
/// has at most 100 Latin letters, digits, `-`, `_` and `.`. A file has at most 50 tags; more are
/// UC_ERR_ARGUMENT. The service makes them lower case, strips them, and drops empty ones and
/// repetitions. Where an answer was lost and the request sent again, `added` and `deleted` are
/// those of the second. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: PUT /files/{uuid}/tags/
UC_API uc_status UC_CALL uc_tags_replace(
    const uc_client *client,
    const char *uuid,
    const char *const *new_tags,
    size_t new_tags_len,
    uc_tags **tags,
    uc_error **error);

/// Takes the tags `remove` from a file and then gives it the tags `add`. Tags are as for
/// uc_tags_replace(). `add` has at most 50, `remove` any number; with none in either, nothing is
/// changed. UC_ERR_REJECTED when the file would have more than 50 then. UC_ERR_NOT_FOUND when the
/// project has no such file.
///
/// REST API: PATCH /files/{uuid}/tags/
UC_API uc_status UC_CALL uc_tags_update(
    const uc_client *client,
    const char *uuid,
    const char *const *add,
    size_t add_len,
    const char *const *remove,
    size_t remove_len,
    uc_tags **tags,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 10. Uploads
//
// From a file, from memory, from a callback, from a URL; and what allows them.
// -------------------------------------------------------------------------------------------------

/// Hears how far a call is: return 0 to go on, anything else to stop at once, even inside a
/// request; the call then returns UC_ERR_CANCELED. Called on the calling thread, about ten times a
/// second; what it returns when all is done does not count. `done` never falls; `total` is -1 where
/// it is not known: throughout for a stream of unknown size. Uploads count bytes, also those from a
/// URL, whose `total` is -1 until the service tells it. A conversion or an add-on has done 0 of 1
/// until it has ended. Must not throw or longjmp, and must not use or free what the call works on.
/// A signal handler that sets a flag, and a callback that returns it, stop a call on Ctrl-C.
typedef int32_t (UC_CALL *uc_progress_fn)(void *progress_data, int64_t done, int64_t total);

/// How to upload. Set struct_size; a field of zero or NULL has its default. What is not for a
/// function is UC_ERR_ARGUMENT there.
typedef struct uc_upload_opts {
    /// sizeof(uc_upload_opts)
    size_t struct_size;
    /// What the file is to be called; default its own name, with U+FFFD for what is not UTF-8 in
    /// it, or "file".
    const char *filename;
    /// "image/jpeg"; default by the name.
    const char *mime_type;
    /// Metadata of the file, as in uc_metadata_set(); at most 50 pairs.
    const uc_pair *metadata;
    /// How many; not 0 where `metadata` is set.
    size_t metadata_len;
    /// Tags of the file, as in uc_tags_replace().
    const char *const *tags;
    /// How many; not 0 where `tags` is set.
    size_t tags_len;
    /// Of uc_upload_path(): the path of a file that remembers which parts have arrived, made when
    /// parts are sent and removed at the end. The same call, after a crash too, then sends only
    /// what is missing. It begins anew where the file to upload, the options or the keys are
    /// others, after a day, and where the file is empty or was cut short in its first line. Whoever
    /// can read it can send parts of this upload, and whoever can write it can have them sent
    /// elsewhere: keep it in a folder of your own. It holds no key, and only its owner may read it.
    /// UC_ERR_FILE, with nothing sent, where it is a link or no regular file, belongs to another
    /// user, may be written by others, is something else (which is left alone), or is used by
    /// another upload at the time. It is not looked at where the file goes in one piece.
    /// uc_upload_data() and uc_upload_stream() refuse it, UC_ERR_ARGUMENT.
    const char *resume_file;
    /// Bytes of a part, 5 MiB to 5 GiB; default 5 MiB, larger where there would be more than 10000
    /// parts. Files up to 10 MiB go in one piece.
    uint64_t part_size;
    /// How many parts are on their way at a time, 1 to 16; default 4. A file takes half a MiB of
    /// memory for each, a stream part_size.
    uint32_t parallel;
    /// UC_YES: keep the file for good; UC_NO: for a day; default as the project is set.
    int32_t store;
    /// Of uc_upload_url(). UC_YES: take the file that was fetched from the same URL before, where
    /// there is one that was remembered; default UC_NO.
    int32_t check_url_duplicates;
    /// Of uc_upload_url(). UC_YES: remember this file for those who check; default UC_NO.
    int32_t save_url_duplicates;
    /// A JWT that a backend made with uc_upload_token(): good until the upload ends, and for
    /// "/multipart/*" too where the file goes in parts. Not together with `signature` or `expire`.
    /// Default: `signature` and `expire`; else signed with the client's secret key, where it has
    /// one.
    const char *token;
    /// What a backend made with uc_upload_signature() for `expire`, which has to be set as well.
    /// Not together with `token`.
    const char *signature;
    /// In seconds since 1970-01-01 UTC. Only together with `signature`.
    int64_t expire;
    /// Hears how many bytes have been sent, about ten times a second. Not for uc_upload_url(),
    /// whose job has its own.
    uc_progress_fn progress;
    /// Handed to `progress`.
    void *progress_data;
} uc_upload_opts;
#define UC_UPLOAD_OPTS_INIT \
    { sizeof(uc_upload_opts), UC_NULL, UC_NULL, UC_NULL, 0, UC_NULL, 0, UC_NULL, 0, 0, 0, 0, 0, \
      UC_NULL, UC_NULL, 0, UC_NULL, UC_NULL }

/// Uploads a file of this machine, of any size, in a few MiB of memory: in one piece up to 10 MiB,
/// else in parts, several at a time, each of which is sent again where it fails. `file` receives
/// what the service says of it; with nothing but its uuid where it says no more after the upload.
/// UC_ERR_FILE when the file cannot be read, or its content changes while it is sent; its name and
/// its permissions may. `path` is UTF-8 on Windows and any bytes elsewhere. `opts` may be NULL.
///
/// An upload has no time limit but the client's timeout_ms, where that is set. Needs no secret key
/// unless the project wants uploads to be signed.
///
/// Upload API: POST /base/, or POST /multipart/start/, PUT of each part and POST
/// /multipart/complete/; GET /info/
UC_API uc_status UC_CALL uc_upload_path(
    const uc_client *client,
    const char *path,
    const uc_upload_opts *opts,
    uc_file **file,
    uc_error **error);

/// Uploads `data_size` bytes, as uc_upload_path() does a file.
///
/// Upload API: as uc_upload_path()
UC_API uc_status UC_CALL uc_upload_data(
    const uc_client *client,
    const void *data,
    size_t data_size,
    const uc_upload_opts *opts,
    uc_file **file,
    uc_error **error);

/// Gives the bytes of an upload: fills at most `size` bytes of `buffer` and returns how many, 0 at
/// the end, or a negative number to stop, and the call returns UC_ERR_CANCELED. More than `size`
/// ends the upload with UC_ERR_ARGUMENT. Called on the thread that made the call, and on no other.
/// Must not throw or longjmp.
typedef int64_t (UC_CALL *uc_read_fn)(void *read_data, void *buffer, size_t size);

/// Uploads what `read` gives: `size` bytes, after which it is not called any more, or with -1 as
/// many as come. Of a known size each part is kept in memory while it is sent. Of an unknown one
/// more than 10 MiB go to a temporary file first (below TMPDIR), since the service has to be told
/// the size before the first part. UC_ERR_FILE when fewer than `size` bytes come. Stopping waits
/// until a call of `read` in progress returns. Otherwise as uc_upload_path().
///
/// Upload API: as uc_upload_path()
UC_API uc_status UC_CALL uc_upload_stream(
    const uc_client *client,
    uc_read_fn read,
    void *read_data,
    int64_t size,
    const uc_upload_opts *opts,
    uc_file **file,
    uc_error **error);

/// Lets the service fetch a file from `source_url` itself: starts a job that ends with the file,
/// which uc_job_file_uuid() names. It is http or https and has at most 8192 bytes. Spaces and what
/// is not ASCII are percent-encoded, but for a host in other letters, which is written "xn--...".
/// Unlike in uc_url_proxy(), a user name and a password, which the service is sent, and a #fragment
/// may be in it. `opts` may be NULL.
///
/// Upload API: POST /from_url/; GET /from_url/status/ by uc_job_poll()
UC_API uc_status UC_CALL uc_upload_url(
    const uc_client *client,
    const char *source_url,
    const uc_upload_opts *opts,
    uc_job **job,
    uc_error **error);

/// What the Upload API says of a file, for which the public key is enough: no times, no URLs.
/// UC_ERR_NOT_FOUND when the project has no such file.
///
/// Upload API: GET /info/
UC_API uc_status UC_CALL uc_upload_info(
    const uc_client *client,
    const char *uuid,
    uc_file **file,
    uc_error **error);

/// What the Upload API says of a group, for which the public key is enough. `id` is its whole id,
/// with `~` and the number. `group` receives it with its files, which have no times and no URLs.
/// UC_ERR_NOT_FOUND when the project has no such group.
///
/// Upload API: GET /group/info/
UC_API uc_status UC_CALL uc_upload_group_info(
    const uc_client *client,
    const char *id,
    uc_group **group,
    uc_error **error);

/// Signs a permission to upload until `expire`, in seconds since 1970-01-01 UTC: for a backend to
/// give to a program without the secret key, for uc_upload_opts.signature and
/// uc_group_create_opts.signature. `signature` receives 64 lower-case hex digits: give it to
/// uc_free(). Needs the secret key or opts.sign of the client. Sends nothing.
UC_API uc_status UC_CALL uc_upload_signature(
    const uc_client *client,
    int64_t expire,
    char **signature,
    uc_error **error);

/// What a token allows. Set struct_size; a field of zero or NULL is no restriction.
typedef struct uc_upload_token_opts {
    /// sizeof(uc_upload_token_opts)
    size_t struct_size;
    /// Paths of the Upload API, such as "/base/", "/multipart/*", "/from_url/" and "/group/": at
    /// most 16, each of at most 64 characters.
    const char *const *scope;
    /// How many; not 0 where `scope` is set.
    size_t scope_len;
    /// The claim `iss`.
    const char *issuer;
    /// The claim `sub`.
    const char *subject;
    /// The claim `jti`.
    const char *id;
    /// How long it is good, 1 to 86400 seconds; default half an hour.
    int64_t lifetime_s;
    /// How many files may be uploaded with it, 1 to 100000; default any number. Groups do not
    /// count.
    int64_t operations;
} uc_upload_token_opts;
#define UC_UPLOAD_TOKEN_OPTS_INIT \
    { sizeof(uc_upload_token_opts), UC_NULL, 0, UC_NULL, UC_NULL, UC_NULL, 0, 0 }

/// Makes a JWT that permits uploading, and no more than `opts` says: for a backend to give to a
/// program without the secret key, for uc_upload_opts.token and uc_group_create_opts.token. `token`
/// receives it: give it to uc_free(). Needs the secret key itself; opts.sign of the client is not
/// enough. `opts` may be NULL. Sends nothing.
UC_API uc_status UC_CALL uc_upload_token(
    const uc_client *client,
    const uc_upload_token_opts *opts,
    char **token,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 11. URLs
//
// Where the CDN delivers a file, and what it makes of it on the way. Nothing here is sent.
// -------------------------------------------------------------------------------------------------

/// The URL of a file, for a browser or for whoever downloads it. `id` is the file's UUID, or the id
/// of a group, whose URL is a page with its files and takes neither operations nor a name.
///
/// `operations` say what the CDN makes of the file on its way: "-/resize/500x/-/format/webp/" as
/// the service writes them, one behind the other, or what uc_ops_build() gives; NULL or "" for the
/// file as it is. The first "-/" may be missing, as in default_effects of a group's file. They are
/// checked against the grammar in OPERATIONS.md, so that a mistake is UC_ERR_ARGUMENT here, with
/// the byte at which it stands, and no broken picture later; unless opts.unchecked_operations of
/// the client says otherwise. "adaptive_video/" is the playlist (HLS) of a video.
///
/// `filename` is what a browser saves the file as, such as its original_filename; NULL or "" for
/// none. Any UTF-8 will do: it is percent-encoded as it needs to be. What no file can be saved as
/// becomes "_": each slash, backslash and control character, and each character of the names "-",
/// "." and "..". A name of more than 1024 bytes is cut to that, in front of its ending such as
/// ".jpeg".
///
/// `url` receives it: give it to uc_free(). It can stand between the quotes of an attribute in HTML
/// as it is.
///
/// Like all that makes a URL, this sends nothing and does not look whether the file is there.
///
/// URL API: /{uuid}/{operations}{filename}, /{group}~{N}/
UC_API uc_status UC_CALL uc_url(
    const uc_client *client,
    const char *id,
    const char *operations,
    const char *filename,
    char **url,
    uc_error **error);

/// The URL of a file of a group by its place in it, from 0. `operations` as in uc_url(); they work
/// on what comes of those that the group was made with.
///
/// URL API: /{group}~{N}/nth/{i}/{operations}
UC_API uc_status UC_CALL uc_url_group_file(
    const uc_client *client,
    const char *group_id,
    int64_t index,
    const char *operations,
    char **url,
    uc_error **error);

/// The URL of all files of a group in one, as they were uploaded. `format` is "zip" or "tar";
/// `filename` is what a browser saves it as, as in uc_url(). The service makes archives of up to 2
/// GB, and none of a group of which a file was deleted.
///
/// URL API: /{group}~{N}/archive/{zip|tar}/{filename}
UC_API uc_status UC_CALL uc_url_group_archive(
    const uc_client *client,
    const char *group_id,
    const char *format,
    const char *filename,
    char **url,
    uc_error **error);

/// The URL of something elsewhere on the web, that the CDN fetches and makes `operations` of, as in
/// uc_url(). `source_url` is http or https, its own query included; spaces and what is not ASCII
/// are percent-encoded, but for a host in other letters, which is written "xn--...". It has no user
/// name, no #fragment, and at most 8192 bytes. The host has to be on the project's list of allowed
/// ones, which is all that stands before it: whoever sees the URL can change it. Always below
/// "https://{public_key}.ucr.io". The & of a query stay, and have to be escaped in HTML.
///
/// URL API: https://{public_key}.ucr.io/{operations}{source_url}
UC_API uc_status UC_CALL uc_url_proxy(
    const uc_client *client,
    const char *source_url,
    const char *operations,
    char **url,
    uc_error **error);

/// A file in several widths, for a browser to choose from: what stands between the quotes of the
/// `srcset` attribute of an <img> or <source>, in HTML as it is. Each width is a URL as of
/// uc_url(), with "-/resize/{width}x/" behind `operations`. With "-/stretch/off/" among them no
/// image is made larger than it is: give such an <img> its width by CSS, since a browser takes each
/// for as wide as it was listed. Up to 100 widths. `operations` and `filename` are as in uc_url().
/// For secure delivery make and sign each URL by itself.
///
/// URL API: /{uuid}/{operations}-/resize/{width}x/{filename}
UC_API uc_status UC_CALL uc_url_srcset(
    const uc_client *client,
    const char *uuid,
    const char *operations,
    const char *filename,
    const int32_t *widths,
    size_t widths_len,
    char **srcset,
    uc_error **error);

/// Operations in the making, one behind the other, for those who would rather not write them. The
/// calls that add one cannot fail: what is wrong with any of them, the first that is, is what
/// uc_ops_build() says; a NULL for `ops` is ignored. Made by uc_ops_new(), freed by uc_free(). Used
/// by one thread at a time.
typedef struct uc_ops uc_ops;

/// Makes an empty one. opts.unchecked_operations of `client` says whether it will be checked.
UC_API uc_status UC_CALL uc_ops_new(const uc_client *client, uc_ops **ops, uc_error **error);

/// Fits the image into this size in pixels, keeping its ratio; never makes it larger. 0 and 0 for
/// the service's own size, 2048 by 2048.
UC_API void UC_CALL uc_ops_preview(uc_ops *ops, int32_t width, int32_t height);

/// Makes the image this large in pixels, whatever becomes of its ratio; with 0 for a side, keeping
/// it.
UC_API void UC_CALL uc_ops_resize(uc_ops *ops, int32_t width, int32_t height);

/// Cuts out this many pixels. `place` is "center", "top", "right", "bottom", "left", or "X,Y" in
/// pixels or percent ("50p,50p"); NULL leaves it to the service.
UC_API void UC_CALL uc_ops_crop(uc_ops *ops, int32_t width, int32_t height, const char *place);

/// Scales the image until it fills this many pixels, and cuts off the rest. `place` is one as of
/// uc_ops_crop(), "smart" or another of the smart kinds in OPERATIONS.md, or both, "smart/center":
/// the place for when nothing is found; NULL leaves it to the service.
UC_API void UC_CALL uc_ops_scale_crop(
    uc_ops *ops,
    int32_t width,
    int32_t height,
    const char *place);

/// What comes out: "auto", "jpeg", "png", "webp" or "preserve".
UC_API void UC_CALL uc_ops_format(uc_ops *ops, const char *format);

/// How good: "smart", "smart_retina", "lightest", "lighter", "normal", "better" or "best".
UC_API void UC_CALL uc_ops_quality(uc_ops *ops, const char *quality);

/// Lays another image over it: `image` is its UUID, or "self". `size` is "WIDTHxHEIGHT" in pixels
/// or percent of the image below ("50px50p"), `place` as of uc_ops_crop(), `opacity` 1 to 100
/// percent or 0 for the default, 100. Each may be left out (NULL, 0) where all behind it are.
UC_API void UC_CALL uc_ops_overlay(
    uc_ops *ops,
    const char *image,
    const char *size,
    const char *place,
    int32_t opacity);

/// Writes `words` over the image. They are escaped here and may hold anything, new lines too, but
/// must not be empty, "." or "..". With all other operations, and percent-encoded, they have at
/// most 8192 bytes. `size` and `place` as of uc_ops_overlay(). How they look is set beforehand by
/// "font", "text_align" and "text_box" through uc_ops_raw(). Has to be switched on for the project.
UC_API void UC_CALL uc_ops_text(
    uc_ops *ops,
    const char *size,
    const char *place,
    const char *words);

/// Any operations as uc_url() takes them, each whole: "-/blur/20/-/mirror/", or the default_effects
/// of a group's file, "resize/x800/". What they may be stands in OPERATIONS.md.
UC_API void UC_CALL uc_ops_raw(uc_ops *ops, const char *operations);

/// Makes one text of all operations added so far, for uc_url() and its like. `operations` receives
/// it: give it to uc_free(). UC_ERR_ARGUMENT when something is wrong with them: the message names
/// the call that was given it, such as uc_ops_crop, or the byte in the text, as that of uc_url()
/// does. More operations may be added afterwards.
UC_API uc_status UC_CALL uc_ops_build(const uc_ops *ops, char **operations, uc_error **error);

/// How to sign a URL. Set struct_size; a field of zero has its default.
typedef struct uc_url_sign_opts {
    /// sizeof(uc_url_sign_opts)
    size_t struct_size;
    /// Until when it is good, in seconds since 1970-01-01 UTC; default by lifetime_s. Not together
    /// with it.
    int64_t expire;
    /// How long it is good from now, in seconds; default 300. Not together with `expire`.
    int64_t lifetime_s;
    /// UC_YES: the token is good for everything below the last slash of the URL, so that other
    /// operations may be put there, and for the segments of "adaptive_video/"; of "https://host/"
    /// for everything of the project. Default UC_NO, for this URL alone.
    int32_t wildcard;
    /// UC_YES: a token that does not repeat the URL; default UC_NO. Not with `wildcard`.
    int32_t url_token;
} uc_url_sign_opts;
#define UC_URL_SIGN_OPTS_INIT \
    { sizeof(uc_url_sign_opts), 0, 0, 0, 0 }

/// Signs a URL on the CDN, so that secure delivery lets whoever has it in until it expires.
/// `secret_hex` is the project's secret for this, not the secret key of its API. A URL on the
/// project's own subdomain is taken to the secure one: "https://1s4oyld5dc.s.ucarecd.net"; other
/// hosts stay. `url` has no query yet; that of a group works too. What means something in a token
/// is percent-encoded, so use the URL that comes out. `opts` may be NULL. Needs no client; the time
/// is this machine's, and an `expire` in the past is signed as well.
///
/// URL API: {url}?token=exp={expire}~acl={path}~hmac={signature}
UC_API uc_status UC_CALL uc_url_sign(
    const char *url,
    const char *secret_hex,
    const uc_url_sign_opts *opts,
    char **signed_url,
    uc_error **error);

/// Checks a signed URL, as the CDN does, for a server that hands over content of its own by the
/// same tokens, or to find out why one is refused. `secrets_hex` are the project's secrets for
/// secure delivery, the old one and the new one while they are changed: UC_OK where the token was
/// made with one of them for this URL and has not expired, in all forms that uc_url_sign() makes. A
/// token with a wildcard is for all that is below its folder. Scheme and host are not part of a
/// token.
///
/// UC_ERR_AUTH where the URL must not be served: its message says whether there is no token, its
/// signature is wrong, it is for another URL, or it has expired. UC_ERR_ARGUMENT when `url` is no
/// URL of http or https with a path, in visible ASCII without . and .. between slashes; when a
/// secret is not hex; and when there is no secret. Takes as long for a wrong signature as for a
/// right one. Needs no client and sends nothing; the time is this machine's.
UC_API uc_status UC_CALL uc_url_verify(
    const char *url,
    const char *const *secrets_hex,
    size_t secrets_hex_len,
    uc_error **error);

/// The parts of a URL on the CDN; a text is NULL where the URL has none. One of uuid, group_id and
/// source_url is set. Owned: give it to uc_free().
typedef struct uc_url_parts {
    /// Scheme, host, and whatever stands before the id: "https://1s4oyld5dc.ucarecd.net", which a
    /// client takes for its cdn_base. Never NULL.
    const char *base;
    /// The file.
    const char *uuid;
    /// The group, or the group that the file is of.
    const char *group_id;
    /// "zip" or "tar" where the URL is that of a group's archive.
    const char *archive;
    /// Of a file, its place in the group; else -1.
    int64_t index;
    /// As uc_url() takes them: "-/resize/500x/". They are not checked.
    const char *operations;
    /// What stands behind the last slash, decoded. As in uc_url(), what no file can be saved as has
    /// become "_".
    const char *filename;
    /// What a proxy fetches, percent-encoded.
    const char *source_url;
    /// What uc_url_sign() added: "exp=...~acl=...~hmac=...". Not checked.
    const char *token;
} uc_url_parts;

/// Takes a URL on the CDN apart: a file's, a group's, one of a file in a group, an archive's or a
/// proxy's, on whatever host, signed or not. `url` may be as people paste it: white space around it
/// and a #fragment are left out, spaces and what is not ASCII are percent-encoded. The URL of an
/// old gallery is taken for its group's, and the settings behind "gallery/" are left out; so is a
/// query, but for the token, and that of a proxy's source_url. UC_ERR_ARGUMENT when it is none of
/// these. Needs no client.
UC_API uc_status UC_CALL uc_url_parse(const char *url, uc_url_parts **url_parts, uc_error **error);

// -------------------------------------------------------------------------------------------------
// 12. Jobs
//
// Work that the service does in the background.
// -------------------------------------------------------------------------------------------------

/// Work that the service does in the background: a conversion, an add-on, or an upload from a URL.
/// Freeing it with uc_free() does not end the work. One thread at a time.
struct uc_job;

/// Asks once how far the job is: UC_OK while it runs, UC_DONE when it has ended well, UC_ERR_JOB
/// with the service's words when not. Once it has ended, nothing is sent any more and the answer
/// stays. UC_ERR_NOT_FOUND when the service does not know the job, or not any more. An upload from
/// a URL may be unknown to it for the first few polls, which is UC_OK.
///
/// REST API: GET /convert/document/status/{token}/, GET /convert/video/status/{token}/, GET
/// /addons/{addon}/execute/status/; Upload API: GET /from_url/status/
UC_API uc_status UC_CALL uc_job_poll(uc_job *job, uc_error **error);

/// Polls the job, with pauses that grow from a quarter of a second to 8 seconds, until it has
/// ended: UC_DONE when it has ended well, UC_ERR_JOB when not. UC_ERR_TIMEOUT after `timeout_ms`
/// milliseconds; 0 and UC_NO_LIMIT are no limit, so that the call waits as long as the service says
/// that the job goes on. UC_ERR_CANCELED when `progress`, which may be NULL, the client's `tick` or
/// uc_client_cancel() has stopped it. Any other failure, such as a lost connection, ends the
/// waiting. The client's timeout_ms limits each poll, not the waiting. Nothing of that ends the
/// job: wait again, or keep its token.
///
/// REST API and Upload API: those of uc_job_poll()
UC_API uc_status UC_CALL uc_job_wait(
    uc_job *job,
    uint32_t timeout_ms,
    uc_progress_fn progress,
    void *progress_data,
    uc_error **error);

/// A line of printable ASCII that uc_job_resume() takes, in another process, too; it holds no key.
/// NULL for NULL. Borrowed until the job is freed.
UC_API const char *UC_CALL uc_job_token(const uc_job *job);

/// The UUID of the file that the job makes, NULL until it is known, for an add-on that makes none,
/// and for NULL. A conversion's is known from the start, or after uc_job_resume() from the first
/// poll; the file is ready when the job has ended well. Borrowed until the job is polled, waited
/// for or freed.
UC_API const char *UC_CALL uc_job_file_uuid(const uc_job *job);

/// The id of the group of a video's thumbnails, or NULL. Borrowed until the job is polled, waited
/// for or freed.
UC_API const char *UC_CALL uc_job_thumbnails_group_id(const uc_job *job);

/// The service's last answer about the job; NULL before there was one, and for NULL. Borrowed until
/// the job is polled, waited for or freed.
UC_API const char *UC_CALL uc_job_json(const uc_job *job);

/// Takes up a job that was started earlier, by this process or another. Sends nothing: poll it, or
/// wait for it.
UC_API uc_status UC_CALL uc_job_resume(
    const uc_client *client,
    const char *token,
    uc_job **job,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 13. Conversions and add-ons
//
// Each is a job.
// -------------------------------------------------------------------------------------------------

/// What uc_convert_video() is to make of a video: "{uuid}/video/{operations}". `operations` such as
/// "-/size/640x360/-/format/webm/-/cut/000:00:05.000/000:00:15.000/-/thumbs~4/" are checked against
/// OPERATIONS.md, unless opts.unchecked_operations of the client says otherwise; NULL for the
/// service's defaults. Sends nothing.
UC_API uc_status UC_CALL uc_video_path(
    const uc_client *client,
    const char *uuid,
    const char *operations,
    char **path,
    uc_error **error);

/// What uc_convert_document() is to make of a document: "{uuid}/document/{operations}".
/// `operations` such as "-/format/png/-/page/1/" are checked against OPERATIONS.md, unless
/// opts.unchecked_operations of the client says otherwise; NULL for a PDF. Sends nothing.
UC_API uc_status UC_CALL uc_document_path(
    const uc_client *client,
    const char *uuid,
    const char *operations,
    char **path,
    uc_error **error);

/// What a document can be converted to. Owned: give it to uc_free().
typedef struct uc_document {
    /// Why it cannot be converted at all; NULL when it can.
    const char *error;
    /// What it is, "pdf".
    const char *format;
    /// What it can become, "png", "docx" and so on.
    const char *const *formats;
    /// How many.
    size_t formats_len;
    /// What it was converted to with save_in_group: format and the id of the group of its pages.
    const uc_pair *groups;
    /// How many.
    size_t groups_len;
    /// The whole answer as the service sent it.
    const char *json;
} uc_document;

/// What a document is and can be converted to. UC_ERR_NOT_FOUND when the project has no such file.
///
/// REST API: GET /convert/document/{uuid}/
UC_API uc_status UC_CALL uc_document_info(
    const uc_client *client,
    const char *uuid,
    uc_document **document,
    uc_error **error);

/// How to convert. Set struct_size; a field of zero or NULL has its default.
typedef struct uc_convert_opts {
    /// sizeof(uc_convert_opts)
    size_t struct_size;
    /// UC_YES: put the pages of a document that becomes images into a group as well, whose id
    /// uc_document_info() then knows; default UC_NO. Not for videos.
    int32_t save_in_group;
    /// UC_YES: keep the result for good; UC_NO: for a day; default as the project is set.
    int32_t store;
} uc_convert_opts;
#define UC_CONVERT_OPTS_INIT \
    { sizeof(uc_convert_opts), 0, 0 }

/// Starts to convert a document. `path` is the file's UUID, or its URL on the CDN, and what to make
/// of it: "22240276-2f06-41f8-9411-755c8ce926ed/document/-/format/png/-/page/1/";
/// uc_document_path() makes one and checks it. Images of a document with several pages come as a
/// zip archive; with `page` the one page, and with opts.save_in_group all of them in a group as
/// well. `opts` may be NULL. UC_ERR_JOB with the service's words when it does not take the path.
///
/// REST API: POST /convert/document/; GET /convert/document/status/{token}/ by uc_job_poll()
UC_API uc_status UC_CALL uc_convert_document(
    const uc_client *client,
    const char *path,
    const uc_convert_opts *opts,
    uc_job **job,
    uc_error **error);

/// Starts to convert a video, of which it makes thumbnails as well. `path` is as for
/// uc_convert_document():
/// "22240276-2f06-41f8-9411-755c8ce926ed/video/-/size/640x360/-/format/webm/"; uc_video_path()
/// makes one and checks it. `opts` may be NULL. UC_ERR_JOB with the service's words when it does
/// not take the path.
///
/// REST API: POST /convert/video/; GET /convert/video/status/{token}/ by uc_job_poll()
UC_API uc_status UC_CALL uc_convert_video(
    const uc_client *client,
    const char *path,
    const uc_convert_opts *opts,
    uc_job **job,
    uc_error **error);

/// Starts an add-on on a file. While the same add-on is at work on the same file, the call waits
/// for its turn, as long as the client's timeout_ms allows; then, or at once where the client has
/// no retries, it fails with UC_ERR_REJECTED and HTTP 409. `addon` is one of
///
///     "uc_clamav_virus_scan"                    params: purge_infected
///     "aws_rekognition_detect_labels"
///     "aws_rekognition_detect_moderation_labels"
///     "remove_bg"                               params: crop, type_level, type, channels and so on
///
/// or what the service adds to them. `params_json` is a JSON object, {"purge_infected": true}, or
/// NULL. remove_bg makes a file, which uc_job_file_uuid() names. To get what the others found, call
/// uc_file_info() with "appdata" when the job has ended: uc_file.virus_scan, labels and
/// moderation_labels.
///
/// REST API: POST /addons/{addon}/execute/; GET /addons/{addon}/execute/status/ by uc_job_poll()
UC_API uc_status UC_CALL uc_addon_run(
    const uc_client *client,
    const char *addon,
    const char *uuid,
    const char *params_json,
    uc_job **job,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 14. Webhooks
//
// The service notifies a URL of yours of events.
// -------------------------------------------------------------------------------------------------

/// A URL of yours that the service notifies of an event. Owned where a call gave it away, borrowed
/// from uc_webhooks.
typedef struct uc_webhook {
    int64_t id;
    /// The project's number; -1 where the service sent none.
    int64_t project;
    /// `created` and `updated` in microseconds since 1970-01-01 UTC; INT64_MIN where not known.
    int64_t created_us;
    int64_t updated_us;
    /// Where it delivers to.
    const char *target_url;
    /// "file.uploaded", "file.stored", "file.deleted", "file.info_updated", "file.infected".
    const char *event;
    /// Of the payload, "0.7".
    const char *version;
    /// What deliveries are signed with, or NULL.
    const char *signing_secret;
    /// 1 when it delivers, else 0.
    int32_t is_active;
    /// In place of padding: 0.
    int32_t reserved;
    /// When it was made.
    const char *created;
    /// When it was changed.
    const char *updated;
    /// The whole object as the service sent it.
    const char *json;
} uc_webhook;

/// The webhooks of a project. Owned: give it to uc_free().
typedef struct uc_webhooks {
    /// Each of them.
    const uc_webhook *const *webhooks;
    /// How many.
    size_t webhooks_len;
} uc_webhooks;

/// All webhooks of the project.
///
/// REST API: GET /webhooks/
UC_API uc_status UC_CALL uc_webhooks_list(
    const uc_client *client,
    uc_webhooks **webhooks,
    uc_error **error);

/// What a webhook is to be. Set struct_size; a field of zero or NULL has its default, or in an
/// update stays as it is.
typedef struct uc_webhook_opts {
    /// sizeof(uc_webhook_opts)
    size_t struct_size;
    /// UC_YES to deliver, UC_NO not to; default for a new one UC_YES.
    int32_t active;
    /// In place of padding: set it to 0.
    int32_t reserved;
    /// An http or https URL of at most 255 characters.
    const char *target_url;
    /// The event's name, "file.uploaded".
    const char *event;
    /// Signs the deliveries, for uc_webhook_read(); 1 to 32 characters. It can be changed, not
    /// removed: to be without one, unsubscribe the URL and make its webhooks anew.
    const char *signing_secret;
} uc_webhook_opts;
#define UC_WEBHOOK_OPTS_INIT \
    { sizeof(uc_webhook_opts), 0, 0, UC_NULL, UC_NULL, UC_NULL }

/// Makes a webhook. opts.target_url and opts.event are needed; event and URL together are unique in
/// a project. `webhook` receives it: give it to uc_free().
///
/// REST API: POST /webhooks/
UC_API uc_status UC_CALL uc_webhook_create(
    const uc_client *client,
    const uc_webhook_opts *opts,
    uc_webhook **webhook,
    uc_error **error);

/// Changes what is set in opts, which has to be something, of the webhook with this id. `webhook`
/// receives it as it is then: give it to uc_free(). UC_ERR_NOT_FOUND when the project has no such
/// webhook.
///
/// REST API: PUT /webhooks/{id}/
UC_API uc_status UC_CALL uc_webhook_update(
    const uc_client *client,
    int64_t id,
    const uc_webhook_opts *opts,
    uc_webhook **webhook,
    uc_error **error);

/// Deletes all webhooks that deliver to this URL, of whatever event. UC_OK also when there is none.
///
/// REST API: DELETE /webhooks/unsubscribe/
UC_API uc_status UC_CALL uc_webhook_unsubscribe(
    const uc_client *client,
    const char *target_url,
    uc_error **error);

/// A delivery to a webhook. A text is NULL where the service sent none. Owned: give it to
/// uc_free().
typedef struct uc_webhook_event {
    /// "file.uploaded", "file.stored", "file.deleted", "file.info_updated", "file.infected". Never
    /// NULL.
    const char *event;
    /// Where it was delivered to.
    const char *target_url;
    /// The webhook; -1 where unknown.
    int64_t hook_id;
    /// What brought it about: "api", "system" or "addon".
    const char *initiator;
    /// The request that brought it about. NULL before version 0.7. A delivery may come twice: two
    /// are the same when their hook_id, event, file->uuid and request_id are.
    const char *request_id;
    /// The file as it is now. Never NULL.
    const uc_file *file;
    /// The whole body as text, without a byte order mark.
    const char *json;
    /// The add-on or conversion that brought it about.
    const char *addon_name;
    /// What the file was made from.
    const char *source_file_uuid;
    /// The public key of the project.
    const char *project_pub_key;
    /// Of the payload, "0.7"; NULL before that.
    const char *version;
    /// The file on the CDN.
    const char *file_url;
    /// Of "file.info_updated": the metadata before. None where there was none, and where it did not
    /// change: `json` tells these apart.
    const uc_pair *previous_metadata;
    /// How many.
    size_t previous_metadata_len;
    /// Of "file.info_updated": the appdata before, a JSON object.
    const char *previous_appdata;
} uc_webhook_event;

/// Checks that a delivery comes from the service, and reads it. `signing_secrets` are the
/// webhook's: one, or while it is changed the old one and the new one; a delivery is good if one of
/// them fits. `signature` is the X-Uc-Signature header ("v1=" and 64 lower-case hex digits), NULL
/// where there was none, which is UC_ERR_AUTH, and `body` the raw bytes as they came. Payloads of
/// the versions before 0.7 are read as well. Takes as long for a wrong signature as for a right
/// one. Needs no client and sends nothing. A webhook without a secret cannot be checked: give it
/// one.
///
/// What to answer the service, which delivers again, later and later and for up to three days,
/// until it gets a 2xx:
///
///     UC_OK                           200, once the event is kept safe or dealt with
///     UC_ERR_AUTH                     403: it is not the service's, or made with another secret
///     UC_ERR_PROTOCOL                 400: it is the service's and makes no sense; it is delivered
///                                     again while you look into it. Or log the body, and 200
///     UC_ERR_ARGUMENT                 500: a mistake of this program, such as an empty secret
///     UC_ERR_MEMORY, UC_ERR_INTERNAL  500: deliver again
///
/// Answer within seconds: leave slow work for later.
UC_API uc_status UC_CALL uc_webhook_read(
    const char *const *signing_secrets,
    size_t signing_secrets_len,
    const char *signature,
    const void *body,
    size_t body_size,
    uc_webhook_event **event,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 15. The project
//
// What the keys of a client belong to.
// -------------------------------------------------------------------------------------------------

/// The project that the client's keys belong to. Owned: give it to uc_free().
typedef struct uc_project {
    /// NULL where the service sent none.
    const char *name;
    /// The public key.
    const char *pub_key;
    /// 1 when files are stored as they are uploaded, else 0.
    int32_t autostore_enabled;
    /// In place of padding: 0.
    int32_t reserved;
    /// Who may work on it: e-mail address and name, "" where the service sent none.
    const uc_pair *collaborators;
    /// How many.
    size_t collaborators_len;
    /// The whole answer as the service sent it.
    const char *json;
} uc_project;

/// The project itself: a way to learn whether the keys are right, too.
///
/// REST API: GET /project/
UC_API uc_status UC_CALL uc_project_info(
    const uc_client *client,
    uc_project **project,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 16. JSON and other requests
//
// For what has no struct or no function here.
// -------------------------------------------------------------------------------------------------

/// One value of a JSON document, such as uc_file.json or the response of uc_request(). `pointer` is
/// a JSON pointer (RFC 6901): "" for the whole, "/results/0/id" for the `id` in the first element
/// of `results`. In a key ~0 stands for ~ and ~1 for /; an index counts from 0. `text` receives the
/// text of a string, and the JSON of any other value as it stands, without white space around it:
/// 12.50, true, null, ["a", "b"]. So null and the text "null" look the same here, and 1 and "1": to
/// tell them apart, ask for the object or array around the value, in whose JSON a text has quotes.
/// Where an object has a key twice, the last one counts. In a text U+0000 and half a surrogate pair
/// become U+FFFD. `text` is owned: give it to uc_free().
///
/// UC_ERR_NOT_FOUND when there is nothing at the pointer: the message says which part of it leads
/// nowhere. UC_ERR_ARGUMENT when `json` is not JSON, with the byte, or nests more than 128 deep,
/// and when `pointer` is not a pointer. Needs no client and sends nothing.
UC_API uc_status UC_CALL uc_json_get(
    const char *json,
    const char *pointer,
    char **text,
    uc_error **error);

/// A text of at most 64 KiB as a JSON string, with its quotes, to be put into JSON such as the
/// query of uc_files_search(): what means something in JSON is escaped. `json` is owned: give it to
/// uc_free(). UC_ERR_ARGUMENT when `text` is longer or not UTF-8. Needs no client and sends
/// nothing.
UC_API uc_status UC_CALL uc_json_quote(const char *text, char **json, uc_error **error);

/// Sends a REST request with the signature, retries and limits of any other call. `method` is
/// "GET", "POST", "PUT", "PATCH" or "DELETE"; `path` starts with a slash and may have a query,
/// "/groups/?limit=1", percent-encoded where it needs to be; `body_json` is the body or NULL.
/// `response` receives its body, "" where there is none: give it to uc_free(). It is as received,
/// but without a byte order mark and with U+FFFD for U+0000 and for what is not UTF-8. A body of
/// JSON is whole, or the call fails: UC_ERR_NETWORK where the connection ended inside it. A POST or
/// PATCH is only sent again where the service cannot have acted on it; a DELETE whose response was
/// lost and whose repeat finds nothing has succeeded.
UC_API uc_status UC_CALL uc_request(
    const uc_client *client,
    const char *method,
    const char *path,
    const char *body_json,
    char **response,
    uc_error **error);

// -------------------------------------------------------------------------------------------------
// 17. The library
//
// Its version.
// -------------------------------------------------------------------------------------------------

/// The version of the library in use, "0.1.0". UC_VERSION_MAJOR and its like are the header's:
/// compare them where the two may differ. Static text.
UC_API const char *UC_CALL uc_version(void) UC_SYMBOL("uc_uploadcare_version");

/// The version of the library in use as a number: major * 1000000 + minor * 1000 + patch, 1002003
/// for 1.2.3. UC_VERSION_NUMBER is the header's: a program that needs what its header declares
/// checks `uc_version_number() >= UC_VERSION_NUMBER`.
UC_API int32_t UC_CALL uc_version_number(void);

#ifdef __cplusplus
}
#endif

#endif // UPLOADCARE_H
