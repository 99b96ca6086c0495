/* Key blocks wrapped and unwrapped with openemv/tr31. A word is an act, a version and the length of the wrapping key:
 * `wD32`, `uB16`. */
#include <tr31/tr31.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static unsigned char kbpk_bytes[32], key_bytes[16];

static int wrap(uint8_t version, const struct tr31_key_t *kbpk, const struct tr31_key_t *key, char *block, size_t room) {
    struct tr31_ctx_t ctx;
    int wrong = tr31_init(version, key, &ctx);
    if (!wrong) {
        wrong = tr31_export(&ctx, kbpk, 0, block, room);
        tr31_release(&ctx);
    }
    return wrong;
}

static int unwrap(const struct tr31_key_t *kbpk, const char *block) {
    struct tr31_ctx_t ctx;
    int wrong = tr31_import(block, strlen(block), kbpk, 0, &ctx);
    if (!wrong) {
        wrong = ctx.key.length != sizeof key_bytes || memcmp(ctx.key.data, key_bytes, sizeof key_bytes) != 0;
        tr31_release(&ctx);
    }
    return wrong;
}

int main(void) {
    char act, version, block[512];
    unsigned length, count;
    for (unsigned n = 0; n < sizeof kbpk_bytes; n++) {
        kbpk_bytes[n] = (unsigned char)n;
    }
    memcpy(key_bytes, kbpk_bytes, sizeof key_bytes);
    while (scanf(" %c%c%u %u", &act, &version, &length, &count) == 4) {
        struct tr31_key_t kbpk, key;
        struct timespec begun, ended;
        unsigned algorithm = version == 'D' ? TR31_KEY_ALGORITHM_AES : TR31_KEY_ALGORITHM_TDES;
        int wrong = tr31_key_init(TR31_KEY_USAGE_TR31_KBPK, algorithm, TR31_KEY_MODE_OF_USE_ENC_DEC, "00",
                                  TR31_KEY_EXPORT_NONE, TR31_KEY_CONTEXT_NONE, kbpk_bytes, length, &kbpk);
        wrong |= tr31_key_init(TR31_KEY_USAGE_PEK, algorithm, TR31_KEY_MODE_OF_USE_ENC_DEC, "00",
                               TR31_KEY_EXPORT_TRUSTED, TR31_KEY_CONTEXT_NONE, key_bytes, sizeof key_bytes, &key);
        wrong |= wrap((uint8_t)version, &kbpk, &key, block, sizeof block);
        clock_gettime(CLOCK_MONOTONIC, &begun);
        for (unsigned n = 0; n < count && !wrong; n++) {
            wrong = act == 'w' ? wrap((uint8_t)version, &kbpk, &key, block, sizeof block) : unwrap(&kbpk, block);
        }
        clock_gettime(CLOCK_MONOTONIC, &ended);
        tr31_key_release(&kbpk);
        tr31_key_release(&key);
        if (wrong) {
            fprintf(stderr, "openemv/tr31: error %d\n", wrong);
            return 1;
        }
        double taken = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
        printf("%.9f\n", taken / count);
        fflush(stdout);
    }
    return 0;
}
