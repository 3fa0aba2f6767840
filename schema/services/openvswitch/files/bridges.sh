#!/bin/sh
# Make the site's bridges and give them the interfaces that this node has for them.
# An interface that carries an address is refused: the node would lose it.
set -eu

echo "$TACO_BRIDGES" | tr ',' '\n' | while read -r bridge; do
    [ -n "$bridge" ] || continue
    ovs-vsctl --may-exist add-br "$bridge"
    ip link set dev "$bridge" up
done
echo "$TACO_BRIDGE_PORTS" | tr ',' '\n' | while IFS=: read -r bridge port; do
    [ -n "$port" ] && [ -d "/sys/class/net/$port" ] || continue
    if ip -4 -o addr show dev "$port" | grep -q inet; then
        echo "bridges: $port carries an address and stays out of $bridge" >&2
        continue
    fi
    ovs-vsctl --may-exist add-port "$bridge" "$port"
    ip link set dev "$port" up
done
