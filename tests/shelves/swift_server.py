"""OpenStack Swift with its S3 interface, whole and of one replica, in a folder and on loopback ports; run by Debian's Python.

``python3 swift_server.py FOLDER`` prints one line with the port of the S3 interface once it listens, and serves until its
standard input ends. The applications are Debian's, loaded as their own programs load them; they share one process.
"""

import logging
import os
import sys

import eventlet

eventlet.monkey_patch()  # before Swift is loaded, which is done below

HASH = """[swift-hash]
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""
STORAGE = """[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_level = ERROR
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """[DEFAULT]
swift_dir = {folder}
log_level = ERROR
[pipeline:main]
pipeline = catch_errors s3api tempauth bulk slo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_ana = secret .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
""" + "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in ("catch_errors", "bulk", "slo", "symlink"))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def ring(path, port):
    from swift.common.ring import RingBuilder

    made = RingBuilder(4, 1, 0)
    at = {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port}
    made.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "sda", "meta": "", **at})
    made.rebalance(seed=1)
    made.get_ring().save(path)


class Cache:
    """What Swift asks of memcached, within the process."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def delete(self, key, **_):
        self.kept.pop(key, None)

    def incr(self, key, delta=1, **_):
        self.kept[key] = self.kept.get(key, 0) + delta
        return self.kept[key]


def with_cache(app):
    cache = Cache()
    return lambda environ, start: app({**environ, "swift.cache": cache}, start)


def main(folder, quiet):
    import eventlet.wsgi
    from paste.deploy import loadapp
    from swift.common import utils
    from swift.common.storage_policy import reload_storage_policies

    write(f"{folder}/swift.conf", HASH)
    utils.set_swift_dir(folder)
    utils.validate_hash_conf()
    reload_storage_policies()
    logging.disable(logging.ERROR)
    os.makedirs(f"{folder}/devices/sda")
    sockets = {kind: eventlet.listen(("127.0.0.1", 0), backlog=200) for kind in ("account", "container", "object", "proxy")}
    for kind in ("account", "container", "object"):
        ring(f"{folder}/{kind}.ring.gz", sockets[kind].getsockname()[1])
    for kind, listening in sockets.items():
        write(f"{folder}/{kind}.conf", (PROXY if kind == "proxy" else STORAGE).format(folder=folder, kind=kind))
        app = loadapp(f"config:{folder}/{kind}.conf")
        app = with_cache(app) if kind == "proxy" else app
        eventlet.spawn(eventlet.wsgi.server, listening, app, log=quiet, debug=False, max_size=200)
    print(sockets["proxy"].getsockname()[1], flush=True)
    # Whoever started it holds the other end: it ends with them, however they end.
    eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)
    os._exit(0)


if __name__ == "__main__":
    with open(os.devnull, "w") as nowhere:
        main(sys.argv[1], nowhere)
