"""OpenStack's metadata service for several instances, and a plain file server beside it.

metadata.py DIRECTORY: `user_data` is for all but those with a `user_data-<address>` of their own;
`instance-<address>` names the instance of an address.
Files for http://10.77.0.1:8080 are below DIRECTORY/files.
"""
import functools
import http.server
import json
import pathlib
import sys
import threading

HERE = pathlib.Path(sys.argv[1])
VERSIONS = ("2018-08-27", "latest")


class Metadata(http.server.BaseHTTPRequestHandler):
    def answer(self):
        name, _, host = (HERE / f"instance-{self.client_address[0]}").read_text().strip().partition(" ")
        meta = {"uuid": name, "name": host, "hostname": host, "availability_zone": "nova", "meta": {}}
        if self.path.rstrip("/") == "/openstack":
            return "\n".join(VERSIONS).encode()
        if self.path == "/latest/meta-data/":
            return b"instance-id\n"
        if self.path == "/latest/meta-data/instance-id":
            return name.encode()
        for version in VERSIONS:
            if self.path == f"/openstack/{version}/":
                return b"meta_data.json\nuser_data\n"
            if self.path == f"/openstack/{version}/meta_data.json":
                return json.dumps(meta).encode()
            if self.path == f"/openstack/{version}/user_data":
                own = HERE / f"user_data-{self.client_address[0]}"
                return (own if own.exists() else HERE / "user_data").read_bytes()
        return None

    def do_GET(self):
        body = self.answer()
        self.send_response(404 if body is None else 200)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


files = functools.partial(Files, directory=str(HERE / "files"))
for address, handler in ((("169.254.169.254", 80), Metadata), (("10.77.0.1", 8080), files)):
    threading.Thread(target=http.server.ThreadingHTTPServer(address, handler).serve_forever).start()
