/* Initial keys with openemv/dukpt. */
#include <dukpt/dukpt_aes.h>
#include <dukpt/dukpt_tdes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int main(void) {
    char word[16];
    unsigned count;
    unsigned char base[32], serial[12] = { 0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0, 0, 0, 0 }, initial[32];
    for (unsigned n = 0; n < sizeof base; n++) {
        base[n] = (unsigned char)n;
    }
    while (scanf("%15s %u", word, &count) == 2) {
        struct timespec begun, ended;
        size_t length = strcmp(word, "AES_128") == 0 ? 16 : 32;
        int wrong = 0;
        clock_gettime(CLOCK_MONOTONIC, &begun);
        for (unsigned n = 0; n < count; n++) {
            wrong |= strcmp(word, "TDES_2KEY") == 0 ? dukpt_tdes_derive_ik(base, serial, initial)
                                                    : dukpt_aes_derive_ik(base, length, serial, initial);
        }
        clock_gettime(CLOCK_MONOTONIC, &ended);
        if (wrong) {
            fprintf(stderr, "openemv/dukpt: error %d\n", wrong);
            return 1;
        }
        double taken = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
        printf("%.9f\n", taken / count);
        fflush(stdout);
    }
    return 0;
}
