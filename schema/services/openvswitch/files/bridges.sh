#!/bin/sh
# Make the site's bridges and give them the interfaces that this node has for them.
# An interface that carries an address stays out: the node would lose it.
set -eu

{
    echo "$TACO_BRIDGES" | tr ',' '\n'
    # A physical network's bridge is there even where no interface feeds it.
    echo "$TACO_MAPPINGS" | tr ',' '\n' | cut -s -d: -f2
} | sort -u | while read -r bridge; do
    [ -n "$bridge" ] || continue
    ovs-vsctl --timeout=30 --may-exist add-br "$bridge"
    ip link set dev "$bridge" up
done
echo "$TACO_BRIDGE_PORTS" | tr ',' '\n' | while IFS=: read -r bridge port; do
    [ -n "$port" ] && [ -d "/sys/class/net/$port" ] || continue
    if [ -n "$(ip -o addr show dev "$port" scope global)" ]; then
        echo "bridges: $port carries an address and stays out of $bridge" >&2
        continue
    fi
    ovs-vsctl --timeout=30 --may-exist add-port "$bridge" "$port"
    ip link set dev "$port" up
done
touch /tmp/bridges-are-made
