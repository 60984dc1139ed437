/* A program that loads both libraries and uses ours through its header. */
#include <stdio.h>
#include <string.h>
#include <uploadcare.h>

extern int decoy_calls;

int main(void) {
    uc_client *client;
    uc_error *error;
    uc_status status = uc_client_new(NULL, NULL, NULL, &client, &error);
    int is_ours = strcmp(uc_version(), "decoy") != 0;
    uc_free(error);
    uc_free(client);
    printf("%s, %s, %d calls of the decoy\n", uc_status_name(status), uc_version(), decoy_calls);
    return !(status == UC_ERR_ARGUMENT && is_ours && decoy_calls == 0);
}
