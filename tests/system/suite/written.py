"""Sites that the suite writes itself, for what no committed site says; taco-gen builds them for the run. Needs Python alone."""

import re
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
# Database, broker and cache of others; a domain with a directory; single sign-on.
ELSEWHERE = """\
site elsewhere {
    domain "reach.example.org"
    network management cidr="10.40.0.0/24" { ntp "10.40.0.1" }
    node one management="10.40.0.11" { roles controller network compute }
    expose gateway tls=public-certificate
    deliver argocd repo="ssh://git@git.example.com/clusters.git" path=elsewhere
    provider database external { host "db.example.org"; port 3307; cidr "10.90.0.0/16"; accounts made }
    provider queue external {
        host "broker.example.org"
        cidr "10.90.0.0/16"
        accounts made
        admin operator
        endpoint broker-management internal-url="http://broker.example.org:15672"
    }
    provider cache external { host "cache.example.org"; cidr "10.90.0.0/16" }
    secret ldap-bind kind=password
    trust "ca.pem"
    service keystone {
        config "keystone.corp.conf" {
            identity { driver ldap }
            ldap {
                url "ldap://ldap.example.org"
                user "cn=reader,dc=example,dc=org"
                password (secret)"ldap-bind"
                user_tree_dn "ou=people,dc=example,dc=org"
                user_objectclass inetOrgPerson
                user_id_attribute uid
                user_name_attribute uid
            }
        }
        back-end staff kind=oidc {
            issuer "https://sso.example.org:9400"
            mapping #"[{"local": [{"user": {"name": "{0}"}}], "remote": [{"type": "OIDC-preferred_username"}]}]"#
        }
    }
}
"""
# Three members of the broker with TLS between them, and a second cell.
CELLED = """\
site celled {
    lab #true
    overlays tls-internal local
    passwords "passwords.sops.yaml"
    network management cidr="10.40.0.0/24" { ntp "10.40.0.1" }
    node "ctl[1-3]" management="10.40.0.[11-13]" { roles controller network }
    node "cmp[1-2]" management="10.40.0.[21-22]" { roles compute }
    service nova { back-end cell2 kind=cell }
    group east { nodes cmp2; service nova { cell cell2 } }
}
"""
# The lab with one controller, every kind of TLS inside, and a second back end for volumes with a name of its own.
SECURED = {
    r'"ctl\[1-3\]" management="10\.10\.0\.\[11-13\]" tunnel="10\.20\.0\.\[11-13\]" storage="10\.30\.0\.\[11-13\]"':
        'ctl1 management="10.10.0.11" tunnel="10.20.0.11" storage="10.30.0.11"',
    r'"cmp\[01-40\]" management="10\.10\.0\.\[101-140\]" tunnel="10\.20\.0\.\[101-140\]" storage="10\.30\.0\.\[101-140\]"':
        'cmp01 management="10.10.0.101" tunnel="10.20.0.101" storage="10.30.0.101"',
    r"overlays ovn ceph-external tls\b": "overlays ovn ceph-external tls-internal",
    r"// Here for trials of [^\n]*\n *service etcd \{ enabled #true \}":
        'service cinder { back-end archive kind=driver { driver "folder_driver.FolderDriver" } }',
}

# Three controllers of hosts with the identity service alone: what leads clients to one that serves.
MEMBERS = """\
site hosts-members {
    domain hosts.example.com
    lab #true
    release openstack="2025.1"
    target hosts distribution=debian-13
    network management cidr="10.40.0.0/24" gateway="10.40.0.1" vip="10.40.0.10" { ntp-pool "pool.ntp.org" }
    node "controller[1-3]" management="10.40.0.[11-13]" { roles controller network }
    service haproxy { enabled #true }
    service keepalived { enabled #true; interface eth0 }
    service keystone { workers 1 }
    service mariadb { buffer-pool "128M" }
    service glance { enabled #false }
    service horizon { enabled #false }
    service placement { enabled #false }
    service nova { enabled #false }
    service neutron { enabled #false }
    service ovn { enabled #false }
    service openvswitch { enabled #false }
    service libvirt { enabled #false }
}
"""
# One node of each kind is left of the site, as two cores bear no more, and what needs a volume service or a browser is not in it.
UPGRADED = {
    "    overlays ovs nfs\n": '    release openstack="2024.1"\n    overlays ovs nfs\n',
    '    node "k8s-node[02-03]" management="192.168.0.[152-153]" { roles controller compute }\n': "",
    '"k8s-node[04-05]" management="192.168.0.[154-155]"': 'k8s-node04 management="192.168.0.154"',
    "    expose nodeport\n": "    expose nodeport\n" + "".join(f"    service {name} {{ enabled #false }}\n" for name in ("cinder", "heat", "horizon")),
}


def data(folder):
    """The compiler's own data in a folder, and the folder for the site's spec."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("overlays", "schema"):
        shutil.copytree(REPOSITORY / part, folder / part)


def elsewhere(folder):
    data(folder)
    (folder / "sites/elsewhere").mkdir(parents=True)
    (folder / "sites/elsewhere/site.kdl").write_text(ELSEWHERE, encoding="utf-8")
    # The provider's is made when it starts, and takes the place of this one.
    shutil.copy(REPOSITORY / "tests/field/authority.pem", folder / "sites/elsewhere/ca.pem")
    return [["build", "elsewhere"]]


def celled(folder):
    data(folder)
    (folder / "sites/celled").mkdir(parents=True)
    (folder / "sites/celled/site.kdl").write_text(CELLED, encoding="utf-8")
    identity = REPOSITORY / "sites/lab/demonstration.agekey"
    words = [["passwords", "init", "celled"], ["passwords", "generate", "celled"], ["build", "celled"]]
    return [[*said, "--identity", identity] for said in words]


def secured(folder):
    data(folder)
    shutil.copytree(REPOSITORY / "sites/lab", folder / "sites/lab")
    spec, identity = folder / "sites/lab/site.kdl", folder / "sites/lab/demonstration.agekey"
    text = spec.read_text(encoding="utf-8")
    for pattern, said in SECURED.items():
        text, count = re.subn(pattern, said, text)
        assert count == 1, f"the lab has {count} of {pattern}"
    spec.write_text(text, encoding="utf-8")
    return [["passwords", "generate", "lab", "--identity", identity], ["build", "lab", "--identity", identity]]


def members(folder):
    data(folder)
    (folder / "sites/hosts-members").mkdir(parents=True)
    (folder / "sites/hosts-members/site.kdl").write_text(MEMBERS, encoding="utf-8")
    identity = ["--identity", str(REPOSITORY / "sites/lab/demonstration.agekey")]
    return [[*words, "hosts-members", *identity] for words in (["passwords", "init"], ["passwords", "generate"], ["build"])]


def upgraded(folder):
    """The site with Open vSwitch at the release that its upgrade begins with."""
    data(folder)
    shutil.copytree(REPOSITORY / "sites/virtualbox", folder / "sites/virtualbox")
    spec = folder / "sites/virtualbox/site.kdl"
    text = re.sub(r"^    service cinder \{\n(.*\n)*?    \}\n", "", spec.read_text(encoding="utf-8"), flags=re.M)
    for was, said in UPGRADED.items():
        assert text.count(was) == 1, f"the site has {text.count(was)} of {was}"
        text = text.replace(was, said)
    spec.write_text(text, encoding="utf-8")
    return [["build", "virtualbox", "--identity", REPOSITORY / "sites/lab/demonstration.agekey"]]


SITES = {"upgrade": upgraded, "elsewhere": elsewhere, "secured": secured, "hosts-members": members, "celled": celled}
