#!/bin/sh
# Make the bridges that this node's interfaces feed, and give them their interfaces.
# An interface that carries an address stays out: the node would lose it.
set -eu

conf=/run/taco/node/bridges.conf
ports=$(sed -n 's/^ports = //p' "$conf")
cards=$(sed -n 's/^cards = //p' "$conf")

# On a node whose switch runs in user space every bridge does, for a patch leads from one of a kind to another of it.
kind=system
if grep -q '^dpdk = .' "$conf"; then
    kind=netdev
fi

make() {
    ovs-vsctl --timeout=30 --may-exist add-br "$1"
    current=$(ovs-vsctl --timeout=30 get Bridge "$1" datapath_type)
    if [ "$current" = netdev ] || [ $kind = netdev ]; then
        ovs-vsctl --timeout=30 set Bridge "$1" datapath_type=$kind
    fi
    ip link set dev "$1" up
}

# The port of another bridge of the site, from before the node's cards were changed, moves.
leave() {
    current=$(ovs-vsctl --timeout=30 port-to-br "$2" 2>/dev/null || true)
    if [ -n "$current" ] && [ "$current" != "$1" ]; then
        ovs-vsctl --timeout=30 del-port "$current" "$2"
    fi
}

# Take a card from the kernel: take PCI-ADDRESS DRIVER
take() {
    device=/sys/bus/pci/devices/$1
    if [ ! -d "$device" ]; then
        echo "bridges: this node has no card $1" >&2
        return 1
    fi
    [ "$2" != none ] || return 0
    [ "$(basename "$(readlink "$device/driver" || true)")" != "$2" ] || return 0
    for name in "$device"/net/*; do
        if [ -e "$name" ] && [ -n "$(ip -o addr show dev "$(basename "$name")" scope global)" ]; then
            echo "bridges: the card $1 carries an address and stays in the kernel" >&2
            return 1
        fi
    done
    modprobe "$2"
    echo "$2" >"$device/driver_override"
    [ ! -e "$device/driver" ] || echo "$1" >"$device/driver/unbind"
    echo "$1" >/sys/bus/pci/drivers_probe
}

echo "$ports" | tr ',' '\n' | while IFS=: read -r bridge port; do
    [ -n "$bridge" ] || continue
    make "$bridge"
    if [ ! -d "/sys/class/net/$port" ]; then
        echo "bridges: this node has no interface $port for $bridge" >&2
        continue
    fi
    if [ -n "$(ip -o addr show dev "$port" scope global)" ]; then
        echo "bridges: $port carries an address and stays out of $bridge" >&2
        continue
    fi
    leave "$bridge" "$port"
    ovs-vsctl --timeout=30 --may-exist add-port "$bridge" "$port"
    ip link set dev "$port" up
done
echo "$cards" | tr ',' '\n' | while IFS='|' read -r bridge port pci driver mtu address tag; do
    [ -n "$bridge" ] || continue
    make "$bridge"
    take "$pci" "$driver" || continue
    leave "$bridge" "$port"
    ovs-vsctl --timeout=30 --may-exist add-port "$bridge" "$port" -- \
        set Interface "$port" type=dpdk "options:dpdk-devargs=$pci" "mtu_request=${mtu:-1500}"
    # The node's own address in a network that the card carries is the bridge's.
    if [ -n "$address" ]; then
        ip addr replace "$address" dev "$bridge"
    fi
    if [ -n "$tag" ]; then
        ovs-vsctl --timeout=30 set Port "$bridge" "tag=$tag"
    else
        ovs-vsctl --timeout=30 clear Port "$bridge" tag
    fi
done
touch /tmp/bridges-are-made
