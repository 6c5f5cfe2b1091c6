"""Of every client that knows http alone: it trusts nobody, and is made in no time."""

import ssl

# Left to itself, httpx reads all authorities there are for each client: 40 ms of CPU, and tests that wait
# ask 50 times a second.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
