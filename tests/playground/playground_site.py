"""The glue and the builder of the playground, which are scripts beside the page, and a server for the built page."""

import contextlib
import functools
import http.server
import importlib.util
import threading
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "docs" / "playground"


def load(name):
    """Return a script of the playground as a module."""
    spec = importlib.util.spec_from_file_location(f"playground_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def served(folder):
    """Serve a folder on a port of this machine, and give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
