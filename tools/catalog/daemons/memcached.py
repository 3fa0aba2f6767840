#!/usr/bin/env python3
"""memcached's command-line options from its public sources: memcached.py FOLDER

FOLDER holds for each VERSION (such as 1.6.32) a folder with memcached.c and storage.c. There is no file of options: "arguments"
stands for the command line, its group "-" for the long options, "short" for the letters and "extended" for what -o takes.
"""

import pathlib
import re
import sys

import shared

FILE = "arguments"

WORD = {"type": "custom:Word"}

# What is said here of values is what memcached's reader refuses, and where it refuses nothing (atoi), what it means.
NUMBER = {"type": "integer", "min": 0}
POSITIVE = {"type": "integer", "min": 1}
TEXT = {"type": "string"}
PORT = {"type": "integer", "min": 0, "max": 65535}
FACTOR = {"type": "float", "min": 0}
PERCENT = {"type": "integer", "min": 1, "max": 79}

LETTERS = {
    "p": {**PORT, "default": 11211}, "U": {**PORT, "default": 0}, "m": {**POSITIVE, "default": 64}, "c": {**POSITIVE, "default": 1024},
    "t": {**POSITIVE, "default": 4}, "R": {**POSITIVE, "default": 20}, "b": {**NUMBER, "default": 1024}, "n": {**POSITIVE, "default": 48},
    "f": {"type": "float", "min": 1, "default": 1.25}, "B": {"type": "string", "choices": ["ascii", "auto", "binary"], "default": "auto"},
    "I": {"type": "custom:ItemSize", "default": "1m"}, "a": {"type": "custom:Octal", "default": "700"}, "N": POSITIVE, "o": {"type": "custom:Extended"},
    "l": {"type": "multi"}, "D": {"type": "string", "max-length": 1, "default": ":"},
}

EXTENDED = {
    "hashpower": {"type": "integer", "min": 12, "max": 32}, "slab_automove": {"type": "integer", "min": 0, "max": 2, "default": 1},
    "slab_automove_ratio": {"type": "float", "min": 0, "max": 1, "default": 0.8},
    "slab_automove_window": {"type": "integer", "min": 3, "default": 30}, "tail_repair_time": {"type": "integer", "min": 10},
    "hash_algorithm": {"type": "string", "choices": ["jenkins", "murmur3", "xxh3"]},
    "lru_crawler_sleep": {"type": "integer", "min": 0, "max": 1000000, "default": 100}, "lru_crawler_tocrawl": NUMBER,
    "hot_lru_pct": {**PERCENT, "default": 20}, "warm_lru_pct": {**PERCENT, "default": 40}, "hot_max_factor": {**FACTOR, "default": 0.2},
    "warm_max_factor": {**FACTOR, "default": 2}, "temporary_ttl": NUMBER, "idle_timeout": {**NUMBER, "default": 0},
    "watcher_logbuf_size": NUMBER, "worker_logbuf_size": NUMBER, "slab_sizes": TEXT, "slab_chunk_max": {"type": "integer", "min": 1, "max": 1024},
    "ssl_chain_cert": TEXT, "ssl_key": TEXT, "ssl_verify_mode": {"type": "integer", "min": 0, "max": 3}, "ssl_keyformat": NUMBER, "ssl_ciphers": TEXT,
    "ssl_ca_cert": TEXT, "ssl_wbuf_size": NUMBER, "ssl_min_version": {"type": "integer", "min": 0, "max": 3}, "read_buf_mem_limit": NUMBER,
    "resp_obj_mem_limit": {**NUMBER, "removal": True}, "proxy_config": TEXT, "proxy_arg": TEXT, "sock_cookie_id": NUMBER, "ext_path": {"type": "multi"},
    "ext_max_frag": FACTOR, "slab_automove_freeratio": FACTOR,
}
# Options of external storage take a number, but for these.
VALUED = re.compile(r"ext_(?!drop_unread|.*policy)")
# Names that a build for tests alone has.
NOT_SHIPPED = {"relaxed_privileges"}


def between(text, start, end):
    """The text between two marks, or nothing."""
    found = re.search(re.escape(start) + r"(.*?)" + re.escape(end), text, re.S)
    return found[1] if found else ""


def version(folder):
    """All options of a version."""
    source = (folder / "memcached.c").read_text()
    storage = (folder / "storage.c").read_text() if (folder / "storage.c").exists() else ""
    letters = {text[0]: text.endswith(":") for text in split(re.findall(r'"([A-Za-z:]+)"', between(source, "shortopts =", ";")))}
    found = {}
    for letter, valued in letters.items():
        if letter not in "hiV":
            found["short", letter] = LETTERS.get(letter, TEXT if valued else WORD) if valued else WORD
    for name, letter in re.findall(r"\{\"([a-z0-9-]+)\", \w+, 0, '(\w)'\}", between(source, "longopts[] = {", "};")):
        if letter not in "hiV":
            found[shared.NAMELESS, name] = found["short", letter]
    tokens = between(source, "subopts_tokens[] = {", "};") + between(storage, "subopts_tokens[] = {", "};")
    for name in set(re.findall(r'= "(\w+)"', tokens)) - NOT_SHIPPED:
        record = EXTENDED.get(name, NUMBER if VALUED.match(name) else WORD)
        if name == "hash_algorithm" and "xxh3" not in source:
            record = {**record, "choices": ["jenkins", "murmur3"]}
        found["extended", name] = record
    return {(FILE, group, name): record for (group, name), record in found.items()}


def split(strings):
    """Single letters, with the colon that follows one that takes a value."""
    return re.findall(r"[A-Za-z]:?", "".join(strings))


def main(folder):
    """Reads the folders, writes the table."""
    shared.write("memcached", {home.name: version(home) for home in pathlib.Path(folder).iterdir()})


if __name__ == "__main__":
    main(*sys.argv[1:])
