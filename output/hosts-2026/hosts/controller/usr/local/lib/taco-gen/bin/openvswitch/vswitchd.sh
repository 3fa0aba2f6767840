#!/bin/sh
# Start the switch once its database answers, then make the bridges.
set -eu

[ -d /sys/module/openvswitch ] || modprobe openvswitch
until ovs-vsctl --no-wait --timeout=5 init; do sleep 1; done
# The chassis keeps the name it was first given, for the networks know it by that; firmware ids are not unique.
if [ -z "$(ovs-vsctl --no-wait --if-exists get Open_vSwitch . external_ids:system-id)" ]; then
    ovs-vsctl --no-wait set Open_vSwitch . "external_ids:system-id=\"$NODE_NAME\""
fi
# A switch in user space: its CPUs, and memory of the node's huge pages.
dpdk=$(sed -n 's/^dpdk = //p' /run/taco/node/bridges.conf)
if [ -n "$dpdk" ]; then
    if ! ovs-vswitchd --version | grep -q DPDK; then
        echo "vswitchd: the switch of this image has no DPDK: name one that has (image openvswitch)" >&2
        exit 1
    fi
    IFS='|' read -r polling others memory <<TEXT
$dpdk
TEXT
    ovs-vsctl --no-wait --timeout=30 set Open_vSwitch . other_config:dpdk-init=true "other_config:pmd-cpu-mask=$polling" \
        "other_config:dpdk-socket-mem=\"$memory\""
    if [ -n "$others" ]; then
        ovs-vsctl --no-wait --timeout=30 set Open_vSwitch . "other_config:dpdk-lcore-mask=$others"
    else
        ovs-vsctl --no-wait --timeout=30 remove Open_vSwitch . other_config dpdk-lcore-mask
    fi
    # Instances make their sockets here; libvirt gives the folder to their user.
    mkdir -p /run/openvswitch/vhost
    # A pod may use no huge pages that it does not ask for, and how many it is differs from node to node: the switch leaves its group.
    group=/sys/fs/cgroup/taco-openvswitch
    mkdir -p "$group"
    echo $$ >"$group/cgroup.procs"
else
    ovs-vsctl --no-wait --timeout=30 remove Open_vSwitch . other_config dpdk-init pmd-cpu-mask dpdk-socket-mem dpdk-lcore-mask
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
