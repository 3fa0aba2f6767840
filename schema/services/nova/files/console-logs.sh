#!/bin/sh
# Consoles of instances are written to files that only grow, and an instance can write as fast as its disk. Of a file that takes more than
# 32 MiB all but the last MiB is given back to the node; nova shows the end of it. The size stays, for QEMU goes on where it was.
set -eu

folder=${1:-/var/lib/nova/instances}
most=$((32 * 1024 * 1024))
kept=$((1024 * 1024))
while :; do
    for log in "$folder"/*/console.log; do
        [ -f "$log" ] || continue
        if [ $(($(stat -c %b "$log") * 512)) -gt "$most" ]; then
            fallocate --punch-hole --offset 0 --length $(($(stat -c %s "$log") - kept)) "$log" || true
        fi
    done
    sleep "${2:-60}"
done
