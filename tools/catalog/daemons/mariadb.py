#!/usr/bin/env python3
"""MariaDB's option table from what its own programs tell: mariadb.py FOLDER

FOLDER holds, for each VERSION (such as 11.4):
VERSION.help       mariadbd --no-defaults --verbose --help
VERSION.client     mariadb --no-defaults --help
VERSION.variables  one JSON object a line with name, default, origin, type, min, max, enum: the columns VARIABLE_NAME,
                   DEFAULT_VALUE, GLOBAL_VALUE_ORIGIN, VARIABLE_TYPE, NUMERIC_MIN_VALUE, NUMERIC_MAX_VALUE and ENUM_VALUE_LIST of
                   information_schema.SYSTEM_VARIABLES, of a server started with --no-defaults on an empty folder
VERSION.sst        the scripts wsrep_sst_mariabackup, and wsrep_sst_common after it, of which the names that they read in [sst] are taken
"""

import json
import pathlib
import re
import sys

import shared

FILE = "my.cnf"

# The server reads these sections alike; what each is for is a habit of those who write the file.
SERVER = ["mysqld", "galera"]

OPTION = re.compile(r"^  (?:-(?P<letter>\S),? +)?--(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*)(?P<value>\[=(?:name|#)\]|=(?:name|#))?", re.M)
PLUGIN = "FORCE_PLUS_PERMANENT"

# Not for a file: they say which files are read, or end the program.
COMMAND_LINE = {
    "help", "version", "print_defaults", "no_defaults", "defaults_file", "defaults_extra_file", "defaults_group_suffix",
}
# Their defaults come from the machine, or from how a distribution built the server.
OF_THE_MACHINE = {"thread_pool_size", "version", "log_error", "plugin_maturity", "wsrep_node_name"}
SECRET = {"wsrep_sst_auth", "report_password", "password", "ssl_passphrase"}
MANY = {"plugin_load_add", "performance_schema_instrument", "replicate_do_db", "replicate_ignore_db", "binlog_do_db",
        "binlog_ignore_db", "replicate_do_table", "replicate_ignore_table", "replicate_wild_do_table",
        "replicate_wild_ignore_table", "replicate_rewrite_db", "ignore_db_dirs"}

# [sst] keys whose values are of a known form; the others are text.
SST = {
    "streamfmt": {"choices": ["mbstream", "xbstream"], "default": "mbstream"},
    "transferfmt": {"choices": ["nc", "socat"], "default": "socat"},
    "encrypt": {"type": "integer", "min": -1, "max": 4},
    "sst-initial-timeout": {"type": "integer", "min": 0},
    "sst-log-archive": {"type": "boolean"},
    "no-backup-locks": {"type": "boolean"},
    "backup-threads": {"type": "integer", "min": -1},
    "time": {"type": "boolean"},
}


def options(text):
    """{name: (form of its value, what is said of it)} of a help text; a name's case counts."""
    head = text.split("\nVariables (--")[0]
    found = list(OPTION.finditer(head))
    ends = [entry.start() for entry in found[1:]] + [len(head)]
    return {shared.key(entry["name"]): (entry["value"], head[entry.end(): end]) for entry, end in zip(found, ends)}


def switch(default):
    """A record of a boolean: any other word, even yes, is taken for OFF with no more than a line in the log."""
    words = {"ON": "ON", "TRUE": "ON", "OFF": "OFF", "FALSE": "OFF"}
    return {"type": "string", "choices": ["ON", "OFF", "TRUE", "FALSE", "1", "0"], "ignore-case": True,
            "default": words.get(default)}


