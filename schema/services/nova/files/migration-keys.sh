#!/bin/sh
# Computes reach each other by one key pair. It proves both ends: it is the user's key and the hosts' key.
set -eu
umask 077

key=/run/secrets/ssh/id_ed25519
public=$(ssh-keygen -y -f "$key" | cut -d ' ' -f 1,2)
echo "compute $public" >/run/migration/known_hosts
echo "restrict,from=\"$TACO_FROM\",command=\"sh /opt/taco/bin/migration-shell.sh\" $public" >/run/migration/authorized_keys
# libvirt opens its own connection to the other node, from its own pod; this folder is in the node's memory.
mkdir -p /run/libvirt/migration
install -m 0400 "$key" /run/libvirt/migration/id_ed25519
