#!/bin/sh
# Makes the folders of shares that are new, and starts the server; what is in them stays.
set -eu

for share in $(echo "$TACO_SHARES" | tr , ' '); do
	test -d "/export/$share" || mkdir -m 0777 "/export/$share"
done
mkdir -p /export/.recovery
exec ganesha.nfsd -F -L STDOUT -p /run/ganesha/ganesha.pid -f /etc/ganesha/ganesha.conf
