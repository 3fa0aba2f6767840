#!/bin/sh
# Make the bridges that this node's interfaces feed, and give them their interfaces.
# An interface that carries an address stays out: the node would lose it.
set -eu

ports=$(sed -n 's/^ports = //p' /run/taco/node/bridges.conf)
echo "$ports" | tr ',' '\n' | while IFS=: read -r bridge port; do
    [ -n "$bridge" ] || continue
    ovs-vsctl --timeout=30 --may-exist add-br "$bridge"
    ip link set dev "$bridge" up
    if [ ! -d "/sys/class/net/$port" ]; then
        echo "bridges: this node has no interface $port for $bridge" >&2
        continue
    fi
    if [ -n "$(ip -o addr show dev "$port" scope global)" ]; then
        echo "bridges: $port carries an address and stays out of $bridge" >&2
        continue
    fi
    # The port of another bridge of the site, from before the node's cards were changed, moves.
    current=$(ovs-vsctl --timeout=30 port-to-br "$port" 2>/dev/null || true)
    if [ -n "$current" ] && [ "$current" != "$bridge" ]; then
        ovs-vsctl --timeout=30 del-port "$current" "$port"
    fi
    ovs-vsctl --timeout=30 --may-exist add-port "$bridge" "$port"
    ip link set dev "$port" up
done
touch /tmp/bridges-are-made
