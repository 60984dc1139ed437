/* Values taken out of JSON by pointers, and texts made fit to be put into it. */
#include "files.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void check_value(const char *expected, const char *json, const char *pointer) {
    char *value;
    uc_error *error;
    CHECK_OK(uc_json_get(json, pointer, &value, &error), error);
    CHECK_TEXT(expected, value);
    uc_free(value);
}

/** There is nothing there, and the message says where and why. */
static void check_nothing(const char *json, const char *pointer, const char *message) {
    char *value = (char *)&tests;
    uc_error *error;
    CHECK_FAILS(UC_ERR_NOT_FOUND, uc_json_get(json, pointer, &value, &error), error);
    CHECK(value == NULL);
    CHECK_INT(0, error->attempts);
    CHECK_TEXT(message, error->message);
    uc_free(error);
}

static void check_wrong(const char *json, const char *pointer, const char *message) {
    char *value = (char *)&tests;
    uc_error *error;
    CHECK_FAILS(UC_ERR_ARGUMENT, uc_json_get(json, pointer, &value, &error), error);
    CHECK(value == NULL);
    CHECK_CONTAINS(error->message, message);
    uc_free(error);
}

/** So many arrays in each other, to be freed. */
static char *nested(int depth) {
    char *json = (char *)malloc(2 * (size_t)depth + 2);
    memset(json, '[', (size_t)depth);
    json[depth] = '1';
    memset(json + depth + 1, ']', (size_t)depth);
    json[2 * depth + 1] = '\0';
    return json;
}

/* -- uc_json_get() --------------------------------------------------------------------------------- */

TEST("the pointers of RFC 6901 lead where it says") {
    static const char document[] =
        "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, \"e^f\": 3, \"g|h\": 4,"
        " \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7, \"m~n\": 8}";
    static const char *const cases[][2] = {
        {"", document}, {"/foo", "[\"bar\", \"baz\"]"}, {"/foo/0", "bar"}, {"/foo/1", "baz"}, {"/", "0"},
        {"/a~1b", "1"}, {"/c%d", "2"}, {"/e^f", "3"}, {"/g|h", "4"}, {"/i\\j", "5"}, {"/k\"l", "6"},
        {"/ ", "7"}, {"/m~0n", "8"},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) check_value(cases[i][1], document, cases[i][0]);
}

TEST("a string gives its text, anything else its JSON as it stands, without white space at its ends") {
    static const char *const cases[][3] = {
        {"\"a\"", "", "a"},
        {" \r\n\t\"a b\" \n", "", "a b"},
        {"\"\"", "", ""},
        {" 12.50 ", "", "12.50"},
        {"[ -1E+2 ]", "/0", "-1E+2"},
        {"{\"n\": 123456789012345678901234567890}", "/n", "123456789012345678901234567890"},
        {"{\"a\" : null , \"b\" : true,\"c\":false}", "/a", "null"},
        {"{\"a\" : null , \"b\" : true,\"c\":false}", "/b", "true"},
        {"{\"a\" : null , \"b\" : true,\"c\":false}", "/c", "false"},
        {" { \"a\" : [ 1 , { \"b\" : \"\\u0041\" } ] } ", "", "{ \"a\" : [ 1 , { \"b\" : \"\\u0041\" } ] }"},
        {" { \"a\" : [ 1 , { \"b\" : \"\\u0041\" } ] } ", "/a", "[ 1 , { \"b\" : \"\\u0041\" } ]"},
        {" { \"a\" : [ 1 , { \"b\" : \"\\u0041\" } ] } ", "/a/1", "{ \"b\" : \"\\u0041\" }"},
        {" { \"a\" : [ 1 , { \"b\" : \"\\u0041\" } ] } ", "/a/1/b", "A"},
        {"[[],{}]", "/0", "[]"},
        {"[[],{}]", "/1", "{}"},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) check_value(cases[i][2], cases[i][0], cases[i][1]);
}

TEST("escapes are read, in keys as well") {
    check_value("\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x8d\x8d", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83c\\udf4d\"]", "/0");
    check_value("1", "{\"\\u0061\\n\":1}", "/a\n");
    check_value("1", "{\"\\u00e9\":1}", "/\xc3\xa9");
    check_value("1", "{\"~1\":1,\"/\":2}", "/~01");
    check_value("2", "{\"~1\":1,\"/\":2}", "/~1");
    check_value("3", "{\"a\":{\"\":{\"\":3}}}", "/a//");
}

