"""logdna for Python, unmodified: a program that logs through the standard library."""

import logging

from asked import run
from logdna import LogDNAHandler


class Heard(logging.Handler):
    """What the handler says of itself, such as that its key was refused."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def send(url, key, line):
    options = {'url': url, 'log_error_response': True, 'app': 'shop', 'env': 'test', 'hostname': 'web-1', 'tags': ['a', 'b']}
    handler = LogDNAHandler(key, options)
    internal = logging.getLogger('internal')
    heard = Heard()
    internal.handlers = [heard]
    internal.propagate = False
    logger = logging.getLogger('shop')
    logger.addHandler(handler)
    logger.warning(line)
    handler.close()
    return heard.lines


run(send)
