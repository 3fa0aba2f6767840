"""Configs of the daemons that are no OpenStack services."""

import re
from pathlib import Path

from suite.readers import Reader, last_lines
from suite.readers.hosts import package, version_of
from suite.site import filled

CHECK = Path(__file__).resolve().parents[1] / "tools" / "broker_check.escript"
# What a server says while it prints its options on a machine without its data.
HARMLESS = re.compile(r"max_open_files|mysql\.plugin|Please consult|io_uring|liburing|WSREP: (Failed to guess|Guessing) |retrieve the MAC")


def mariadb(root):
    """The server itself; values out of range it would only adjust, with a warning: that is a complaint here too."""
    def read(_site, path, text):
        outside, inside = root.folder()
        (outside / "my.cnf").write_text(filled(text), encoding="utf-8")
        done = root.run("mariadbd", f"--defaults-file={inside}/my.cnf", "--verbose", "--help", user="65534:65534")
        said = [line for line in done.stdout.splitlines() if re.search(r"\[(Warning|ERROR)\]|unknown|ambiguous", line)]
        said = [line for line in said if "[" in line and not HARMLESS.search(line)]
        return last_lines("\n".join(said) or done.stdout) if done.returncode != 0 or said else ""

    spoil = (r"^max_connections = .*$", "max_connections = 99999999")
    return [
        Reader("mariadbd --help", lambda: version_of(root, "mariadbd", "--version"), ("config/mariadb/my.cnf",), read, spoil),
        Reader(
            "mariadbd --help, drop-in", lambda: version_of(root, "mariadbd", "--version"), ("config/mariadb/my.cnf.d/secret.conf",),
            read, (r"^wsrep_sst_auth", "wsrep_sst_oath"),
        ),
    ]


def broker(root):
    """Cuttlefish with the schemas of the broker and all its plugins, as the broker reads its file; no broker is started."""
    plugins = next((root.path / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*")).name
    inside_plugins = f"/usr/lib/rabbitmq/lib/{plugins}/plugins"
    root.write("/check/broker_check.escript", CHECK.read_text(encoding="utf-8"))

    def reading(kind, name):
        def read(_site, _path, text):
            outside, inside = root.folder()
            (outside / name).write_text(text, encoding="utf-8")
            done = root.run("escript", "/check/broker_check.escript", inside_plugins, kind, f"{inside}/{name}")
            return "" if done.returncode == 0 else last_lines(done.stdout)
        return read

    root.write("/run/rabbitmq/definitions.json", "{}\n")
    # Where the site has TLS inside; that the file is there is all that is asked here.
    root.write("/run/secrets/certificate/tls.pem", "\n")
    version = plugins.removeprefix("rabbitmq_server-")
    return [
        Reader(
            "cuttlefish with its schemas", lambda: version, ("config/rabbitmq/rabbitmq.conf",), reading("config", "rabbitmq.conf"),
            (r"^cluster_partition_handling = .*$", "cluster_partition_handling = hope"),
        ),
        Reader(
            "Erlang, plugin folder", lambda: version, ("config/rabbitmq/enabled_plugins",), reading("plugins", "enabled_plugins"),
            (r"rabbitmq_management", "rabbitmq_managment"),
        ),
    ]


def libvirt(root):
    """libvirt's own lenses: a name that they do not list, or a value of another type, is refused."""
    def reading(lens):
        def read(_site, path, text):
            outside, inside = root.folder()
            name = path.rsplit("/", 1)[-1]
            (outside / name).write_text(text, encoding="utf-8")
            script = f"load\nmatch /augeas//error/message\nmatch /files{inside}/{name}/*[label() != '#comment']\n"
            done = root.run("augtool", "--noautoload", "--transform", f"{lens}.lns incl {inside}/{name}", text=script)
            if "/error" in done.stdout or done.returncode != 0:
                return last_lines(done.stdout)
            return "" if f"/files{inside}/{name}/" in done.stdout else "nothing of it was read"
        return read

    version = lambda: package(root, "libvirt-daemon")
    return [
        Reader(
            "augeas, lens of libvirtd", version, ("config/libvirt/libvirtd.conf",), reading("Libvirtd"),
            (r"^listen_tcp = 0$", "listen_tpc = 0"),
        ),
        Reader(
            "augeas, lens of QEMU's driver", version, ("config/libvirt/qemu.conf",), reading("Libvirtd_qemu"),
            (r"^dynamic_ownership = 1$", 'dynamic_ownership = "yes"'),
        ),
    ]


def ssh(root):
    """Client and server, with a key and the per-node part in the places that the files name."""
    root.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nsshd:x:65534:65534::/run/sshd:/bin/false\nnobody:x:65533:65533::/:/bin/false\n")
    (root.path / "run/secrets/ssh").mkdir(parents=True, exist_ok=True)
    (root.path / "run/sshd").mkdir(parents=True, exist_ok=True)
    key = "/run/secrets/ssh/id_ed25519"
    if not (root.path / key.lstrip("/")).exists():
        root.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    root.write("/run/taco/node/sshd.conf", "ListenAddress 127.0.0.1\n")

    def server(_site, _path, text):
        outside, inside = root.folder()
        (outside / "sshd_config").write_text(text, encoding="utf-8")
        done = root.run("/usr/sbin/sshd", "-t", "-f", f"{inside}/sshd_config")
        return last_lines(done.stdout) if done.returncode != 0 or done.stdout.strip() else ""

    def client(_site, _path, text):
        outside, inside = root.folder()
        (outside / "ssh_config").write_text(text, encoding="utf-8")
        done = root.run("ssh", "-G", "-F", f"{inside}/ssh_config", "compute-1")
        return last_lines(done.stdout) if done.returncode != 0 else ""

    version = lambda: version_of(root, "ssh", "-V", pattern=r"OpenSSH_(\S+)")
    return [
        Reader("sshd -t", version, ("config/*/sshd_config",), server, (r"^AuthenticationMethods .*$", "AuthenticationMethods telepathy")),
        Reader("ssh -G", version, ("config/*/ssh_config",), client, (r"^StrictHostKeyChecking .*$", "StrictHostKeyChecking perhaps")),
    ]


def ceph(root):
    """Ceph's own reader finds the cluster and the key of the section's client."""
    def read(_site, _path, text):
        outside, inside = root.folder()
        (outside / "ceph.conf").write_text(text, encoding="utf-8")
        client = re.search(r"^\[(client\.[\w-]+)\]", text, re.M)
        # Rook's cluster makes its id by itself, so the files of its clients name none.
        for option in ("fsid", "mon_host", "keyfile") if re.search(r"^fsid", text, re.M) else ("mon_host", "keyfile"):
            name = client.group(1) if client else "client.admin"
            done = root.run("ceph-conf", "-c", f"{inside}/ceph.conf", "--name", name, "--lookup", option)
            value = done.stdout.strip()
            if done.returncode != 0 or not value:
                return f"{option}: {last_lines(done.stdout) or 'not found'}"
            if option == "fsid" and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
                return f"fsid is no UUID: {value}"
        return ""

    return Reader(
        "ceph-conf --lookup", lambda: version_of(root, "ceph-conf", "--version"), ("config/*/ceph.conf",), read, (r"^mon_host", "mon_hots"),
    )


def readers(bookworm, trixie):
    older, newer = mariadb(bookworm), mariadb(trixie)
    return [*older, *newer, *broker(trixie), *libvirt(bookworm), *ssh(bookworm), ceph(bookworm)]
