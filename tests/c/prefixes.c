/* Structs by their beginnings: options of which a caller knows the first fields only, and results. */
#include "listing.h"

#define UUID "22240276-2f06-41f8-9411-755c8ce926ed"
#define FILE_URL "https://1s4oyld5dc.ucarecd.net/" UUID "/"
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* -- options ----------------------------------------------------------------------------------------- */

/** A call with these options, whatever comes of it. */
typedef uc_status take(const uc_client *client, const void *opts, uc_error **error);

static uc_status take_client(const uc_client *client, const void *opts, uc_error **error) {
    uc_client *made;
    uc_status status = uc_client_new(PUBLIC_KEY, SECRET_KEY, (const uc_client_opts *)opts, &made, error);
    (void)client;
    uc_free(made);
    return status;
}

/* A call that makes an object of the kind `made`. */
#define TAKE(name, opts_type, made_type, call)                                                \
    static uc_status name(const uc_client *client, const void *given, uc_error **error) {     \
        const opts_type *opts = (const opts_type *)given;                                     \
        made_type *made;                                                                      \
        uc_status status = call;                                                              \
        (void)client;                                                                         \
        uc_free(made);                                                                        \
        return status;                                                                        \
    }

static const char *const one_file[] = {UUID};

TAKE(take_derive, uc_client_derive_opts, uc_client, uc_client_derive(client, opts, &made, error))
TAKE(take_groups, uc_groups_opts, uc_page, uc_groups_list(client, opts, &made, error))
TAKE(take_group_create, uc_group_create_opts, uc_group, uc_group_create(client, one_file, 1, opts, &made, error))
TAKE(take_files, uc_files_opts, uc_page, uc_files_list(client, opts, &made, error))
TAKE(take_search, uc_files_search_opts, uc_page, uc_files_search(client, "{\"is_image\":true}", opts, &made, error))
TAKE(take_copy, uc_file_copy_opts, uc_file, uc_file_copy(client, UUID, opts, &made, error))
TAKE(take_copy_remote, uc_file_copy_remote_opts, char, uc_file_copy_remote(client, UUID, "backup", opts, &made, error))
TAKE(take_webhook, uc_webhook_opts, uc_webhook, uc_webhook_create(client, opts, &made, error))
TAKE(take_convert, uc_convert_opts, uc_job, uc_convert_video(client, UUID "/video/", opts, &made, error))
TAKE(take_upload, uc_upload_opts, uc_file, uc_upload_data(client, "x", 1, opts, &made, error))
TAKE(take_token, uc_upload_token_opts, char, uc_upload_token(client, opts, &made, error))
TAKE(take_sign, uc_url_sign_opts, char, uc_url_sign(FILE_URL, "00ff", opts, &made, error))

/** Where a field ends. */
#define END(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

/** Every options struct, and where its fields behind struct_size end. */
static const struct {
    take *call;
    size_t whole, ends[24];
} structs[] = {
#define OF(field) END(uc_client_opts, field)
    {take_client, sizeof(uc_client_opts),
     {OF(api_base), OF(upload_base), OF(cdn_base), OF(ca_file), OF(ca_data), OF(proxy), OF(user_agent), OF(auth), OF(retries),
      OF(connect_timeout_ms), OF(idle_timeout_ms), OF(timeout_ms), OF(unchecked_operations), OF(sign), OF(sign_data),
      OF(log), OF(log_data), OF(tick), OF(tick_data)}},
#undef OF
#define OF(field) END(uc_client_derive_opts, field)
    {take_derive, sizeof(uc_client_derive_opts),
     {OF(retries), OF(connect_timeout_ms), OF(idle_timeout_ms), OF(timeout_ms), OF(log), OF(log_data), OF(tick),
      OF(tick_data)}},
#undef OF
#define OF(field) END(uc_groups_opts, field)
    {take_groups, sizeof(uc_groups_opts), {OF(limit), OF(read_ahead), OF(from), OF(ordering), OF(cursor)}},
#undef OF
#define OF(field) END(uc_group_create_opts, field)
    {take_group_create, sizeof(uc_group_create_opts), {OF(token), OF(signature), OF(expire)}},
#undef OF
#define OF(field) END(uc_files_opts, field)
    {take_files, sizeof(uc_files_opts),
     {OF(limit), OF(read_ahead), OF(stored), OF(removed), OF(from), OF(ordering), OF(include), OF(cursor)}},
#undef OF
#define OF(field) END(uc_files_search_opts, field)
    {take_search, sizeof(uc_files_search_opts), {OF(limit), OF(offset), OF(include)}},
#undef OF
#define OF(field) END(uc_file_copy_opts, field)
    {take_copy, sizeof(uc_file_copy_opts), {OF(store), OF(reserved), OF(metadata), OF(metadata_len)}},
#undef OF
#define OF(field) END(uc_file_copy_remote_opts, field)
    {take_copy_remote, sizeof(uc_file_copy_remote_opts), {OF(is_private), OF(reserved), OF(pattern)}},
#undef OF
#define OF(field) END(uc_webhook_opts, field)
    {take_webhook, sizeof(uc_webhook_opts),
     {OF(active), OF(reserved), OF(target_url), OF(event), OF(signing_secret)}},
#undef OF
#define OF(field) END(uc_convert_opts, field)
    {take_convert, sizeof(uc_convert_opts), {OF(save_in_group), OF(store)}},
#undef OF
#define OF(field) END(uc_upload_opts, field)
    {take_upload, sizeof(uc_upload_opts),
     {OF(filename), OF(mime_type), OF(metadata), OF(metadata_len), OF(tags), OF(tags_len), OF(resume_file),
      OF(part_size), OF(parallel), OF(store), OF(check_url_duplicates), OF(save_url_duplicates), OF(token),
      OF(signature), OF(expire), OF(progress), OF(progress_data)}},
#undef OF
#define OF(field) END(uc_upload_token_opts, field)
    {take_token, sizeof(uc_upload_token_opts),
     {OF(scope), OF(scope_len), OF(issuer), OF(subject), OF(id), OF(lifetime_s), OF(operations)}},
#undef OF
#define OF(field) END(uc_url_sign_opts, field)
    {take_sign, sizeof(uc_url_sign_opts), {OF(expire), OF(lifetime_s), OF(wildcard), OF(url_token)}},
#undef OF
};

