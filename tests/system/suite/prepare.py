"""Fetch what the suite needs: Debian package trees to change root into, and Python environments from the locks.

Everything lands in the work folder and is kept there between runs; a changed list of packages or lock makes that part anew.
Only the standard library is used, as this runs before any environment exists.
"""

import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from suite import written
from suite.possible import PYTHON, Lacking, check
from suite.specs import ADDED, RELEASE, release_of

LOCKS = Path(__file__).resolve().parents[1] / "locks"
REPOSITORY = Path(__file__).resolve().parents[3]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
UV = "uv==0.13.8"

# Release -> what is installed into its tree. Debian 12 is the base; 13 has the newer broker, database and name server, nearer
# to the images.
TREES = {
    "bookworm": (
        "age augeas-tools bind9-utils ceph-common chrony dnsmasq-base etcd-server etcd-client galera-4 iproute2 ipxe libvirt-daemon "
        "libvirt-daemon-driver-qemu mariadb-backup mariadb-server memcached netplan.io openssh-server openssh-client "
        "openvswitch-switch ovn-central ovn-host procps python3 qemu-utils socat sudo util-linux"
    ),
    "trixie": (
        "bind9 bind9-dnsutils etcd-server etcd-client galera-4 iproute2 mariadb-backup mariadb-server memcached procps "
        "python3 rabbitmq-server redis-server socat util-linux"
    ),
    # What stands before the services where a site exposes them by Ingress.
    "proxy": "nginx-light",
    # A directory, and APIs with what their images have for TLS, OVN, directories and single sign-on.
    "apis": (
        "apache2-bin curl iproute2 ldap-utils libapache2-mod-auth-openidc openssl openvswitch-common procps python3 python3-ldap "
        "python3-ldappool slapd util-linux uwsgi-core uwsgi-plugin-python3"
    ),
    # Agents of a site with Open vSwitch alone, with what their image has for namespaces, addresses and rules.
    "agents": (
        "conntrack dnsmasq-base dnsmasq-utils haproxy ipset iproute2 iptables iputils-arping iputils-ping keepalived openvswitch-switch "
        "procps python3 radvd socat sudo util-linux"
    ),
    # Routes of instances: FRRouting, and what the agent asks of its node.
    "frr": "frr iproute2 libstdc++6 openvswitch-switch procps python3 socat util-linux",
    # Debian 12 holds the services as of Zed.
    "zed": (
        "cinder-common glance-common heat-common keystone neutron-common nova-common placement-common "
        "python3-etcd3gw python3-memcache python3-pymemcache python3-pymysql uwsgi-core uwsgi-plugin-python3"
    ),
    # What a site for hosts has on its nodes, but for the hypervisor. Debian 13 holds the services as of 2025.1.
    "hosts": (
        "ansible-core bsdutils chrony cinder-api cinder-scheduler cinder-volume cron galera-4 glance-api haproxy iproute2 keepalived "
        "keystone lvm2 mariadb-backup mariadb-client mariadb-server memcached neutron-api neutron-ovn-maintenance-worker "
        "neutron-ovn-metadata-agent neutron-periodic-workers neutron-rpc-server nova-api nova-compute nova-conductor "
        "nova-consoleproxy nova-scheduler openstack-dashboard openvswitch-switch ovn-central ovn-host placement-api procps "
        "python3-keystoneauth1 python3-memcache python3-pymemcache python3-pymysql rabbitmq-server socat sudo systemd "
        "util-linux uwsgi-core uwsgi-plugin-python3"
    ),
}
SUITES = {"zed": "bookworm", "proxy": "bookworm", "apis": "bookworm", "agents": "bookworm", "frr": "bookworm", "hosts": "trixie"}
# What Debian holds to be there always; apt names it only where it is asked to.
ESSENTIAL = (
    "base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin mawk sed tar"
)
# Links that packages make when they are configured, which is not done here.
LINKS = {
    "usr/bin/awk": "mawk", "usr/bin/which": "which.debianutils", "usr/bin/sh": "dash",
    "usr/sbin/ovs-vswitchd": "../lib/openvswitch-switch/ovs-vswitchd",
    **{f"usr/sbin/{name}tables{part}": f"{name}tables-nft{part}" for name in ("ip", "ip6") for part in ("", "-save", "-restore")},
}
# Releases that every site is also built for.
MOVED = ("zed", "2025.1")
ENVIRONMENTS = ("tools", "checkov", "sign-on", "acceptance", "kolla", "bgp", "2025.1", "2026.1")
ALL = (*TREES, *ENVIRONMENTS)
# What readers need; the rest is for what is started.
READ = tuple(name for name in ALL if name not in ("proxy", "apis", "agents", "sign-on", "kolla"))
# Environments that one scenario alone needs.
OF_SCENARIOS = {"2024.1": "cluster-upgrade"}


