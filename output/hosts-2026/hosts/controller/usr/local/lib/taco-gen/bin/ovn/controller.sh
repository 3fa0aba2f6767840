#!/bin/sh
# Tell the switch who this chassis is, then run the controller on it.
set -eu

encap=$(sed -n 's/^encap_ip = //p' /run/taco/node/ovn.conf)
mappings=$(sed -n 's/^bridge_mappings = //p' /run/taco/node/ovn.conf)
zones=$(sed -n 's/^availability_zones = //p' /run/taco/node/ovn.conf)
datapath=$(sed -n 's/^datapath = //p' /run/taco/node/ovn.conf)
options=""
if echo ",$TACO_GATEWAYS," | grep -q ",$NODE_NAME,"; then
    options="enable-chassis-as-gw"
fi
if [ -n "$zones" ]; then
    options="${options:+$options,}availability-zones=$zones"
fi
ovs-vsctl --timeout=30 set Open_vSwitch . \
    external_ids:ovn-remote="\"$TACO_SB\"" \
    external_ids:ovn-encap-type=geneve \
    external_ids:ovn-encap-ip="$encap" \
    external_ids:hostname="$NODE_NAME" \
    external_ids:ovn-monitor-all=true \
    external_ids:ovn-openflow-probe-interval=60 \
    external_ids:ovn-remote-probe-interval=60000
# What an earlier start has set goes where the node has lost its uplink.
if [ -n "$mappings" ]; then
    ovs-vsctl --timeout=30 set Open_vSwitch . external_ids:ovn-bridge-mappings="$mappings"
else
    ovs-vsctl --timeout=30 remove Open_vSwitch . external_ids ovn-bridge-mappings
fi
# The bridge of instances is made by the controller.
if [ -n "$datapath" ]; then
    ovs-vsctl --timeout=30 set Open_vSwitch . external_ids:ovn-bridge-datapath-type="$datapath"
else
    ovs-vsctl --timeout=30 remove Open_vSwitch . external_ids ovn-bridge-datapath-type
fi
if [ -n "$options" ]; then
    ovs-vsctl --timeout=30 set Open_vSwitch . external_ids:ovn-cms-options="$options"
else
    ovs-vsctl --timeout=30 remove Open_vSwitch . external_ids ovn-cms-options
fi
set -- unix:/run/openvswitch/db.sock -vconsole:info --pidfile=/run/ovn/ovn-controller.pid
if [ -n "${TACO_TRUST:-}" ]; then
    key=/run/secrets/client/tls.pem
    set -- "$@" "--private-key=$key" "--certificate=$key" "--ca-cert=$TACO_TRUST"
fi
exec ovn-controller "$@"
