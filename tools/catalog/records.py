"""One option as a dump tells it becomes one record of the tables.

Invariant: a record holds nothing of the machine that made the dump: no host name, address, processor count or path of an
installation. oslo's own sample default stands in for such a default, or none does.
"""

import re

KEYS = [
    "in", "type", "item", "min", "max", "choices", "ignore-case", "quotes", "bounds", "regex", "max-length", "schemes",
    "dest", "default", "computed", "required", "secret", "mutable", "advanced", "deprecated", "removal", "since", "reason",
]

BUILT_IN = {
    "String": "string", "Integer": "integer", "Float": "float", "Boolean": "boolean", "List": "list", "Dict": "dict",
    "MultiString": "multi", "Port": "port", "HostAddress": "host-address", "IPAddress": "ip", "Hostname": "hostname",
    "HostDomain": "host-domain", "URI": "uri",
}

CALLABLES = {
    "str": "string", "unicode": "string", "int": "integer", "float": "float", "bool": "boolean", "UUID": "custom:UUID",
    "loads": "custom:JSON",
    # [DEFAULT] config_file and config_dir take a path each time they are given; their type is the identity.
    "<lambda>": "multi", "_identity": "multi",
}

CONSTRAINTS = [
    ("min", "min"), ("max", "max"), ("choices", "choices"), ("ignore_case", "ignore-case"), ("quotes", "quotes"),
    ("bounds", "bounds"), ("regex", "regex"), ("max_length", "max-length"), ("schemes", "schemes"),
]

REASON = 200


def key(name):
    """An option's name as files and tables spell it."""
    return name.replace("-", "_")


def type_word(name):
    """The table's word for an oslo type, a callable or a type of a service's own."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    kind, _, path = name.partition(":")
    word = (path or kind).rsplit(".", 1)[-1]
    if kind == "custom":
        return "custom:" + word
    return CALLABLES.get(word, "custom:" + word)


def ordered(choices):
    """Choices without duplicates and without null (nothing that a file can say), in one order: some come from sets."""
    unique = {(type(value).__name__, value) for value in choices if value is not None}
    return [value for _, value in sorted(unique, key=lambda pair: (isinstance(pair[1], str), pair[1]))]


def constraints(shape, record):
    """Adds what bounds a value of a type; an item's bounds stand beside the list's, as no list has such of its own."""
    for theirs, ours in CONSTRAINTS:
        value = shape.get(theirs)
        if ours in ("min", "max") and isinstance(value, str):
            value = int(value)
        if value is not None and value is not False and value != []:
            record[ours] = ordered(value) if ours == "choices" else value
    for bound, value in (("min", 0), ("max", 65535)):
        if type_word(shape["t"]) == "port" and record.get(bound) == value:
            del record[bound]
    for part in ("item_type", "value_type"):
        if isinstance(shape.get(part), dict):
            constraints(shape[part], record)


def item_word(shape):
    """The type of a list's items or of a dict's values."""
    for part in ("item_type", "value_type"):
        if isinstance(shape.get(part), dict):
            return type_word(shape[part]["t"])
    return None


def typed(shape, multi):
    """Type, item and bounds of an option."""
    shape = {"t": shape} if isinstance(shape, str) else shape
    word = type_word(shape["t"])
    record = {"type": word}
    item = item_word(shape)
    if multi and word != "multi":
        record["type"], item = "multi", None if word == "string" else word
    if item and not (record["type"] == "multi" and item == "string"):
        record["item"] = item
    constraints(shape, record)
    return record


def is_computed(option):
    """Does the real default depend on the machine?"""
    value = option.get("d")
    # The RabbitMQ driver names its connection after the running program, which here was the dumper.
    return isinstance(value, dict) and "computed" in value or option["n"] == "processname" and option.get("sd") is not None


def default(option, word):
    """The default, or the sample default where the real one depends on the machine, or null."""
    value, sample = option.get("d"), option.get("sd")
    if not is_computed(option):
        return value
    if word in ("integer", "float", "port") and isinstance(sample, str):
        return None
    return None if isinstance(sample, str) and sample.lower() == "<path>" else sample


def deprecated(option, group):
    """Old names of an option as [group or null, name]; null is the option's own group."""
    old = []
    for old_group, old_name in option.get("dep") or []:
        entry = [None if old_group == group else old_group, key(old_name or option["n"])]
        if entry not in old and entry != [None, key(option["n"])]:
            old.append(entry)
    return old


def reason(text):
    """A reason on one line, of at most 200 characters, cut at a word."""
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= REASON:
        return text
    return text[: REASON - 1].rsplit(" ", 1)[0] + "…"


def record(option, group):
    """The record of one option of a dump, without "in"."""
    found = typed(option["t"], option.get("multi"))
    if option.get("dest") and option["dest"] != key(option["n"]):
        found["dest"] = option["dest"]
    value = default(option, found["type"])
    if value is not None:
        found["default"] = value
    if is_computed(option):
        found["computed"] = True
    for theirs, ours in (("req", "required"), ("sec", "secret"), ("mut", "mutable"), ("adv", "advanced"), ("rm", "removal")):
        if option.get(theirs):
            found[ours] = True
    old = deprecated(option, group)
    if old:
        found["deprecated"] = old
    if option.get("since"):
        found["since"] = str(option["since"])
    if option.get("why"):
        found["reason"] = reason(option["why"])
    return {name: found[name] for name in KEYS if name in found}