TEST("U+0000 and half a surrogate pair become U+FFFD") {
    check_value("a\xef\xbf\xbd" "b", "{\"x\":\"a\\u0000b\"}", "/x");
    check_value("\xef\xbf\xbd", "[\"\\ud83c\"]", "/0");
    check_value("\xef\xbf\xbd.", "[\"\\udf4d.\"]", "/0");
    check_value("\xef\xbf\xbd" "A", "[\"\\ud83c\\u0041\"]", "/0");
    check_value("1", "{\"\\u0000\":1}", "/\xef\xbf\xbd");
    check_value("[\"\\u0000\\ud83c\"]", "[\"\\u0000\\ud83c\"]", "");
}

TEST("of a key that is there twice the last one counts") {
    check_value("2", "{\"a\":1,\"b\":0,\"a\":2}", "/a");
    check_value("2", "{\"a\":{\"c\":1},\"\\u0061\":{\"b\":2}}", "/a/b");
    check_nothing("{\"a\":{\"c\":1},\"a\":{\"b\":2}}", "/a/c",
                  "there is nothing at pointer[2], /c: the object has no such key");
}

TEST("where there is nothing, the message says from where on") {
    static const char json[] = "{\"a\":[10,20,30,40,50,60,70,80,90,100,110],\"b\":\"text\",\"c\":{\"d\":null}}";
    check_value("110", json, "/a/10");
    check_nothing(json, "/x", "there is nothing at pointer[0], /x: the object has no such key");
    check_nothing(json, "/A", "there is nothing at pointer[0], /A: the object has no such key");
    check_nothing(json, "/c/d/e", "there is nothing at pointer[4], /e: the value is neither an object nor an array");
    check_nothing(json, "/b/0", "there is nothing at pointer[2], /0: the value is neither an object nor an array");
    check_nothing(json, "/a/11", "there is nothing at pointer[2], /11: an index counts from 0, and the array has 11 elements");
    check_nothing(json, "/a/99999999999999999999999999", "there is nothing at pointer[2], /99999999999999999999999999: "
                  "an index counts from 0, and the array has 11 elements");
    check_nothing(json, "/a/09", "there is nothing at pointer[2], /09: "
                  "an array takes an index, which is 0 or digits that do not begin with 0");
    check_nothing(json, "/a/", "there is nothing at pointer[2], /: "
                  "an array takes an index, which is 0 or digits that do not begin with 0");
    check_nothing("[]", "/0", "there is nothing at pointer[0], /0: an index counts from 0, and the array has 0 elements");
    check_nothing("1", "/", "there is nothing at pointer[0], /: the value is neither an object nor an array");
    check_nothing("{}", "/a\n\x1b[31m/b", "there is nothing at pointer[0], /a \\u001b[31m: the object has no such key");
}

TEST("an index is written in one way only") {
    static const char *const keys[] = {"/-", "/00", "/01", "/+1", "/-1", "/1.0", "/1e0", "/ 1", "/", "/x"};
    size_t i;
    for (i = 0; i < COUNT(keys); i++) {
        char *value;
        uc_error *error;
        CHECK_FAILS(UC_ERR_NOT_FOUND, uc_json_get("[1,2]", keys[i], &value, &error), error);
        CHECK_CONTAINS(error->message, "an array takes an index, which is 0 or digits that do not begin with 0");
        uc_free(error);
    }
    check_value("7", "{\"01\":7}", "/01"); /* a key is anything */
    check_value("8", "{\"-\":8}", "/-");
}

TEST("what is no pointer is refused with its byte and what would be right") {
    check_wrong("{}", "a", "pointer[0] is not /");
    check_wrong("{}", "#/a", "such as /items/0/name");
    check_wrong("{}", " /a", "pointer[0] is not /");
    check_wrong("{}", "/a~", "pointer[2] is ~ without 0 or 1: ~0 stands for ~, ~1 for /");
    check_wrong("{}", "/~1/~2", "pointer[4] is ~ without 0 or 1");
    check_wrong("{}", "/~~0", "pointer[1] is ~ without 0 or 1");
    check_wrong("{}", "/\xff", "pointer is not UTF-8");
}