def say(text):
    print(f"prepare: {text}", file=sys.stderr, flush=True)


def run(command, **more):
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        words = " ".join(str(word) for word in command if "=" not in str(word) and word != "-o")
        say(f"{words[:200]} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        last = next((line.strip() for line in reversed(done.stdout.splitlines()) if line.strip()), "it said nothing")
        raise Lacking(f"what the suite needs could not be fetched or made here: {words[:80]} ended with {done.returncode}: {last[:200]}")
    return done.stdout


def is_made(folder, key):
    stamp = folder / ".made-from"
    return stamp.exists() and stamp.read_text(encoding="utf-8") == key


def mark_made(folder, key):
    (folder / ".made-from").write_text(key, encoding="utf-8")


def archive(part):
    """The address of Debian's archive, or of its security part, that this machine's apt uses."""
    given = os.environ.get("TACO_DEBIAN_ARCHIVE")
    if given:
        return given if part == "debian" else f"{given}-security"
    files = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        for address in re.findall(r"^[^#\n]*?(https?://\S+)", text, re.M):
            if address.rstrip("/").endswith(f"/{part}"):
                return address.rstrip("/")
    return None


def apt_options(release, folder):
    """Options that give apt a state of its own, with the sources of one release and nothing installed."""
    main, security = archive("debian"), archive("debian-security")
    if not main:
        raise Lacking("there is no Debian archive in /etc/apt; TACO_DEBIAN_ARCHIVE names one")
    signed = f"[signed-by={KEYRING}]"
    lines = [f"deb {signed} {main} {release} main", f"deb {signed} {main} {release}-updates main"]
    lines += [f"deb {signed} {security} {release}-security main"] if security else []
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "state/status").touch()
    pairs = {
        "Dir::Etc::sourcelist": folder / "sources.list", "Dir::Etc::sourceparts": "/nonexistent",
        "Dir::Etc::preferencesparts": "/nonexistent", "Dir::State": folder / "state",
        "Dir::State::status": folder / "state/status", "Dir::Cache": folder / "cache",
        "APT::Install-Recommends": "false", "APT::Sandbox::User": "root",
    }
    return [part for key, value in pairs.items() for part in ("-o", f"{key}={value}")]


def unpack(package, tree):
    """Unpack one package; the links of a merged /usr stay links."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as source:
        run(["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", tree], stdin=source.stdout)


def tree(work, release):
    folder, packages = work / "trees" / release, f"{TREES[release]} {ESSENTIAL}"
    if is_made(folder, packages):
        return
    say(f"Debian {release}: {len(packages.split())} packages and what they depend on")
    shutil.rmtree(folder, ignore_errors=True)
    apt = work / "apt" / release
    options = apt_options(SUITES.get(release, release), apt)
    run(["apt-get", *options, "update"])
    plan = run(["apt-get", *options, "--simulate", "install", *packages.split()])
    names = sorted(set(re.findall(r"^Inst (\S+)", plan, re.M)))
    run(["apt-get", *options, "download", *names], cwd=apt / "cache")
    for link in ("bin", "lib", "sbin", "lib64"):
        (folder / "usr" / link).mkdir(parents=True, exist_ok=True)
        (folder / link).symlink_to(f"usr/{link}")
    for place in ("proc", "sys", "dev", "tmp", "run", "etc", "root", "var/lib/openstack", "check"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / "var/run").symlink_to("../run")
    fetched = sorted((apt / "cache").glob("*.deb"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda package: unpack(package, folder), fetched))
    shutil.copy(folder / "usr/share/base-passwd/passwd.master", folder / "etc/passwd")
    shutil.copy(folder / "usr/share/base-passwd/group.master", folder / "etc/group")
    for place, target in LINKS.items():
        if (folder / place).parent.joinpath(target).exists() and not (folder / place).exists():
            (folder / place).symlink_to(target)
    run(["ldconfig", "-r", folder])
    if (folder / "usr/lib/python3/dist-packages/oslo_config").exists():
        # Packages do it when they are configured; without it every program would compile all that it imports.
        words = ["chroot", folder, "python3", "-m", "compileall", "-q", "/usr/lib/python3/dist-packages"]
        subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for package in fetched:
        package.unlink()
    mark_made(folder, packages)


def environment(work, name):
    """A Python environment with exactly the lock's packages; it works at any path (its scripts find their own interpreter)."""
    lock = LOCKS / f"{name}.txt"
    folder, key = work / "environments" / name, hashlib.sha256(lock.read_bytes()).hexdigest()
    if is_made(folder, key):
        return folder
    say(f"Python environment {name}: {len(lock.read_text(encoding='utf-8').split())} packages")
    shutil.rmtree(folder, ignore_errors=True)
    uv = installer(work)
    # Two of these share what is built from sources: the second may wait long on a busy machine.
    environ = {**os.environ, "VIRTUAL_ENV": str(folder), "UV_LOCK_TIMEOUT": "3600"}
    run([uv, "venv", "--relocatable", "--python", PYTHON, folder])
    run([uv, "pip", "install", "--no-deps", "--compile-bytecode", "--link-mode", "hardlink", "-r", lock], env=environ)
    mark_made(folder, key)
    return folder


