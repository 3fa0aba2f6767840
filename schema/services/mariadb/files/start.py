#!/usr/bin/env python3
"""Start a member of the Galera cluster.

A member joins where another one is in a primary component. Where none is, the member that may begin is found without guessing:

* every member tells on a port of its own what data it holds: the cluster's history (a UUID) and the last committed
  position in it, read from grastate.dat after a clean stop, else recovered by `mariadbd --wsrep-recover`;
* once all members have told, and none of them runs, the one with the highest position begins, on a tie the first of them;
* an empty data folder ranks below any data, so the very first start is the same rule: ordinal 0 begins;
* where one member still runs, without a quorum, and all others wait, it goes on as quorum.py says.

No data is ever removed here. Where a member is missing, or histories differ, all wait and say so: going on alone could
lose writes. An operator who knows better creates /run/mysqld/begin-here in the pod that holds the right data, or
/run/mysqld/take-theirs in one whose data may be replaced by the cluster's.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import accounts
import probe
import quorum

DATA = "/var/lib/mysql"
CONFIG = "/etc/mysql/my.cnf"
DROP_IN = "/etc/mysql/my.conf.d/secret.conf"
MERGED = "/run/mysqld/my.cnf"
INSTALLING = f"{DATA}/taco-installing"
BEGIN_HERE = "/run/mysqld/begin-here"
TAKE_THEIRS = "/run/mysqld/take-theirs"
NO_HISTORY = "00000000-0000-0000-0000-000000000000"
PORT = 4569
# A pod has its name in that of its host; members on other hosts are told as NAME=ADDRESS.
NAMED = (host.partition("=") for host in os.environ["TACO_MEMBERS"].split(","))
MEMBERS = {name if is_named else name.split(".", 1)[0]: address or name for name, is_named, address in NAMED}
SELF = os.environ["POD_NAME"]


def say(text):
    print(f"start: {text}", flush=True)


def has_data():
    """Are there system tables, whole ones? A state transfer or a first start that broke off leaves what is worth nothing."""
    unfinished = os.path.exists(INSTALLING) or os.path.exists(f"{DATA}/sst_in_progress")
    return os.path.isdir(f"{DATA}/mysql") and not unfinished


def own_data():
    """What the data folder holds: `data`, `history`, `seqno`, and `start`, the position to start from where it was recovered."""
    if not has_data():
        return {"data": False, "history": "", "seqno": -1, "start": None}
    try:
        with open(f"{DATA}/grastate.dat", encoding="utf-8") as file:
            state = dict(re.findall(r"^(uuid|seqno):\s*(\S+)", file.read(), re.M))
    except FileNotFoundError:
        state = {}
    history, seqno = state.get("uuid", NO_HISTORY), int(state.get("seqno", "-1"))
    start = None
    if seqno < 0:
        history, seqno = recovered()
        start = f"{history}:{seqno}"
    return {"data": True, "history": "" if history == NO_HISTORY else history, "seqno": seqno, "start": start}


def recovered():
    say("the last stop was not a clean one: recovering the position")
    run = subprocess.run(
        ["mariadbd", f"--defaults-file={CONFIG}", "--wsrep-recover", "--disable-log-error"],
        check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    )
    found = re.findall(r"WSREP: Recovered position:\s*([0-9a-f-]{36}):(-?\d+)", run.stderr)
    if not found:
        print(run.stderr[-4000:], file=sys.stderr)
        sys.exit(f"start: no position was recovered (exit {run.returncode}); not starting on unknown data")
    return found[-1][0], int(found[-1][1])


class Teller(threading.Thread):
    """Tells members what this one holds while it waits, and whether it is in a primary component while it runs."""

    def __init__(self, own):
        super().__init__(daemon=True)
        self.own, self.running = own, False
        self.listener = socket.create_server(("0.0.0.0", PORT))

    def answer(self):
        told = {key: self.own[key] for key in ("data", "history", "seqno")}
        found = probe.status() if self.running else None
        if probe.is_primary(found):
            told["history"] = found.get("wsrep_cluster_state_uuid", told["history"])
        return {**told, "running": self.running, "primary": probe.is_primary(found)}

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            try:
                with connection:
                    connection.settimeout(5)
                    connection.sendall(json.dumps(self.answer()).encode())
            except OSError:
                continue


def ask(host):
    """What a member tells; None where it does not."""
    try:
        with socket.create_connection((host, PORT), 3) as connection:
            connection.settimeout(12)
            parts = iter(lambda: connection.recv(4096), b"")
            return json.loads(b"".join(parts))
    except (OSError, ValueError):
        return None


def may_join(own, told):
    """Is there a cluster, and may its data take the place of this member's?"""
    primary = next((name for name, answer in told.items() if answer["primary"]), None)
    if primary is None:
        return False
    theirs = told[primary]["history"]
    if own["history"] in ("", theirs) or os.path.exists(TAKE_THEIRS):
        return True
    say(f"{primary} has the history {theirs}, the data here {own['history']}: not replacing it unless {TAKE_THEIRS} exists")
    return False


