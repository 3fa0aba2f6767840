#!/bin/sh
# Does northd follow both databases? It answers every other question without them too.
set -eu

for database in nb sb; do
    said=$(ovn-appctl --timeout=5 -t /run/ovn/ovn-northd.ctl "$database-connection-status")
    test "$said" = connected
done
