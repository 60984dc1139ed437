/* The project. */
#include "files.h"

static uc_project *info(const uc_client *client) {
    uc_project *project;
    uc_error *error;
    CHECK_OK(uc_project_info(client, &project, &error), error);
    CHECK(project != NULL);
    return project;
}

TEST("the project is what the service says") {
    uc_client *client = client_new();
    uc_project *project = info(client);
    uc_error *error;
    char *reply;
    CHECK_TEXT("demo", project->name);
    CHECK_TEXT(PUBLIC_KEY, project->pub_key);
    CHECK_INT(1, project->autostore_enabled);
    CHECK_INT(1, project->collaborators_len);
    CHECK_TEXT("someone@example.com", project->collaborators[0].key);
    CHECK_TEXT("Someone", project->collaborators[0].value);
    check_sent(0, "GET", "/project/", "");
    CHECK_OK(uc_request(client, "GET", "/project/", NULL, &reply, &error), error);
    CHECK_TEXT(reply, project->json);
    uc_free(reply);
    uc_free(client);
    CHECK_TEXT("demo", project->name); /* it outlives its client */
    uc_free(project);
}

TEST("a project may have many collaborators, and does as it is set") {
    uc_client *client = client_new();
    uc_project *project;
    emulator("POST", "/_emulator/project",
             "{\"name\":\"\\u0416 \\\"quoted\\\"\",\"autostore_enabled\":false,"
             "\"collaborators\":[{\"email\":\"a@example.com\",\"name\":\"\"},"
             "{\"email\":\"b@example.com\",\"name\":\"B\"}]}");
    project = info(client);
    CHECK_TEXT("\xd0\x96 \"quoted\"", project->name);
    CHECK_INT(0, project->autostore_enabled);
    CHECK_INT(2, project->collaborators_len);
    CHECK_TEXT("a@example.com", project->collaborators[0].key);
    CHECK_TEXT("", project->collaborators[0].value);
    CHECK_TEXT("b@example.com", project->collaborators[1].key);
    CHECK_TEXT("B", project->collaborators[1].value);
    uc_free(project);
    uc_free(client);
}

TEST("what is missing, null or odd is not known, and fails nothing") {
    static const char *const answers[] = {
        "{}",
        "{\"name\":null,\"pub_key\":null,\"autostore_enabled\":null,\"collaborators\":null}",
        "{\"name\":7,\"pub_key\":[],\"autostore_enabled\":\"yes\",\"collaborators\":{\"email\":\"x\"}}",
        "{\"collaborators\":[]}",
    };
    uc_client *client = client_new();
    uc_project *project;
    size_t i;
    for (i = 0; i < sizeof answers / sizeof *answers; i++) {
        answer(200, API_TYPE, answers[i]);
        project = info(client);
        CHECK_TEXT(NULL, project->name);
        CHECK_TEXT(NULL, project->pub_key);
        CHECK_INT(0, project->autostore_enabled);
        CHECK_INT(0, project->collaborators_len);
        CHECK_TEXT(answers[i], project->json);
        uc_free(project);
    }
    answer(200, API_TYPE, "{\"collaborators\":[{\"email\":\"a@example.com\"},{\"name\":\"B\"},7,null]}");
    project = info(client);
    CHECK_TEXT("a@example.com", project->collaborators[0].key);
    CHECK_TEXT("", project->collaborators[0].value);
    CHECK_TEXT("", project->collaborators[1].key);
    CHECK_TEXT("B", project->collaborators[1].value);
    uc_free(project);
    uc_free(client);
}

TEST("it tells whether the keys are right") {
    uc_client_opts opts = client_opts();
    uc_client *client;
    uc_project *project = (uc_project *)&opts;
    uc_error *error;
    CHECK_OK(uc_client_new(PUBLIC_KEY, "another-secret-key", &opts, &client, &error), error);
    CHECK_FAILS(UC_ERR_AUTH, uc_project_info(client, &project, &error), error);
    CHECK(project == NULL);
    CHECK_INT(401, error->http_status);
    CHECK_LACKS(error->message, "another-secret-key");
    uc_free(error);
    uc_free(client);
}
