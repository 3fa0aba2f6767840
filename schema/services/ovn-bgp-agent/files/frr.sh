#!/bin/sh
# Start FRRouting with the node's own number, and the password of its routers where they ask for one.
set -eu

router=$(sed -n 's/^bgp_router_id = //p' /run/taco/node/bgp-node.conf)
umask 0077
sed "s/ROUTER-ID/$router/" /etc/taco/frr.conf >/etc/frr/frr.conf
if [ -e /run/secrets/peer/password ]; then
    # After the group that it belongs to.
    password=$(cat /run/secrets/peer/password)
    awk -v "password=$password" '{ print } / neighbor uplink remote-as / { print " neighbor uplink password " password }' \
        /etc/frr/frr.conf >/tmp/frr.conf
    mv /tmp/frr.conf /etc/frr/frr.conf
fi
chown -R frr:frr /etc/frr/frr.conf /run/frr
: >/etc/frr/vtysh.conf
/usr/lib/frr/zebra -d -A 127.0.0.1
/usr/lib/frr/bfdd -d -A 127.0.0.1
(
    until vtysh -d bgpd -c "show version" >/dev/null 2>&1; do sleep 1; done
    vtysh -b
) &
exec /usr/lib/frr/bgpd -A 127.0.0.1