def variable(told):
    """A record of a row of SYSTEM_VARIABLES."""
    words = told["enum"].split(",") if told["enum"] else []
    kind, default = told["type"], told["default"]
    if kind == "BOOLEAN":
        record = switch(default)
    elif kind == "DOUBLE":
        record = {"type": "float", "default": default and shared.number(default)}
    elif "INT" in kind:
        record = {"type": "custom:Size", "default": default and int(default)}
    elif kind in ("SET", "FLAGSET"):
        # A zero and ALL stand for none and all of a set; the words of a flag set are switched one by one.
        words = [f"{word}={state}" if word != "default" else word for word in words for state in ("on", "off")] \
            if kind == "FLAGSET" else words + ["ALL", "0"]
        record = {"type": "list", "item": "string", "choices": list(dict.fromkeys(words)), "ignore-case": True,
                  "default": (default or "").split(",") if default else []}
    elif kind == "ENUM" and words:
        # The server takes a word's place in the list for the word.
        record = {"type": "string", "choices": words + [str(place) for place in range(len(words))], "ignore-case": True,
                  "default": default}
    else:
        record = {"type": "string", "default": default or None}
    if told["min"] is not None:
        record.update(min=shared.number(told["min"]), max=shared.number(told["max"]))
    if told["origin"] != "COMPILE-TIME" or told["name"] in OF_THE_MACHINE or str(default).startswith("/"):
        record.pop("default")
    return record


def plain(form, said, value):
    """A record of an option that is no variable, by the form of its value and by what is said of it."""
    if PLUGIN in said:
        return {"type": "string", "choices": ["ON", "OFF", "FORCE", PLUGIN], "ignore-case": True, "default": value}
    if form is None:
        return switch(value)
    if "#" in form:
        return {"type": "custom:Size", "default": int(value) if value and re.fullmatch(r"-?\d+", value) else None}
    if value in ("TRUE", "FALSE"):
        return switch(value)
    return {"type": "string", "default": value if value and not value.startswith(("/", "(")) else None}


def values(text):
    """{name: value} of the list that a help text ends with."""
    tail = text.split("\nVariables (--")[-1].split("\n\n")[0]
    return {shared.key(name): value.strip() for name, value in re.findall(r"^([A-Za-z][\w-]*) +(.*)$", tail, re.M)}


def program(text, variables):
    """{option: record} of a program."""
    found, value_of = {}, values(text)
    for name, (form, said) in options(text).items():
        if name in COMMAND_LINE:
            continue
        told = variables.get(name.lower())
        # Of log_bin the variable only says whether it is on, the option also where.
        named = told and told["type"] == "BOOLEAN" and "name" in (form or "")
        record = variable(told) if told and not named else plain(form, said, value_of.get(name))
        if name in MANY:
            record = {"type": "multi"}
        if name in SECRET:
            record["secret"] = True
        # "Deprecated" at the beginning or end of what is said is said of the option, elsewhere of one of its values.
        words = re.sub(r"\s+", " ", said).strip()
        if re.search(r"(^|\. )Deprecated(\.|,|;| parameter)|This variable is deprecated", words):
            record["removal"] = True
        found[name] = record
    return found


def sst(script):
    """{option: record} of [sst], by the calls with which the script reads it."""
    names = re.findall(r"parse_cnf ['\"]?(?:sst|\$\w+groups|--sst\S*)['\"]? +['\"]?([A-Za-z][\w-]*)", script)
    return {name: {"type": "string", **SST.get(name, {})} for name in sorted(set(names))}


def version(folder, name):
    """All groups of a version."""
    def read(suffix):
        file = folder / f"{name}.{suffix}"
        return file.read_text() if file.exists() else ""

    variables = {told["name"]: told for told in map(json.loads, read("variables").splitlines())}
    server = program(read("help"), variables)
    groups = {**{group: server for group in SERVER}, "client": program(read("client"), {}), "sst": sst(read("sst"))}
    return {(FILE, group, option): record for group, held in groups.items() for option, record in held.items()}


def main(folder):
    """Reads the folder, writes the table."""
    folder = pathlib.Path(folder)
    names = [file.name.removesuffix(".help") for file in folder.glob("*.help")]
    shared.write("mariadb", {name: version(folder, name) for name in names})


if __name__ == "__main__":
    main(*sys.argv[1:])
