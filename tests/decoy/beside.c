/* A program that uses ours, and loads a plug-in that uses the decoy. */
#include <uploadcare.h>

extern int decoy_calls;
int other_frees(void);

int main(void) {
    uc_error *error;
    uc_client_new(NULL, NULL, NULL, NULL, &error);
    uc_free(error);
    return !(decoy_calls == 0 && other_frees() == 7 && decoy_calls == 1);
}
