#!/bin/sh
# Start the switch once its database answers, then make the bridges.
set -eu

until ovs-vsctl --no-wait --timeout=5 init; do sleep 1; done
ovs-vsctl --no-wait set Open_vSwitch . "external_ids:system-id=$(cat /sys/class/dmi/id/product_uuid 2>/dev/null || hostname)"
(
    until ovs-appctl -T 5 -t ovs-vswitchd version >/dev/null 2>&1; do sleep 1; done
    sh /opt/taco/bin/bridges.sh
) &
exec ovs-vswitchd unix:/run/openvswitch/db.sock -vconsole:info --pidfile=/run/openvswitch/ovs-vswitchd.pid --mlockall
