/* What an error says, asked of it by functions, as languages do that read no structs. */
#include "servers.h"

/** Every function gives what the field has. */
static void check_fields(const uc_error *error) {
    CHECK_INT(error->status, uc_error_status(error));
    CHECK(error->message == uc_error_message(error));
    CHECK_INT(error->http_status, uc_error_http_status(error));
    CHECK(error->code == uc_error_code(error));
    CHECK(error->request_id == uc_error_request_id(error));
    CHECK(error->body == uc_error_body(error));
    CHECK_INT(error->retry_after_ms, uc_error_retry_after_ms(error));
    CHECK_INT(error->attempts, uc_error_attempts(error));
}

TEST("a refusal of the service tells everything") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_page *page;
    uc_error *error;
    opts.retries = 1;
    client = client_with(&opts);
    fault("{\"fault\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"1\"},\"times\":2}");
    CHECK_STATUS(UC_ERR_THROTTLED, uc_groups_list(client, NULL, &page, &error));
    check_fields(error);
    CHECK_INT(UC_ERR_THROTTLED, uc_error_status(error));
    CHECK_INT(429, uc_error_http_status(error));
    CHECK_INT(1000, uc_error_retry_after_ms(error));
    CHECK_INT(2, uc_error_attempts(error));
    CHECK(uc_error_message(error)[0] != '\0');
    CHECK(uc_error_request_id(error) != NULL);
    CHECK(uc_error_body(error) != NULL);
    uc_free(error);
    uc_free(client);
}

TEST("the Upload API has a code for what went wrong") {
    uc_client *client = client_new();
    uc_file *file;
    uc_error *error;
    CHECK_STATUS(UC_ERR_NOT_FOUND, uc_upload_info(client, "00000000-0000-4000-8000-000000000000", &file, &error));
    check_fields(error);
    CHECK_TEXT("FileNotFoundError", uc_error_code(error));
    uc_free(error);
    uc_free(client);
}

TEST("a mistake that was not sent has a message and nothing of the service's") {
    uc_page *page;
    uc_error *error;
    CHECK_STATUS(UC_ERR_ARGUMENT, uc_groups_list(NULL, NULL, &page, &error));
    check_fields(error);
    CHECK_INT(UC_ERR_ARGUMENT, uc_error_status(error));
    CHECK_CONTAINS(uc_error_message(error), "client");
    CHECK_INT(0, uc_error_http_status(error));
    CHECK_TEXT(NULL, uc_error_code(error));
    CHECK_TEXT(NULL, uc_error_request_id(error));
    CHECK_TEXT(NULL, uc_error_body(error));
    CHECK_INT(-1, uc_error_retry_after_ms(error));
    CHECK_INT(0, uc_error_attempts(error));
    uc_free(error);
}

TEST("no error, which a call leaves where it succeeds, is UC_OK and says nothing") {
    uc_client *client = client_new();
    uc_page *page;
    uc_error *error = (uc_error *)&tests;
    CHECK_STATUS(UC_OK, uc_groups_list(client, NULL, &page, &error));
    CHECK_INT(UC_OK, uc_error_status(error));
    CHECK_TEXT("", uc_error_message(error));
    CHECK_INT(0, uc_error_http_status(error));
    CHECK_TEXT(NULL, uc_error_code(error));
    CHECK_TEXT(NULL, uc_error_request_id(error));
    CHECK_TEXT(NULL, uc_error_body(error));
    CHECK_INT(-1, uc_error_retry_after_ms(error));
    CHECK_INT(0, uc_error_attempts(error));
    uc_free(page);
    uc_free(client);
}
