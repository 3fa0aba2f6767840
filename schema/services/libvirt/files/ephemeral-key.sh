#!/bin/sh
# Keep the key of the Ceph client of ephemeral disks in libvirt, which forgets its secrets when its container starts again.
set -eu

known() {
    virsh -c qemu:///system secret-get-value "$TACO_RBD_UUID" >/dev/null 2>&1
}

while true; do
    if virsh -c qemu:///system list >/dev/null 2>&1 && ! known; then
        cat >/tmp/ephemeral-secret.xml <<XML
<secret ephemeral='no' private='no'>
  <uuid>$TACO_RBD_UUID</uuid>
  <usage type='ceph'><name>ephemeral disks</name></usage>
</secret>
XML
        virsh -c qemu:///system secret-define --file /tmp/ephemeral-secret.xml
        # By file: a key in a command line is seen by everyone on the node.
        virsh -c qemu:///system secret-set-value --secret "$TACO_RBD_UUID" --file /etc/ceph/nova-keys/key --plain
    fi
    sleep 10
done
