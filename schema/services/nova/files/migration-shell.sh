#!/bin/sh
# What the key of the compute nodes may do here: speak with libvirt, copy files, make and remove the directories of instances.
set -euf

command=${SSH_ORIGINAL_COMMAND:-}
case $command in
*/run/libvirt/libvirt-sock*) exec python3 /opt/taco/bin/migration-pipe.py /run/libvirt/libvirt-sock ;;
internal-sftp | */sftp-server) exec /usr/lib/openssh/sftp-server ;;
esac
# Split at blanks and run without a shell, so that no word can be another command.
# shellcheck disable=SC2086
set -- $command
for path in "$@"; do :; done
case ${path:-} in
*..*) ;;
/var/lib/nova/instances/?*)
    case "$*" in
    "touch $path" | "rm $path" | "mkdir -p $path" | "rm -rf $path") exec "$@" ;;
    esac
    ;;
esac
echo "the key of the compute nodes may not do this: $command" >&2
exit 1
