"""A volume driver for the suite, read by cinder-volume in place of Ceph's: volumes from images are files in the pod's own folder.

An image goes the way that it goes with Ceph: converted by cinder's own `fetch_to_raw` in the conversion folder, then imported.
"""

import shutil
import tempfile
from pathlib import Path

from cinder.image import image_utils
from cinder.tests import fake_driver
from cinder.volume import volume_utils

FOLDER = Path("/var/lib/cinder/suite")


class FolderDriver(fake_driver.FakeLoggingVolumeDriver):
    """As the one without storage, but for images, and under the name of its back end."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.backend_name = self.configuration.safe_get("volume_backend_name")

    def copy_image_to_volume(self, context, volume, image_service, image_id, disable_sparse=False):
        FOLDER.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=volume_utils.image_conversion_dir()) as converted:
            image_utils.fetch_to_raw(
                context, image_service, image_id, converted.name, self.configuration.volume_dd_blocksize, size=volume.size,
                disable_sparse=disable_sparse,
            )
            shutil.copyfile(converted.name, FOLDER / volume.id)
