"""Each service's own managing program: it loads the files as the emitted Job mounts them, and asks the database that they name.

The databases and accounts are those that the emitted files name, on a server that is started for this; nothing else is made up.
"""

import concurrent.futures
import json
import re
import shutil
import subprocess
import time

from suite.cluster.certificates import made_elsewhere
from suite.readers import last_lines
from suite.root import PATH, Failed
from suite.site import filled
from suite.table import Row

# What a program asks of the database without changing it. Neutron's takes its files from the Job's own command.
QUESTIONS = {
    "keystone": (("keystone-manage", "db_version"),),
    "glance": (("glance-manage", "db_version"),),
    "placement": (("placement-manage", "db", "version"),),
    "nova": (("nova-manage", "api_db", "version"), ("nova-manage", "db", "version")),
    "neutron": (("neutron-db-manage", "current"),),
    "cinder": (("cinder-manage", "db", "version"),),
    "heat": (("heat-manage", "db_version"),),
}
PACKAGES = {"placement": "openstack-placement", "heat": "openstack-heat"}
CONNECTION = re.compile(r"mysql\+pymysql://(\w+):(\w+)@([\w.-]+):3306/(\w+)")


TRUST = "taco-trust"


class Database:
    """One server with the databases and accounts that the sites' files name, and a certificate for the names that they call it.

    `trust` is what a site with TLS inside mounts as its trust. It ends with `close`.
    """

    def __init__(self, root, sites):
        self.root = root
        found = {match.groups() for site in sites for path in site.files if path.endswith(".d/secret.conf")
                 for match in CONNECTION.finditer(filled(site.read(path)))}
        self.hosts = sorted({host for _, _, host, _ in found})
        lines = [line for user, password, _, name in sorted(found)
                 for line in (f"CREATE DATABASE IF NOT EXISTS {name};\n", f"GRANT ALL ON {name}.* TO '{user}'@'%' IDENTIFIED BY '{password}';\n")]
        shutil.rmtree(root.path / "check/database", ignore_errors=True)
        # The machine's own name need not resolve here.
        words = ["--user=root", "--datadir=/check/database", "--auth-root-authentication-method=normal", "--force"]
        made = root.run("mariadb-install-db", *words, timeout=240)
        if made.returncode != 0:
            raise Failed(f"mariadb-install-db: {last_lines(made.stdout, 30)}")
        words = ["mariadbd", "--no-defaults", "--user=root", "--datadir=/check/database", "--socket=/check/database.sock", "--bind-address=127.0.0.1",
                 "--pid-file=/check/database.pid", "--skip-name-resolve", "--ssl-cert=/check/server.pem", "--ssl-key=/check/server.pem"]
        made = made_elsewhere(self.hosts)
        self.trust = made["ca.crt"]
        root.write("/check/server.pem", made["tls.pem"], 0o600)
        self.process = subprocess.Popen(root.command(words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait()
        # Who has no name would be taken for every account that comes from this machine.
        told = self.tell("DELETE FROM mysql.global_priv WHERE User = '';\nFLUSH PRIVILEGES;\n" + "".join(lines))
        if told.returncode != 0:
            raise Failed(f"accounts: {last_lines(told.stdout)}")

    def tell(self, text):
        return self.root.run("mariadb", "--no-defaults", "--user=root", "--socket=/check/database.sock", text=text)

    def wait(self):
        end = time.monotonic() + 120
        while self.tell("SELECT 1;").returncode != 0:
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failed("the database did not come up")
            time.sleep(0.5)

    def close(self):
        self.process.terminate()
        self.process.wait(60)


def mounted(root, site, job, trust):
    """Put the files of a Job where it mounts them: its config maps, the drop-ins that its secrets hold, and the trust."""
    spec = job["spec"]["template"]["spec"]
    volumes, files = {volume["name"]: volume for volume in spec["volumes"]}, []
    for mount in spec["containers"][0]["volumeMounts"]:
        volume, place = volumes[mount["name"]], mount["mountPath"]
        if "configMap" in volume and "subPath" in mount:
            root.write(place, site.named("ConfigMap", volume["configMap"]["name"])["data"][mount["subPath"]])
            files.append(place)
        elif "secret" in volume and volume["secret"]["secretName"] == TRUST:
            root.write(f"{place}/ca.crt", trust)
        elif "secret" in volume:
            path = f"config/{job['metadata']['labels']['app.kubernetes.io/name']}/{drop_in(site, volume['secret']['secretName'])}"
            root.write(f"{place}/secret.conf", filled(site.read(path)))
            files.append(f"{place}/secret.conf")
    return files


def drop_in(site, name):
    """The file below the service's config folder that a Secret of this name holds."""
    for path in site.files:
        found = re.fullmatch(r"config/([\w-]+)/([^/]+\.d/secret\.conf)", path)
        if found and name in (slug(found.group(2)), f"{found.group(1)}-{slug(found.group(2))}"):
            return found.group(2)
    raise Failed(f"no drop-in belongs to the secret {name}")


def slug(path):
    return path.removesuffix(".d/secret.conf").replace(".", "-").replace("_", "-")


class Programs:
    """The programs of one service, each imported once: a nova-manage takes far longer to load than to answer."""

    def __init__(self, place, service):
        environ = {"PATH": f"{place.bin}:{PATH}", "LANG": "C.UTF-8", "HOME": "/root"}
        self.service, self.processes = service, {}
        for program in dict.fromkeys(program for program, *_ in QUESTIONS[service]):
            self.processes[program] = subprocess.Popen(
                place.root.command([place.python, "/check/tools/program.py", program]), env=environ, text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )

    def asked(self, job):
        """What the programs say of their database; an empty string where they found it."""
        given = [word for word in job["spec"]["template"]["spec"]["containers"][0]["command"] if word not in ("upgrade", "heads")]
        for program, *words in QUESTIONS[self.service]:
            process = self.processes[program]
            process.stdin.write(json.dumps([*given[1:], *words] if self.service == "neutron" else words) + "\n")
            process.stdin.flush()
            code, said = json.loads(process.stdout.readline() or '[1, "it could not be loaded"]')
            if code != 0:
                return f"{program} ended with {code}: {last_lines(said)}"
        return ""

    def end(self):
        for process in self.processes.values():
            process.stdin.close()
            process.wait(60)


def row(place, service, sites, trust):
    began, notes, count, broken = time.monotonic(), [], 0, "-"
    programs = Programs(place, service)
    for site in sites:
        job = next((one for one in site.of_kind("Job").values() if re.fullmatch(rf"{service}-db-sync-\w+", one["metadata"]["name"])), None)
        if job is None:
            continue
        shutil.rmtree(place.root.path / "etc" / service, ignore_errors=True)
        files = mounted(place.root, site, job, trust)
        count += len(files)
        said = programs.asked(job)
        notes += [f"{site.name}: {said}"] if said else []
        if broken == "-":
            broken = "refused" if refused(place, job, programs, files) else "ACCEPTED"
    programs.end()
    what = f"config/{service}/*.conf and its drop-ins, {place.release}, as the Job mounts them"
    version = place.version(PACKAGES.get(service, service))
    name = QUESTIONS[service][0][0]
    verdict = "fail" if notes else "pass" if count else "skip"
    return Row(what, count, name, version, verdict, broken, time.monotonic() - began, notes or ([] if count else ["no site has the service"]))


def refused(place, job, programs, files):
    """Does the program notice another password in the drop-in?"""
    file = next(path for path in files if path.endswith("/secret.conf"))
    kept = (place.root.path / file.lstrip("/")).read_text(encoding="utf-8")
    place.root.write(file, CONNECTION.sub(r"mysql+pymysql://\1:another@\3:3306/\4", kept))
    said = programs.asked(job)
    place.root.write(file, kept)
    return "Access denied" in said


def rows(root, cases):
    """`cases`: places, each with the sites that are of its release."""
    database = Database(root, [site for _, sites in cases for site in sites])
    names = "".join(f"127.0.0.1 {host}\n" for host in database.hosts)
    try:
        for place, _ in cases:
            place.root.write("/etc/hosts", f"127.0.0.1 localhost\n{names}")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            done = [pool.submit(row, place, service, sites, database.trust) for place, sites in cases for service in QUESTIONS]
            for one in done:
                yield one.result()
    finally:
        database.close()