static int is_end(size_t i, size_t size) {
    size_t j;
    for (j = 0; j < COUNT(structs[i].ends); j++)
        if (structs[i].ends[j] == size) return 1;
    return size == sizeof(size_t);
}

TEST("a struct_size may be where a field ends, and nowhere else, and no byte behind it is read") {
    uc_client *client = client_new();
    size_t i, size;
    for (i = 0; i < COUNT(structs); i++) {
        CHECK(is_end(i, structs[i].whole));
        for (size = 0; size < structs[i].whole + 4; size++) {
            /* In memory that ends with them, so that ASan and valgrind see who reads on. */
            size_t *opts = (size_t *)calloc(1, size < sizeof *opts ? sizeof *opts : size);
            uc_error *error;
            uc_status status;
            *opts = size;
            status = structs[i].call(client, opts, &error);
            if (size > structs[i].whole || (size > 0 && is_end(i, size))) {
                /* What else a call needs may be missing: a webhook without its URL. */
                if (status < 0) CHECK_LACKS(error->message, "struct_size");
                uc_free(error);
            } else {
                check_refusal(status, &error, "opts.struct_size", "in a field");
            }
            free(opts);
        }
    }
    uc_free(client);
}

TEST("the fields of a prefix count, and what stands behind it does not") {
    static const size_t ends[] = {END(uc_url_sign_opts, expire), END(uc_url_sign_opts, lifetime_s),
                                  END(uc_url_sign_opts, wildcard)};
    size_t i;
    for (i = 0; i < COUNT(ends); i++) {
        uc_url_sign_opts opts = url_sign_opts();
        char *url;
        uc_error *error;
        opts.struct_size = ends[i];
        opts.expire = 1633997100;
        opts.wildcard = i < 2 ? 77 : UC_YES;
        opts.url_token = 77;
        CHECK_OK(uc_url_sign(FILE_URL, "00ff", &opts, &url, &error), error);
        CHECK_CONTAINS(url, i < 2 ? "?token=exp=1633997100~acl=/" UUID "/~" : "?token=exp=1633997100~acl=/" UUID "/*~");
        uc_free(url);
    }
}

TEST("a reserved field that is set is refused by its name, and nothing is sent") {
    static const int32_t values[] = {1, -1, 256, INT32_MIN};
    uc_client *client = client_new();
    size_t i;
    for (i = 0; i < COUNT(values); i++) {
        uc_file_copy_opts copy = file_copy_opts();
        uc_file_copy_remote_opts remote = file_copy_remote_opts();
        uc_webhook_opts webhook = webhook_opts();
        uc_error *error;
        copy.reserved = remote.reserved = webhook.reserved = values[i];
        check_refusal(take_copy(client, &copy, &error), &error, "opts.reserved", "set");
        check_refusal(take_copy_remote(client, &remote, &error), &error, "opts.reserved", "set");
        check_refusal(take_webhook(client, &webhook, &error), &error, "opts.reserved", "set");
    }
    CHECK_INT(0, requests_counted());
    uc_free(client);
}

/* -- results ----------------------------------------------------------------------------------------- */

TEST("a copy of the first fields of a result can be read as long as the result is there") {
    struct known {
        const char *id, *datetime_created;
        int64_t datetime_created_us;
    } known;
    struct truth truth = truth_new();
    uc_client *client = client_new();
    uc_group *group;
    uc_error *error;
    CHECK_OK(uc_group_info(client, truth.groups[0].id, &group, &error), error);
    CHECK(sizeof known < sizeof *group);
    memcpy(&known, group, sizeof known);
    CHECK_TEXT(truth.groups[0].id, known.id);
    CHECK_TEXT(truth.groups[0].created, known.datetime_created);
    CHECK_INT(microseconds(truth.groups[0].created), known.datetime_created_us);
    uc_free(group);
    uc_free(client);
    free(truth.groups);
}
