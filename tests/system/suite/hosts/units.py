"""Systemd units as their texts say, without systemd: what is read of them is what the emitted units and those of packages use."""

import shlex

FOLDERS = {"RuntimeDirectory": "/run", "StateDirectory": "/var/lib"}
# Prefixes of a command (systemd.service(5)).
PREFIXES = "-@:+!"


class Unit:
    """The settings of a unit and its drop-ins, in their order; each has a list of values."""

    def __init__(self, name: str, texts: list[str]):
        self.name, self.settings = name, {}
        for text in texts:
            for line in text.replace("\\\n", " ").splitlines():
                key, equals, value = line.strip().partition("=")
                if not equals or key.startswith(("#", ";", "[")):
                    continue
                known = self.settings.setdefault(key, [])
                # An empty value takes back what stood before it.
                known.append(value.strip()) if value.strip() else known.clear()

    def last(self, key: str, default: str) -> str:
        return (self.settings.get(key) or [default])[-1]

    def environment(self) -> dict[str, str]:
        words = [word for value in self.settings.get("Environment", []) for word in shlex.split(value)]
        return {name: plain(value) for name, _, value in (word.partition("=") for word in words)}

    def binds(self) -> list[list[str]]:
        return [plain(value).split(":") for value in self.settings.get("BindReadOnlyPaths", [])]

    def folders(self) -> list[str]:
        named = ((below, value) for key, below in FOLDERS.items() for value in self.settings.get(key, []))
        return [f"{below}/{name}" for below, value in named for name in value.split()]

    def commands(self, key: str) -> list[list[str]]:
        """The commands of a setting, their variables put in. Those with `!` are a package's upkeep, and left out."""
        values = [value for value in self.settings.get(key, []) if not value.startswith("!")]
        known = self.environment()
        return [[word for said in shlex.split(value.lstrip(PREFIXES)) for word in expanded(said, known)] for value in values]


def plain(text: str) -> str:
    return text.replace("%t", "/run").replace("%%", "%")


def expanded(word: str, known: dict[str, str]) -> list[str]:
    """A word that is a variable is the words of its value, none where nothing sets it (systemd.service(5))."""
    return known.get(word[1:].strip("{}"), "").split() if is_variable(word) else [plain(word).replace("$$", "$")]


def is_variable(word: str) -> bool:
    return word.startswith("$") and not word.startswith("$$")
