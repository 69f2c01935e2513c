/* SPDX-License-Identifier: MIT */
/* Any bytes through nucleus_state_document_from_json(): a usable state, or an error and nothing
 * else. */
#include "fuzz.h"

/* Without the cgroup, which is a path of another machine. */
static void check_usable(const struct nucleus_container_state *state, size_t size)
{
    struct nucleus_container_state plain = *state;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    FUZZ_REQUIRE(!state->version);
    plain.cgroup_path = NULL;
    status = nucleus_metadata_from_state(&plain, &metadata, &err);
    fuzz_check_error(status, &err);
    if (fuzz_is_too_large(status, size))
        return;
    FUZZ_REQUIRE(status == NUCLEUS_OK);
    fuzz_check_round_trip(&metadata, size);
    nucleus_metadata_clear(&metadata);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nucleus_state_document document;
    struct nucleus_error err;
    enum nucleus_status status;

    fuzz_poison(&document, sizeof document);
    status = nucleus_state_document_from_json((const char *)data, size, &document, &err);
    fuzz_check_verdict(status, &err, data, size);
    if (status != NUCLEUS_OK) {
        FUZZ_REQUIRE(fuzz_is_poisoned(&document, sizeof document));
        return 0;
    }
    check_usable(&document.state, size);
    nucleus_state_document_clear(&document);
    return 0;
}
