#!/usr/bin/env python3
"""Start a member of the Galera cluster.

A member that finds a cluster joins it. Where no member answers, the one that may begin is decided without guessing:

* every member publishes its last committed position (seqno and view) on a port of its own while it waits;
* when all members have answered, the one with the highest position begins, on a tie the lowest ordinal;
* an empty data folder has position -1, so the very first start is the same rule: ordinal 0 begins.

No data is ever removed. A member that waits says so and keeps waiting, since beginning alone could lose writes.
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

DATA = "/var/lib/mysql"
CONFIG = "/etc/mysql/my.cnf"
DROP_IN = "/etc/mysql/my.conf.d/secret.conf"
PORT = 4569
MEMBERS = os.environ["TACO_MEMBERS"].split(",")
SELF = os.environ["POD_NAME"]


def say(text):
    print(f"start: {text}", flush=True)


def options():
    """The secret options, which MariaDB reads from no second defaults file beside an explicit first one."""
    found = []
    try:
        with open(DROP_IN, encoding="utf-8") as text:
            for line in text:
                if " = " in line:
                    name, value = line.rstrip("\n").split(" = ", 1)
                    found.append((name, value))
    except FileNotFoundError:
        pass
    return found


def config_file():
    """One defaults file of the public and the secret part, in memory-backed /run/mysqld, readable by this user alone."""
    path = "/run/mysqld/my.cnf"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as merged:
        with open(CONFIG, encoding="utf-8") as public:
            merged.write(public.read())
        merged.write("\n[mysqld]\n")
        for name, value in options():
            merged.write(f"{name} = {value}\n")
        merged.write(f"wsrep_node_name = {SELF}\nwsrep_node_address = {os.environ['POD_IP']}\n")
    return path


def is_empty():
    return not os.path.isdir(os.path.join(DATA, "mysql"))


def install():
    """Make the system tables; the administrator's password goes in by standard input, never on the command line."""
    say("the data folder is empty: making the system tables")
    subprocess.run(
        ["mariadb-install-db", f"--defaults-file={CONFIG}", "--skip-test-db", "--auth-root-authentication-method=socket",
         f"--datadir={DATA}", "--wsrep_on=OFF"],
        check=True,
    )


def position():
    """The last committed position of the data here: sequence number, or -1 where there is none."""
    if is_empty():
        return -1
    try:
        with open(os.path.join(DATA, "grastate.dat"), encoding="utf-8") as state:
            found = re.search(r"^seqno:\s*(-?\d+)", state.read(), re.M)
        if found and int(found.group(1)) >= 0:
            return int(found.group(1))
    except FileNotFoundError:
        return 0
    run = subprocess.run(
        ["mariadbd", f"--defaults-file={CONFIG}", "--wsrep-recover", "--log-error=/tmp/recover.log"],
        check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    with open("/tmp/recover.log", encoding="utf-8", errors="replace") as log:
        found = re.findall(r"WSREP: Recovered position:\s*\S+?:(-?\d+)", log.read())
    os.unlink("/tmp/recover.log")
    if not found:
        sys.exit(f"start: mariadbd --wsrep-recover told no position (exit {run.returncode}); not starting on unknown data")
    return int(found[-1])


class Teller(threading.Thread):
    """Tells whoever asks this member's position."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self.answer = json.dumps(answer).encode()
        self.listener = socket.create_server(("0.0.0.0", PORT))

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self.answer)


def ask(host, port, timeout=3):
    with socket.create_connection((host, port), timeout) as connection:
        connection.settimeout(timeout)
        return connection.recv(65536)


def cluster_answers():
    """Does another member serve a cluster?"""
    for host in MEMBERS:
        if host.split(".", 1)[0] == SELF:
            continue
        try:
            with socket.create_connection((host, 4567), 3):
                return True
        except OSError:
            continue
    return False


def decide(own):
    """Wait until there is a cluster to join, or until all members have said that there is none."""
    teller = Teller({"name": SELF, "seqno": own})
    teller.start()
    quiet = 0
    while True:
        if cluster_answers():
            teller.listener.close()
            return "join"
        found = {SELF: own}
        for host in MEMBERS:
            name = host.split(".", 1)[0]
            if name == SELF:
                continue
            try:
                answer = json.loads(ask(host, PORT))
                found[answer["name"]] = answer["seqno"]
            except (OSError, ValueError):
                continue
        if len(found) == len(MEMBERS):
            best = min(found, key=lambda name: (-found[name], int(name.rsplit("-", 1)[1])))
            quiet += 1
            # Asked several times, so that all members have seen all others before the first of them stops telling.
            if best == SELF and quiet >= 3:
                time.sleep(5)
                teller.listener.close()
                return "begin"
        else:
            say(f"no cluster yet; waiting for {sorted(set(h.split('.', 1)[0] for h in MEMBERS) - set(found))}")
        time.sleep(3)


def accounts():
    """The administrator's and the state transfer's accounts, made on the first start of a cluster."""
    with open("/run/secrets/root/password", encoding="utf-8") as file:
        root = file.read().strip()
    with open("/run/secrets/sst/password", encoding="utf-8") as file:
        sst = file.read().strip()
    quote = lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "\n".join([
        f"CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY {quote(root)};",
        f"ALTER USER 'root'@'%' IDENTIFIED BY {quote(root)};",
        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;",
        f"CREATE USER IF NOT EXISTS 'sst'@'localhost' IDENTIFIED BY {quote(sst)};",
        f"ALTER USER 'sst'@'localhost' IDENTIFIED BY {quote(sst)};",
        "GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO 'sst'@'localhost';",
        "",
    ])


def settle_accounts():
    for _ in range(120):
        run = subprocess.run(
            ["mariadb", "--socket=/run/mysqld/mysqld.sock", "-u", "root"],
            input=accounts(), text=True, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        if run.returncode == 0:
            say("accounts are as the secrets say")
            return
        time.sleep(2)
    say("the accounts could not be set: the server did not answer on its socket")


def main():
    own = position()
    if own < 0:
        install()
    config = config_file()
    what = decide(own)
    command = ["mariadbd", f"--defaults-file={config}"]
    if what == "begin":
        say(f"beginning the cluster at position {own}")
        state = os.path.join(DATA, "grastate.dat")
        if os.path.exists(state):
            with open(state, encoding="utf-8") as file:
                text = file.read()
            with open(state, "w", encoding="utf-8") as file:
                file.write(re.sub(r"safe_to_bootstrap:\s*0", "safe_to_bootstrap: 1", text))
        command.append("--wsrep-new-cluster")
    else:
        say("joining the cluster")
    server = subprocess.Popen(command)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: server.send_signal(signal.SIGTERM))
    if what == "begin":
        threading.Thread(target=settle_accounts, daemon=True).start()
    sys.exit(server.wait())


if __name__ == "__main__":
    main()
