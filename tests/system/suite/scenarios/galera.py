"""Three servers by the emitted start script: they form a cluster, are killed one, two and three at a time, and lose no acknowledged row."""

import threading
import time

import pymysql

from suite.cluster.containers import until
from suite.site import secret_value


class Writer(threading.Thread):
    """Writes one row after another to whatever the Service `mariadb` points at, and remembers which were acknowledged."""

    def __init__(self, stage):
        super().__init__(daemon=True)
        self.stage, self.acknowledged, self.next, self.ended = stage, [], 0, threading.Event()
        self.gap, self.last = 0.0, time.monotonic()

    def connect(self, address=None, database="suite"):
        return pymysql.connect(
            host=address or self.stage.address_of("mariadb"), user="root", password=secret_value("mariadb-root", "password"),
            database=database, autocommit=True, connect_timeout=3, ssl=self.stage.context(), read_timeout=8, write_timeout=8,
        )

    def prepare(self):
        with self.connect(database=None) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE IF NOT EXISTS suite")
            cursor.execute("DROP TABLE IF EXISTS suite.acknowledged")
            cursor.execute("CREATE TABLE suite.acknowledged (id BIGINT PRIMARY KEY, said VARCHAR(64))")

    def run(self):
        while not self.ended.is_set():
            try:
                with self.connect() as connection, connection.cursor() as cursor:
                    while not self.ended.is_set():
                        self.next += 1
                        cursor.execute("INSERT INTO acknowledged VALUES (%s, 'row')", (self.next,))
                        self.acknowledged.append(self.next)
                        now = time.monotonic()
                        self.gap, self.last = max(self.gap, now - self.last), now
                        time.sleep(0.01)
            except (pymysql.MySQLError, OSError, LookupError):
                time.sleep(0.2)

    def pause_seen(self):
        """The longest time without an acknowledged row since this was asked last."""
        gap, self.gap = max(self.gap, time.monotonic() - self.last), 0.0
        return gap

    def goes_on(self, rows=20):
        begun = len(self.acknowledged)
        return until("rows are written again", 180, lambda: len(self.acknowledged) >= begun + rows, 0.2)

    def missing(self, pods):
        """Acknowledged rows that a member lacks."""
        wanted = set(self.acknowledged)
        for pod in pods:
            with self.connect(pod.address) as connection, connection.cursor() as cursor:
                cursor.execute("SET SESSION wsrep_sync_wait = 1")
                cursor.execute("SELECT id FROM acknowledged")
                lacks = wanted - {row[0] for row in cursor.fetchall()}
                if lacks:
                    yield f"{pod.name} lacks {len(lacks)} of {len(wanted)} acknowledged rows, for instance {min(lacks)}"


def status(pod, name):
    done = pod.main().execute("mariadb", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql", "-BN", "-e",
                              f"SHOW GLOBAL STATUS LIKE '{name}'")
    return done.stdout.split()[-1] if done.returncode == 0 and done.stdout.split() else ""


def primaries(stage):
    return [entity["metadata"]["name"] for entity in stage.api.listed("pods", "taco-gen/primary=true")]


class Galera:
    def __init__(self, stage, steps):
        self.stage, self.steps, self.pods, self.writer = stage, steps, [], Writer(stage)

    def all_ready(self, seconds):
        def check():
            gone = [pod for pod in self.pods if not pod.main().running()]
            if gone:
                raise RuntimeError(f"{gone[0].name} ended: {gone[0].main().tail()}")
            return all(pod.ready() for pod in self.pods)
        until("all members are ready by their probe", seconds, check)
        sizes = {status(pod, "wsrep_cluster_size") for pod in self.pods}
        assert sizes == {str(len(self.pods))}, f"cluster sizes {sizes}"
        until("one pod alone is labelled as the writer", 60, lambda: len(primaries(self.stage)) == 1)

    def again(self, *numbers):
        """Kill these members outright, and start them anew on the data that they had."""
        for number in numbers:
            self.pods[number].kill()
        return numbers

    def restart(self, numbers):
        for number in numbers:
            self.pods[number] = self.stage.replace(self.pods[number])
        for number in numbers:
            self.pods[number].start()

    def rows_kept(self, notes):
        lacking = list(self.writer.missing(self.pods))
        assert not lacking, "; ".join(lacking)
        notes.append(f"{len(self.writer.acknowledged)} acknowledged rows on every member; longest pause {self.writer.pause_seen():.0f} s")

    def form(self, text="three members form a cluster"):
        with self.steps.step(text) as notes:
            self.pods = self.stage.members("mariadb-server")
            for pod in self.pods:
                pod.start()
            self.all_ready(300)
            notes.append(f"writer is {primaries(self.stage)[0]}")

    def lose(self, text, numbers):
        with self.steps.step(text) as notes:
            self.writer.pause_seen()
            self.again(*numbers)
            if len(numbers) == 1:
                self.writer.goes_on()
            elif len(numbers) < len(self.pods):
                # The worst time to come back: the one that is left has noticed that it is no majority.
                left = next(pod for number, pod in enumerate(self.pods) if number not in numbers)
                until("the member that is left has lost its quorum", 120, lambda: status(left, "wsrep_cluster_status") == "non-Primary")
            self.restart(numbers)
            self.all_ready(420)
            self.writer.goes_on()
            self.rows_kept(notes)

    def play(self):
        self.form()
        with self.steps.step("rows are written through the Service of the one writer"):
            until("the accounts are made", 60, lambda: self.answers())
            self.writer.prepare()
            self.writer.start()
            self.writer.goes_on(50)
        names = [pod.name for pod in self.pods]
        writer = names.index(primaries(self.stage)[0])
        others = [number for number in range(3) if number != writer]
        self.lose("kill -9 of a member that is not the writer", others[:1])
        self.lose("kill -9 of the writer", [writer])
        self.lose("kill -9 of two members at once", others)
        self.lose("kill -9 of all three at once", [0, 1, 2])
        self.stop_one()
        self.writer.ended.set()
        self.writer.join(20)
        return self.pods

    def answers(self):
        try:
            self.writer.connect(database=None).close()
        except (pymysql.MySQLError, OSError, LookupError):
            return False
        return True

    def stop_one(self):
        with self.steps.step("a member stops by TERM, and comes back") as notes:
            pod = self.pods[2]
            for container in reversed(pod.containers.values()):
                container.stop(60)
            self.writer.goes_on()
            self.restart([2])
            self.all_ready(300)
            self.rows_kept(notes)
