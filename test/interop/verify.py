"""Carries out the published vectors and prints, as JSON, what comes of each: `verify.py registration.json attack.json`."""

import gzip
import base64
import hashlib
import json
import sys

from document import Clock, KeySet, StatusList, inflate, take_key_set, take_status_list
from gate import Grounds, canonical_configuration, connect
from jws import Refused, hash_text, thumbprint


def main(registration_file, attack_file):
    with open(registration_file, encoding="utf-8") as file:
        registration = json.load(file)
    with open(attack_file, encoding="utf-8") as file:
        attack = json.load(file)
    print(json.dumps({"registration": registration_verdicts(registration), "attack": attack_verdicts(attack)}))


def verdict(attempt):
    """None where nothing was refused."""
    try:
        attempt()
        return None
    except Refused as refused:
        return refused.code


# registration.json: one whole registration


def registration_verdicts(vector):
    clock = Clock(**vector["clock"])
    key_set = take_key_set(vector["key_set"], vector["anchor"], None, clock)
    held = take_status_list(vector["status_list"], [key_set], {}, None, clock)
    policy = {
        "accepted_assurances": ["attested", "exempt"],
        "status_grace_seconds": 72 * 3600,
        "clock_tolerance_seconds": 300,
    }
    grounds = Grounds([key_set], {held.uri: held}, policy, clock)

    def present(certificate, proof):
        configuration, nonce, instance = vector["configuration"], vector["nonce"], vector["instance"]
        return verdict(lambda: connect(grounds, certificate, configuration, nonce, instance, proof))

    canonical = canonical_configuration(vector["configuration"])
    return {
        "valid": present(vector["certificate"], vector["device_proof"]),
        "refused": {one["name"]: present(one["certificate"], one["device_proof"]) for one in vector["refused"]},
        "fingerprint": fingerprint(vector["anchor"]),
        "device_thumbprint": thumbprint(vector["device"]),
        "canonical_configuration": canonical,
        "certificate_hash": hash_text(vector["certificate"]),
        "configuration_hash": hash_text(canonical),
        "token_status_list": [statuses(one) for one in vector["token_status_list"]],
    }


def fingerprint(anchor):
    names = sorted(thumbprint(key) for key in anchor["root_keys"])
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def statuses(one):
    data = inflate(one["lst"])
    return [data[index // 4] >> (index % 4 * 2) & 3 for index in range(len(one["statuses"]))]


# attack.json


def attack_verdicts(vector):
    trials = {"connect": try_connect, "take_key_set": try_key_set, "take_status_list": try_status_list}
    made = {
        attack["name"]: verdict(lambda: trials[attack["try"]](whole(vector, attack)))
        for attack in vector["attacks"]
    }
    accepted = {
        one["name"]: verdict(lambda: trials[one["try"]](whole(vector, one))) for one in vector["accepted"]
    }
    base = {kind: verdict(lambda: trials[kind](members)) for kind, members in vector["base"].items()}
    return {"base": base, "accepted": accepted, "attacks": made}


def whole(vector, attack):
    return {**vector["base"][attack["try"]], **{name: unpack(value) for name, value in attack["with"].items()}}


def unpack(value):
    if isinstance(value, dict) and "gzip" in value:
        return gzip.decompress(base64.b64decode(value["gzip"])).decode()
    return value


def try_connect(given):
    lists = {uri: held_list(one) for uri, one in given["status_lists"].items()}
    key_sets = [held_key_set(one) for one in given["key_sets"]]
    grounds = Grounds(key_sets, lists, given["policy"], Clock(**given["clock"]))
    connect(
        grounds,
        given["certificate"],
        given["configuration"],
        given["nonce"],
        given["instance"],
        given["device_proof"],
    )


def try_key_set(given):
    stored = given["stored"] and KeySet(given["stored"], given["anchor"])
    take_key_set(given["text"], given["anchor"], stored, Clock(**given["clock"]))


def try_status_list(given):
    stored = {held.uri: held for held in map(held_list, given["stored"])}
    key_sets = [held_key_set(one) for one in given["key_sets"]]
    take_status_list(given["text"], key_sets, stored, given["asked"], Clock(**given["clock"]))


def held_key_set(one):
    return KeySet(one["text"], one["anchor"])


def held_list(one):
    return StatusList(one["text"], [held_key_set(one["key_set"])])


if __name__ == "__main__":
    main(*sys.argv[1:])
