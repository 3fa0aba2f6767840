"""Scripts that pods run, as the config maps carry them: shell by ShellCheck and by dash, Python by its compiler."""

import re
import subprocess
import time

from suite.readers import last_lines
from suite.table import Row


def inline(site):
    """Shell texts that stand in a pod's command line."""
    found = {}
    for path, entity in site.objects.items():
        for container in containers(entity):
            command = [*container.get("command", []), *container.get("args", [])]
            for before, text in zip(command, command[1:]):
                if before in ("-c", "-ec", "-ceu") and command[0].rsplit("/", 1)[-1] in ("sh", "bash"):
                    found[f"{path}:{container['name']}"] = f"#!/bin/{command[0].rsplit('/', 1)[-1]}\n{text}\n"
    return found


def containers(entity):
    spec = entity.get("spec") or {}
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    pod = spec.get("template", {}).get("spec", {})
    return [*pod.get("initContainers", []), *pod.get("containers", [])]


def shellcheck(tools):
    def read(text, name):
        shell = "bash" if text.startswith("#!/bin/bash") else "sh"
        done = subprocess.run(
            [tools / "bin/shellcheck", "--norc", f"--shell={shell}", "--severity=style", "--format=gcc", "-"],
            input=text, check=False, text=True, capture_output=True, timeout=60,
        )
        return last_lines(done.stdout + done.stderr) if done.returncode != 0 else ""

    done = subprocess.run([tools / "bin/shellcheck", "--version"], check=False, text=True, capture_output=True)
    return "ShellCheck", re.search(r"version: (\S+)", done.stdout).group(1), read, "if [ $# = 1 ]; then echo $1; fi; cd $1\n"


def dash(root):
    def read(text, name):
        done = root.run("sh", "-n", text=text)
        return last_lines(done.stdout) if done.returncode != 0 else ""

    return "sh -n (dash)", root.release, read, "if true; then echo open\n"


def compiled(root):
    """The compiler of the tree's Python; unlike a mere parse it finds `return` outside of a function and the like."""
    def read(text, name):
        code = f"import sys; compile(sys.stdin.read(), {name!r}, 'exec', dont_inherit=True)"
        done = root.run("python3", "-W", "error", "-c", code, text=text)
        return last_lines(done.stdout) if done.returncode != 0 else ""

    version = root.run("python3", "--version").stdout.split()[-1]
    return "python3, compile()", version, read, "def open(:\n    return 1\n"


def gathered(sites):
    shell, python, other = {}, {}, {}
    for site in sites:
        for name, text in site.scripts.items():
            kind = shell if re.match(r"#!\S*/(env )?(ba)?sh\b", text) else python if name.endswith(".py") else other
            kind.setdefault(text, []).append(f"{site.name}/{name}")
        for name, text in inline(site).items():
            shell.setdefault(text, []).append(f"{site.name}/{name}")
    return shell, python, other


def rows(sites, bookworm, trixie, environments):
    shell, python, other = gathered(sites)
    checks = [("shell scripts of pods", shell, *shellcheck(environments / "tools")), ("shell scripts of pods", shell, *dash(bookworm))]
    checks += [("Python scripts of pods", python, *compiled(root)) for root in (bookworm, trixie)]
    for what, texts, reader, version, read, spoiled in checks:
        began = time.monotonic()
        notes = [f"{names[0]}: {said}" for text, names in texts.items() if (said := read(text, names[0]))]
        broken = "refused" if read(spoiled, "broken") else "ACCEPTED"
        count = sum(len(names) for names in texts.values())
        yield Row(what, count, reader, version, "fail" if notes else "pass", broken, time.monotonic() - began, notes)
    for text, names in other.items():
        yield Row(names[0], len(names), "-", "-", "fail", "-", 0.0, ["neither a shell nor a Python script: nothing reads it"])


LOOKUP = "import ovs.dns_resolve; print(ovs.dns_resolve.resolve('localhost'))"


def lookups(sites, environments, scratch):
    """The module that lets the library of Open vSwitch find names by the system's resolver: without it, it finds none."""
    began, python, notes = time.monotonic(), environments / "2026.1/bin/python", []

    def found(folder):
        done = subprocess.run([python, "-B", "-c", LOOKUP], check=False, text=True, capture_output=True, timeout=60,
                              env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"})
        return done.stdout.strip() or last_lines(done.stderr)

    texts = [(site, site.scripts[name]) for site in sites if (name := "neutron-bin/sitecustomize.py") in site.scripts]
    for site, text in texts:
        folder = scratch / "lookups" / site.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
        said = found(folder)
        notes += [] if said in ("127.0.0.1", "::1") else [f"{site.name}: localhost is {said}"]
    broken = "refused" if found(scratch / "nothing") == "None" else "ACCEPTED"
    version = next((environments / "2026.1/lib/python3.11/site-packages").glob("ovs-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    yield Row("neutron's sitecustomize.py", len(texts), "ovs, a name looked up", version, "fail" if notes else "pass", broken, time.monotonic() - began,
              notes)
