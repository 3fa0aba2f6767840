#!/bin/sh
# Starts a member. The server takes no key that a group may read, and the files of a Secret are such.
set -eu

(umask 077 && cp /run/secrets/members/password /run/mongodb/key)
exec mongod --config /etc/mongod.conf
