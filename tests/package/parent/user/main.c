/* SPDX-License-Identifier: MIT */
int runtime_main(int argc, char **argv);

int main(int argc, char **argv)
{
    return runtime_main(argc, argv);
}
