"""Lists are text, which schemathesis knows how to send only as text/plain."""

import schemathesis


@schemathesis.serializer("text/csv", "application/x-ndjson")
def lines(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8")
