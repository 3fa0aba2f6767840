"""The services that are off unless a site asks for them: the files of the site that asks for all of them."""

import dataclasses

from suite import readers
from suite.readers import openstack, routes, web
from suite.site import Site
from suite.table import Row


def rows(options, own, place, wanted):
    """`own` is the same site as it is: files of its services are read there."""
    folder = options.work / "added"
    for file, verdict in (("refused", "fail"), ("reason", "skip")):
        if (folder / file).exists():
            yield Row("services that are off by default", 0, "taco-gen build", "-", verdict, "-", 0.0, [(folder / file).read_text(encoding="utf-8").strip()])
            return
    site = Site(folder / "output" / own.name)
    known = tuple({f"config/{path.split('/')[1]}/*" for path in own.files if path.startswith("config/")})
    of_routes = routes.readers(options.work, options.work / "scratch")
    for reader in (*openstack.readers(place), web.uwsgi(place), *of_routes):
        what = f"{reader.what or ', '.join(reader.files)}, of services that are off by default"
        if wanted(options.only, reader.name, what):
            yield readers.judge(dataclasses.replace(reader, but=(*reader.but, *known), what=what), [site])
