#!/bin/sh
# Start a member of an OVN database cluster (raft): ovsdb.sh nb|sb CLIENT-PORT RAFT-PORT
# The first ordinal makes the cluster where no member has a database; the others join; a database that is there is used.
set -eu

db=$1
port=$2
raft=$3
first=$(echo "$TACO_MEMBERS" | cut -d, -f1)
self=$(echo "$TACO_MEMBERS" | tr ',' '\n' | grep "^$POD_NAME\\." || true)
if [ -z "$self" ]; then
    echo "ovsdb: $POD_NAME is no member of $TACO_MEMBERS" >&2
    exit 1
fi
set -- --db-"$db"-addr="[::]" --db-"$db"-port="$port" --db-"$db"-create-insecure-remote=yes \
    --db-"$db"-cluster-local-addr="$self" --db-"$db"-cluster-local-port="$raft" --ovn-manage-ovsdb=yes --no-monitor
if [ "$self" != "$first" ] && [ ! -e "/etc/ovn/ovn${db}_db.db" ]; then
    set -- "$@" --db-"$db"-cluster-remote-addr="$first" --db-"$db"-cluster-remote-port="$raft"
fi
exec /usr/share/ovn/scripts/ovn-ctl "$@" run_"$db"_ovsdb
