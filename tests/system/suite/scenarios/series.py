"""Other versions of the database: the members start again on the data of an older series, and bring their own tables to the new one."""

from suite.cluster.containers import until
from suite.scenarios import galera

OLD, NEW = "bookworm", "trixie"


def execute(pod, *command):
    done = pod.main().execute(*command)
    return done.returncode, done.stdout.strip()


def asked(pod, query):
    status, text = execute(pod, "mariadb", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql", "-BN", "-e", query)
    assert status == 0, text
    return text


def is_behind(pod):
    """Are the system tables of a member older than its server?"""
    status, text = execute(pod, "mariadb-upgrade", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "--user=mysql",
                           "--check-if-upgrade-is-needed")
    assert status in (0, 1), text
    return status == 0


def play(stage, steps, up):
    cluster = galera.Galera(stage, steps)
    cluster.pods = up["mariadb"]
    with steps.step("all members go to another series at once, and their tables are of it") as notes:
        before = {asked(pod, "SELECT VERSION()") for pod in cluster.pods}
        until("the accounts are made", 60, cluster.answers)
        cluster.writer.prepare()
        cluster.writer.start()
        cluster.writer.goes_on(50)
        for pod in cluster.pods:
            for container in reversed(pod.containers.values()):
                container.stop(60)
        stage.releases["mariadb"] = NEW
        cluster.restart(range(len(cluster.pods)))
        cluster.all_ready(420)
        cluster.writer.goes_on()
        cluster.rows_kept(notes)
        after = {asked(pod, "SELECT VERSION()") for pod in cluster.pods}
        assert not before & after and len(after) == 1, f"{before}, then {after}"
        until("no member's tables are behind", 180, lambda: not any(is_behind(pod) for pod in cluster.pods))
        notes.append(f"{', '.join(sorted(before))} to {', '.join(after)}")
    with steps.step("tables of an older version are told, and brought to this one by the next start"):
        last = cluster.pods[2]
        # What the program itself goes by.
        status, text = execute(last, "sh", "-c", "cd /var/lib/mysql && for name in mariadb_upgrade_info mysql_upgrade_info; do "
                               "if [ -e $name ]; then printf '10.11.6-MariaDB' > $name; echo $name; fi; done")
        assert status == 0 and text, f"no such file: {text}"
        assert is_behind(last), "the older version is not told"
        cluster.again(2)
        cluster.restart([2])
        cluster.all_ready(300)
        until("the tables of the member are not behind", 180, lambda: not is_behind(cluster.pods[2]))
    cluster.writer.ended.set()
    cluster.writer.join(20)
    up["mariadb"] = cluster.pods
    return cluster.pods
