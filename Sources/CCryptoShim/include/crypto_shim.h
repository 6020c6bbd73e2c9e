// SPDX-License-Identifier: Apache-2.0
// libcrypto's low-level hash functions. EVP would bring 3.5 MB with it, for the same speed.
#ifndef DOMB_CRYPTO_SHIM_H
#define DOMB_CRYPTO_SHIM_H

#include <stddef.h>
#include <stdint.h>

// Large and aligned enough for any of the four contexts; the size is checked when the shim is compiled.
struct domb_hash {
    uint64_t context[28];
    uint16_t algorithm;
};

// algorithm: TPM_ALG_SHA1 0x0004, SHA256 0x000B, SHA384 0x000C or SHA512 0x000D; any other value
// aborts: the Swift side has an enumeration of these four.
void domb_hash_init(struct domb_hash *hash, uint16_t algorithm);
void domb_hash_update(struct domb_hash *hash, const void *data, size_t count);
// Writes the digest: 20, 32, 48 or 64 bytes.
void domb_hash_final(struct domb_hash *hash, uint8_t *out);

#endif
