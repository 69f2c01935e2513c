/* SPDX-License-Identifier: MIT */
/* main DIR COMMAND [ARG...]: saves there, loads again, prints what came back. */
#include <nucleus/checkpoint.h>

#include <iostream>
#include <stdexcept>
#include <string>

#ifdef CJSON_IS_HIDDEN
#if __has_include(<cJSON.h>)
#error "the include directory of cJSON is handed on"
#endif
#endif

static void check(enum nucleus_status status, const nucleus_error &err)
{
    if (status != NUCLEUS_OK)
        throw std::runtime_error(err.message);
}

struct metadata : nucleus_metadata {
    metadata() : nucleus_metadata()
    {
    }
    metadata(const metadata &) = delete;
    metadata &operator=(const metadata &) = delete;
    ~metadata()
    {
        nucleus_metadata_clear(this);
    }
};

static void save(const std::string &dir, char **command)
{
    nucleus_container_state state = nucleus_container_state();
    nucleus_error err;
    metadata saved;

    state.id = "4f1c";
    state.name = "db";
    state.pid = 13789;
    state.command = command;
    check(nucleus_metadata_from_state(&state, &saved, &err), err);
    check(nucleus_metadata_save(&saved, dir.c_str(), &err), err);
}

static void load(const std::string &dir)
{
    nucleus_error err;
    metadata loaded;

    check(nucleus_metadata_load(dir.c_str(), &loaded, &err), err);
    std::cout << loaded.version << ' ' << loaded.container_name << ' ' << loaded.original_pid;
    for (char **word = loaded.command; *word != nullptr; word++)
        std::cout << ' ' << *word;
    std::cout << '\n';
}

int main(int argc, char **argv)
{
    if (argc < 3 || std::string(nucleus_checkpoint_version()) != NUCLEUS_CHECKPOINT_VERSION)
        return 2;
    try {
        save(argv[1], argv + 2);
        load(argv[1]);
    } catch (const std::runtime_error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
