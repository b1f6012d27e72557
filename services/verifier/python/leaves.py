"""Leaves of Hanse, and proofs that they stand in a log: sections 5, 6.1 and 6.2 of PROTOCOL.md."""
import functools, re, struct

from check_document import (Refused, canonical, fields, hash32, items, key, log_name, matches, need, number, one_of, sha256, text_of,
                            to_base58, walk)
from ed25519 import verifies

ZERO = bytes(32)

# --- Trees (6.1) ---------------------------------------------------------------------------------------------------------------------


def leaf_hash(data):
    return sha256(b"\0", data)


def root_over(hashes):
    """RFC 6962 over the hashes of leaves."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1", root_over(hashes[:split]), root_over(hashes[split:]))


class Tree:
    """A tree of a size with a root, and the nodes of it that have been proved: at first the root alone (9.1, shared paths)."""

    def __init__(self, size, root):
        self.size = size
        self.known = {(max(size - 1, 0).bit_length(), 0): root}

    def node(self, level, place):
        """The name of a node: a last node without a sibling is its parent."""
        last = self.size - 1 >> level
        while place == last and place and not place & 1:
            level, place, last = level + 1, place >> 1, last >> 1
        return level, place

    def proves(self, index, hash, path, learns):
        """Whether the path leads from the leaf to a node that is known. What is on it and beside it is known then, if the tree learns."""
        if not 0 <= index < self.size:
            return False
        (level, place), found = self.node(0, index), {}
        for sibling in path:
            if self.size - 1 >> level == 0:
                return False
            found[level, place], found[level, place ^ 1] = hash, sibling
            hash = sha256(b"\1", sibling, hash) if place & 1 else sha256(b"\1", hash, sibling)
            level, place = self.node(level + 1, place >> 1)
        if self.known.get((level, place)) != hash:
            return False
        self.known.update(found if learns else {})
        return True


# --- The prefix tree (6.2) -----------------------------------------------------------------------------------------------------------

def bit(key, depth):
    return key[depth >> 3] >> 7 - (depth & 7) & 1


def prefix_root(key, siblings, end):
    """The root that a prefix proof leads to from its end, a pair of key and value or None; None if it is refused."""
    if not 1 <= len(siblings) <= 256 or end and any(bit(end[0], at) != bit(key, at) for at in range(len(siblings))):
        return None
    root = sha256(b"\2", *end) if end else ZERO
    for depth in reversed(range(len(siblings))):
        if root == siblings[depth] == ZERO and depth:
            return None
        pair = (siblings[depth], root) if bit(key, depth) else (root, siblings[depth])
        root = sha256(b"\3", *pair)
    return root


def subject_value(entries):
    """What the index says of a subject that has these leaves: pairs of index and leaf hash."""
    listed = [leaf_hash(struct.pack(">Q", index) + hash) for index, hash in entries]
    return sha256(b"\4", struct.pack(">Q", len(listed)), root_over(listed))


INDEX = fields(entries=number(0, 2**53 - 1), listed=number(0, 2**53 - 1), root=hash32, t=one_of("index"), v=number(1, 1))


def is_index(value):
    return holds(INDEX, value)


def holds(rule, value):
    try:
        rule(value)
    except Refused:
        return False
    return True


# --- Leaves (5) ----------------------------------------------------------------------------------------------------------------------

day = number(0, 2**32 - 1)
signature = fields(key=key, value=matches("[0-9a-f]{128}", "out-of-form"))


def ascending(item, by, most=None):
    def check(value):
        need(isinstance(value, list) and (most is None or len(value) <= most), "out-of-form")
        for each in value:
            item(each)
        order = [by(each) for each in value]
        need(all(before < after for before, after in zip(order, order[1:])), "out-of-form")
    return check


def kind(value):
    need(re.fullmatch("[a-z-]{1,32}", text_of(value)) and value != "index", "out-of-form")


def slots(value):
    items(8, key)(value)
    need(value, "out-of-bounds")


GENERAL = {"day": day, "sigs": ascending(signature, lambda each: each["key"]), "subjects": ascending(hash32, lambda each: each, 2),
           "t": kind, "v": number(1, 1)}
OWN = {
    "identity": {"commitment": hash32, "seq": number(0, 2**53 - 1)},
    "engagement": {"commitment": hash32, "due": day, "log": log_name, "slots": slots},
    "commit": {"commitment": hash32, "engagement": hash32},
    "open": {"cites": hash32},
    "settle": {"commitment": hash32, "engagement": hash32},
    "reply": {"cites": hash32, "commitment": hash32},
    "posting": {"commitment": hash32},
}


def in_form(value):
    """5.1, and 5.2 for the types that stand there."""
    walk(value, 8)
    need(len(canonical(value)) <= 4_096, "too-large")
    need(GENERAL.keys() <= value.keys(), "out-of-form")
    for name, rule in GENERAL.items():
        rule(value[name])
    if value["t"] in OWN:
        fields(**GENERAL, **OWN[value["t"]])(value)
        signers = {"posting": (0,), "identity": (1, 2) if value.get("seq") else (1,)}.get(value["t"], (1,))
        need(len(value["subjects"]) == 1 and len(value["sigs"]) in signers, "out-of-form")


class Leaf:
    """A leaf: `formed` if it is in form; `signer` is the key, in hex, that alone signed it, None if none did or the signature is wrong."""

    def __init__(self, value):
        data = canonical(value)
        self.value, self.hash, self.type, self.formed = value, leaf_hash(data), value.get("t"), holds(in_form, value)
        self.message = b"hanse/leaf/v1\n" + canonical({name: each for name, each in value.items() if name != "sigs"})
        self.id = sha256(self.message).hex()

    def __getitem__(self, name):
        return self.value[name]

    @functools.cached_property
    def signer(self):
        if not self.formed or len(self["sigs"]) != 1:
            return None
        sole = self["sigs"][0]
        return sole["key"] if verifies(bytes.fromhex(sole["key"]), self.message, bytes.fromhex(sole["value"])) else None


def did_of(public):
    return "did:key:z" + to_base58(b"\xed\x01" + bytes.fromhex(public))


def subject_key(did):
    return sha256(b"hanse/subject/v1\n", did.encode())
