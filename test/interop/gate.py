"""docs/protocol.md, "What is checked, in this order"."""

import ipaddress
import json

from jws import Document, Refused, Rules, claimed_type, hash_text, is_thumbprint, public_key, thumbprint
from shape import UUID, host, integer, list_of, members, one_of, pattern, text, wireguard_key

CERTIFICATE = Rules(
    "vpn-registration+jwt",
    "kid",
    4096,
    "certificate_malformed",
    too_large="certificate_too_large",
    algorithm="algorithm_not_allowed",
    type="certificate_type_wrong",
    header="header_not_allowed",
    signature="signature_invalid",
)
DECLARATION = Rules(
    "vpn-declaration+jwt", "jwk", 4096, "declaration_malformed", signature="declaration_signature_invalid"
)
PROOF = Rules("sanad-device-proof+jwt", "jwk", 2048, "proof_malformed", signature="proof_signature_invalid")

registration_members = {
    "ver": one_of(1),
    "iss": text(1, 255),
    "sub": pattern(UUID),
    "jti": text(1, 64),
    "iat": integer(),
    "nbf": integer(),
    "exp": integer(),
    "cnf": members({"jkt": is_thumbprint}),
    "endpoints": list_of(
        members({"public_key": wireguard_key, "host": host, "port": integer(1, 65535)}), 1, 8
    ),
    "decision": members(
        {
            "authority": text(1, 64),
            "profile": text(1, 64),
            "route": text(1, 32),
            "category": text(1, 64),
            "decided_at": integer(),
        },
        {"valid_until": integer()},
    ),
}
certificate_shape = members(
    {
        **registration_members,
        "assurance": one_of("attested", "exempt", "provisional"),
        "status": members({"status_list": members({"idx": integer(), "uri": text(1, 2048)})}),
    }
)
declaration_shape = members(
    {**registration_members, "assurance": one_of("declared")},
    {"commitments": members({}, {"reference": is_thumbprint, "evidence": is_thumbprint})},
)
proof_shape = members(
    {
        "nonce": text(1, 128),
        "certificate_hash": is_thumbprint,
        "configuration_hash": is_thumbprint,
        "daemon_instance": text(1, 128),
        "iat": integer(),
    }
)


class Grounds:
    """What a reader holds: verified when it came in, and not again."""

    def __init__(self, key_sets, status_lists, policy, clock):
        self.key_sets, self.status_lists, self.policy, self.clock = key_sets, status_lists, policy, clock


def connect(grounds, certificate, configuration, nonce, instance, proof):
    """Returns the claims, or raises a Refused."""
    if certificate is None:
        raise Refused("unregistered")
    if claimed_type(certificate) == DECLARATION.typ:
        claims = declared_claims(certificate)
        check_declaration(claims, grounds, configuration)
    else:
        claims = attested_claims(certificate, grounds, configuration)
    check_proof(proof, claims, certificate, configuration, nonce, instance, grounds.clock.now)
    return claims


def attested_claims(certificate, grounds, configuration):
    document = Document(certificate, CERTIFICATE)
    claims = authentic_claims(document, grounds)
    key_set, clock = issuing_key_set(claims, grounds)
    check_authority(claims, key_set.keys.get(document.key))
    check_times(claims, grounds.policy, clock, "certificate")
    if claims["assurance"] not in grounds.policy["accepted_assurances"]:
        raise Refused("assurance_not_accepted")
    check_coverage(configuration, claims["endpoints"])
    check_status(claims, key_set, grounds, clock)
    return claims


def declared_claims(declaration):
    document = Document(declaration, DECLARATION)
    key = public_key(document.key)
    if key is None:
        raise Refused("declaration_malformed")
    claims = document.open(key)
    name = thumbprint(document.key)
    if (
        not declaration_shape(claims)
        or not max(claims["iat"], claims["nbf"]) < claims["exp"] <= claims["iat"] + 90 * 86400
        or claims["decision"]["decided_at"] > claims["iat"]
        or claims["iss"] != "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + name
        or claims["cnf"]["jkt"] != name
    ):
        raise Refused("declaration_claims_invalid")
    return claims


def check_declaration(claims, grounds, configuration):
    if grounds.clock.behind:
        raise Refused("clock_behind")
    check_times(claims, grounds.policy, grounds.clock, "declaration")
    if "declared" not in grounds.policy["accepted_assurances"]:
        raise Refused("declaration_not_accepted")
    check_coverage(configuration, claims["endpoints"])


def authentic_claims(document, grounds):
    if not grounds.key_sets:
        raise Refused("key_set_missing")
    keys = [key_set.keys[document.key] for key_set in grounds.key_sets if document.key in key_set.keys]
    if not keys:
        raise Refused("key_unknown")
    claims = document.open(keys[0]["public_key"])
    lasts = certificate_shape(claims) and claims["exp"] - claims["iat"]
    if not lasts or not 0 < lasts <= 366 * 86400 or claims["exp"] <= claims["nbf"]:
        raise Refused("certificate_claims_invalid")
    return claims