def installer(work):
    folder = work / "environments" / "installer"
    if not is_made(folder, UV):
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        run([folder / "bin/pip", "install", "--quiet", UV])
        mark_made(folder, UV)
    return folder / "bin/uv"


def program():
    """The compiler, built by cargo where there is one; otherwise as it was built last. Nothing and the reason where there is neither."""
    given = os.environ.get("TACO_GEN")
    if given:
        return Path(given), ""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    built = target / "release" / "taco-gen"
    if shutil.which("cargo"):
        say("cargo build --release")
        done = subprocess.run(
            ["cargo", "build", "--release", "--locked", "--quiet"], cwd=REPOSITORY, check=False, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode != 0:
            return None, f"cargo build ended with {done.returncode}: {done.stdout.strip()[-300:]}"
    return (built, "") if built.exists() else (None, f"there is no cargo, and no {built.name} in {target.name}/release")


def moved(work):
    """Every site built for other releases, in copies of specs and data; where it cannot be done, a file says why."""
    for release in MOVED:
        built, folder = folder_of(work, f"moved/{release}")
        if not built:
            continue
        _, identity = copied(REPOSITORY, folder)
        for spec in folder.glob("sites/*/site.kdl"):
            # A distribution has packages of some releases only: a site for hosts does not move.
            # One of a release before those that move is there for its guide.
            text = spec.read_text(encoding="utf-8")
            if re.search(r"^\s*target hosts\b", text, re.M) or release_of(text) != RELEASE:
                shutil.rmtree(spec.parent)
                shutil.rmtree(folder / "output" / spec.parent.name)
        for spec in (*folder.glob("sites/*/site.kdl"), folder / "schema/defaults.kdl"):
            text = spec.read_text(encoding="utf-8")
            spec.write_text(re.sub(r'(\brelease openstack=)"[^"]+"', rf'\1"{release}"', text), encoding="utf-8")
        building([built, "build", "--quiet", *identity], folder)


def building(words, folder):
    """Have the program build. That it refuses to is no reason to skip: a file has what it said."""
    done = subprocess.run(words, cwd=folder, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        shutil.rmtree(folder / "output")
        (folder / "refused").write_text(done.stdout[-3000:], encoding="utf-8")


def variants(work):
    """What is built of the sites for the run, one after the other: each asks cargo for the program."""
    moved(work)
    rotated(work)
    exposed(work)
    added(work)
    written_sites(work)
    on_hosts(work)


def written_sites(work):
    """The sites that the suite writes itself; where it cannot be done, a file says why."""
    built, reason = program()
    for name, write in written.SITES.items():
        folder = work / "written" / name
        commands = write(folder)
        if built is None:
            (folder / "reason").write_text(reason + "\n", encoding="utf-8")
            continue
        for words in commands:
            done = subprocess.run([built, *words], cwd=folder, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode != 0:
                # Not a reason to skip: such a site is to build.
                (folder / "refused").write_text(done.stdout[-3000:], encoding="utf-8")
                break


def folder_of(work, name):
    """The program, and an empty folder for what it builds of copies of the sites; where there is no program, a file in it says why."""
    built, reason = program()
    folder = work / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if built is None:
        (folder / "reason").write_text(reason + "\n", encoding="utf-8")
    return built, folder


def copied(source, folder):
    """Copies of the specs and of all that they are built from; the spec of one site, and the words that open its store."""
    for part in ("sites", "overlays", "schema", "output"):
        shutil.copytree(source / part, folder / part)
    return folder / "sites/lab/site.kdl", ["--identity", folder / "sites/lab/demonstration.agekey"]


def exposed(work):
    """One site with its endpoints exposed by Ingress for nginx; where it cannot be done, a file says why."""
    built, folder = folder_of(work, "exposed")
    if built:
        spec, identity = copied(REPOSITORY, folder)
        spec.write_text(re.sub(r"\bexpose gateway class=\w+", "expose ingress class=nginx", spec.read_text(encoding="utf-8")), encoding="utf-8")
        run([built, "build", "lab", "--quiet", *identity], cwd=folder)


def added(work):
    """One site with the services that are off unless a site asks for them; where it cannot be done, a file says why."""
    built, folder = folder_of(work, "added")
    if built:
        spec, identity = copied(REPOSITORY, folder)
        text = spec.read_text(encoding="utf-8").rstrip().removesuffix("}")
        spec.write_text(f"{text}{ADDED}}}\n", encoding="utf-8")
        run([built, "passwords", "generate", "lab", *identity], cwd=folder)
        building([built, "build", "lab", "--quiet", *identity], folder)


# Few processes.
ON_HOSTS = "".join(f"    service {service} {{ workers 1 }}\n" for service in ("glance", "horizon", "keystone", "neutron", "nova", "placement"))


def on_hosts(work):
    """The site for hosts, built for the release that Debian 13 itself holds; where it cannot be done, a file says why."""
    built, reason = program()
    folder, name = work / "on-hosts", "hosts-2026"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if built is None:
        (folder / "reason").write_text(reason + "\n", encoding="utf-8")
        return
    for part in ("overlays", "schema", f"sites/{name}"):
        shutil.copytree(REPOSITORY / part, folder / part)
    spec = folder / "sites" / name / "site.kdl"
    text = re.sub(r'(\brelease openstack=)"[^"]+"', r'\1"2025.1"', spec.read_text(encoding="utf-8"))
    assert "service cinder { " in text, "the site says no more of its volumes"
    text = text.replace("service cinder { ", "service cinder { workers 1; ")
    spec.write_text(f"{text.rstrip().removesuffix('}')}{ON_HOSTS}}}\n", encoding="utf-8")
    run([built, "build", name, "--quiet", "--identity", REPOSITORY / "sites/lab/demonstration.agekey"], cwd=folder)


def rotated(work):
    """One site in the three states of a staged rotation of a service's passwords; where it cannot be done, a file says why."""
    built, folder = folder_of(work, "rotation")
    before = REPOSITORY
    for state in ("1", "2", "3") if built else ():
        _, identity = copied(before, folder / state)
        before = folder / state
        names = ("glance-database/password", "glance-queue/password", "glance-identity/glance")
        run([built, "passwords", "rotate", "lab", *names, "--staged", *identity], cwd=before)
        run([built, "build", "lab", "--quiet", *identity], cwd=before)


def namespaces():
    """The command that goes on in mount, network and process namespaces of its own: they end with all that runs in them."""
    return ["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"]


def kernel_settings(work):
    """The names under /proc/sys, taken before the suite is in a network namespace of its own, which has fewer of them."""
    found = (path.relative_to("/proc/sys").as_posix() for path in Path("/proc/sys").rglob("*") if path.is_file())
    (work / "kernel-settings").write_text("\n".join(sorted(found)) + "\n", encoding="utf-8")


def of_scenarios(only):
    """The environments of those scenarios that are asked for; without a name all are."""
    return [name for name, scenario in OF_SCENARIOS.items() if not only or any(part in scenario for part in only)]


def fetched(work, names, *more):
    """Fetch those trees and environments that are missing, and do more beside them."""
    work.mkdir(parents=True, exist_ok=True)
    check(work, namespaces())
    kernel_settings(work)
    installer(work)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        parts = [pool.submit(tree if name in TREES else environment, work, name) for name in names]
        parts += [pool.submit(part, work) for part in more]
        for part in parts:
            part.result()


def everything(work, names):
    """Make all those parts that are missing, and the variants of the sites; the Python of the tools' environment."""
    fetched(work, names, variants)
    return work / "environments" / "tools" / "bin" / "python"
