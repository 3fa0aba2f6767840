"""Files to the least that writing them can cost: a program that creates, writes and closes them."""

import os
import subprocess
from pathlib import Path

from . import measure

# Its input is one bundle: kind, lengths of name and bytes, name, bytes.
WRITER = Path(__file__).resolve().parent / "floor.c"


def files(folder):
    """The files below a folder: paths and bytes, sorted."""
    found = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return [(str(path.relative_to(folder)), path.read_bytes()) for path in found]


def program(folder):
    """The writer, compiled."""
    built = Path(folder, "floor-writer")
    if not built.exists():
        subprocess.run(["cc", "-O2", "-o", built, WRITER], check=True)
    return built


def write(found, folder):
    """Writes the files below a folder that is not there before, and what that cost."""
    measure.remove(folder)
    bundle = Path(f"{folder}.bundle")
    if not bundle.exists():
        folders = sorted({str(above) for path, _ in found for above in Path(path).parents if str(above) != "."})
        with bundle.open("wb") as out:
            for name in folders:
                out.write(f"d {len(name)} 0\n{name}".encode())
            for path, data in found:
                out.write(f"f {len(path)} {len(data)}\n{path}".encode() + data)
    os.makedirs(folder)
    return measure.run([program(bundle.parent), bundle], folder)