def issuing_key_set(claims, grounds):
    key_set = next((one for one in grounds.key_sets if one.issuer == claims["iss"]), None)
    if key_set is None:
        raise Refused("issuer_unknown")
    clock = grounds.clock.known_past(key_set.claims["iat"])
    if clock.behind:
        raise Refused("clock_behind")
    if clock.time >= key_set.claims["exp"]:
        raise Refused("key_set_expired")
    return key_set, clock


def check_authority(claims, key):
    if key is None:
        raise Refused("key_unknown")
    if "certificate" not in key["roles"]:
        raise Refused("key_role_missing")
    if claims["assurance"] not in key["assurances"]:
        raise Refused("assurance_not_allowed")
    if "host_suffixes" in key:
        for endpoint in claims["endpoints"]:
            if not is_under(endpoint["host"], key["host_suffixes"]):
                raise Refused("host_not_allowed")


def is_under(name, suffixes):
    try:
        ipaddress.ip_address(name)
        return False
    except ValueError:
        return any(name == suffix or name.endswith("." + suffix) for suffix in suffixes)


def check_times(claims, policy, clock, kind):
    if max(claims["nbf"], claims["iat"]) > clock.time + policy["clock_tolerance_seconds"]:
        raise Refused(kind + "_not_yet_valid")
    if clock.time >= claims["exp"]:
        raise Refused(kind + "_expired")
    if clock.time >= claims["decision"].get("valid_until", float("inf")):
        raise Refused("decision_expired")


def check_coverage(configuration, endpoints):
    covered = {(one["public_key"], one["host"], one["port"]) for one in endpoints}
    if not configuration["peers"]:
        raise Refused("peer_without_endpoint")
    for peer in configuration["peers"]:
        if "endpoint" not in peer:
            raise Refused("peer_without_endpoint")
        if (peer["publicKey"], peer["endpoint"]["host"], peer["endpoint"]["port"]) not in covered:
            raise Refused("endpoint_not_covered")


def check_status(claims, key_set, grounds, clock):
    reference = claims["status"]["status_list"]
    held = grounds.status_lists.get(reference["uri"])
    if held is None:
        raise Refused("status_list_missing")
    if held.issuer != claims["iss"] or held.uri != reference["uri"]:
        raise Refused("status_list_issuer_wrong")
    if "status" not in key_set.keys.get(held.kid, {"roles": []})["roles"]:
        raise Refused("status_list_key_not_allowed")
    clock = clock.known_past(held.claims["iat"])
    if clock.behind:
        raise Refused("clock_behind")
    if clock.time >= held.claims["exp"]:
        raise Refused("status_list_expired")
    if clock.time > held.claims["iat"] + grounds.policy["status_grace_seconds"]:
        raise Refused("status_list_stale")
    code = {
        None: "status_index_out_of_range",
        1: "registration_revoked",
        2: "registration_suspended",
        3: "status_unknown",
    }.get(held.status_at(reference["idx"]))
    if code is not None:
        raise Refused(code)


def check_proof(proof, claims, certificate, configuration, nonce, instance, now):
    if proof is None:
        raise Refused("proof_missing")
    document = Document(proof, PROOF)
    key = public_key(document.key)
    if key is None:
        raise Refused("proof_malformed")
    if thumbprint(document.key) != claims["cnf"]["jkt"]:
        raise Refused("proof_device_mismatch")
    said = document.open(key)
    if not proof_shape(said):
        raise Refused("proof_malformed")
    if said["nonce"] != nonce:
        raise Refused("proof_nonce_unknown")
    if said["daemon_instance"] != instance:
        raise Refused("proof_instance_mismatch")
    if abs(now - said["iat"]) > 120:
        raise Refused("proof_expired")
    if said["certificate_hash"] != hash_text(certificate):
        raise Refused("proof_certificate_mismatch")
    if said["configuration_hash"] != hash_text(canonical_configuration(configuration)):
        raise Refused("proof_configuration_mismatch")


def canonical_configuration(message):
    """The members in order, networks in their one spelling and once, zeros left out."""
    return json.dumps(
        present(
            privateKey=message["privateKey"],
            addresses=once(map(interface_address, message["addresses"])),
            dns={name: once(message["dns"][name]) for name in ("servers", "searchDomains")},
            mtu=message.get("mtu"),
            listenPort=message.get("listenPort"),
            peers=[canonical_peer(peer) for peer in message["peers"]],
        ),
        separators=(",", ":"),
        ensure_ascii=False,
    )


def canonical_peer(peer):
    key = peer.get("presharedKey")
    return present(
        publicKey=peer["publicKey"],
        presharedKey=None if key == "A" * 43 + "=" else key,
        endpoint={"host": peer["endpoint"]["host"], "port": peer["endpoint"]["port"]},
        allowedIps=once(str(ipaddress.ip_network(one, strict=False)) for one in peer["allowedIps"]),
        persistentKeepaliveSeconds=peer.get("persistentKeepaliveSeconds"),
    )


def interface_address(value):
    return ipaddress.ip_interface(value).with_prefixlen


def present(**named):
    return {name: value for name, value in named.items() if value is not None and value != 0}


def once(values):
    return list(dict.fromkeys(values))
