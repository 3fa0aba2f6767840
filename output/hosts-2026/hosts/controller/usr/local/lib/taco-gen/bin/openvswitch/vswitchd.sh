#!/bin/sh
# Start the switch once its database answers, then make the bridges.
set -eu

[ -d /sys/module/openvswitch ] || modprobe openvswitch
until ovs-vsctl --no-wait --timeout=5 init; do sleep 1; done
# The chassis keeps the name it was first given, for the networks know it by that; firmware ids are not unique.
if [ -z "$(ovs-vsctl --no-wait --if-exists get Open_vSwitch . external_ids:system-id)" ]; then
    ovs-vsctl --no-wait set Open_vSwitch . "external_ids:system-id=\"$NODE_NAME\""
fi
(
    until ovs-appctl -T 5 -t ovs-vswitchd version >/dev/null 2>&1; do sleep 1; done
    sh /opt/taco/bin/bridges.sh
) &
# Its memory is locked, stacks included: eight MiB for each of a thread or two a core would fill the pod's limit.
# POSIX leaves it out; the shells of the image (dash, bash) have it.
# shellcheck disable=SC3045
ulimit -s 2048
exec ovs-vswitchd unix:/run/openvswitch/db.sock -vconsole:info --pidfile=/run/openvswitch/ovs-vswitchd.pid --mlockall
