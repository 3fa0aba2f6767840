"""What cinder-volume does with an image on its way into a volume, in the pod's own process: cinder's `fetch_to_raw`, with the helper of the emitted files.

    fetch_image.py IMAGE FORMAT DESTINATION
"""

import shlex
import shutil
import sys

from oslo_config import cfg
from oslo_privsep import priv_context

from cinder import objects, utils
from cinder.common import config  # noqa: F401  (it registers the options)
from cinder.image import image_utils

KEPT, FORMAT, DESTINATION = sys.argv[1:]


class Images:
    """The image service, as far as it is asked here."""

    def __init__(self):
        self.temp_images = image_utils.TemporaryImages(self)

    def show(self, _context, _identifier):
        return {"id": "image", "disk_format": FORMAT, "container_format": "bare", "size": 1, "min_disk": 0}

    def download(self, _context, _identifier, data):
        with open(KEPT, "rb") as source:
            shutil.copyfileobj(source, data)


cfg.CONF([], project="cinder", default_config_files=["/etc/cinder/cinder.conf"], default_config_dirs=["/etc/cinder/cinder.conf.d"])
objects.register_all()
priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
image_utils.fetch_to_raw(None, Images(), "image", DESTINATION, "1M", size=1)
