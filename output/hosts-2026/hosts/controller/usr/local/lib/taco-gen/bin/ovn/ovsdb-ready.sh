#!/bin/sh
# Is this member part of the cluster, and does the cluster have a leader? ovsdb-ready.sh nb|sb
set -eu

case $1 in
nb) name=OVN_Northbound ;;
*) name=OVN_Southbound ;;
esac
status=$(ovs-appctl --timeout=5 -t "/run/ovn/ovn${1}_db.ctl" cluster/status "$name")
echo "$status" | grep -q '^Status: cluster member$'
echo "$status" | grep -q '^Leader: ' && ! echo "$status" | grep -q '^Leader: unknown$'
