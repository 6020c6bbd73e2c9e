# SPDX-License-Identifier: Apache-2.0
# Runs the calls of /calls, one a line, as ordinary processes, and tells of each its exit status, its words, and what it
# left in /run/log and /run/trace: for the call with a "*" before it in the form that a boot domain's console has, for the
# others with "call N: " before each line.
tell() {
    sed "s/^/$1/" "$2"
}

show_files() {
    [ -e /run/trace ] && sed "s/^/$1domb-trace: /" /run/trace
    [ -e /run/log ] || return
    echo "$1domb-log-begin: $(wc -c </run/log)"
    base64 -w 76 /run/log | sed "s/^/$1domb-log: /"
    echo "$1domb-log-end: $(sha256sum /run/log | cut -d ' ' -f 1)"
}

number=0
while read -r call; do
    number=$((number + 1))
    prefix="call $number: "
    case $call in '* '*) call=${call#??} prefix= ;; esac
    rm -f /run/log /run/trace
    # shellcheck disable=SC2086
    $call >/run/output 2>&1 </dev/null
    status=$?
    tell "$prefix" /run/output
    show_files "$prefix"
    echo "DOM0 call $number: exit status $status"
    command -v xl >/dev/null && xl list 2>/dev/null | tail -n +2 | sed "s/^/DOM0 xl list after call $number: /"
done </calls
echo "DOM0 the end"
# PID 1 has to stay.
while :; do sleep 1000; done
