# The settings of this site once more: behind those of packages in this folder, over which they count.
import sys

# The package's own programs, which do not see them, go on with the package's.
if "/etc/openstack-dashboard" in sys.path:
    from local.local_settings import *
