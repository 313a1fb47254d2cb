"""What a member may be. Each function says whether a value has the shape; `members` is for whole objects."""

import base64
import ipaddress
import re

MOST = 2**53 - 1


def integer(least=0, most=MOST):
    def check(value):
        whole = isinstance(value, float) and value.is_integer() or isinstance(value, int)
        return whole and not isinstance(value, bool) and least <= value <= most

    return check


def text(least, most):
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def one_of(*allowed):
    return lambda value: isinstance(value, (str, int)) and not isinstance(value, bool) and value in allowed


def list_of(check, least, most):
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(check, value))


def pattern(expression):
    return lambda value: isinstance(value, str) and re.fullmatch(expression, value) is not None


def members(required, optional=None):
    """Exactly these members: no other, and of the optional ones any."""
    optional = optional or {}
    every = {**required, **optional}

    def check(value):
        return (
            isinstance(value, dict)
            and set(required) <= set(value) <= set(every)
            and all(every[name](member) for name, member in value.items())
        )

    return check


UUID = (
    "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
    "|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff"
)


def wireguard_key(value):
    """Canonical base64 of 32 bytes."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9+/]{43}=", value):
        return False
    return base64.b64encode(base64.b64decode(value)).decode() == value


def host_name(value):
    """Lower-case A-labels, at most 253 characters; the last label is no number."""
    if not isinstance(value, str) or len(value) > 253:
        return False
    labels = value.split(".")
    if not all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels):
        return False
    return not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]) and all(map(is_a_label, labels))


def is_a_label(label):
    if not label.startswith("xn--"):
        return True
    try:
        return label[4:].encode().decode("punycode").encode("punycode").decode() == label[4:]
    except UnicodeError:
        return False


def host(value):
    """A name, or the address of one machine in its one spelling."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return host_name(value)
    if address.is_unspecified or address.is_multicast or str(address) == "255.255.255.255":
        return False
    return str(address) == value and "%" not in value and getattr(address, "ipv4_mapped", None) is None


def origin(value):
    """RFC 6454: scheme, host, port unless it is the default one, and no more."""
    return isinstance(value, str) and len(value) <= 255 and origin_of(value) == value


def origin_of(uri):
    """The origin of an address that is written as it should be; None for any other."""
    found = re.fullmatch(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?([/?#].*)?", uri)
    if found is None:
        return None
    scheme, name, port, _ = found.groups()
    default = {"https": "443", "http": "80"}[scheme]
    return f"{scheme}://{name}" + (f":{port}" if port not in (None, default) else "")
