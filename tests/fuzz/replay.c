/*
 * replay.c - runs a fuzz target once over each file that is named, without a
 * fuzzer: what was found once is never lost again.
 */
#include "base/compiler.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t capacity = 1 << 20;
    uint8_t *data = malloc(capacity); /* of its own, so that a byte too far is noticed */

    if (file == NULL || data == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(data, 1, capacity, file);
    (void)fclose(file);
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    if (exact == NULL) {
        exit(1);
    }
    memcpy(exact, data, size);
    free(data);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

int main(int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        replay(argv[i]);
    }
    return 0;
}
