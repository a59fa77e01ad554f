#define _GNU_SOURCE /* ST_NOEXEC */
#include "system/program.h"

#include "system/file.h"

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    HEAD_BYTES = 256, /* what the kernel looks at: BINPRM_BUF_SIZE */
    CHAIN_MAX = 5     /* an interpreter may be a script again, so often */
};

/* This program's own ELF header, from the linker: there may be no /proc to read it from. */
extern const ElfW(Ehdr) __ehdr_start; /* NOLINT(*-reserved-identifier,cert-dcl*) */

static bool is_absent(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static bool has_suffix(const char *text, const char *suffix)
{
    return ep_span_ends_with(ep_span_of(text), suffix);
}

static bool is_shell(const char *path)
{
    return strcmp(path, "sh") == 0 || has_suffix(path, "/sh");
}

static bool is_javascript(const char *path)
{
    return has_suffix(path, ".js") || has_suffix(path, ".mjs") || has_suffix(path, ".cjs");
}

static bool hint_node(const char *path, struct ep_error *err)
{
    return ep_error_hint(err, "JavaScript is executed by node: CMD [\"node\", \"%s\"].", path);
}

/* Both mistakes come from how CMD is written in a Dockerfile. */
static bool hint_about_name(const char *name, struct ep_error *err)
{
    if (is_shell(name)) {
        return ep_error_hint(err,
                             "The shell form of CMD needs /bin/sh, which this image does not "
                             "have; write CMD as a JSON array: CMD [\"node\", \"server.js\"].");
    }
    if (strchr(name, ' ') != NULL) {
        return ep_error_hint(err, "That is one word with blanks in it; write each word on its own: "
                                  "CMD [\"node\", \"server.js\"].");
    }
    return ep_error_hint(err, "Is it in this image? A build in several stages has to copy it into "
                              "the last one.");
}

bool ep_program_fail_absent(const char *name, struct ep_error *err)
{
    char target[512] = {0};
    char folder[512];

    (void)ep_fail(err, EP_FAULT_NOT_FOUND, "program \"%s\" was not found", name);
    err->errnum = ENOENT;
    if (readlink(name, target, sizeof(target) - 1) > 0) {
        return ep_error_detail(err, "It is a symbolic link to \"%s\", which does not exist.",
                               target);
    }
    if (name[0] != '/' && strchr(name, '/') != NULL && getcwd(folder, sizeof(folder)) != NULL) {
        (void)ep_error_detail(err, "The working directory is \"%s\".", folder);
    }
    return hint_about_name(name, err);
}

static bool fail_not_executable(const char *path, struct ep_error *err)
{
    struct statvfs system;

    (void)ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "program \"%s\" is not executable", path);
    err->errnum = EACCES;
    if (statvfs(path, &system) == 0 && (system.f_flag & ST_NOEXEC) != 0) {
        return ep_error_detail(err, "The file system it is on is mounted with \"noexec\".");
    }
    if (is_javascript(path)) {
        return hint_node(path, err);
    }
    return ep_error_hint(err,
                         "It needs the x bit for UID %ld: RUN chmod +x, or COPY --chmod=755 in the "
                         "Dockerfile.",
                         (long)getuid());
}

/* As far as the file's type and mode tell. */
static bool check_mode(const char *path, struct ep_error *err)
{
    struct stat status;
    if (is_absent(path)) {
        return ep_program_fail_absent(path, err);
    }
    if (stat(path, &status) != 0) {
        (void)ep_fail_errno(err, EP_FAULT_NOT_EXECUTABLE, "could not look at program \"%s\"", path);
        return ep_error_hint(err, "This process runs as UID %ld and GID %ld.", (long)getuid(),
                             (long)getgid());
    }
    if (!S_ISREG(status.st_mode)) {
        (void)ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "\"%s\" is %s, not a program", path,
                      S_ISDIR(status.st_mode) ? "a folder" : "a device, FIFO or socket");
        err->errnum = EACCES;
        return false;
    }
    return access(path, X_OK) == 0 || fail_not_executable(path, err);
}

/* A "#!" line as the kernel reads it. */
struct script {
    char interpreter[HEAD_BYTES]; /* "" when none is named */
    bool cr_in_name; /* a CR at its end belongs to the interpreter or to env's argument */
};

