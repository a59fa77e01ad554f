/*
 * file.h - reading files and folders that somebody else wrote.
 *
 * Paths are as the operator wrote them, relative to the working directory.
 * Everything is opened close-on-exec and without blocking; a FIFO, device or
 * folder in the place of a file is an error, not a hang.
 */
#ifndef EP_SYSTEM_FILE_H
#define EP_SYSTEM_FILE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

enum ep_file_type { EP_FILE_ABSENT, EP_FILE_REGULAR, EP_FILE_FOLDER, EP_FILE_OTHER };

/* What path names, symbolic links followed. Any failure to look, e.g. no permission, is ABSENT. */
enum ep_file_type ep_file_type(const char *path);

/*
 * The whole content of a regular file, at most limit_bytes, NUL-terminated
 * behind its end. The memory is the arena's.
 *
 * Errors: fault as given by the caller (EP_FAULT_SOURCE, EP_FAULT_CONFIG, ...),
 * with errnum where the operating system refused: absent, no permission, not a
 * regular file, larger than limit_bytes (with the limit in the detail).
 */
bool ep_file_read(struct ep_arena *arena, const char *path, size_t limit_bytes, enum ep_fault fault,
                  struct ep_span *ret_content, struct ep_error *err) EP_MUST_CHECK;

/* Up to size bytes from offset of a regular file; returns how many there were, 0 for any failure.
 */
size_t ep_file_peek(const char *path, uint64_t offset, void *ret_data, size_t size);

/*
 * The names in a folder without "." and "..", sorted by bytes.
 *
 * Errors: fault as given by the caller.
 */
bool ep_file_list(struct ep_arena *arena, const char *folder, enum ep_fault fault,
                  const char *const **ret_names, size_t *ret_count,
                  struct ep_error *err) EP_MUST_CHECK;

/* Write all of it, whatever EINTR and short writes do; false on any other failure. */
bool ep_file_write_all(int descriptor, struct ep_span content);

/*
 * Replace the content of a file that exists already; one that does not, or is
 * not writable, is left alone. For /dev/termination-log.
 */
void ep_file_overwrite(const char *path, struct ep_span content);

#endif
