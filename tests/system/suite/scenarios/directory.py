"""A domain of the identity service whose users are in a directory of others, OpenLDAP's, by the emitted file of the domain."""

from suite.cluster.outside import Server
from suite.cluster.containers import until
from suite.scenarios.broken import Fault, faulty
from suite.scenarios.cloud import http
from suite.site import secret_value

HOST = "ldap.example.org"
BASE = "dc=example,dc=org"
DOMAIN = "corp"
BIND = ("site-ldap-bind", "password")
USER = ("directory", "alice")
CONFIGURATION = f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "{BASE}"
directory /tmp/directory
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,{BASE}" read by * none
"""
ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: cn=reader,{BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {secret_value(*BIND)}

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: uid=alice,ou=people,{BASE}
objectClass: inetOrgPerson
uid: alice
cn: alice
sn: Example
userPassword: {secret_value(*USER)}
"""
ANOTHER = Fault("secret-keystone-corp-conf/secret.conf", r"^password = .*$", "password = another")


def directory(stage):
    server = Server(stage, HOST, "apis")
    server.root.write("/tmp/slapd.conf", CONFIGURATION)
    server.root.path.joinpath("tmp/directory").mkdir()
    server.run("slapadd", "-f", "/tmp/slapd.conf", text=ENTRIES)
    server.start("slapd", "-d", "0", "-f", "/tmp/slapd.conf", "-h", f"ldap://{server.address}")
    search = ("ldapsearch", "-x", "-H", f"ldap://{server.address}", "-b", "", "-s", "base", "-LLL")
    until("the directory answers", 60, lambda: answers(server, *search), 0.5)
    return server


def answers(server, *words):
    try:
        return bool(server.run(*words))
    except AssertionError:
        return False


def login(pod, password):
    """Status and token of the user of the directory."""
    user = {"name": USER[1], "domain": {"name": DOMAIN}, "password": password}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}
    status, headers, _ = http("POST", f"http://{pod.address}:5000/v3/auth/tokens", body)
    return status, headers["X-Subject-Token"]


def play(steps, stage, up):
    pods, client = up["pods"], up["client"]
    with steps.step("a user of the directory logs in; a wrong password, none and an unknown user are 401") as notes:
        status, subject = login(pods[0], secret_value(*USER))
        assert status == 201 and subject, f"answer {status}"
        refused = {"wrong": login(pods[0], "wrong")[0], "none": login(pods[0], "")[0]}
        assert set(refused.values()) == {401}, refused
        notes.append(f"201; {refused}")
    with steps.step("the administrator sees the directory's users in the domain, and gives one a role, which is in its token"):
        names = [entry["Name"] for entry in client.json("user", "list", "--domain", DOMAIN)]
        assert names == [USER[1]], names
        client.run("role", "add", "--user", USER[1], "--user-domain", DOMAIN, "--project", "admin", "member")
        assigned = client.json("role", "assignment", "list", "--user", USER[1], "--user-domain", DOMAIN, "--names")
        assert [entry["Role"] for entry in assigned] == ["member"], assigned
    with steps.broken("with another bind password no user of the directory logs in"):
        with faulty(stage, pods, 0, ANOTHER) as pod:
            until("it is ready", 240, pod.ready, 2)
            status, _ = login(pod, secret_value(*USER))
            assert status != 201, "the user is in all the same"