static bool read_script(const char *path, struct script *ret_script)
{
    char head[HEAD_BYTES];
    struct ep_span line = {.data = head, .size = ep_file_peek(path, 0, head, sizeof(head))};
    if (!ep_span_starts_with(line, "#!")) {
        return false;
    }
    line = ep_span_part(line, 0, ep_span_find_byte(line, 0, '\n'));

    size_t from = 2;
    while (from < line.size && (head[from] == ' ' || head[from] == '\t')) {
        from++;
    }
    size_t size = 0; /* up to a blank or NUL; a CR is none for the kernel */
    while (from + size < line.size && strchr(" \t", head[from + size]) == NULL) {
        size++;
    }
    *ret_script = (struct script){0};
    memcpy(ret_script->interpreter, head + from, size);
    /* Other interpreters may live with a CR, and "env -S" does. */
    bool is_env_name = has_suffix(ret_script->interpreter, "/env")
                       && ep_span_find(line, from + size, " -") == SIZE_MAX;
    ret_script->cr_in_name =
        ep_span_ends_with(line, "\r") && (from + size == line.size || is_env_name);
    return true;
}

/* The kernel, or else env(1), takes the CR for a part of the name to look for. */
static bool fail_cr_lf(const char *path, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_NOT_FOUND, "the first line of \"%s\" ends in CR LF", path);
    err->errnum = ENOENT;
    (void)ep_error_detail(err, "The CR is taken for a part of the interpreter's name.");
    return ep_error_hint(err, "Save the file with LF line endings; \"* text eol=lf\" in "
                              ".gitattributes keeps it so.");
}

static bool fail_interpreter_absent(const char *path, const char *interpreter, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_NOT_FOUND, "interpreter \"%s\" of \"%s\" was not found",
                  interpreter, path);
    err->errnum = ENOENT;
    if (interpreter[0] != '/') {
        return ep_error_hint(err, "An interpreter is given by its whole path, as in "
                                  "\"#!/usr/bin/env node\".");
    }
    return ep_error_hint(err, "Install it in this image, or name another one in the file's first "
                              "line.");
}

/* What the machine of an ELF file is called in "docker build --platform". */
static const char *platform_of(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } platforms[] = {{EM_X86_64, "linux/amd64"},  {EM_AARCH64, "linux/arm64"},
                     {EM_386, "linux/386"},       {EM_ARM, "linux/arm"},
                     {EM_PPC64, "linux/ppc64le"}, {EM_S390, "linux/s390x"},
                     {EM_RISCV, "linux/riscv64"}};

    for (size_t i = 0; i < EP_COUNT_OF(platforms); i++) {
        if (platforms[i].machine == machine) {
            return platforms[i].name;
        }
    }
    return NULL;
}

/* The machine an ELF file is for, EM_NONE when it is no ELF file. */
static unsigned read_machine(const char *path)
{
    unsigned char head[EI_NIDENT + 4]; /* the same layout for 32 and 64 bits */
    size_t size = ep_file_peek(path, 0, head, sizeof(head));

    if (size < sizeof(head) || memcmp(head, ELFMAG, SELFMAG) != 0) {
        return EM_NONE;
    }
    const unsigned char *machine = head + EI_NIDENT + 2;
    return head[EI_DATA] == ELFDATA2MSB ? (unsigned)machine[0] << 8 | machine[1]
                                        : (unsigned)machine[1] << 8 | machine[0];
}

/* The dynamic loader that an ELF file of our own kind asks for; false when it needs none. */
static bool read_loader(const char *path, char *ret_loader, size_t size)
{
    ElfW(Ehdr) header;
    ElfW(Phdr) segment;

    if (ep_file_peek(path, 0, &header, sizeof(header)) != sizeof(header)
        || memcmp(header.e_ident, __ehdr_start.e_ident, EI_VERSION) != 0
        || header.e_machine != __ehdr_start.e_machine) {
        return false;
    }
    for (unsigned i = 0; i < header.e_phnum; i++) {
        uint64_t offset = header.e_phoff + (uint64_t)i * sizeof(segment);
        if (ep_file_peek(path, offset, &segment, sizeof(segment)) != sizeof(segment)) {
            return false;
        }
        if (segment.p_type == PT_INTERP) {
            size_t count = ep_file_peek(path, segment.p_offset, ret_loader, size - 1);
            ret_loader[count < segment.p_filesz ? count : segment.p_filesz] = '\0';
            return count > 0;
        }
    }
    return false;
}

static bool fail_loader_absent(const char *path, const char *loader, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_NOT_FOUND, "dynamic loader \"%s\" of \"%s\" was not found", loader,
                  path);
    err->errnum = ENOENT;
    if (strstr(loader, "ld-linux") != NULL) {
        return ep_error_hint(err,
                             "The program was built for glibc: it runs on Debian and its like, "
                             "not on Alpine (musl) or in an image without a C library.");
    }
    if (strstr(loader, "ld-musl") != NULL) {
        return ep_error_hint(err,
                             "The program was built for musl: it runs on Alpine, not on Debian "
                             "(glibc) or in an image without a C library.");
    }
    return ep_error_hint(err, "The program was built for another C library than this image has.");
}

