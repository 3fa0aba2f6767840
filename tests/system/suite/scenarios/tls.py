"""Where the site has TLS inside: who is taken by the database and the broker, and who is refused."""

import shutil
import socket
import ssl
import time

import pymysql

from suite.cluster.certificates import made_elsewhere, trusting
from suite.cluster.containers import until
from suite.cluster.pods import DOMAIN
from suite.scenarios.galera import status
from suite.site import secret_value

QUEUE = 5671


def database(stage, address, **more):
    """A connection as root; the caller says how it is secured."""
    return pymysql.connect(host=address, user="root", password=secret_value("mariadb-root", "password"), connect_timeout=5, **more)


def refused(what, attempt, *kinds):
    """What was said where the attempt fails in one of these ways; anything else fails the step."""
    try:
        attempt()
    except kinds as error:
        return f"{what}: {error}"[:160]
    raise AssertionError(f"{what} was taken")


def handshake(address, port, context, name):
    """The certificate and protocol of a server."""
    with socket.create_connection((address, port), 5) as plain, context.wrap_socket(plain, server_hostname=name) as secured:
        return secured.version(), secured.getpeercert()


def greeted(stage, pod, pem):
    """What a member of the cluster says to a peer with this certificate. In TLS 1.3 a refusal comes after the handshake."""
    context = trusting(stage.certificates["taco-trust"]["ca.crt"])
    if pem:
        (stage.folder / "peer.pem").write_text(pem, encoding="utf-8")
        context.load_cert_chain(stage.folder / "peer.pem")
    name = f"{pod.name}.mariadb-discovery.{DOMAIN}"
    with socket.create_connection((pod.address, 4567), 5) as plain, context.wrap_socket(plain, server_hostname=name) as secured:
        return len(secured.recv(1))


def play(stage, steps, up):
    if not stage.certificates:
        steps.skip("all of it", "the site has no TLS inside")
        return
    trust = stage.certificates["taco-trust"]["ca.crt"]
    stranger = made_elsewhere([f"mariadb.{DOMAIN}", f"*.mariadb-discovery.{DOMAIN}"])
    clients(stage, steps, (trust, stranger["ca.crt"]), up)
    members(stage, steps, stranger, up["mariadb"])
    replaced(stage, steps, stranger, up["mariadb"])


def clients(stage, steps, trusts, up):
    own, other = trusts
    member, broker = up["mariadb"][0].address, up["rabbitmq"][0]
    with steps.step("the database refuses a client without TLS, and a client that trusts another authority refuses it") as notes:
        with database(stage, member, ssl=trusting(own, names=False)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'Ssl_version'")
            notes.append(f"in by {cursor.fetchone()[1]}")
        notes.append(refused("without TLS", lambda: database(stage, member, ssl_disabled=True), pymysql.err.OperationalError))
        strange = trusting(other, names=False)
        notes.append(refused("another authority", lambda: database(stage, member, ssl=strange), pymysql.err.OperationalError))
    with steps.step("the broker listens by TLS alone, with the name of each pod, and is refused by who trusts another authority") as notes:
        name = f"{broker.name}.rabbitmq-discovery.{DOMAIN}"
        version, _ = handshake(broker.address, QUEUE, trusting(own), name)
        notes.append(f"in by {version}")
        for port in (5672, 15672):
            notes.append(refused(f"port {port}", lambda port=port: socket.create_connection((broker.address, port), 5), ConnectionError))
        notes.append(refused("another name", lambda: handshake(broker.address, QUEUE, trusting(own), f"keystone-api.{DOMAIN}"), ssl.SSLError))
        notes.append(refused("another authority", lambda: handshake(broker.address, QUEUE, trusting(other), name), ssl.SSLError))
    with steps.step("the emitted Jobs make an account and a virtual host by TLS") as notes:
        for name in ("keystone-db-init", "keystone-rabbit-init"):
            notes.append(stage.job(name, tag="tls").strip().splitlines()[-1])


def members(stage, steps, stranger, pods):
    first, last = pods[0], pods[2]
    with steps.step("replication is by TLS, and a member with a certificate of another authority does not get in") as notes:
        own = stage.certificates
        assert greeted(stage, first, own["mariadb-certificate"]["tls.pem"]) == 1, "a peer of its own is not greeted"
        for what, pem in (("no certificate", None), ("a certificate of another authority", stranger["tls.pem"])):
            notes.append(refused(what, lambda pem=pem: greeted(stage, first, pem), ssl.SSLError, ConnectionError))
        stage.certificates = {**own, "mariadb-certificate": {"tls.pem": stranger["tls.pem"]}, "taco-trust": {"ca.crt": stranger["ca.crt"]}}
        try:
            last = stage.replace(last)
        finally:
            stage.certificates = own
        last.start()
        end = time.monotonic() + 45
        while time.monotonic() < end:
            assert not last.ready(), "the stranger is ready"
            time.sleep(3)
        until("the others are a cluster of two", 60, lambda: status(first, "wsrep_cluster_size") == "2")
        said = last.main().log.read_text(encoding="utf-8", errors="replace")
        reasons = [line.strip() for line in said.splitlines() if "certificate" in line or "SSL" in line or "handshake" in line]
        notes.append(reasons[-1][-200:] if reasons else "no reason in its log")
    with steps.step("with its own certificate and no data it is back by a state transfer, which is encrypted") as notes:
        last.kill()
        claims = stage.folder / "claims" / f"data-{last.name}"
        shutil.rmtree(claims)
        last = stage.replace(last)
        pods[2] = last
        last.start()
        until("the member is ready by its probe", 300, last.ready)
        until("three members", 60, lambda: status(first, "wsrep_cluster_size") == "3")
        said = last.main().log.read_text(encoding="utf-8", errors="replace")
        # The log is appended to over the pod's lives.
        transfers = [line for line in said.splitlines() if "openssl-listen" in line or "Decrypting with cert" in line]
        assert transfers, "no encrypted transfer in its log"
        notes.append(transfers[-1].strip()[-160:])


def rolled(stage, pods, certificate, trust):
    """Every member anew with these files, one after the other, as a StatefulSet rolls them; the others stay a cluster."""
    stage.certificates = {**stage.certificates, "mariadb-certificate": {"tls.pem": certificate}, "taco-trust": {"ca.crt": trust}}
    for number in reversed(range(len(pods))):
        other = pods[(number + 1) % len(pods)]
        pods[number] = stage.replace(pods[number]).start()
        until(f"{pods[number].name} is ready by its probe", 300, pods[number].ready)
        until("three members", 60, lambda other=other: status(other, "wsrep_cluster_size") == "3")


def replaced(stage, steps, new, pods):
    certificate, trust = stage.certificates["mariadb-certificate"]["tls.pem"], stage.certificates["taco-trust"]["ca.crt"]
    with steps.step("a new authority takes the place of the old one in three rounds, and the cluster stays whole") as notes:
        rolled(stage, pods, certificate, new["ca.crt"] + trust)
        rolled(stage, pods, new["tls.pem"], new["ca.crt"] + trust)
        rolled(stage, pods, new["tls.pem"], new["ca.crt"])
        notes.append(refused("the old certificate", lambda: greeted(stage, pods[0], certificate), ssl.SSLError, ConnectionError))
        # The broker's certificate is still one of the old authority.
        stage.certificates = {**stage.certificates, "taco-trust": {"ca.crt": new["ca.crt"] + trust}}
