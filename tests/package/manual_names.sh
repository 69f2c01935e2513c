# SPDX-License-Identifier: MIT
# The manual pages declare and describe everything in the header, each public name leads to its page, and
# each page has the sections that readers of the Linux man-pages expect.
. "${0%/*}/package.sh"
need mandoc col

header=$SOURCE/include/nucleus/checkpoint.h
manual=$SOURCE/tools/man
installed=$(find "$prefix" -type d -name man3)/..

# functions: prints the names of the functions in standard input.
functions()
{
    grep -o 'nucleus_[a-z_]*(' | tr -d '(' | sort -u
}

# statuses FUNCTION: prints NUCLEUS_ERROR_NO_MEMORY and the statuses in the comment of FUNCTION, or nothing
# if it does not return a status, in which case its name does not begin a line.
statuses()
{
    awk -v name="$1(" '
        /^\/\*/ { comment = "" }
        { comment = comment "\n" $0 }
        /^nucleus_/ && index($0, name) { print comment "NUCLEUS_ERROR_NO_MEMORY"; exit }' "$header" |
        grep -o 'NUCLEUS_ERROR_[A-Z_]*' || true
}

structures() # FILE...: prints each structure on one line, without comments
{
    sed 's,/\*.*\*/,,' "$@" | awk '/^ *struct [a-z_0-9]+ \{ *$/, /^ *\}; *$/' | tr -s ' \n' ' ' |
        sed 's/}; */};\n/g' | sed 's/^ *//' | sort
}

printf '%s\n' NAME LIBRARY SYNOPSIS DESCRIPTION "RETURN VALUE" ERRORS ATTRIBUTES EXAMPLES "SEE ALSO" \
    >expected-sections

for page in "$manual"/nucleus_*.3; do
    title=${page##*/}
    render "$page" >"$title"
    grep -xF -f expected-sections "$title" >sections
    expect_same "the sections of $title" expected-sections sections

    section SYNOPSIS <"$title" >synopsis
    grep -v '#include' synopsis >>prototypes
    functions <synopsis >declared
    section ATTRIBUTES <"$title" | functions >attributes
    expect_same "the functions in ATTRIBUTES of $title" declared attributes

    # Each name in NAME is declared or described in this page, and leads to it.
    section DESCRIPTION <"$title" |
        sed -n 's/^ *struct \(nucleus_[a-z_0-9]*\) {$/\1/p; s/^ *NUCLEUS_OK$/nucleus_status/p' |
        sort -u - declared >described
    sed -n 's/^\.Nm \([a-z_0-9]*\).*/\1/p' "$page" | sort >named
    expect_same "the names in NAME of $title" described named
    cat named >>names
    while read -r public; do
        (cd "$installed" && render "man3/$public.3") | cmp - "$title" || fail "$public.3 is another page"
    done <named

    while read -r function; do
        statuses "$function"
    done <declared | sort -u >expected
    section ERRORS <"$title" | sed -n 's/^     \(NUCLEUS_ERROR_[A-Z_]*\)$/\1/p' | sort -u >errors
    expect_same "the statuses in ERRORS of $title" expected errors
done

# The pages contain everything that the header declares.
grep '^[a-z]' "$header" | functions >functions
sed -n 's/^\(struct\|enum\) \(nucleus_[a-z_0-9]*\) {$/\2/p' "$header" | sort - functions >expected
sort -o names names
expect_same "the names of functions and types" expected names
{ echo '#include <nucleus/checkpoint.h>'; cat prototypes; } >prototypes.c
compile "$CC" -std=c11 -fsyntax-only "-I$prefix/include" prototypes.c
structures "$header" >defined
structures nucleus*.3 >shown
expect_same "the structures" defined shown

sed 's,/\*.*,,' "$header" | grep -oE '\bNUCLEUS_(OK|ERROR_[A-Z_]+|CHECKPOINT_[A-Z_]+)' |
    grep -v '_H$' | sort -u >constants
sed -n 's/^\.\(It \)*Dv \(NUCLEUS_[A-Z_]*\).*/\2/p' "$manual"/nucleus*.3 | sort -u >documented
expect_same "the constants" constants documented
grep -E '^NUCLEUS_(OK|ERROR)' constants >expected
sed -n 's/^\.It Dv \(NUCLEUS_[A-Z_]*\)$/\1/p' "$manual/nucleus_status_name.3" | sort >listed
expect_same "the statuses in nucleus_status_name(3)" expected listed

# The JSON members are those of the structures, in the same order.
for structure in nucleus_metadata nucleus_resource_limits; do
    grep "^struct $structure {" defined | grep -oE '[a-z_0-9]+;' | grep -v '_count;' | tr -d ';'
done >members
sed -n 's/^\.It Li \([a-z0-9_]*\) Ta.*/\1/p' "$manual/nucleus-checkpoint.7" >documented
expect_same "the members in nucleus-checkpoint(7)" members documented

# The installed pages are those in the source, and one for each name. Each ends with the version, and refers
# only to installed pages.
{ (cd "$manual"; ls); sed 's/$/.3/' names; } | sort -u | sed 's,.*\.\(.\)$,man\1/&,' | sort >expected
cd "$installed"
find . ! -type d | cut -c 3- | sort >"$scratch/pages"
expect_same "the installed pages" "$scratch/expected" "$scratch/pages"
for page in man[137]/*; do
    render "$page" | tail -n 1 | grep -q "^nucleus-checkpoint $VERSION " ||
        fail "the last line of $page does not contain nucleus-checkpoint $VERSION"
done
sed -n 's/^\.Xr \(ckmeta\|nucleus[^ ]*\) \([0-9]\).*/man\2\/\1.\2/p' "$manual"/*.[137] |
    sort -u >"$scratch/referred"
[ -s "$scratch/referred" ] || fail "no page refers to another"
! comm -23 "$scratch/referred" "$scratch/pages" | grep . ||
    fail "these pages are referred to, but not installed"
