"""docs/protocol.md: key set and status list, as they are taken in. Times are arguments."""

import zlib

from jws import Document, Refused, Rules, is_jwk, is_thumbprint, public_key, thumbprint, unbase64url
from shape import host_name, integer, list_of, members, one_of, origin, origin_of, pattern, text

KEY_SET = Rules(
    "sanad-key-set+jwt", "kid", 128 * 1024, "key_set_malformed", signature="key_set_signature_invalid"
)
STATUS_LIST = Rules(
    "statuslist+jwt",
    "kid",
    700 * 1024,
    "status_list_malformed",
    too_large="status_list_too_large",
    signature="status_list_signature_invalid",
)

ROLES = ("certificate", "status", "profile")
MOST_INFLATED = 1024 * 1024
WEEK = 7 * 86400

key_shape = members(
    {
        "kty": one_of("OKP"),
        "crv": one_of("Ed25519"),
        "x": is_thumbprint,
        "kid": lambda value: isinstance(value, str),
        "roles": list_of(text(0, 32), 0, 8),
        "assurances": list_of(one_of("attested", "exempt", "provisional", "declared"), 0, 8),
    },
    {"host_suffixes": list_of(host_name, 0, 64)},
)
key_set_shape = members(
    {
        "ver": one_of(1),
        "iss": origin,
        "version": integer(1),
        "iat": integer(),
        "exp": integer(),
        "keys": list_of(key_shape, 0, 64),
        "gateway_origins": list_of(origin, 0, 8),
        "status_origins": list_of(origin, 0, 8),
    }
)
status_list_shape = members(
    {
        "iss": text(0, 255),
        "sub": text(0, 2048),
        "iat": integer(),
        "exp": integer(),
        "ttl": integer(1, WEEK),
        "status_list": members({"bits": one_of(2), "lst": pattern(r"(?s).+")}),
    }
)


class Clock:
    def __init__(self, now, floor):
        self.now, self.floor = now, floor

    def known_past(self, signed_at):
        return Clock(self.now, max(self.floor, signed_at))

    @property
    def behind(self):
        return not self.now >= self.floor - 300

    @property
    def time(self):
        return max(self.now, self.floor)


class KeySet:
    """A key set whose root signature was verified."""

    def __init__(self, content, anchor):
        document = Document(content, KEY_SET)
        root = next((key for key in anchor["root_keys"] if thumbprint(key) == document.key), None)
        if root is None:
            raise Refused("key_set_root_unknown")
        claims = document.open(public_key(root))
        if not key_set_shape(claims) or claims["iss"] != anchor["origin"] or claims["exp"] <= claims["iat"]:
            raise Refused("key_set_malformed")
        self.text, self.claims, self.issuer = content, claims, claims["iss"]
        self.keys = {}
        for key in claims["keys"]:
            self._list(key)

    def _list(self, key):
        data = public_key(key)
        if data is None or thumbprint(key) != key["kid"]:
            raise Refused("key_set_malformed")
        if key["kid"] in self.keys:
            raise Refused("key_set_duplicate_key")
        if set(key["roles"]) - set(ROLES):
            raise Refused("key_set_role_unknown")
        self.keys[key["kid"]] = {**key, "public_key": data}


def take_key_set(content, anchor, stored, clock):
    if stored is not None and stored.text == content and stored.issuer == anchor["origin"]:
        return stored
    offered = KeySet(content, anchor)
    if clock.time >= offered.claims["exp"]:
        raise Refused("key_set_expired")
    if stored is not None and stored.issuer == offered.issuer:
        if offered.claims["version"] < stored.claims["version"]:
            raise Refused("key_set_older")
        if offered.claims["version"] == stored.claims["version"]:
            raise Refused("key_set_conflict")
    return offered


class StatusList:
    """A status list whose signature was verified."""

    def __init__(self, content, key_sets):
        document = Document(content, STATUS_LIST)
        listing = [key_set for key_set in key_sets if document.key in key_set.keys]
        if not listing:
            raise Refused("status_list_key_not_allowed")
        claims = document.open(listing[0].keys[document.key]["public_key"])
        if not status_list_shape(claims) or not 0 < claims["exp"] - claims["iat"] <= WEEK:
            raise Refused("status_list_malformed")
        key_set = next((one for one in listing if one.issuer == claims["iss"]), None)
        if key_set is None:
            raise Refused("status_list_issuer_wrong")
        if "status" not in key_set.keys[document.key]["roles"]:
            raise Refused("status_list_key_not_allowed")
        if origin_of(claims["sub"]) not in [key_set.issuer, *key_set.claims["status_origins"]]:
            raise Refused("status_list_issuer_wrong")
        self.text, self.claims, self.kid = content, claims, document.key
        self.issuer, self.uri = claims["iss"], claims["sub"]
        self.statuses = inflate(claims["status_list"]["lst"])

    def status_at(self, index):
        """None beyond the list's end."""
        if index // 4 >= len(self.statuses):
            return None
        return self.statuses[index // 4] >> (index % 4 * 2) & 3


def inflate(lst):
    compressed = unbase64url(lst)
    if compressed is None:
        raise Refused("status_list_malformed")
    stream = zlib.decompressobj()
    try:
        statuses = stream.decompress(compressed, MOST_INFLATED + 1)
    except zlib.error:
        raise Refused("status_list_malformed") from None
    if len(statuses) > MOST_INFLATED:
        raise Refused("status_list_too_large")
    if not stream.eof:
        raise Refused("status_list_malformed")
    return statuses


def take_status_list(content, key_sets, stored, asked, clock):
    """`stored` by address; `asked` is the address that was asked for, None for a list that somebody brings."""
    offered = StatusList(content, key_sets)
    known = stored.get(offered.uri)
    if asked is not None and offered.uri != asked:
        raise Refused("status_list_issuer_wrong")
    if origin_of(offered.uri) != offered.issuer:
        elsewhere = known is not None and known.issuer != offered.issuer
        if elsewhere or any(one.issuer == origin_of(offered.uri) for one in key_sets):
            raise Refused("status_list_issuer_wrong")
    if known is not None and known.text == content:
        return known
    if clock.time >= offered.claims["exp"]:
        raise Refused("status_list_expired")
    if known is not None and known.issuer == offered.issuer:
        if offered.claims["iat"] < known.claims["iat"]:
            raise Refused("status_list_older")
        if offered.claims["iat"] == known.claims["iat"]:
            raise Refused("status_list_conflict")
    return offered
