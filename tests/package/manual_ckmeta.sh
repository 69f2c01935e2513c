# SPDX-License-Identifier: MIT
# The examples of ckmeta(1) are run as they are shown, with stand-ins for runc and podman that print
# what the real ones did.
. "${0%/*}/package.sh"
need jq man mandoc col xargs

render "$SOURCE/tools/man/ckmeta.1" | section EXAMPLES | displays >examples
MANWIDTH=100 man -E UTF-8 -l "$SOURCE/tools/man/ckmeta.1" | col -bx | section EXAMPLES | displays \
    >man-examples
expect_same "the examples that man shows" examples man-examples

# Their directory is not ours to make.
mkdir -p bin bundle sampler web-3 db
sed "s,/srv/checkpoints,$scratch,; s,/usr/bin/env PGDATA,env PGDATA," examples >examples.sh
grep -q "$scratch/db" examples.sh || fail "the page has no examples"

cp "$SOURCE/tests/data/oci-bundle-config.json" bundle/config.json
cat >bin/runc <<END
[ "\$*" = "state sampler" ] || exit 1
sed 's,"/srv/bundles/sampler","$scratch/bundle",' "$SOURCE/tests/data/runc-1.1.5-state.json"
END
cat >bin/podman <<END
[ "\$*" = "container inspect web-3" ] || { echo "[]"; exit 125; }
cat "$SOURCE/tests/data/podman-4.3.1-container-inspect.json"
END
cat >bin/ckmeta <<END
exec $EMULATOR "$prefix/bin/ckmeta" "\$@"
END
cat >bin/postgres <<'END'
printf '<%s>' "$PGDATA" "$@"
END
for program in bin/*; do
    sed -i '1i #!/bin/sh' "$program"
    chmod +x "$program"
done
PATH=$scratch/bin:$PATH
TZ=UTC sh -e examples.sh >output || fail "an example fails"

check()
{
    [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}
words() # the words of a command, each in brackets
{
    ckmeta load -0 "$1" command | xargs -0 printf '<%s>'
}
check "runc's ID" "$(ckmeta load sampler container_id)" sampler
check "runc's process ID" "$(ckmeta load sampler original_pid)" 13789
check "runc's command" "$(words sampler)" \
    '</bin/sl><-c><while true; do echo "héllo wörld"; sleep 1; done><><line1
line2>'
check "podman's ID" "$(ckmeta load web-3 container_id)" \
    f9203c87822c0550530069a4740b6098dd9498c5b0868160e8be8152d3a521ad
check "podman's name" "$(ckmeta load web-3 container_name)" web-3
check "podman's process ID" "$(ckmeta load web-3 original_pid)" 1824
check "podman's command" "$(words web-3)" '</bin/sl><-c><a b><>'
check "the name of db" "$(ckmeta load db container_name)" db
check "the printed process ID" "$(sed -n 1p output)" 13789
date -u -d "$(sed -n 2p output)" >/dev/null || fail "no date is printed"
check "the command, started anew" "$(sed -n 3p output)" '</data><-c><log_line_prefix=%m >'

# Of a container that is not there, nothing is saved.
for container in sampler web-3; do
    ckmeta load $container >before
    sed "s/state $container/state missing/; s/inspect $container/inspect missing/" examples.sh \
        >missing.sh
    sh -e missing.sh >/dev/null 2>&1 && fail "an example takes a container that is not there"
    ckmeta load $container | cmp - before || fail "a container that is not there was saved"
done
