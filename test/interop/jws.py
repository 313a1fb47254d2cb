"""docs/protocol.md, "Signed documents": compact JWS, base64url, strict JSON, names of keys."""

import base64
import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    """Ends the judgement; holds the code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Rules:
    """What one type of document asks for, and the code that answers each fault."""

    def __init__(self, typ, key, most, malformed, **codes):
        self.typ, self.key, self.most, self.malformed = typ, key, most, malformed
        self.too_large = codes.get("too_large", malformed)
        self.algorithm = codes.get("algorithm", malformed)
        self.type = codes.get("type", malformed)
        self.header = codes.get("header", malformed)
        self.signature = codes["signature"]


class Document:
    """A document whose header was read and nothing else."""

    def __init__(self, text, rules):
        self.text, self.rules = text, rules
        if len(text) > rules.most:
            raise Refused(rules.too_large)
        self.parts = text.split(".")
        if len(self.parts) != 3 or not 1 <= len(self.parts[0]) <= 512:
            raise Refused(rules.malformed)
        self.key = self._read_header()

    def _read_header(self):
        rules = self.rules
        header = self._json(self.parts[0])
        if not isinstance(header, dict):
            raise Refused(rules.malformed)
        if header.get("alg") != "Ed25519":
            raise Refused(rules.algorithm)
        if header.get("typ") != rules.typ:
            raise Refused(rules.type)
        if set(header) - {"alg", "typ", rules.key}:
            raise Refused(rules.header)
        key = header.get(rules.key)
        if not (is_thumbprint(key) if rules.key == "kid" else is_jwk(key)):
            raise Refused(rules.header)
        return key

    def open(self, public_key):
        """The payload, which nobody looks into before the signature has been verified."""
        signature = unbase64url(self.parts[2])
        if signature is None or len(signature) != 64:
            raise Refused(self.rules.malformed)
        signed = f"{self.parts[0]}.{self.parts[1]}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
        except (InvalidSignature, ValueError):
            raise Refused(self.rules.signature) from None
        return self._json(self.parts[1])

    def _json(self, part):
        data = unbase64url(part)
        try:
            return strict_json(data.decode("utf-8"))
        except (AttributeError, ValueError, RecursionError):
            raise Refused(self.rules.malformed) from None


def claimed_type(text):
    """The `typ` of a header that can be read; None else."""
    header = text[:513].partition(".")
    if not header[1]:
        return None
    try:
        return strict_json(unbase64url(header[0]).decode("utf-8"))["typ"]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def unbase64url(text):
    """The bytes, or None where the text is not the one spelling of some bytes."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if base64url(data) == text else None


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def strict_json(text):
    def members(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a member twice")
        return dict(pairs)

    def constant(name):
        raise ValueError(name)

    return json.loads(text, object_pairs_hook=members, parse_constant=constant)


def hash_text(text):
    return base64url(hashlib.sha256(text.encode()).digest())


def is_thumbprint(value):
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}", value) is not None


def is_jwk(value):
    return (
        isinstance(value, dict)
        and set(value) == {"kty", "crv", "x"}
        and value["kty"] == "OKP"
        and value["crv"] == "Ed25519"
        and is_thumbprint(value["x"])
    )


def public_key(jwk):
    """The key's 32 bytes; None if `x` is not their one spelling."""
    data = unbase64url(jwk["x"])
    return data if data is not None and len(data) == 32 else None


def thumbprint(jwk):
    return hash_text('{"crv":"Ed25519","kty":"OKP","x":"%s"}' % jwk["x"])
