#!/bin/sh
# Start Apache with the secrets of the client, which its file names and does not hold.
set -eu

SIGN_ON_CLIENT_SECRET=$(cat /run/secrets/client/password)
SIGN_ON_PASSPHRASE=$(cat /run/secrets/passphrase/password)
export SIGN_ON_CLIENT_SECRET SIGN_ON_PASSPHRASE
exec apache2 -f /etc/sign-on/apache.conf -DFOREGROUND
