# SPDX-License-Identifier: MIT
# nucleus-checkpoint(3) and the header have the same functions, statuses, numbers and structures, and
# nucleus-checkpoint(7) has the same members. The pages are installed, name the version, and that of
# the library is found by the name of each function.
. "${0%/*}/package.sh"
need mandoc col

header=$SOURCE/include/nucleus/checkpoint.h
page=$SOURCE/tools/man/nucleus-checkpoint.3

# Functions: NAME and SYNOPSIS of the page against the declarations.
sed -n 's/^[a-z].*\(nucleus_[a-z_]*\)(.*/\1/p; s/^\(nucleus_[a-z_]*\)(.*/\1/p' "$header" |
    sort >functions
[ -s functions ] || fail "the header has no functions"
sed -n 's/^\.Nm \([a-z_]*\).*/\1/p' "$page" | sort >named
expect_same "the functions in NAME" functions named
render "$page" | section SYNOPSIS | sed '/#include/d; /cc program/d' >prototypes
grep -o 'nucleus_[a-z_]*(' prototypes | tr -d '(' | sort >declared
expect_same "the functions in SYNOPSIS" functions declared

pages=$(find "$prefix" -type d -name man3)/..
render "$pages/man3/nucleus-checkpoint.3" >page
while read -r function; do
    (cd "$pages" && render "man3/$function.3") >found
    expect_same "the page that $function leads to" page found
done <functions
for installed in man1/ckmeta.1 man3/nucleus-checkpoint.3 man7/nucleus-checkpoint.7; do
    render "$pages/$installed" | tail -n 1 | grep -q "^nucleus-checkpoint $VERSION " ||
        fail "the last line of $installed does not name nucleus-checkpoint $VERSION"
done

# A prototype with another type than the header's does not compile.
{
    echo '#include <nucleus/checkpoint.h>'
    cat prototypes
} >prototypes.c
compile "$CC" -std=c11 -fsyntax-only "-I$prefix/include" prototypes.c

# Constants: statuses and NUCLEUS_CHECKPOINT_...
sed 's,/\*.*,,' "$header" | grep -oE '\bNUCLEUS_(OK|ERROR_[A-Z_]+|CHECKPOINT_[A-Z_]+)' |
    grep -v '_H$' | sort -u >constants
sed -n 's/^\.\(It \)*Dv \(NUCLEUS_[A-Z_]*\).*/\2/p' "$page" | sort -u >documented
expect_same "the constants" constants documented
sed -n '/^\.Sh RETURN VALUES/,/^\.El/s/^\.It Dv //p' "$page" | sort >returned
grep -E '^NUCLEUS_(OK|ERROR)' constants >statuses
expect_same "the statuses in RETURN VALUES" statuses returned

# Structures: as in the header, comments apart.
structures()
{
    sed 's,/\*.*\*/,,' "$1" | awk '/^ *struct [a-z_0-9]+ \{ *$/, /^ *\}; *$/' | tr -s ' \n' ' ' |
        sed 's/}; */};\n/g' | sed 's/^ *//' | sort
}
structures "$header" >defined
structures page >shown
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
sed -n 's/^\.It Li \([a-z0-9_]*\) Ta.*/\1/p' "${page%.3}.7" >documented
expect_same "the members in nucleus-checkpoint(7)" members documented
