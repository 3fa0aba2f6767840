#!/bin/sh
# Enters the clients of images and volumes with the keys that the site has for them; run again, it sets the same rights.
set -eu
umask 077

monitors=$(sed 's/[a-z0-9_-]*=//g' /run/rook/monitors/data)
printf '[client.admin]\n\tkey = %s\n' "$(cat /run/rook/admin/ceph-secret)" >/tmp/admin

# enter USER FOLDER RIGHTS: `auth import` takes key and rights from a file, so no command line has the key.
enter() {
	printf '[client.%s]\n\tkey = %s\n\tcaps mon = "profile rbd"\n\tcaps mgr = "profile rbd"\n\tcaps osd = "%s"\n' \
		"$1" "$(cat "/run/secrets/$2/key")" "$3" >/tmp/client
	ceph --mon-host "$monitors" --name client.admin --keyring /tmp/admin auth import -i /tmp/client
}

pool() { echo "$1" | cut -d '|' -f "$2"; }

if [ -n "${TACO_IMAGES:-}" ]; then
	enter "$(pool "$TACO_IMAGES" 1)" images "profile rbd pool=$(pool "$TACO_IMAGES" 2)"
fi
if [ -n "${TACO_VOLUMES:-}" ]; then
	rights=""
	for at in 2 3 4; do
		rights="${rights}profile rbd pool=$(pool "$TACO_VOLUMES" $at), "
	done
	images=""
	if [ -n "${TACO_IMAGES:-}" ]; then
		images="profile rbd-read-only pool=$(pool "$TACO_IMAGES" 2)"
	fi
	enter "$(pool "$TACO_VOLUMES" 1)" volumes "$(echo "$rights$images" | sed 's/, $//')"
fi
