#!/usr/bin/env python3
"""etcd's option table from the sources of its public repository: etcd.py FOLDER

FOLDER holds for each VERSION (such as 3.6) a folder with embed/config.go, etcdmain/config.go and etcdmain/help.go of its last tag,
as *.go. Flags are those that the program registers, keys of a file the names of its configuration's fields.

"environment" has the flags as the variables that etcd reads, "etcd.conf.yml" a file's keys (a nested one is a group), which
etcd does not check: it takes a file with an unknown key and says nothing.
"""

import pathlib
import re
import sys

import shared

HELP = re.compile(r"^  --([a-z0-9-]+) '([^'\n]*)'$", re.M)
FIELD = re.compile(r"""^\s+(?P<name>\w+)\s+(?P<kind>[\w.*\[\]]+)\s+`json:"(?P<key>[a-z][a-z0-9-]*)(?:,omitempty)?"`""", re.M)

TRUTH = {"type": "string", "choices": ["true", "false", "1", "0", "t", "f", "T", "F", "TRUE", "FALSE", "True", "False"]}

KINDS = {
    "String": {"type": "string"}, "Bool": TRUTH, "Uint": {"type": "integer", "min": 0}, "Uint64": {"type": "integer", "min": 0},
    "Uint32": {"type": "integer", "min": 0, "max": 4294967295}, "Int": {"type": "integer"}, "Int64": {"type": "integer"},
    "Float64": {"type": "float"}, "Duration": {"type": "custom:Duration"},
}

FIELDS = {
    "string": {"type": "string"}, "config.V2DeprecationEnum": {"type": "string"}, "bool": {"type": "boolean"}, "uint": {"type": "integer", "min": 0}, "uint64": {"type": "integer", "min": 0},
    "uint32": {"type": "integer", "min": 0, "max": 4294967295}, "int": {"type": "integer"}, "int64": {"type": "integer"},
    "float64": {"type": "float"}, "time.Duration": {"type": "custom:Duration"}, "[]string": {"type": "list", "item": "string"},
}

LISTS = ("NewUniqueURLsWithExceptions", "NewUniqueStringsValue", "NewStringsValue")

CHOICES = {
    "initial-cluster-state": ["new", "existing"],
    "discovery-fallback": ["exit", "proxy"],
    "proxy": ["off", "readonly", "on"],
    "v2-deprecation": ["not-yet", "write-only", "write-only-drop-data", "gone"],
    "auto-compaction-mode": ["periodic", "revision"],
    "metrics": ["basic", "extensive"],
    "log-level": ["debug", "info", "warn", "error", "panic", "fatal"],
    "backend-bbolt-freelist-type": ["array", "map"],
}
BOUNDS = {"heartbeat-interval": {"min": 1}, "election-timeout": {"min": 1, "max": 50000}}
# Defaults that a word of the source stands for, or that the help words in a way that no file takes.
UNSAID = {"data-dir", "max-concurrent-streams", "host-whitelist", "auth-token", "config-file", "bcrypt-cost"}
COMMAND_LINE = {"version", "config-file"}
# Fields that only a program can set which embeds etcd.
NOT_OF_A_FILE = {"grpc-additional-server-options"}


def registrations(text):
    """(kind, arguments) of each registration of a flag, its brackets counted out."""
    for call in re.finditer(r"\bfs\.(\w*)Var\(", text):
        depth, end = 1, call.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield call[1], text[call.end(): end - 1]


def flags(text):
    """{flag: record} of the registrations in a source."""
    found = {}
    for kind, arguments in registrations(text):
        name = re.search(r'(?:^|,)\s*"([a-z][a-z0-9-]+)"\s*,', arguments)
        if not name or "IgnoredFlag" in arguments:
            continue
        holder, name = arguments[: name.start()], name[1]
        record = dict(KINDS.get(kind, {"type": "string"}))
        if any(word in holder for word in LISTS):
            record = {"type": "list", "item": "string"}
        elif "NewUint32Value" in holder:
            record = dict(KINDS["Uint32"])
        if name in CHOICES:
            record["choices"] = CHOICES[name]
        record.update(BOUNDS.get(name, {}))
        if re.search(r"[Dd]eprecated", arguments):
            record["removal"] = True
        found[name] = record
    if "AddFlag(fs" in text:
        found["feature-gates"] = {"type": "string"}
    return found


def default(text, record):
    """A default of the help text as a value of the record's type."""
    if text == "":
        return None
    if record["type"] == "list":
        return text.split(",")
    if record["type"] in ("integer", "float"):
        return shared.number(text) if re.fullmatch(r"-?[\d.]+", text) else None
    if "choices" in record and text not in record["choices"]:
        return None
    return text


def structure(text, name):
    """{key: record} of a structure's fields."""
    body = re.search(rf"^type {name} struct \{{\n(.*?)^\}}", text, re.M | re.S)
    found = {}
    for field in FIELD.finditer(body[1] if body else ""):
        record = dict(FIELDS.get(field["kind"], {"type": "custom:Mapping"}))
        if field["key"] in CHOICES:
            record["choices"] = CHOICES[field["key"]]
        record.update(BOUNDS.get(field["key"], {}))
        found[field["key"]] = record
    return found


def version(folder):
    """All files of a version."""
    source = "\n".join(file.read_text() for file in sorted(folder.glob("*config.go")))
    usage = dict(HELP.findall((folder / "etcdmain-help.go").read_text()))
    found, registered = {}, flags(source)
    for name, record in registered.items():
        if name in usage and name not in UNSAID:
            record["default"] = default(usage[name], record)
        if name not in COMMAND_LINE:
            found["environment", shared.NAMELESS, "ETCD_" + name.upper().replace("-", "_")] = record
    keys = {**structure(source, "Config"), **structure(source, "configJSON")}
    security = structure(source, "securityConfig")
    for name, record in keys.items():
        if name.endswith("transport-security"):
            for inner, what in security.items():
                found["etcd.conf.yml", name, inner] = what
        elif name not in NOT_OF_A_FILE:
            said = registered.get(name, {})
            more = {word: said[word] for word in ("default", "removal") if word in said and record["type"] != "boolean"}
            if record["type"] == "string" and isinstance(more.get("default"), list):
                more["default"] = ",".join(more["default"])
            found["etcd.conf.yml", shared.NAMELESS, name] = {**record, **more}
    return found


def main(folder):
    """Reads the folders, writes the table."""
    shared.write("etcd", {home.name: version(home) for home in pathlib.Path(folder).iterdir()})


if __name__ == "__main__":
    main(*sys.argv[1:])
