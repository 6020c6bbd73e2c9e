# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# Runs the calls of /calls, one a line, as ordinary processes, and tells of each its exit status, its words, and what it
# left in /run/log and /run/trace: for the call with a "*" before it in the form that a boot domain's console has, for the
# others with "call N: " before each line.
show_files() {
    [ -e /run/trace ] && sed "s/^/$1domb-trace: /" /run/trace
    [ -s /run/log ] || return
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
    sed "s/^domb: /${prefix:-domb: }/" /run/output
    show_files "$prefix"
    echo "DOM0 call $number: exit status $status"
    # The name, the domid and the state of each.
    command -v xl >/dev/null && xl list 2>/dev/null | awk -v number=$number '$2 > 0 && NR > 1 {
        print "DOM0 after call " number ": " $1 " " $2 " " $5 }'
done </calls
echo "DOM0 the end"
# PID 1 has to stay.
while :; do sleep 1000; done
