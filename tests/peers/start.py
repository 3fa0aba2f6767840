#!/usr/bin/env python3
"""Run the database jobs and API pods of a built site with the packages of its OpenStack release, and ask what they answer.

Each container's files are put where its object mounts them, in namespaces of their own: nothing of the machine changes. The
packages are a virtual environment, which stands where the images have theirs. MariaDB is real; there is no broker and no cache,
and the names of the cluster are all this machine. What is found: a program that the release has not, a paste file or drop-in
that is not read, an option that stops the service, an application that does not load.

usage (as root): start.py OUTPUT/SITE VENV UWSGI [--service NAME]...
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import yaml

SERVICES = ["keystone", "glance", "placement", "neutron", "nova", "cinder", "heat"]
PREFIX = pathlib.Path("/var/lib/openstack")
PATH = f"{PREFIX}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# A password that every placeholder stands for; also a key of 16 bytes and more where one is wanted.
WORD = "0123456789abcdef0123456789abcdef"


def inside(scratch):
    """The rest of the program in new mount, network and process namespaces, with folders that may be written."""
    if os.environ.get("TACO_INSIDE"):
        return
    os.environ["TACO_INSIDE"] = str(scratch)
    os.execvp("unshare", ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", sys.executable, *sys.argv])


def prepare(scratch, venv, site):
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for folder in ("/etc", "/var/lib", "/opt", "/run"):
        name = folder.strip("/").replace("/", "-")
        upper, work = scratch / name, scratch / f"{name}.work"
        upper.mkdir(), work.mkdir()
        layers = f"lowerdir={folder},upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, folder], check=True)
    PREFIX.mkdir()
    subprocess.run(["mount", "--bind", venv, PREFIX], check=True)
    names = set(re.findall(r"[a-z0-9.-]+\.svc\.cluster\.local", "".join(path.read_text() for path in site.glob("config/*/*.conf*") if path.is_file())))
    names |= {name for path in site.glob("config/*/*.d/secret.conf") for name in re.findall(r"[a-z0-9.-]+\.svc\.cluster\.local", path.read_text())}
    with open("/etc/hosts", "a", encoding="utf-8") as hosts:
        hosts.writelines(f"127.0.0.1 {name}\n" for name in sorted(names))


def database(scratch, site):
    """A server with the databases and users that the site's drop-ins name."""
    data = scratch / "mysql"
    subprocess.run(["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}", "--auth-root-authentication-method=normal"],
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    socket = scratch / "mysql.sock"
    log = open(scratch / "mysql.log", "w", encoding="utf-8")
    server = subprocess.Popen(["mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={socket}",
                               "--bind-address=127.0.0.1", "--port=3306", "--max-connections=500"], stdout=log, stderr=log)  # fmt: skip
    for _ in range(60):
        if socket.exists():
            break
        time.sleep(1)
    found = {url for path in site.glob("config/*/*.d/secret.conf") for url in re.findall(r"mysql\+pymysql://(\w+):\S+:3306/(\w+)", path.read_text())}
    found |= {("nova", "nova_cell0")}
    script = ""
    for user, schema in sorted(found):
        script += f"CREATE DATABASE {schema} CHARACTER SET utf8mb3; GRANT ALL ON {schema}.* TO '{user}'@'%' IDENTIFIED BY '{WORD}';"
        script += f"GRANT ALL ON {schema}.* TO '{user}'@'localhost' IDENTIFIED BY '{WORD}';"
    subprocess.run(["mariadb", "--no-defaults", f"--socket={socket}"], input=script, text=True, check=True)
    return server


def text_of(site, service, name):
    for path in site.glob(f"kubernetes/{service}/configmap-{name}.yaml"):
        return yaml.safe_load(path.read_text())["data"]
    return {}


def place(site, service, pod, container, venv):
    """Puts a container's files where it mounts them."""
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in container.get("volumeMounts", []):
        target, volume = pathlib.Path(mount["mountPath"]), volumes[mount["name"]]
        if "configMap" in volume:
            data = text_of(site, service, volume["configMap"]["name"])
            files = {target: data[mount["subPath"]]} if "subPath" in mount else {target / key: text for key, text in data.items()}
            for path, text in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        elif "secret" in volume:
            target.mkdir(parents=True, exist_ok=True)
            secret(site, service, volume["secret"]["secretName"], target, venv)
        elif target != pathlib.Path("/tmp"):
            target.mkdir(parents=True, exist_ok=True)


def secret(site, service, name, target, venv):
    """Fills in a Secret: a drop-in by its file's name, keys of tokens, or one password."""
    for path in site.glob(f"config/{service}/*.d/secret.conf"):
        stem = path.parent.name[:-2].replace(".", "-").replace("_", "-")
        if name in (stem, f"{service}-{stem}"):
            (target / "secret.conf").write_text(re.sub(r"<[\w/-]+>", WORD, path.read_text()))
            return
    if "keys" in name:
        code = "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
        for number in ("0", "1"):
            (target / number).write_text(subprocess.run([venv / "bin/python", "-c", code], check=True, capture_output=True, text=True).stdout.strip())
        return
    for key in ("password", "key"):
        (target / key).write_text(WORD)


def environment(container):
    plain = {item["name"]: item["value"] for item in container.get("env", []) if "value" in item}
    return {"HOME": "/root", "LANG": "C.UTF-8", "PATH": PATH, **plain}


def run_job(site, service, venv, log):
    for path in sorted(site.glob(f"kubernetes/{service}/job-{service}-db-sync-*.yaml")):
        pod = yaml.safe_load(path.read_text())["spec"]["template"]["spec"]
        container = pod["containers"][0]
        place(site, service, pod, container, venv)
        command = container["command"] + container.get("args", [])
        ended = subprocess.run(command, env=environment(container), stdout=log, stderr=log, timeout=900, check=False)
        return "ends well" if ended.returncode == 0 else f"ends with {ended.returncode}"
    return "has no job"


def answer(port, path, process):
    """What an HTTP server says, once it says something."""
    last = "no answer"
    for _ in range(300):
        if process.poll() is not None:
            return f"ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError as error:
            last = f"no answer: {type(error).__name__}"
            time.sleep(1)
    return last


def run_api(site, service, path, tools, log):
    venv, uwsgi = tools
    pod = yaml.safe_load(path.read_text())["spec"]["template"]["spec"]
    container = next(one for one in pod["containers"] if one["command"][0] in ("uwsgi", "neutron-server"))
    place(site, service, pod, container, venv)
    command = container["command"] + container.get("args", [])
    if command[0] == "uwsgi":
        command = [uwsgi, "--virtualenv", str(PREFIX), *command[1:], "--processes", "1"]
    process = subprocess.Popen(command, env=environment(container), stdout=log, stderr=log, start_new_session=True)
    probe = container["readinessProbe"]
    path = probe.get("httpGet", {}).get("path", "/")
    status = answer(container["ports"][0]["containerPort"], path, process)
    os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None
    process.wait()
    return status, f"{path} answers {status}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=pathlib.Path)
    parser.add_argument("venv", type=pathlib.Path)
    parser.add_argument("uwsgi", help="a uwsgi of the environment's own Python version")
    parser.add_argument("--service", action="append")
    arguments = parser.parse_args()
    scratch = pathlib.Path(os.environ.get("TACO_INSIDE") or subprocess.check_output(["mktemp", "-d"], text=True).strip())
    inside(scratch)
    site, venv, bad = arguments.site.resolve(), arguments.venv.resolve(), 0
    prepare(scratch, venv, site)
    server = database(scratch, site)
    for service in arguments.service or SERVICES:
        with open(scratch / f"{service}.log", "w", encoding="utf-8") as log:
            said = run_job(site, service, venv, log)
            bad += said != "ends well"
            print(f"{service}: db-sync {said}", flush=True)
            for path in sorted(site.glob(f"kubernetes/{service}/deployment-*.yaml")):
                text = path.read_text()
                if not re.search(r"^        - (uwsgi|neutron-server)$", text, re.M):
                    continue
                status, said = run_api(site, service, path, (venv, arguments.uwsgi), log)
                bad += not (isinstance(status, int) and status < 500)
                print(f"{service}: {path.stem.removeprefix('deployment-')} {said}", flush=True)
    server.kill()
    print(f"{bad} of them failed; logs in {scratch}" if bad else "all of them work")
    if not bad:
        shutil.rmtree(scratch / "mysql", ignore_errors=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
