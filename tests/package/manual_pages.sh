# SPDX-License-Identifier: MIT
# The pages are installed, name the version, and are found by the name of each public function.
. "${0%/*}/package.sh"
need mandoc col

pages=$(find "$prefix" -type d -name man3)
pages=${pages%/man3}
for page in man1/ckmeta.1 man3/nucleus-checkpoint.3 man7/nucleus-checkpoint.7; do
    render "$pages/$page" | tail -n 1 | grep -q "^nucleus-checkpoint $VERSION " ||
        fail "the last line of $page does not name nucleus-checkpoint $VERSION"
done

sed -n 's/^[a-z].*\(nucleus_[a-z_]*\)(.*/\1/p; s/^\(nucleus_[a-z_]*\)(.*/\1/p' \
    "$SOURCE/include/nucleus/checkpoint.h" >functions
[ -s functions ] || fail "the header has no functions"
render "$pages/man3/nucleus-checkpoint.3" >page
while read -r function; do
    (cd "$pages" && render "man3/$function.3") >found
    expect_same "the page that $function leads to" page found
done <functions
