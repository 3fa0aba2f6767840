# What this site decides of the dashboard; everything else is the dashboard's own default.
import io
import os

import django

DEBUG = False
# Names are checked by the proxy in front, which alone reaches this port.
ALLOWED_HOSTS = ["*"]
with io.open("/run/secrets/secret-key/password", encoding="utf-8") as key:
    SECRET_KEY = key.read().strip()

OPENSTACK_KEYSTONE_URL = "http://keystone-api.openstack.svc.cluster.local:5000/v3"
# The trust is mounted where the services speak TLS.
if os.path.exists("/run/taco/trust/ca.crt"):
    OPENSTACK_SSL_CACERT = "/run/taco/trust/ca.crt"
OPENSTACK_KEYSTONE_DEFAULT_ROLE = "member"
OPENSTACK_ENDPOINT_TYPE = "internalURL"
OPENSTACK_API_VERSIONS = {"identity": 3}
DEFAULT_SERVICE_REGIONS = {"*": "RegionOne"}

# Every cache is listed: sessions would be lost with one address in front of them.
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
# Before 3.2 Django has no client but python-memcached, which passes over a cache that is down by itself.
has_pymemcache = django.VERSION >= (3, 2)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached." + ("PyMemcacheCache" if has_pymemcache else "MemcachedCache"),
        "LOCATION": "memcached-0.memcached.openstack.svc.cluster.local:11211".split(","),
        # A cache that is down loses what it held; without this every page that asks it fails.
        "OPTIONS": {"ignore_exc": True} if has_pymemcache else {},
    }
}

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_SECURE = False
SESSION_COOKIE_SECURE = False
SESSION_COOKIE_HTTPONLY = True
TIME_ZONE = "UTC"
# The browser sends an image straight to the image service; through the dashboard it would lie in its /tmp first.
HORIZON_IMAGES_UPLOAD_MODE = "direct"
# What browsers load is put together before the start; uwsgi serves it.
COMPRESS_OFFLINE = True
STATIC_ROOT = "/var/www/html/horizon"
LOCAL_PATH = "/tmp"
