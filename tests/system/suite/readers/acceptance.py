"""The files of the tests that operators run by hand, by Rally and Tempest themselves."""

from suite.readers import Reader, last_lines, openstack
from suite.site import filled

TEMPEST = {"tempest/tempest.conf": ["tempest.config", "oslo.log", "oslo.concurrency"]}
RALLY = {"rally/rally.conf": ["rally", "oslo.db", "oslo.log"]}
# A list of tests as `tempest run --include-list` takes it.
LISTED = "import sys; from stestr import selection; selection.construct_list(['tempest.api'], regexes=None, include_list=sys.argv[1])"


def written(place, path, text):
    folder = place.scratch / "acceptance"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / path.replace("/", "_")
    file.write_text(filled(text), encoding="utf-8")
    return place.inside(file)


def rally(place, name, file, spoil):
    def read(_site, path, text):
        done = place.root.run(place.python, "-W", "ignore", "/check/tools/rally_check.py", name, written(place, path, text))
        return last_lines(done.stdout) or f"status {done.returncode}" if done.returncode else ""

    return Reader(f"rally, {name}", lambda: place.version("rally-openstack"), (f"config/rally/{file}",), read, spoil)


def lists(place):
    def read(_site, path, text):
        done = place.root.run(place.python, "-c", LISTED, written(place, path, text))
        return last_lines(done.stdout) if done.returncode else ""

    return Reader("stestr", lambda: place.version("stestr"), ("config/tempest/*clude.txt",), read, (r"\A[\s\S]*\Z", "tempest.(api\n"))


def readers(place):
    # Where all of a file is secret its other part is empty.
    spoils = ((r"\A", f"[auth]\n{name} = perhaps\n") for name in ("use_dynamic_credential", "use_dynamic_credentials"))
    found = openstack.checked(place, TEMPEST, "config/tempest/tempest.conf", *spoils)
    spoils = ((r"\A", f"[database]\n{name} = perhaps\n") for name in ("conection", "max_retries"))
    found += openstack.checked(place, RALLY, "config/rally/rally.conf", *spoils)
    found.append(rally(place, "environment", "environment.json", (r'"auth_url"', '"auth_uri"')))
    found.append(rally(place, "tasks", "tasks.yaml", (r"^      Authenticate\.keystone:", "      Authenticate.keystones:")))
    return [*found, lists(place)]
