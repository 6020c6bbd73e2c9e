// SPDX-License-Identifier: Apache-2.0
// These functions are deprecated in favour of EVP, whose providers and loaders PID 1 has no use for.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto_shim.h"

#include <openssl/sha.h>
#include <stdlib.h>

_Static_assert(sizeof(SHA_CTX) <= sizeof(((struct domb_hash *)0)->context), "SHA-1 context");
_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct domb_hash *)0)->context), "SHA-256 context");
_Static_assert(sizeof(SHA512_CTX) <= sizeof(((struct domb_hash *)0)->context), "SHA-512 context");

enum { ALG_SHA1 = 0x0004, ALG_SHA256 = 0x000B, ALG_SHA384 = 0x000C, ALG_SHA512 = 0x000D };

void domb_hash_init(struct domb_hash *hash, uint16_t algorithm)
{
    hash->algorithm = algorithm;
    switch (algorithm) {
    case ALG_SHA1:
        SHA1_Init((void *)hash->context);
        return;
    case ALG_SHA256:
        SHA256_Init((void *)hash->context);
        return;
    case ALG_SHA384:
        SHA384_Init((void *)hash->context);
        return;
    case ALG_SHA512:
        SHA512_Init((void *)hash->context);
        return;
    }
    abort();
}

void domb_hash_update(struct domb_hash *hash, const void *data, size_t count)
{
    switch (hash->algorithm) {
    case ALG_SHA1:
        SHA1_Update((void *)hash->context, data, count);
        return;
    case ALG_SHA256:
        SHA256_Update((void *)hash->context, data, count);
        return;
    default:
        // SHA-384 is SHA-512 with another start value: libcrypto's own SHA384_Update is this call.
        SHA512_Update((void *)hash->context, data, count);
        return;
    }
}

void domb_hash_final(struct domb_hash *hash, uint8_t *out)
{
    switch (hash->algorithm) {
    case ALG_SHA1:
        SHA1_Final(out, (void *)hash->context);
        return;
    case ALG_SHA256:
        SHA256_Final(out, (void *)hash->context);
        return;
    case ALG_SHA384:
        SHA384_Final(out, (void *)hash->context);
        return;
    default:
        SHA512_Final(out, (void *)hash->context);
        return;
    }
}
