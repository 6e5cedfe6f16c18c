"""Values that a pattern cannot describe, so that generated requests get past the first check."""
import itertools
import os
import re
import struct
import zlib

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format("phone", st.sampled_from(
    ["+491701234567", "+4915112345678", "+436641234567", "+447400123456", "+12015550123"]))
schemathesis.openapi.format("time-zone", st.sampled_from(
    ["Europe/Berlin", "Europe/Vienna", "America/New_York", "Asia/Kathmandu", "UTC"]))
# No pattern that RE2 knows bounds the local part of many atoms at 64 characters as a whole.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,18}[A-Za-z0-9])?"
schemathesis.openapi.format("email", st.from_regex(
    rf"\A{_ATOM}([.]{_ATOM}){{0,2}}@({_LABEL}[.]){{1,3}}[A-Za-z]{{2,10}}\Z"))
schemathesis.openapi.format("locale", st.sampled_from(["en", "de", "en-GB", "de-AT"]))
# Enough for the longest list that is tried.
schemathesis.openapi.format("country", st.sampled_from(
    "AE AR AT AU BA BD BE BG BH BO BR BY CA CH CL CM CN CO CR CU CY CZ DE DK DO DZ EC EE EG ES FI FR GB GE GH "
    "GR GT HK HN HR HU ID IE IL IN IQ IS IT JM JO JP KE KH KR KW KZ LB LK LT LU LV MA MD ME MK MT MX MY NG NI "
    "NL NO NP NZ OM PA PE PH PK PL PT PY QA RO RS RU SA SE SG SI SK SN SV TH TN TR TW TZ UA UG US UY UZ VN "
    "ZA".split()))


def png(width, height):
    """A grey picture, so that the logo of at least one run is a real one."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x80" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


_IMAGES = st.one_of(st.sampled_from([png(16, 16), png(200, 64), png(8, 8), png(16, 16)[:-9]]),
                    st.binary(max_size=64))
for _type in ("image/png", "image/jpeg", "image/gif", "image/webp"):
    schemathesis.openapi.media_type(_type, _IMAGES)

_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
_ROWS = st.lists(_CELLS.map(lambda cell: '"' + cell.replace('"', '""') + '"'), min_size=1, max_size=3)
_FILES = st.one_of(
    st.sampled_from(["name\nAda\n", "name,email,phone\nAda,ada@example.com,+491701234567\nBad,nobody,12\n",
                     "\ufeffname;tags\r\nAda;a|b\r\n", "name,custom.size\n\"Ada \"\"L\"\"\",XL\n", ""]),
    st.lists(_ROWS, max_size=4).map(lambda rows: "name,email,external_reference\n" + "".join(
        ",".join(row) + "\n" for row in rows)))
schemathesis.openapi.media_type("text/csv", _FILES.map(str.encode))

_OWN_USER = os.environ.get("ST_USER", "")


@schemathesis.hook
def filter_case(context, case):
    """Leaves the person alone whose session this run uses."""
    return not _OWN_USER or (case.path_parameters or {}).get("user_id") != _OWN_USER


_KEYS = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """A good idempotency key is used once: with another body it would rightly be refused."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers["Idempotency-Key"] = f"judge-{os.getpid()}-{next(_KEYS)}"
