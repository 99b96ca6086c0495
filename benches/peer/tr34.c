/* A key sent as TR-34 sends it, with the CMS calls of OpenSSL: enveloped under RSA-OAEP, then signed with a nonce and a
 * header among the signed attributes. The keys stay in memory; `build-anew` and `open-anew` read the private one from
 * PKCS#8 for each act. */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NEED(what) do { if (!(what)) { ERR_print_errors_fp(stderr); fprintf(stderr, "%s\n", #what); exit(1); } } while (0)

struct party { EVP_PKEY *key; X509 *certificate; unsigned char *pkcs8; int length; };

static struct party sender, receiver;
static ASN1_OBJECT *nonce_name, *header_name;
static unsigned char inside[128];

static struct party made(long serial) {
    struct party party;
    NEED(party.key = EVP_RSA_gen(2048));
    NEED(party.certificate = X509_new());
    X509 *x = party.certificate;
    NEED(X509_set_version(x, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x), serial));
    NEED(X509_gmtime_adj(X509_getm_notBefore(x), -60) && X509_gmtime_adj(X509_getm_notAfter(x), 86400));
    X509_NAME *name = X509_get_subject_name(x);
    NEED(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"peer", -1, -1, 0));
    NEED(X509_set_issuer_name(x, name) && X509_set_pubkey(x, party.key) && X509_sign(x, party.key, EVP_sha256()));
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(party.key);
    party.pkcs8 = NULL;
    NEED(info && (party.length = i2d_PKCS8_PRIV_KEY_INFO(info, &party.pkcs8)) > 0);
    PKCS8_PRIV_KEY_INFO_free(info);
    return party;
}

static EVP_PKEY *read_anew(const struct party *party) {
    const unsigned char *at = party->pkcs8;
    EVP_PKEY *key;
    NEED(key = d2i_AutoPrivateKey(NULL, &at, party->length));
    return key;
}

static int encoded(CMS_ContentInfo *cms, unsigned char **der) {
    int length;
    *der = NULL;
    NEED((length = i2d_CMS_ContentInfo(cms, der)) > 0);
    CMS_ContentInfo_free(cms);
    return length;
}

static int envelope(unsigned char **der) {
    int flags = CMS_BINARY | CMS_PARTIAL;
    BIO *content;
    CMS_ContentInfo *cms;
    CMS_RecipientInfo *to;
    NEED(content = BIO_new_mem_buf(inside, sizeof inside));
    NEED(cms = CMS_encrypt(NULL, NULL, EVP_des_ede3_cbc(), flags));
    NEED(to = CMS_add1_recipient_cert(cms, receiver.certificate, CMS_KEY_PARAM));
    EVP_PKEY_CTX *how = CMS_RecipientInfo_get0_pkey_ctx(to);
    NEED(EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_OAEP_PADDING) > 0);
    NEED(EVP_PKEY_CTX_set_rsa_oaep_md(how, EVP_sha256()) > 0);
    NEED(CMS_final(cms, content, NULL, flags));
    BIO_free(content);
    return encoded(cms, der);
}

static int build(unsigned char **der, EVP_PKEY *key) {
    int flags = CMS_BINARY | CMS_PARTIAL | CMS_NOCERTS | CMS_NOSMIMECAP;
    unsigned char *enveloped, nonce[8];
    int length = envelope(&enveloped);
    BIO *content;
    CMS_ContentInfo *cms;
    CMS_SignerInfo *by;
    NEED(RAND_bytes(nonce, sizeof nonce) > 0);
    NEED(content = BIO_new_mem_buf(enveloped, length));
    NEED(cms = CMS_sign(NULL, NULL, NULL, NULL, flags));
    NEED(by = CMS_add1_signer(cms, sender.certificate, key, EVP_sha256(), flags));
    NEED(CMS_signed_add1_attr_by_OBJ(by, nonce_name, V_ASN1_OCTET_STRING, nonce, sizeof nonce));
    NEED(CMS_signed_add1_attr_by_OBJ(by, header_name, V_ASN1_OCTET_STRING, "D0112K0TB00E0000", 16));
    NEED(CMS_final(cms, content, NULL, flags));
    BIO_free(content);
    OPENSSL_free(enveloped);
    return encoded(cms, der);
}

static void opened(const unsigned char *der, int length, EVP_PKEY *key) {
    const unsigned char *at = der;
    CMS_ContentInfo *cms, *enveloped;
    STACK_OF(X509) *known;
    unsigned char *bytes;
    char *plain;
    BIO *out, *clear;
    NEED(cms = d2i_CMS_ContentInfo(NULL, &at, length));
    NEED((known = sk_X509_new_null()) && sk_X509_push(known, sender.certificate));
    NEED((out = BIO_new(BIO_s_mem())) && (clear = BIO_new(BIO_s_mem())));
    NEED(CMS_verify(cms, known, NULL, NULL, out, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY));
    long count = BIO_get_mem_data(out, &bytes);
    at = bytes;
    NEED(enveloped = d2i_CMS_ContentInfo(NULL, &at, count));
    NEED(CMS_decrypt(enveloped, key, receiver.certificate, NULL, clear, CMS_BINARY));
    NEED(BIO_get_mem_data(clear, &plain) == sizeof inside && memcmp(plain, inside, sizeof inside) == 0);
    sk_X509_free(known);
    BIO_free(out);
    BIO_free(clear);
    CMS_ContentInfo_free(cms);
    CMS_ContentInfo_free(enveloped);
}

int main(void) {
    char word[16];
    unsigned count;
    unsigned char *token;
    sender = made(1);
    receiver = made(2);
    NEED(RAND_bytes(inside, sizeof inside) > 0);
    NEED(nonce_name = OBJ_txt2obj("1.2.840.113549.1.9.25.3", 1));
    NEED(header_name = OBJ_txt2obj("1.2.840.113549.1.7.1", 1));
    int length = build(&token, sender.key);
    while (scanf("%15s %u", word, &count) == 2) {
        struct timespec begun, ended;
        clock_gettime(CLOCK_MONOTONIC, &begun);
        for (unsigned n = 0; n < count; n++) {
            int opens = strncmp(word, "open", 4) == 0;
            const struct party *party = opens ? &receiver : &sender;
            EVP_PKEY *key = strstr(word, "-anew") ? read_anew(party) : party->key;
            if (opens) {
                opened(token, length, key);
            } else {
                unsigned char *der;
                build(&der, key);
                OPENSSL_free(der);
            }
            if (key != party->key) {
                EVP_PKEY_free(key);
            }
        }
        clock_gettime(CLOCK_MONOTONIC, &ended);
        double taken = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
        printf("%.9f\n", taken / count);
        fflush(stdout);
    }
    return 0;
}