def may_begin(own, told):
    """Have all members told, and is this the one that holds most?"""
    everyone = {**told, SELF: own}
    missing = sorted(set(MEMBERS) - set(everyone))
    running = sorted(name for name, answer in told.items() if answer["running"])
    histories = sorted({answer["history"] for answer in everyone.values() if answer["history"]})
    if missing or running:
        say(f"no primary component yet; not heard of: {missing}; running without one: {running}")
        return False
    if len(histories) > 1:
        say(f"members hold different histories {histories}: create {BEGIN_HERE} in the pod with the right data")
        return False
    rank = lambda name: (-int(everyone[name]["data"]), -everyone[name]["seqno"], list(MEMBERS).index(name))
    return min(everyone, key=rank) == SELF


def decide(own):
    """Wait until there is a cluster to join, or until this member is the one that begins: `join` or `begin`."""
    sure = 0
    while True:
        answers = {name: ask(host) for name, host in MEMBERS.items() if name != SELF}
        told = {name: answer for name, answer in answers.items() if answer}
        primary = any(answer["primary"] for answer in told.values())
        if may_join(own, told):
            return "join"
        if not primary and os.path.exists(BEGIN_HERE):
            say(f"{BEGIN_HERE} exists: beginning here, as an operator says")
            return "begin"
        # Three times in a row, so that an answer from a member on its way down does not decide.
        sure = sure + 1 if not primary and may_begin(own, told) else 0
        if sure >= 3:
            return "begin"
        time.sleep(3)


def install():
    say("making the system tables of a new cluster")
    with open(INSTALLING, "w", encoding="utf-8"):
        pass
    subprocess.run(
        ["mariadb-install-db", f"--defaults-file={CONFIG}", f"--datadir={DATA}", "--wsrep_on=OFF", "--skip-test-db",
         "--auth-root-authentication-method=socket", "--auth-root-socket-user=mysql"],
        check=True,
    )
    os.unlink(INSTALLING)


def mark_safe():
    """Galera refuses to begin on data of a member that did not stop last; `decide` has found that it may."""
    path = f"{DATA}/grastate.dat"
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"safe_to_bootstrap:\s*0", "safe_to_bootstrap: 1", text))


def addresses():
    """The members whose names resolve: a pod that is not scheduled has no address yet, and the provider stops at such a name."""
    found = []
    for host in MEMBERS.values():
        try:
            socket.getaddrinfo(host, None)
        except socket.gaierror:
            continue
        found.append(host)
    return ",".join(found)


def write_config():
    """One defaults file of the public part, the secret part, and what is known only now, in memory and for this user alone."""
    descriptor = os.open(MERGED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as merged:
        for path in (CONFIG, DROP_IN):
            with open(path, encoding="utf-8") as part:
                merged.write(part.read() + "\n")
        merged.write(f"[mysqld]\nwsrep_cluster_address = gcomm://{addresses()}\n")
        merged.write(f"wsrep_node_name = {SELF}\nwsrep_node_address = {os.environ['POD_IP']}\n")


def upgrade_tables():
    """Bring the system tables to the server's version: after an upgrade each member's own, as this is not replicated."""
    client = ["--no-defaults", f"--socket={probe.SOCKET}", "--user=mysql"]
    for _ in range(600):
        if probe.is_ready(probe.status()):
            break
        time.sleep(1)
    # It ends with 1 where the version that the data folder names is the server's.
    if subprocess.run(["mariadb-upgrade", *client, "--check-if-upgrade-is-needed", "--silent"], check=False).returncode != 0:
        return
    say("bringing the system tables to the version of the server")
    run = subprocess.run(["mariadb-upgrade", *client, "--upgrade-system-tables"], check=False, capture_output=True, text=True)
    say("the system tables are of this version" if run.returncode == 0 else f"mariadb-upgrade failed: {run.stderr[-2000:]}")


def settle(what):
    """What a server that runs is still to be told."""
    upgrade_tables()
    if what == "begin":
        settle_accounts()


def settle_accounts():
    for _ in range(600):
        if probe.status() is not None and accounts.settle(accounts.statements()):
            say("the accounts are as the secrets say")
            return
        time.sleep(1)
    say("the accounts could not be set: the server did not take them")


def stop(*_):
    sys.exit(0)


def main():
    # As the first process of the container it would be deaf to TERM while it waits.
    signal.signal(signal.SIGTERM, stop)
    own = own_data()
    teller = Teller(own)
    teller.start()
    what = decide(own)
    if what == "begin":
        if not own["data"]:
            install()
        mark_safe()
    write_config()
    command = ["mariadbd", f"--defaults-file={MERGED}"]
    command += [f"--wsrep_start_position={own['start']}"] if own["start"] else []
    command += ["--wsrep-new-cluster"] if what == "begin" else []
    say({"begin": f"beginning the cluster at position {own['seqno']}", "join": "joining the cluster"}[what])
    server = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    teller.running = True
    others = {name: host for name, host in MEMBERS.items() if name != SELF}
    threading.Thread(target=quorum.watch, args=(ask, others, say), daemon=True).start()
    threading.Thread(target=settle, args=(what,), daemon=True).start()
    sys.exit(server.wait())


if __name__ == "__main__":
    main()
