/* Another's plug-in, linked with the decoy alone. */
int uc_free(void *owned);

int other_frees(void) { return uc_free(0); }
