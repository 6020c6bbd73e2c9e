// SPDX-License-Identifier: Apache-2.0
// Maps of cpus and of nodes.
#include "internal.h"

#include <string.h>

// libxenctrl's maps are as long as the host's highest cpu asks; bits beyond are refused, not dropped.
int domb_fill_map(uint8_t *map, size_t bytes, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count * 8; i++) {
        uint8_t byte = words[i / 8] >> (i % 8 * 8);

        if (i < bytes)
            map[i] = byte;
        else if (byte)
            return -EINVAL;
    }
    return 0;
}

void domb_map_words(const uint8_t *map, size_t bytes, uint64_t *words, size_t capacity)
{
    memset(words, 0, capacity * sizeof *words);
    for (size_t i = 0; i < bytes && i / 8 < capacity; i++)
        words[i / 8] |= (uint64_t)map[i] << (i % 8 * 8);
}
