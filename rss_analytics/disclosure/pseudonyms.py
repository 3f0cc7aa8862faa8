"""Turns an identifier into a short code that only the holder of the key can link back."""

from __future__ import annotations

import base64
import hashlib
import hmac

from rss_analytics.errors import problem

FEWEST_KEY_BYTES = 16  # 128 bits, the least NIST SP 800-107 advises for an HMAC key
CODE_BITS = 50  # ten letters of five bits: two of 100,000 people share a code with a chance of 4 in a million
HALF = 5  # letters before the hyphen, so that a code can be read out over a telephone
READABLE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
"""RFC 4648 letters to Crockford's: without I, L, O and U, which are misread."""


class Pseudonyms:
    """Codes from a keyed hash (HMAC-SHA-256); the key stays in memory and is never shown or stored.

    The same key gives the same code for the same identifier, so that work lists of two months can be followed; a
    client and a staff member with the same number get different codes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < FEWEST_KEY_BYTES:
            raise problem(
                "usage.bad_option",
                where="pseudonyms",
                reason=f"the key has {len(key)} bytes and at least {FEWEST_KEY_BYTES} are needed",
                remedy="Give a longer random key",
            )
        self._key = key

    def __repr__(self) -> str:
        return "Pseudonyms(key withheld)"

    def __getstate__(self) -> object:
        raise TypeError("pseudonyms hold a key and are never written to a file")

    def code(self, kind: str, identifier: str) -> str:
        """The code of an identifier of a kind (``client``, ``staff``), such as ``7K2QF-9M4XD``."""
        message = f"{kind}\x1f{identifier}".encode()
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        letters = base64.b32encode(digest).decode("ascii")[: CODE_BITS // 5].translate(READABLE)
        return f"{letters[:HALF]}-{letters[HALF:]}"
