#!/usr/bin/env python3
"""Builds a release's part of the option tables from its packages: build.py SERIES [--folder FOLDER] [--keep]

Makes a virtual environment of exactly the versions in locks/SERIES.txt (uv; virtualenv and pip for Python 2), dumps it on two
imagined machines, and packs the result. FOLDER, target/catalog unless given, holds the environment and the dumps.
--keep uses an environment that is there already; --namespaces first reads again from the packages' source archives which
namespaces belong to which file (once, when a release is added), and writes namespaces/SERIES.json.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pack
import series

HERE = pathlib.Path(__file__).resolve().parent
NAMESPACES = HERE / "namespaces"

# Build tools of a package's own time: newer setuptools dropped what these archives use.
SETUPTOOLS = {"3.7": "setuptools<58", "3.8": "setuptools<66"}


def run(*command, **more):
    """Runs a command and stops where it fails."""
    print("+", *[str(word) for word in command], flush=True)
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run([str(word) for word in command], check=True, env={**env, **more.pop("env", {})}, **more)


def interpreter(version):
    """The Python of a lock: by its full version under pyenv, else by its short one on the path."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "versions" / version / "bin/python"
    return str(pyenv) if pyenv.exists() else "python" + ".".join(version.split(".")[:2])


def environment(name, folder):
    """A fresh virtual environment with the lock's packages; the path of its Python."""
    home = folder / "venv"
    shutil.rmtree(home, ignore_errors=True)
    python = home / "bin" / "python"
    version = pack.lock(name)["python"]
    pins = HERE / "locks" / f"{name}.txt"
    if version.startswith("2."):
        run(interpreter(version), "-m", "virtualenv", "-q", home)
        run(python, "-m", "pip", "install", "-q", "--no-deps", "-r", pins)
        return python
    run("uv", "venv", "-q", "--python", interpreter(version), home)
    constraint = folder / "build-constraints.txt"
    constraint.write_text(SETUPTOOLS.get(".".join(version.split(".")[:2]), "setuptools<81") + "\n")
    run("uv", "pip", "install", "-q", "--no-deps", "--python", python, "--build-constraints", constraint, "-r", pins)
    return python


def archives(name, folder):
    """Source archives (or else wheels) of the services, by service."""
    pins, found = pack.lock(name), {}
    tools = folder / "tools"
    run("uv", "venv", "-q", "--clear", "--python", sys.executable, tools)
    run("uv", "pip", "install", "-q", "--python", tools / "bin/python", "pip", "pbr", "setuptools<81", "wheel")
    for service in series.SERVICES:
        package = series.package(service)
        if package not in pins:
            continue
        target = folder / "archives" / service
        shutil.rmtree(target, ignore_errors=True)
        form = ["--only-binary", ":all:"] if service == "gnocchi" else ["--no-binary", ":all:", "--no-build-isolation"]
        run(tools / "bin/python", "-m", "pip", "download", "-q", "--no-deps", *form, "-d", target, f"{package}=={pins[package]}")
        found[service] = next(target.iterdir())
    return found


def texts(archive):
    """(path, text) of what an archive holds of generator configuration."""
    def wanted(path):
        generator = "test" not in path and "config-generator" in path and path.endswith((".conf", ".ini"))
        return generator or path.count("/") == 1 and path.endswith("/tox.ini")

    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as held:
            return [(path, held.read(path).decode()) for path in held.namelist() if wanted(path)]
    with tarfile.open(archive) as held:
        return [(path, held.extractfile(path).read().decode()) for path in held.getnames() if wanted(path)]


def namespaces(archive):
    """{file: [namespace...]} of a service's generator configuration; policy files have generators of their own."""
    found, tox = {}, {}
    for path, text in sorted(texts(archive)):
        if path.endswith("tox.ini"):
            tox = commanded(text)
            continue
        listed, output = [], path
        for line in text.splitlines():
            word, _, value = (part.strip() for part in line.partition("="))
            if word == "namespace" and value not in listed:
                listed.append(value)
            elif word == "output_file":
                output = value
        file = output.rsplit("/", 1)[-1].replace(".sample", "").replace("-config-generator", "")
        if listed and "policy" not in file:
            found.setdefault(series.FILES.get(file, file), listed)
    return found or tox


def commanded(text):
    """{file: [namespace...]} of the oslo-config-generator commands of a tox.ini: octavia before 2024.1 has no file for it."""
    found = {}
    for command in re.findall(r"oslo-config-generator((?:.*\\\n)*.*)", text):
        output = re.search(r"--output-file[ =](\S+)", command)
        listed = re.findall(r"--namespace[ =](\S+)", command)
        if output and listed:
            file = output[1].rsplit("/", 1)[-1].replace(".sample", "")
            found[file] = listed + series.ALSO.get(file, [])
    return found


def joined(one, two):
    """The first dump, with every default that differs in the second marked as computed, and bounds that differ left out."""
    if isinstance(one, dict) and "n" in one:
        if one.get("d") != two.get("d") or "<prefix>" in json.dumps(one.get("d")):
            one["d"] = {"computed": one.get("d")}
        if one["t"] != two["t"]:
            one["t"] = {name: value for name, value in one["t"].items() if two["t"].get(name) == value}
        return one
    if isinstance(one, dict):
        return {name: joined(inner, two[name]) for name, inner in one.items()}
    if isinstance(one, list):
        return [joined(*pair) for pair in zip(one, two)]
    return one


def dump(name, python, folder):
    """Dumps on both machines and writes SERIES.json and SERIES.ksa.json."""
    jobs = NAMESPACES / f"{name}.json"
    parts = []
    for machine in ("one", "two"):
        out = folder / f"{machine}.json"
        env = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "PYTHONWARNINGS": "ignore"}
        run(python, HERE / "dump.py", jobs, out, machine, env=env, cwd=folder)
        parts.append(json.loads(out.read_text()))
    whole = joined(*parts)
    for suffix, part in ((".json", "options"), (".ksa.json", "plugins")):
        (folder.parent / f"{name}{suffix}").write_text(json.dumps(whole[part], sort_keys=True) + "\n")


def main():
    """Environment, namespaces if wanted, dumps, tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE.parents[1] / "target" / "catalog")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--namespaces", action="store_true")
    wanted = parser.parse_args()
    folder = wanted.folder.resolve() / wanted.series
    folder.mkdir(parents=True, exist_ok=True)
    if wanted.namespaces:
        found = {service: namespaces(archive) for service, archive in archives(wanted.series, folder).items()}
        assert all(found.values()), f"no generator configuration: {[name for name in found if not found[name]]}"
        NAMESPACES.mkdir(exist_ok=True)
        (NAMESPACES / f"{wanted.series}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    python = folder / "venv" / "bin" / "python"
    if not (wanted.keep and python.exists()):
        python = environment(wanted.series, folder)
    dump(wanted.series, python, folder)
    pack.main(folder.parent, [wanted.series])


if __name__ == "__main__":
    main()