static bool check_chain(const char *path, int depth, struct ep_error *err);

static bool check_script(const char *path, const struct script *script, int depth,
                         struct ep_error *err)
{
    const char *interpreter = script->interpreter;

    if (script->cr_in_name && (is_absent(interpreter) || has_suffix(interpreter, "/env"))) {
        return fail_cr_lf(path, err);
    }
    if (is_absent(interpreter)) {
        return fail_interpreter_absent(path, interpreter, err);
    }
    return check_chain(interpreter, depth + 1, err)
           || ep_error_context(err, "interpreter of \"%s\"", path);
}

static bool check_chain(const char *path, int depth, struct ep_error *err)
{
    struct script script;
    char loader[HEAD_BYTES];

    if (!check_mode(path, err)) {
        return false;
    }
    if (read_script(path, &script) && script.interpreter[0] != '\0' && depth < CHAIN_MAX) {
        return check_script(path, &script, depth, err);
    }
    if (read_loader(path, loader, sizeof(loader)) && is_absent(loader)) {
        return fail_loader_absent(path, loader, err);
    }
    return true;
}

bool ep_program_check(const char *path, struct ep_error *err)
{
    return check_chain(path, 0, err);
}

static bool fail_machine(const char *path, unsigned machine, struct ep_error *err)
{
    const char *theirs = platform_of(machine);
    const char *ours = platform_of(__ehdr_start.e_machine);

    if (machine == __ehdr_start.e_machine) {
        return ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "program \"%s\" is damaged", path);
    }
    (void)ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "program \"%s\" is built for another machine",
                  path);
    if (theirs != NULL && ours != NULL) {
        (void)ep_error_detail(err, "It is for %s, this machine is %s.", theirs, ours);
        (void)ep_error_hint(err, "Build the image for this machine: docker build --platform %s.",
                            ours);
    }
    return false;
}

/* Files that are no programs for Linux, by their first bytes. */
static bool fail_by_content(const char *path, struct ep_error *err)
{
    static const struct {
        const char *bytes;
        const char *what;
        const char *hint;
    } kinds[] = {
        {"\xEF\xBB\xBF#!", "begins with a byte order mark before its \"#!\" line",
         "Save the file as UTF-8 without a byte order mark."},
        {"#!", "has a \"#!\" line without a usable interpreter",
         "Write \"#!\" and the interpreter's whole path, in less than 256 bytes."},
        {"MZ", "is a program for Windows", "Put the one for Linux into the image."},
        {"\xCF\xFA\xED\xFE", "is a program for macOS", "Put the one for Linux into the image."},
        {"\xCA\xFE\xBA\xBE", "is a program for macOS", "Put the one for Linux into the image."},
    };
    char bytes[8];
    struct ep_span head = {.data = bytes, .size = ep_file_peek(path, 0, bytes, sizeof(bytes))};

    for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
        if (ep_span_starts_with(head, kinds[i].bytes)) {
            (void)ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "\"%s\" %s", path, kinds[i].what);
            return ep_error_hint(err, "%s", kinds[i].hint);
        }
    }
    if (head.size == 0) {
        return ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "\"%s\" is empty or cannot be read", path);
    }
    (void)ep_fail(err, EP_FAULT_NOT_EXECUTABLE, "\"%s\" is no program and has no \"#!\" line",
                  path);
    if (is_javascript(path)) {
        return hint_node(path, err);
    }
    return ep_error_hint(err,
                         "If it is a shell script, begin it with \"#!/bin/sh\": a shell runs it "
                         "without, the kernel does not.");
}

static bool explain_format(const char *path, int depth, struct ep_error *err)
{
    struct script script;
    if (read_script(path, &script) && script.interpreter[0] != '\0' && depth < CHAIN_MAX) {
        (void)explain_format(script.interpreter, depth + 1, err);
        return ep_error_context(err, "interpreter of \"%s\"", path);
    }
    unsigned machine = read_machine(path);
    (void)(machine == EM_NONE ? fail_by_content(path, err) : fail_machine(path, machine, err));
    err->errnum = ENOEXEC;
    return false;
}

bool ep_program_explain(const char *path, int errnum, struct ep_error *err)
{
    if (!ep_program_check(path, err)) {
        return false;
    }
    if (errnum == ENOEXEC) {
        return explain_format(path, 0, err);
    }
    errno = errnum;
    (void)ep_fail_errno(err, errnum == ENOENT ? EP_FAULT_NOT_FOUND : EP_FAULT_NOT_EXECUTABLE,
                        "could not execute \"%s\"", path);
    if (errnum == ENOENT) {
        (void)ep_error_hint(err, "The file is there, but not the dynamic loader or interpreter it "
                                 "needs: it was built for another C library or machine.");
    }
    return false;
}
