# SPDX-License-Identifier: MIT
# The manual pages and the header have the same functions, structures, statuses and members; each
# public name leads to the page that describes it; and a page of functions has the sections that
# readers of the Linux man-pages expect.
. "${0%/*}/package.sh"
need mandoc col

header=$SOURCE/include/nucleus/checkpoint.h
manual=$SOURCE/tools/man
installed=$(find "$prefix" -type d -name man3)/..

# Names: what the header declares against NAME of all pages of section 3.
sed -n 's/^[a-z].*\(nucleus_[a-z_]*\)(.*/\1/p; s/^\(nucleus_[a-z_]*\)(.*/\1/p' "$header" |
    sort >functions
sed -n 's/^\(struct\|enum\) \(nucleus_[a-z_0-9]*\) {$/\2/p' "$header" | sort >types
[ -s functions ] && [ -s types ] || fail "the header declares nothing"
sort functions types >names
sed -n 's/^\.Nm \([a-z_0-9]*\).*/\1/p' "$manual"/nucleus_*.3 | sort >named
expect_same "the names in NAME" names named

# Each name, after installation, leads to the page whose SYNOPSIS declares the function, or whose
# DESCRIPTION shows the structure or lists the statuses.
for page in "$manual"/nucleus*.3; do
    render "$page" >"${page##*/}"
done
while read -r public; do
    (cd "$installed" && render "man3/$public.3") >found
    if grep -qx "$public" functions; then
        section SYNOPSIS <found | grep -q "$public(" || fail "the page of $public does not declare it"
    elif [ "$public" = nucleus_status ]; then
        section DESCRIPTION <found | grep -q '^ *NUCLEUS_OK$' || fail "the page of $public lists none"
    else
        section DESCRIPTION <found | grep -q "^ *struct $public {" ||
            fail "the page of $public does not show it"
    fi
done <names

# The last line of each page has the version, and each page that is referred to exists.
for page in "$installed"/man[137]/*; do
    (cd "$installed" && render "${page#"$installed"/}") | tail -n 1 | grep -q "^nucleus-checkpoint $VERSION " ||
        fail "the last line of ${page##*/} does not name nucleus-checkpoint $VERSION"
done
cat "$manual"/*.[137] | sed -n 's/^\.Xr \(ckmeta\|nucleus[^ ]*\) \([0-9]\).*/man\2\/\1.\2/p' | sort -u >referred
[ -s referred ] || fail "no page refers to another"
while read -r page; do
    [ -e "$installed/$page" ] || fail "there is no $page, but a page refers to it"
done <referred

# Sections, in the order of man-pages(7).
cat >expected <<'END'
NAME
LIBRARY
SYNOPSIS
DESCRIPTION
RETURN VALUE
ERRORS
ATTRIBUTES
EXAMPLES
SEE ALSO
END
for page in nucleus_*.3; do
    grep -xF -f expected "$page" >sections || true
    expect_same "the sections of $page" expected sections
    section ATTRIBUTES <"$page" | grep -o 'nucleus_[a-z_]*()' | tr -d '()' | sort >attributes
    section SYNOPSIS <"$page" | grep -o 'nucleus_[a-z_]*(' | tr -d '(' | sort >declared
    expect_same "the functions in ATTRIBUTES of $page" declared attributes
done

# A prototype with another type than the header's does not compile; none is missing.
for page in nucleus_*.3; do
    section SYNOPSIS <"$page"
done | sed '/#include/d' >prototypes
grep -o 'nucleus_[a-z_]*(' prototypes | tr -d '(' | sort >declared
expect_same "the functions in SYNOPSIS" functions declared
{
    echo '#include <nucleus/checkpoint.h>'
    cat prototypes
} >prototypes.c
compile "$CC" -std=c11 -fsyntax-only "-I$prefix/include" prototypes.c

# Constants: statuses and NUCLEUS_CHECKPOINT_...
sed 's,/\*.*,,' "$header" | grep -oE '\bNUCLEUS_(OK|ERROR_[A-Z_]+|CHECKPOINT_[A-Z_]+)' |
    grep -v '_H$' | sort -u >constants
sed -n 's/^\.\(It \)*Dv \(NUCLEUS_[A-Z_]*\).*/\2/p' "$manual"/nucleus*.3 | sort -u >documented
expect_same "the constants" constants documented
grep -E '^NUCLEUS_(OK|ERROR)' constants >statuses
sed -n 's/^\.It Dv \(NUCLEUS_[A-Z_]*\)$/\1/p' "$manual/nucleus_status_name.3" | sort >listed
expect_same "the statuses in nucleus_status_name(3)" statuses listed

# What a page lists under ERRORS is what the comments of its functions in the header list, and
# NUCLEUS_ERROR_NO_MEMORY, which each of them can return.
returned() # FUNCTION: the statuses in the comment before its declaration
{
    awk -v function_name="$1" '
        /^\/\*/ { comment = "" }
        { comment = comment "\n" $0 }
        index($0, function_name "(") && /^[a-z]/ { print comment; exit }' "$header" |
        grep -o 'NUCLEUS_ERROR_[A-Z_]*'
}
for page in nucleus_metadata_*.3 nucleus_state_*.3; do
    {
        for function in $(section SYNOPSIS <"$page" | grep -o 'nucleus_[a-z_]*(' | tr -d '('); do
            returned "$function" || true
        done
        echo NUCLEUS_ERROR_NO_MEMORY
    } | sort -u >expected
    section ERRORS <"$page" | sed -n 's/^     \(NUCLEUS_ERROR_[A-Z_]*\)$/\1/p' | sort -u >listed
    expect_same "ERRORS of $page" expected listed
done

# Structures: as in the header, comments apart.
structures()
{
    sed 's,/\*.*\*/,,' "$@" | awk '/^ *struct [a-z_0-9]+ \{ *$/, /^ *\}; *$/' | tr -s ' \n' ' ' |
        sed 's/}; */};\n/g' | sed 's/^ *//' | sort
}
structures "$header" >defined
structures nucleus*.3 >shown
grep -q nucleus_error defined || fail "the header has no structures"
expect_same "the structures" defined shown

# Members in JSON, in their order.
members() # STRUCTURE
{
    grep "^struct $1 {" defined | grep -oE '[a-z_0-9]+;' | grep -v '_count;' | tr -d ';'
}
members nucleus_metadata >members
members nucleus_resource_limits >>members
[ "$(wc -l <members)" -ge 18 ] || fail "the header has no members"
sed -n 's/^\.It Li \([a-z0-9_]*\) Ta.*/\1/p' "$manual/nucleus-checkpoint.7" >documented
expect_same "the members in nucleus-checkpoint(7)" members documented
