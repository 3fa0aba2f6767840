#!/usr/bin/env python3
"""RabbitMQ's option table from the schema files that it ships: rabbitmq.py FOLDER

FOLDER holds for each VERSION (such as 4.3) a folder of its *.schema files: those of the core and of the plugins in the
distribution, as in deps/*/priv/schema of its public repository at the version's last tag, with the *.partial beside the core's.
"""

import pathlib
import re
import sys

import erlang
import shared

FILE = "rabbitmq.conf"

SECRET = re.compile(r"(^|[._])(pass|password|passwd|secret|secret_key|client_secret|access_key|acl_token|token|shared_secret|private_key)$")
NOT_SECRET = re.compile(r"(\.cacertfile|\.certfile|\.keyfile|password_hashing_module)$")

# What the validators of the schema files ask of a number, by their names.
VALIDATORS = {
    "non_negative_integer": {"min": 0},
    "non_zero_positive_integer": {"min": 1},
    "positive_16_bit_unsigned_integer": {"min": 1, "max": 65535},
    "positive_32_bit_unsigned_integer": {"min": 1, "max": 4294967295},
    "positive_16_bit_integer": {"min": 1, "max": 65535},
    "byte": {"min": 0, "max": 255},
    "port": {"min": 1, "max": 65534},
    "less_than_1": {"min": 0, "max": 1},
    "max_message_size": {"min": 1, "max": 536870912},
    "mirroring_sync_batch_size": {"min": 1, "max": 1000000},
}

LIMITS = {"positive": {"min": 1}, "non_negative": {"min": 0}}

WORDS = {
    "string": "string", "atom": "string", "binary": "string", "file": "string", "directory": "string", "fqdn": "string",
    "tagged_string": "string", "tagged_binary": "string", "integer": "integer", "float": "float", "ip": "custom:AddressPort",
    "bytesize": "custom:Bytes", "domain_socket": "custom:Socket", "byte": "integer",
}


def choice(words):
    """A record of words alone."""
    return {"type": "string", "choices": [str(word) for word in words]}


def limits(kind, asked):
    """Bounds of a number: one word, or a list of them; what must be passed by any part is nearly the bound itself."""
    found = dict(LIMITS.get(asked, {})) if isinstance(asked, erlang.Atom) else {}
    for name, value in asked if isinstance(asked, list) else []:
        step = 1 if kind == "integer" else 0
        found.update({"min": {"min": value}, "max": {"max": value}, "gt": {"min": value + step}, "lt": {"max": value - step}}[name])
    return {"type": kind, **found}


def single(datatype):
    """A record of one of cuttlefish's types."""
    if datatype == "boolean":
        return choice(["true", "false"])
    if datatype == "flag":
        return choice(["on", "off"])
    if datatype == "byte":
        return {"type": "integer", "min": 0, "max": 255}
    if isinstance(datatype, str):
        return {"type": WORDS[datatype]}
    name, what = datatype[:2]
    if name == "enum":
        return choice(what)
    if name in ("integer", "float") and (isinstance(what, list) or what in LIMITS):
        return limits(str(name), what)
    if name in ("atom", "integer", "string"):
        return choice([what])
    if name == "flag":
        return choice(datatype[1:3])
    if name == "list":
        return {"type": "list", "item": single(what)["type"]}
    return {"type": {"duration": "custom:Duration", "percent": "custom:Percent"}[name]}


def typed(datatypes):
    """A record of a type, or of several of which one must hold."""
    records = [single(datatype) for datatype in (datatypes if isinstance(datatypes, list) else [datatypes])]
    if all("choices" in record for record in records):
        return choice(dict.fromkeys(word for record in records for word in record["choices"]))
    others = [record for record in records if "choices" not in record]
    if any(record["type"] == "string" for record in others):
        return {"type": "string"}
    if len(records) == 1:
        return others[0]
    # A word or a number: the type's name tells, since no record has room for both.
    words = sorted({word for record in records for word in record.get("choices", [])})
    kinds = [record["type"].removeprefix("custom:").capitalize() for record in others]
    return {"type": "custom:" + "Or".join(dict.fromkeys(kinds + [word.capitalize() for word in words]))}


def default(value):
    """The default as a file would say it."""
    if value in (None, "undefined", []) or isinstance(value, (list, tuple)):
        return None
    if isinstance(value, (int, float)):
        return value
    return str(value) if re.fullmatch(r"[ -~]*", str(value)) else None


def facts(form):
    """{fact: value} of a mapping; what else stands there by mistake, cuttlefish overlooks too."""
    return {fact[0]: fact[1] for fact in form[3] if isinstance(fact, tuple)}


def mapping(form):
    """(key, record) of a mapping."""
    name, said = form[1], facts(form)
    record = typed(said.get("datatype", erlang.Atom("string")))
    for validator in said.get("validators", []):
        if record["type"] in ("integer", "float"):
            record.update(VALIDATORS.get(validator, {}))
    record["default"] = default(said.get("default"))
    if SECRET.search(name) and not NOT_SECRET.search(name):
        record["secret"] = True
    if "alias" in said:
        record["deprecated"] = [[None, said["alias"]]]
    return re.sub(r"\$\w+", "*", name), record


def included(text, folder):
    """Mappings that a file takes from partial files, under a prefix of its own."""
    for _, (_, partial), wanted in erlang.terms(text, "include_partial"):
        wanted = dict(wanted)
        prefix, left_out = wanted["prefix"], wanted.get("exclude", [])
        yield (None, prefix, prefix, [("datatype", ("enum", [wanted["disable_with"]]))])
        for form in erlang.terms((folder / f"{partial}.partial").read_text(), "mapping"):
            if form[1] not in left_out:
                yield (None, f"{prefix}.{form[1]}", *form[2:])


def version(folder):
    """All keys of a version. The first file that maps a key decides, the core's before the plugins'."""
    found = {}
    files = sorted(folder.glob("*.schema"), key=lambda file: (file.name != "rabbit.schema", file.name))
    for text in [file.read_text() for file in files]:
        for form in [*erlang.terms(text, "mapping"), *included(text, folder)]:
            name, record = mapping(form)
            found.setdefault((FILE, shared.NAMELESS, name), record)
    return found


def main(folder):
    """Reads the folders, writes the table."""
    shared.write("rabbitmq", {home.name: version(home) for home in pathlib.Path(folder).iterdir()})


if __name__ == "__main__":
    main(*sys.argv[1:])
