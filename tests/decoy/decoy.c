/* A library whose functions have the names of ours, as Unicorn's have. */
int decoy_calls;

const char *uc_version(void) {
    decoy_calls++;
    return "decoy";
}

int uc_free(void *owned) {
    (void)owned;
    decoy_calls++;
    return 7;
}
