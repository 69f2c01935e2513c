# SPDX-License-Identifier: MIT
# Neither mandoc nor man warns about a manual page.
. "${0%/*}/package.sh"
need man mandoc

for page in "$SOURCE"/tools/man/*.[0-9]; do
    # These remarks are ignored: the installed manuals differ from machine to machine, .Os names the
    # project for the footer, and sections are named and ordered as in the Linux man-pages.
    mandoc -T lint -W style "$page" >remarks 2>/dev/null || true
    ! grep -vE -e 'referenced manual not found|operating system explicitly specified|outdated mandoc.db' \
        -e 'section name: Sh RETURN VALUE|conventional order: Sh (EXAMPLES|SEE ALSO)' remarks ||
        fail "mandoc warns"
    man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | tee warnings
    [ ! -s warnings ] || fail "man warns"
    # Some formatters turn these characters into typographic ones unless they are escaped.
    sed -n "/^\.Bd/,/^\.Ed/{ /^\./d; s/\\\\-//g; /[-\`^~']/p; }" "$page" | tee unescaped
    [ ! -s unescaped ] || fail "characters in a display are not escaped"
done
