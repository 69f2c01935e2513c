/* SPDX-License-Identifier: MIT */
/* Runs ckmeta in a shell and checks its exit code, its output and the directory d. */
#pragma once

#include "test.h"

/* The exit codes of ckmeta, and that of valgrind for an invalid access or a leak. */
enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND, EXIT_NOT_DURABLE, EXIT_VALGRIND = 98 };

/* A setup that creates d, an empty directory; s, a container-state document of nucleus; and m, the
 * metadata.json of that container in canonical form. */
void documents(void);

/* Writes a document of len bytes to path: head, as many copies of item as fit, tail, and spaces. */
void write_document(const char *path, size_t len, const char *head, const char *item,
                    const char *tail);

/* Runs "ckmeta LINE" in a shell, so that LINE may quote arguments and redirect descriptors. Returns
 * the exit code and leaves the outputs in the files out and err. Fails the test if a load or a
 * failed save changes d. */
int run_ckmeta(const char *line);

/* Fail the test unless ckmeta exits with 0, prints exactly out and no message. */
void expect_output(const char *line, const char *out);
void expect_bytes(const char *line, const char *out, size_t len);

/* Fails the test unless ckmeta exits with code, prints nothing, and writes "ckmeta: MESSAGE". If
 * os_error is not 0, its strerror(3) is appended to message; if code is EXIT_USAGE, the hint to use
 * --help is appended. */
void expect_failure(const char *line, int code, const char *message, int os_error);
