#!/bin/sh
# Start Apache with the secrets of the clients, which its file names and does not hold.
# With several providers each client is a file that the module finds by the name of its issuer, and so is what the provider says of itself.
set -eu

# A text within quotes of JSON, or of Apache.
json() {
    printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'
}
if [ -e /run/secrets/sign-on/password ]; then
    SIGN_ON_PASSPHRASE=$(cat /run/secrets/sign-on/password)
    export SIGN_ON_PASSPHRASE
fi
umask 0077
mkdir -p /tmp/providers
# A provider may have its certificate from an authority that the site names, or from a public one.
if [ -n "${TACO_TRUST:-}" ]; then
    for file in /etc/ssl/certs/ca-certificates.crt "$TACO_TRUST"; do
        [ ! -e "$file" ] || cat "$file"
    done >/tmp/authorities.pem
fi
case ${TACO_CLIENTS:-} in
*,*) several=$TACO_CLIENTS ;;
*) several= ;;
esac
printf '%s\n' "$several" | tr ',' '\n' | while IFS='|' read -r name issuer metadata client scope; do
    [ -n "$name" ] || continue
    file=$(printf '%s' "$issuer" | sed -e 's,^https*://,,' -e 's,/$,,' -e 's,%,%25,g' -e 's,/,%2F,g' -e 's,:,%3A,g')
    secret=$(cat "/run/secrets/clients/$name/password")
    printf '{"client_id":"%s","client_secret":"%s"}\n' "$(json "$client")" "$(json "$secret")" >"/tmp/providers/$file.client"
    printf '{"scope":"%s"}\n' "$(json "$scope")" >"/tmp/providers/$file.conf"
    # A provider that does not answer now keeps nobody from signing in otherwise.
    (
        until curl -fsS ${TACO_TRUST:+--cacert /tmp/authorities.pem} -o "/tmp/providers/$file.new" "$metadata"; do sleep 15; done
        mv "/tmp/providers/$file.new" "/tmp/providers/$file.provider"
    ) &
done
case ${TACO_CLIENTS:-} in
'' | *,*) ;;
*)
    SIGN_ON_CLIENT_SECRET=$(json "$(cat "/run/secrets/clients/${TACO_CLIENTS%%|*}/password")")
    export SIGN_ON_CLIENT_SECRET
    ;;
esac
# What the metadata for a SAML provider tells of the key that signs requests: no peer looks at who signed it or when.
mkdir -p /tmp/sp
for key in /run/secrets/sp/*/key.pem; do
    [ -e "$key" ] || continue
    name=$(basename "$(dirname "$key")")
    openssl req -x509 -new -key "$key" -subj "/CN=$name" -days 3650 -set_serial 1 -out "/tmp/sp/$name.crt"
done
exec apache2 -f /etc/sign-on/apache.conf -DFOREGROUND
