# SPDX-License-Identifier: MIT
# Neither mandoc nor man has anything to warn about.
. "${0%/*}/package.sh"
need man mandoc

for page in "$SOURCE"/tools/man/*.[0-9]; do
    mandoc -T lint -W warning "$page" || fail "mandoc warns"
    man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | tee warnings
    [ ! -s warnings ] || fail "man warns"
done

# Unescaped, these become typographic signs somewhere, which no shell or compiler understands.
for page in "$SOURCE"/tools/man/*.[0-9]; do
    sed -n "/^\.Bd/,/^\.Ed/{ /^\./d; s/\\\\-//g; /[-\`^~']/p; }" "$page" >unescaped
    [ ! -s unescaped ] || { cat unescaped; fail "signs in displays are not escaped"; }
done
