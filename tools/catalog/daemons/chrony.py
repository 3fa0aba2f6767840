#!/usr/bin/env python3
"""chrony's table of directives from its public sources: chrony.py FOLDER

FOLDER holds for each VERSION (such as 4.8) a folder with conf.c and cmdparse.c. Group "-" has the directives; a group of a
directive's name has the words that may follow its first argument, as server has minpoll, or stand alone, as iburst does
(custom:Word, which a directive without arguments is too).
"""

import pathlib
import re
import sys

import shared

FILE = "chrony.conf"

NUMBERS = {
    "INT_MAX": 2147483647, "NTP_MAX_STRATUM": 16, "NTP_MAX_STRATUM - 1": 15, "NTP_VERSION": 4, "NTP_PORT": 123,
    "DEFAULT_CANDM_PORT": 323, "NKE_PORT": 4460,
}

WORD = {"type": "custom:Word"}
SIMPLE = {"string": "string", "int": "integer", "double": "float", "uint32": "integer"}

# Directives that may stand more than once.
MANY = {
    "allow", "deny", "cmdallow", "cmddeny", "server", "pool", "peer", "refclock", "include", "confdir", "sourcedir", "hwtimestamp",
    "bindaddress", "bindcmdaddress", "bindacqaddress", "broadcast", "ntstrustedcerts", "ntsservercert", "ntsserverkey",
}

# Arguments that the sources read by code of their own: what a reader may say of them.
SHAPES = {
    "allow_deny": "custom:Subnet", "source": "custom:Source", "refclock": "custom:Refclock", "hwtimestamp": "custom:Interface",
    "makestep": "custom:Step", "maxchange": "custom:Change", "mailonchange": "custom:Mail", "broadcast": "custom:Broadcast",
    "fallbackdrift": "custom:Drifts", "smoothtime": "custom:Smooth", "tempcomp": "custom:Temperature", "local": "custom:Local",
    "ratelimit": "custom:Rate", "initstepslew": "custom:InitialStep", "clientloglimit": "integer", "driftfile": "custom:DriftFile",
    "bindacqaddress": "ip", "bindaddress": "ip", "bindcmdaddress": "string", "ints": "custom:Integers", "include": "string",
    "confdir": "custom:Paths", "sourcedir": "custom:Paths", "ntsserver": "string", "ntstrustedcerts": "custom:CertificateSet",
    "pidfile": "string", "reselectdist": "float", "null": "custom:Word", "log": "custom:Logs",
}
CHOICES = {
    "leapsecmode": "parse_leapsecmode", "authselectmode": "parse_authselectmode", "log": "parse_log",
    "opencommands": "parse_open_commands",
}

# The words of CPS_GetSelectOption.
SELECTION = ("noselect", "prefer", "require", "trust")

GROUPS = {
    "server": "CPS_ParseNTPSourceAdd", "pool": "CPS_ParseNTPSourceAdd", "peer": "CPS_ParseNTPSourceAdd", "local": "CPS_ParseLocal",
    "refclock": "parse_refclock", "hwtimestamp": "parse_hwtimestamp", "ratelimit": "parse_ratelimit",
    "cmdratelimit": "parse_ratelimit", "ntsratelimit": "parse_ratelimit",
}
RATES = {"interval": {"type": "integer"}, "burst": {"type": "integer"}, "leak": {"type": "integer"}, "kod": {"type": "integer"}}


def number(text):
    """A number of the source, or what a name there stands for."""
    text = text.strip()
    return NUMBERS[text] if text in NUMBERS else shared.number(text) if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text) else None


def body(source, name):
    """The body of a function, or nothing."""
    found = re.search(rf"^{name}\(.*?^\}}", source, re.M | re.S)
    return found[0] if found else ""


def branches(text, variable):
    """(names, body) of each branch of a chain that compares a word."""
    parts = re.split(rf"(?:if|\|\|)\s*\(?\s*!strcasecmp\({variable}, \"([a-z0-9_]+)\"\)\)?", text)
    names = []
    for name, rest in zip(parts[1::2], parts[2::2]):
        names.append(name)
        if rest.strip().rstrip("{").strip() and not rest.strip().startswith("||"):
            yield names, rest
            names = []


