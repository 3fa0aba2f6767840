#!/bin/sh
# The pool is made by those who run the Ceph cluster; this waits until the service's user can list it.
set -eu

tries=0
until rbd --id "$TACO_USER" --keyfile /etc/ceph/keys/key --pool "$TACO_POOL" ls >/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -ge 60 ]; then
        echo "storage: user $TACO_USER cannot list pool $TACO_POOL" >&2
        exit 1
    fi
    sleep 5
done
echo "storage: pool $TACO_POOL is there"
