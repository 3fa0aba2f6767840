#!/bin/sh
# boot-files.sh FOLDER FILE...: the boot loaders of the image and these files, where machines fetch them, and the folders that programs expect.
set -eu

mkdir -p "$1/tftpboot/master_images" "$1/httpboot" "$1/images" "$1/master_images" "$1/dhcp-hosts"
# Of the package ipxe: undionly.kpxe for BIOS, the others for UEFI.
for file in undionly.kpxe ipxe.efi snponly.efi; do
    if [ -f "/usr/lib/ipxe/$file" ]; then
        cp "/usr/lib/ipxe/$file" "$1/tftpboot/"
    fi
done
if [ $# -gt 1 ]; then
    folder=$1
    shift
    cp "$@" "$folder/tftpboot/"
fi