TEST("what is no JSON is refused with its byte, wherever in it the pointer leads") {
    static const char *const cases[][2] = {
        {"", "expected a value at byte 0, where the text ends"},
        {" ", "byte 1"},
        {"{\"a\":1,}", "byte 7"},
        {"{\"a\":1} x", "byte 8"},
        {"{\"a\":1}{\"a\":1}", "byte 7"},
        {"{\"a\":1,\"b\":[1 2]}", "byte 14"},
        {"{\"a\":1,\"b\":01}", "byte 12"},
        {"{\"a\":1,\"b\":'c'}", "byte 11"},
        {"{\"a\":1,\"b\":\"\n\"}", "byte 12"},
        {"{\"a\":1,\"b\":\"\\x\"}", "byte 13"},
        {"{\"a\":1,\"b\":tru}", "byte 14"},
        {"{a:1}", "expected \" at byte 1"},
        {"{\"a\":1", "expected } at byte 6, where the text ends"},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        check_wrong(cases[i][0], "/a", cases[i][1]);
        check_wrong(cases[i][0], "", "json is not JSON that can be read: ");
    }
    check_wrong("\"\xff\"", "", "json is not UTF-8");
}

TEST("JSON that is deep is read up to a depth, and refused beyond it") {
    char pointer[300] = "";
    char *deep = nested(128), *deeper = nested(129);
    int i;
    for (i = 0; i < 128; i++) strcat(pointer, "/0");
    check_value("1", deep, pointer);
    check_value("[1]", deep, pointer + 2);
    check_nothing(deep, strcat(pointer, "/0"),
                  "there is nothing at pointer[256], /0: the value is neither an object nor an array");
    check_wrong(deeper, "", "nested more than 128 deep");
    free(deep);
    deep = nested(1000000);
    check_wrong(deep, "", "nested more than 128 deep");
    free(deep);
    free(deeper);
}

TEST("what the library hands over as JSON is taken apart") {
    struct kept_file kept = kept_named("eicar.zip");
    uc_client *client = client_new();
    uc_file *file;
    char *answer, *id;
    uc_error *error;
    CHECK_OK(uc_file_info(client, kept.uuid, "appdata", &file, &error), error);
    check_value(kept.uuid, file->json, "/uuid");
    check_value("true", file->appdata, "/uc_clamav_virus_scan/data/infected");
    CHECK_OK(uc_request(client, "GET", "/groups/?limit=1", NULL, &answer, &error), error);
    CHECK_OK(uc_json_get(answer, "/results/0/id", &id, &error), error);
    check_value(id, answer, "/results/0/id");
    CHECK_CONTAINS(id, "~");
    uc_free(id);
    uc_free(answer);
    uc_free(file);
    uc_free(client);
}

/* -- uc_json_quote() ------------------------------------------------------------------------------- */

TEST("a text becomes a JSON string that stands for it") {
    static const char *const cases[][2] = {
        {"", "\"\""},
        {"pineapple", "\"pineapple\""},
        {"say \"hi\" \\ /", "\"say \\\"hi\\\" \\\\ /\""},
        {"\b\t\n\f\r\x01\x1f\x7f", "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\""},
        {"caf\xc3\xa9 \xf0\x9f\x8d\x8d \xe2\x80\xa8", "\"caf\xc3\xa9 \xf0\x9f\x8d\x8d \xe2\x80\xa8\""},
        {"\"},{\"", "\"\\\"},{\\\"\""},
    };
    size_t i;
    for (i = 0; i < COUNT(cases); i++) {
        char *json;
        uc_error *error;
        CHECK_OK(uc_json_quote(cases[i][0], &json, &error), error);
        CHECK_TEXT(cases[i][1], json);
        check_value(cases[i][0], json, "");
        uc_free(json);
    }
}

TEST("what is no UTF-8 is not made a JSON string") {
    static const char *const wrong[] = {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
    size_t i;
    for (i = 0; i < COUNT(wrong); i++) {
        char *json = (char *)&tests;
        uc_error *error;
        uc_status status = uc_json_quote(wrong[i], &json, &error);
        check_refusal(status, &error, "text", wrong[i]);
        CHECK(json == NULL);
    }
}

TEST("a quoted text in a query is searched for as it is") {
    uc_client *client = client_new();
    char *name, *query;
    uc_page *page;
    uc_error *error;
    CHECK_OK(uc_json_quote("no \"such\\ file\"", &name, &error), error);
    query = text("{\"query\":%s}", name);
    CHECK_OK(uc_files_search(client, query, NULL, &page, &error), error);
    CHECK_INT(0, uc_page_count(page));
    uc_free(page);
    free(query);
    uc_free(name);
    uc_free(client);
}
