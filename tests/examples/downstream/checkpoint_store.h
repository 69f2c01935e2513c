/* SPDX-License-Identifier: MIT */
/*
 * Where a container runtime keeps the metadata of its checkpoints: ROOT/ID/metadata.json.
 *
 * An example of code that uses libnucleus-checkpoint. How it is tested is shown beside it, in
 * test_checkpoint_store.c.
 */
#ifndef CHECKPOINT_STORE_H
#define CHECKPOINT_STORE_H

#include <nucleus/checkpoint.h>

/* What the runtime does next. err, which must not be NULL, says why. */
enum store_result {
    STORE_DONE,
    STORE_NOT_DURABLE,   /* saved, but it may not survive a power failure: keep the container */
    STORE_NO_CHECKPOINT, /* there is nothing to restore */
    STORE_DAMAGED,       /* what is there must not be restored */
    STORE_FAILED         /* the old checkpoint, if any, is unchanged */
};

/* Saves metadata in ROOT/container_id, which is created if necessary. root is an open directory. */
enum store_result checkpoint_store_save(int root, const struct nucleus_metadata *metadata,
                                        struct nucleus_error *err);

/* Loads ROOT/id. After STORE_DONE the caller releases ret with nucleus_metadata_clear(). */
enum store_result checkpoint_store_load(int root, const char *id, struct nucleus_metadata *ret,
                                        struct nucleus_error *err);

/* Changes the name of the container in ROOT/id. */
enum store_result checkpoint_store_rename(int root, const char *id, const char *name,
                                          struct nucleus_error *err);

#endif
