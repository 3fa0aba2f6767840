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
self=$(echo "$members" | grep -e "^$POD_NAME\\." -e "^$POD_NAME\$" || true)
if [ -z "$self" ]; then
    echo "ovsdb: $POD_NAME is no member of $TACO_MEMBERS" >&2
    exit 1
fi
first=$(echo "$members" | head -n 1)

# With a trust, clients and members let in only who has a certificate of it.
key=/run/secrets/certificate/tls.pem
proto=tcp
if [ -n "${TACO_TRUST:-}" ]; then
    proto=ssl
fi
client() {
    if [ "$proto" = ssl ]; then
        set -- "--private-key=$key" "--certificate=$key" "--ca-cert=$TACO_TRUST" "$@"
    fi
    ovsdb-client --timeout=5 "$@"
}
answering() {
    for member in $members; do
        if [ "$member" != "$self" ] && client list-dbs "$proto:$member:$port" >/dev/null 2>&1; then
            echo "$member"
            return
        fi
    done
}

# The members listen where the database's own table says, which alone can give clients more than five seconds to answer:
# a database that is busy with the changes of many nodes would drop them, and be busier with their return.
remote="p$proto:$port:0.0.0.0"
ask() {
    "ovn-${db}ctl" --no-leader-only --timeout=10 --db="unix:/run/ovn/ovn${db}_db.sock" "$@"
}
listen() {
    until [ "$(ask --bare --columns=inactivity_probe find connection target="\"$remote\"" 2>/dev/null)" = 60000 ]; do
        ask -- set-connection "$remote" -- set connection . inactivity_probe=60000 2>/dev/null || true
        sleep 1
    done
}

# Ten seconds without a leader, not one, before members elect another; read when the cluster is made.
set -- "--db-$db-file=$file" "--db-$db-addr=0.0.0.0" "--db-$db-port=$port" "--db-$db-create-insecure-remote=no" \
    "--db-$db-election-timer=10000" \
    "--db-$db-cluster-local-addr=$self" "--db-$db-cluster-local-port=$raft" "--ovn-$db-log=-vconsole:info -vfile:off"
if [ "$proto" = ssl ]; then
    set -- "$@" "--ovn-$db-db-ssl-key=$key" "--ovn-$db-db-ssl-cert=$key" "--ovn-$db-db-ssl-ca-cert=$TACO_TRUST" \
        "--db-$db-cluster-local-proto=ssl"
fi
if [ ! -e "$file" ]; then
    peer=$(answering)
    if [ -z "$peer" ] && [ "$self" != "$first" ]; then
        peer=$first
    fi
    if [ -n "$peer" ]; then
        echo "ovsdb: no database here; joining $peer. If this member had one before, remove its old self from the cluster:"
        echo "ovsdb: cluster/status on a member shows it twice; ovs-appctl -t /run/ovn/ovn${db}_db.ctl cluster/kick DATABASE OLD-ID"
        set -- "$@" "--db-$db-cluster-remote-addr=$peer" "--db-$db-cluster-remote-port=$raft" \
            "--db-$db-cluster-remote-proto=$proto"
    else
        echo "ovsdb: no database anywhere; making the cluster"
    fi
fi
listen &
exec /usr/share/ovn/scripts/ovn-ctl "$@" "run_${db}_ovsdb"
