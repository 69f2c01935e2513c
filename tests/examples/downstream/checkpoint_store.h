/* SPDX-License-Identifier: MIT */
/*
 * Keeps the metadata of checkpoints in ROOT/ID/metadata.json: an example of a component that uses
 * libnucleus-checkpoint. test_checkpoint_store.c shows how to test it.
 */
#ifndef CHECKPOINT_STORE_H
#define CHECKPOINT_STORE_H

#include <nucleus/checkpoint.h>

enum store_result {
    STORE_DONE,
    STORE_NOT_DURABLE,   /* saved, but it may not survive a power failure: keep the container */
    STORE_NO_CHECKPOINT, /* there is nothing to restore */
    STORE_DAMAGED,       /* the metadata must not be used */
    STORE_FAILED         /* the old checkpoint, if any, is unchanged */
};

/* Saves metadata in ROOT/container_id, which is created if necessary. root is an open directory;
 * err must not be NULL, and holds the reason after every result but STORE_DONE. An ID that
 * is "." or "..", or that contains a slash, gives STORE_FAILED with os_error EINVAL. */
enum store_result checkpoint_store_save(int root, const struct nucleus_metadata *metadata,
                                        struct nucleus_error *err);

/* Loads ROOT/id. After STORE_DONE the caller must release ret with nucleus_metadata_clear(). */
enum store_result checkpoint_store_load(int root, const char *id, struct nucleus_metadata *ret,
                                        struct nucleus_error *err);

#endif
