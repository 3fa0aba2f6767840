"""The sites moved to another release by one word of their specs, built anew, and read by what that release holds."""

import dataclasses

from suite import readers
from suite.prepare import MOVED
from suite.readers import manage, openstack, web
from suite.readers.places import Place
from suite.site import sites
from suite.table import Row

# Debian's dashboard is parted differently from the one that the images have: its module for web servers is elsewhere.
APART = {"zed": ("config/horizon/*",)}


def moved_readers(place):
    found = [*openstack.readers(place), web.uwsgi(place)]
    found += web.dashboard(place) if place.release not in APART else []
    for reader in found:
        yield dataclasses.replace(reader, but=(*reader.but, *APART.get(place.release, ())), what=f"{reader.what or ', '.join(reader.files)}, moved to {place.release}")


def rows(options, scratch, bookworm, here, found, wanted):
    """`here` is the place of the release that the sites `found` have as they are."""
    cases = [(here, found)]
    for release in MOVED:
        folder = options.work / "moved" / release
        if (folder / "refused").exists():
            said = (folder / "refused").read_text(encoding="utf-8").strip()
            yield Row(f"every site, moved to {release}", 0, "taco-gen build", "-", "fail", "-", 0.0, [said])
            continue
        if not (folder / "output").exists():
            reason = (folder / "reason").read_text(encoding="utf-8").strip()
            yield Row(f"every site, moved to {release}", 0, "taco-gen build", "-", "skip", "-", 0.0, [reason])
            continue
        place, moved = Place(options.work, release, scratch), sites(folder / "output")
        for reader in moved_readers(place):
            if wanted(options.only, reader.name, reader.what):
                yield readers.judge(reader, moved)
        cases.append((place, [site for site in moved if site.name == "lab"]))
    if wanted(options.only, "manage", *(program[0] for programs in manage.QUESTIONS.values() for program in programs)):
        yield from manage.rows(bookworm, cases)
