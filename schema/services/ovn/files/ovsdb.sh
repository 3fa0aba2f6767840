#!/bin/sh
# Start a member of an OVN database cluster (raft): ovsdb.sh nb|sb CLIENT-PORT RAFT-PORT
# A database that is there is used. A member without one joins a member that answers; where none does, the first ordinal
# makes the cluster and the others wait for it. So a first ordinal that lost its volume joins again, and makes no second cluster.
set -eu

db=$1
port=$2
raft=$3
file=/etc/ovn/ovn${db}_db.db
members=$(echo "$TACO_MEMBERS" | tr ',' '\n')
self=$(echo "$members" | grep "^$POD_NAME\\." || true)
if [ -z "$self" ]; then
    echo "ovsdb: $POD_NAME is no member of $TACO_MEMBERS" >&2
    exit 1
fi
first=$(echo "$members" | head -n 1)

answering() {
    for member in $members; do
        if [ "$member" != "$self" ] && ovsdb-client --timeout=5 list-dbs "tcp:$member:$port" >/dev/null 2>&1; then
            echo "$member"
            return
        fi
    done
}

set -- "--db-$db-file=$file" "--db-$db-addr=0.0.0.0" "--db-$db-port=$port" "--db-$db-create-insecure-remote=yes" \
    "--db-$db-cluster-local-addr=$self" "--db-$db-cluster-local-port=$raft" "--ovn-$db-log=-vconsole:info -vfile:off"
if [ ! -e "$file" ]; then
    remote=$(answering)
    if [ -z "$remote" ] && [ "$self" != "$first" ]; then
        remote=$first
    fi
    if [ -n "$remote" ]; then
        echo "ovsdb: no database here; joining $remote. If this member had one before, remove its old self from the cluster:"
        echo "ovsdb: cluster/status on a member shows it twice; ovs-appctl -t /run/ovn/ovn${db}_db.ctl cluster/kick DATABASE OLD-ID"
        set -- "$@" "--db-$db-cluster-remote-addr=$remote" "--db-$db-cluster-remote-port=$raft"
    else
        echo "ovsdb: no database anywhere; making the cluster"
    fi
fi
exec /usr/share/ovn/scripts/ovn-ctl "$@" "run_${db}_ovsdb"
