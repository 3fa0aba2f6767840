#!/bin/sh
# Rotates the keys of stored credentials, and re-encrypts the credentials with the new primary key.
# A rotation drops the oldest key: whatever still needs it would be lost, so nothing is rotated before all credentials are
# on the present primary key.
set -eu

keys() {
    python3 /opt/taco/bin/fernet-manage.py "$@"
}

# The command wants to be told whom the key files belong to, though it changes none of them.
migrate() {
    keystone-manage credential_migrate --keystone-user keystone --keystone-group keystone
}

secret=keystone-credential-keys
folder=/etc/keystone/credential-keys

keys write "$secret" "$folder"
migrate
keys rotate "$secret"
keys write "$secret" "$folder"
migrate