def bounded(kind, low, high):
    """A number's record; a bound that is the machine's own is none."""
    record = {"type": kind, "min": number(low) if low else None, "max": number(high) if high else None}
    if record["max"] == NUMBERS["INT_MAX"]:
        del record["max"]
    return record


def directive(name, rest, source, initial):
    """The record of a directive by the function that reads its arguments; None for one that is no longer supported."""
    call = re.search(r"parse_(\w+)\(([^;]*)\);|CPS_Parse(\w+)|parse_null", rest)
    if "no longer supported" in rest or call is None:
        return {"type": "string", "removal": True}
    how, arguments = (call[1] or call[3] or "null").lower(), [part.strip() for part in (call[2] or "").split(",")]
    if how in SIMPLE:
        record = bounded(SIMPLE[how], *(arguments[2:4] if len(arguments) == 4 else (None, None)))
        value = number(initial.get(arguments[1].lstrip("&"), "")) if len(arguments) > 1 else None
        record["default"] = None if value == -1 else value
    elif name in CHOICES:
        words = re.findall(r"str(?:case)?cmp\(\w+, \"(\w+)\"\)", body(source, CHOICES[name]))
        several = name in ("log", "opencommands")
        record = {"type": "custom:Words" if several else "string", "choices": words, "ignore-case": not several}
    else:
        record = {"type": SHAPES[how]}
    if name in MANY:
        item = record.pop("type")
        record = {"type": "multi", "item": None if item == "string" else item}
    return record


def words(text, group):
    """The words of a group: those with a value, by how it is read, and those that stand alone."""
    found = {}
    for names, rest in branches(text, r"(?:cmd|p|opt)"):
        ranged = re.search(r'SSCANF_IN_RANGE\(line, "%(\w+)%n", &?[\w.>-]+, &n, (-?\w+), ([\w -]+)\)', rest)
        scanned = re.search(r'sscanf\(line, "%"?(\w+)', rest)
        if ranged:
            record = bounded("float" if ranged[1] == "lf" else "integer", ranged[2], ranged[3])
        elif scanned:
            record = {"type": {"lf": "float", "4s": "string", "SCNx32": "string"}.get(scanned[1], "integer")}
        elif "CPS_ParseRefid" in rest or "ParseKey" in rest:
            record = {"type": "string"}
        else:
            record = WORD
        found.update({name: record for name in names if not (group == "hwtimestamp" and name in ("none", "ntp", "ptp", "all"))})
    if "CPS_GetSelectOption" in text:
        found.update({name: WORD for name in SELECTION})
    if group == "hwtimestamp" and "rxfilter" in found:
        found["rxfilter"] = {"type": "string", "choices": ["none", "ntp", "ptp", "all"], "ignore-case": True}
    return found


def version(folder):
    """All directives of a version and the words of those that take some."""
    source = (folder / "conf.c").read_text() + (folder / "cmdparse.c").read_text()
    initial = dict(re.findall(r"^static (?:int|double)\s+(\w+)\s*=\s*([^;]+);", source, re.M))
    found = {}
    for names, rest in branches(body(source, "CNF_ParseLine"), "command"):
        for name in names:
            if rest.strip().startswith("&&"):
                continue
            found[FILE, shared.NAMELESS, name] = directive(name, rest, source, initial)
    for group, function in GROUPS.items():
        held = RATES if group.endswith("ratelimit") else words(body(source, function), group)
        if (FILE, shared.NAMELESS, group) in found:
            found.update({(FILE, group, name): record for name, record in held.items() if (group, name) != ("cmdratelimit", "kod") and
                          (group, name) != ("ntsratelimit", "kod")})
    return found


def main(folder):
    """Reads the folders, writes the table."""
    shared.write("chrony", {home.name: version(home) for home in pathlib.Path(folder).iterdir()})


if __name__ == "__main__":
    main(*sys.argv[1:])
