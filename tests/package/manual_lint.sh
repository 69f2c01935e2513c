# SPDX-License-Identifier: MIT
# Neither mandoc nor man finds fault with a manual page.
. "${0%/*}/package.sh"
need man mandoc

for page in "$SOURCE"/tools/man/*.[0-9]; do
    # These remarks are not faults: which manuals are installed differs from machine to machine, .Os
    # names the project, for the footer, and sections are named and ordered as in the Linux man-pages.
    mandoc -T lint -W style "$page" >faults 2>/dev/null || true
    grep -vE -e 'referenced manual not found|operating system explicitly specified|outdated mandoc.db' \
        -e 'section name: Sh RETURN VALUE|conventional order: Sh (EXAMPLES|SEE ALSO)' faults >lint || true
    [ ! -s lint ] || { cat lint; fail "mandoc warns"; }
    man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | tee warnings
    [ ! -s warnings ] || fail "man warns"
done

# Unescaped, these become typographic signs somewhere, which no shell or compiler understands.
for page in "$SOURCE"/tools/man/*.[0-9]; do
    sed -n "/^\.Bd/,/^\.Ed/{ /^\./d; s/\\\\-//g; /[-\`^~']/p; }" "$page" >unescaped
    [ ! -s unescaped ] || { cat unescaped; fail "signs in displays are not escaped"; }
done
