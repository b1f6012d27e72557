#!/usr/bin/env python3
"""An evidence file of Hanse, checked by section 9.2 of PROTOCOL.md and nothing else: a second implementation, standard library only.

    check_evidence.py FILE --policy POLICY [--now 2026-11-25T00:00:00Z]

Prints each step that does not hold, the reviews that count, and a verdict. Exit 0 valid, 1 incomplete or invalid, 2 unusable.
"""
import base64, re, struct, sys, time

from check_document import (Refused, canonical, check, fields, hash32, items, key, key_of_did, log_name, matches, number, parse, point,
                            sha256, timestamp, to_base58, verifies)

MAX_AGE, AHEAD = 172_800, 300
ZERO = bytes(32)


class Invalid(Exception):
    """The file is not what it claims to be."""


class Incomplete(Exception):
    """Something that must be shown is not."""


class Uncovered(Incomplete):
    """Nothing in a log can be checked, or nobody vouches for it."""


class Void(Exception):
    """A review does not count, by its author's fault."""


def must(holds, kind, says):
    if not holds:
        raise kind(says)


# --- Trees (6) -----------------------------------------------------------------------------------------------------------------------

def leaf_hash(data):
    return sha256(b"\0", data)


def tree(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1", tree(hashes[:split]), tree(hashes[split:]))


def included(index, size, leaf, path):
    """RFC 9162, 2.1.3.2: the root that the path leads to, or None."""
    if not 0 <= index < size:
        return None
    last, root = size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            root = sha256(b"\1", sibling, root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = sha256(b"\1", root, sibling)
        index, last = index >> 1, last >> 1
    return root if last == 0 else None


def bit(key, depth):
    return key[depth >> 3] >> 7 - (depth & 7) & 1


def prefix_root(key, siblings, end):
    if not 1 <= len(siblings) <= 256 or end and any(bit(end[0], at) != bit(key, at) for at in range(len(siblings))):
        return None
    root = sha256(b"\2", *end) if end else ZERO
    for depth in reversed(range(len(siblings))):
        if root == siblings[depth] == ZERO and depth:
            return None
        pair = (siblings[depth], root) if bit(key, depth) else (root, siblings[depth])
        root = sha256(b"\3", *pair)
    return root


# --- Notes, policy, quorum (6.1, 7) --------------------------------------------------------------------------------------------------

class Key:
    def __init__(self, text):
        self.name, identifier, encoded = text.split("+", 2)
        data = base64.b64decode(encoded, validate=True)
        self.type, self.public, self.operator = data[0], data[1:], self.name.split("/")[0]
        self.id = sha256(self.name.encode(), b"\n", data)[:4]
        if self.id.hex() != identifier or point(self.public) is None:
            raise ValueError(f"the key {self.name} is not sound")


class Policy:
    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = {}, {}, [], None
        for words in (line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")):
            if words[0] == "log":
                self.logs.setdefault(Key(words[1]).name, []).append(Key(words[1]))
            elif words[0] == "witness":
                self.witnesses[words[1]] = Key(words[2])
            elif words[0] == "group":
                least = {"all": len(words) - 3, "any": 1}.get(words[2]) or int(words[2])
                self.groups.append((words[1], least, words[3:]))
            elif words[0] == "quorum" and self.quorum is None:
                self.quorum = words[1]
            else:
                raise ValueError(" ".join(words))
        if self.quorum is None:
            raise ValueError("no quorum")

    def satisfied(self, names):
        met = set(names)
        for name, least, members in self.groups:
            if sum(member in met for member in members) >= least:
                met.add(name)
        return self.quorum == "none" or self.quorum in met

    def open(self, origin, note, now, fresh):
        """Size and root of a checkpoint, and what is wrong with its quorum, if anything is."""
        must(origin in self.logs, Uncovered, f"not covered: the policy does not name {origin}")
        text, _, lines = note.rpartition("\n\n")
        body, own = text + "\n", origin.split("/")[0]
        head = re.fullmatch(r"(\S+)\n(0|[1-9]\d*)\n(\S+)\n", body)
        must(head and head[1] == origin, Invalid, "no checkpoint of this log")
        signatures = []
        for line in lines.removesuffix("\n").split("\n"):
            mark, name, encoded = line.split(" ")
            must(mark == "—", Invalid, "no signature line")
            signatures.append((name, base64.b64decode(encoded, validate=True)))
        size, root = int(head[2]), base64.b64decode(head[3], validate=True)
        of = lambda key: [data[4:] for name, data in signatures if name == key.name and data[:4] == key.id]
        log = next((key for key in self.logs[origin] if of(key)), None)
        must(log and all(verifies(log.public, body.encode(), data) for data in of(log)), Invalid, "not signed by the log")
        counted, auditors, others = set(), {}, set()
        for name, key in self.witnesses.items():
            seen = []
            for data in of(key):
                at = struct.unpack(">Q", data[:8])[0]
                message = f"cosignature/v1\ntime {at}\n{body}".encode()
                must(verifies(key.public, message, data[8:]), Invalid, f"a cosignature of {key.name} does not verify")
                seen.append(at)
            if key.operator == own:
                continue
            audits = key.name == key.operator + "/auditor"
            others |= {key.operator} if audits else set()
            if seen and now - max(seen) >= -AHEAD and (not fresh or now - max(seen) <= MAX_AGE):
                counted.add(name)
                if audits:
                    auditors[key.operator] = max(seen)
        asked = 1 + 2 * len(others) // 3
        audited = len(auditors) >= asked and self.satisfied(counted)
        return size, root, audited


# --- Leaves (5) ----------------------------------------------------------------------------------------------------------------------

FIELDS = {"identity": {"commitment", "seq"}, "engagement": {"commitment", "due", "log", "slots"}, "commit": {"commitment", "engagement"},
          "open": {"cites"}, "settle": {"commitment", "engagement"}, "reply": {"cites", "commitment"}, "posting": {"commitment"}}


class Leaf:
    """A leaf: `formed` if it is of a known type in its form, `signer` is the key that alone signed it, if its signature fits."""
    def __init__(self, value):
        self.value, self.bytes, self.type = value, canonical(value), value.get("t")
        unsigned = b"hanse/leaf/v1\n" + canonical({name: each for name, each in value.items() if name != "sigs"})
        self.id, self.signer = sha256(unsigned).hex(), None
        try:
            self.formed = self.in_form()
        except (Refused, KeyError, TypeError):
            self.formed = False
        if self.formed and len(value["sigs"]) == 1:
            public, signature = (bytes.fromhex(value["sigs"][0][name]) for name in ("key", "value"))
            self.signer = public.hex() if verifies(public, unsigned, signature) else None

    def in_form(self):
        rules = {"cites": hash32, "commitment": hash32, "day": number(0, 2**32 - 1), "due": number(0, 2**32 - 1), "engagement": hash32,
                 "log": log_name, "seq": number(0, 2**32 - 1), "sigs": lambda sigs: [signature(one) for one in sigs],
                 "slots": items(8, key), "subjects": lambda _: None, "t": lambda _: None, "v": number(1, 1)}
        fields(**{name: rules[name] for name in FIELDS[self.type] | {"day", "sigs", "subjects", "t", "v"}})(self.value)
        signers = (0,) if self.type == "posting" else (1, 2) if self.value.get("seq") else (1,)
        return len(subjects_of(self.value)) == 1 and len(self.sigs) in signers and self.value.get("slots") != []

    def __getattr__(self, name):
        return self.value[name]


signature = fields(key=key, value=matches("[0-9a-f]{128}", "bad-signature"))


def subjects_of(leaf):
    try:
        parse(canonical(leaf), 4_096, 8)
    except Refused:
        return []
    listed = leaf.get("subjects")
    hexes = isinstance(listed, list) and all(isinstance(one, str) and re.fullmatch("[0-9a-f]{64}", one) for one in listed)
    return listed if hexes and listed == sorted(set(listed)) and leaf.get("t") not in (None, "index") else []


def subject_key(did):
    return sha256(b"hanse/subject/v1\n", did.encode())


def hashes(texts):
    return [bytes.fromhex(text) for text in texts]


# --- The check (9.2) -----------------------------------------------------------------------------------------------------------------

def document(value, committed, missing="a document is not in the file"):
    """The document with these committed bytes; its body, or None if it is no document."""
    must(value is not None, Incomplete, missing)
    must(sha256(b"hanse/commit/v1\n", canonical(value)).hex() == committed, Invalid, "the log commits to another document")
    try:
        return check(canonical(value)), value["credentialSubject"]
    except Refused:
        return None, None


def only(documents):
    must(len(documents) <= 1, Invalid, "more documents than the leaf commits to")
    return documents[0] if documents else None


class Check:
    def __init__(self, file, policy, now):
        self.file, self.policy, self.now = file, policy, now
        self.subject, self.key = file["subject"], subject_key(file["subject"])
        self.own = key_of_did(self.subject).hex()
        self.worst, self.reviews, self.parts, self.cited, self.seen, self.views, self.own_slots = 0, [], {}, {}, set(), {}, set()

    def step(self, name, run, *arguments):
        try:
            return run(*arguments)
        except (Invalid, Incomplete, Void) as error:
            worst = 2 if isinstance(error, Invalid) else 0 if isinstance(error, Void) else 1
            self.worst = max(self.worst, worst)
            print(f"{('note', 'INCOMPLETE', 'INVALID')[worst]} {name}: {error}")

    def run(self):
        self.home = self.step("identity", self.identity)
        parts = self.file["parts"]
        if self.home and (not parts or parts[0]["origin"] != self.home):
            self.step("parts", must, False, Incomplete, "the first part is not the home log's")
        for part in parts:
            self.step(part["origin"], self.part if part["origin"] == self.home or not self.home else self.other_part, part)
        for proof in self.file["engagements"]:
            self.step(f"engagement {proof['index']} of {proof['origin']}", self.engagement, proof)
        leaves, contracts = self.leaves(self.home), {}
        if self.home in self.parts:
            self.step("identity leaf", self.identity_leaf, leaves)
        for leaf, documents in leaves:
            if leaf.type == "engagement" and leaf.signer == self.own and leaf.id not in contracts:
                contracts[leaf.id] = leaf, self.step(f"contract {leaf.id}", self.contract, leaf, documents)
        for leaf, terms in contracts.values():
            for slot in leaf.slots:
                self.step(f"slot {slot[:8]} of {leaf.id}", self.slot, leaf, slot, terms)
        for leaf, documents in leaves:
            if leaf.type == "reply" and leaf.signer == self.own:
                self.step(f"reply {leaf.id}", self.reply, leaf, documents)
        for review in self.reviews:
            print(f"{review['rating']} of 5 by {review['by']}: {review['text']!r}; reply {review.get('reply')!r}")
        return self.worst

    def identity(self):
        try:
            checked = check(canonical(self.file["identity"]))
        except Refused as refused:
            raise Invalid(f"the identity document is refused: {refused}") from None
        must(checked["id"].startswith("identity_") and checked["issuer"] == self.subject, Invalid, "not the subject's identity")
        return self.file["identity"]["credentialSubject"]["home"] + "/reputation"

    def leaves(self, origin):
        return self.parts.get(origin, ([], False))[0]

    def view(self, origin, what, stated):
        """Nothing may be two things in one log."""
        must(self.views.setdefault((origin, what), stated) == stated, Invalid, f"two views of {origin}")

    def open(self, proof, fresh):
        size, root, audited = self.policy.open(proof["origin"], proof["checkpoint"], self.now, fresh)
        self.step("views", self.view, proof["origin"], ("size", size), root)
        return size, root, audited

    def other_part(self, part):
        """What nobody vouches for is as if it were not in the file."""
        try:
            self.part(part)
        except Uncovered as error:
            self.parts.pop(part["origin"], None)
            print(f"note {part['origin']}: {error}")

    def part(self, part):
        must(part["origin"] not in self.seen, Invalid, "a log with two parts")
        self.seen.add(part["origin"])
        size, root, audited = self.open(part, True)
        index = part["index"]["leaf"]
        must(included(size - 1, size, leaf_hash(canonical(index)), hashes(part["index"]["path"])) == root, Invalid, "not the last leaf")
        self.step("views", self.view, part["origin"], size - 1, canonical(index))
        must(index.keys() == {"entries", "listed", "root", "t", "v"} and (index["t"], index["v"]) == ("index", 1), Invalid, "no index leaf")
        must(index["entries"] == size - 1, Invalid, "the index is not over all leaves before it")
        end = part["prefix"]["end"] and tuple(hashes([part["prefix"]["end"]["key"], part["prefix"]["end"]["value"]]))
        must(prefix_root(self.key, hashes(part["prefix"]["siblings"]), end) == bytes.fromhex(index["root"]), Invalid, "another index root")
        leaves, listed, after = [], [], -1
        for entry in part["entries"]:
            data = canonical(entry["leaf"])
            must(included(entry["index"], size, leaf_hash(data), hashes(entry["path"])) == root, Invalid, "a leaf is not at its place")
            must(entry["index"] > after and self.key.hex() in subjects_of(entry["leaf"]), Invalid, "a leaf out of order or about another")
            listed.append(leaf_hash(struct.pack(">Q", entry["index"]) + leaf_hash(data)))
            self.step("views", self.view, part["origin"], entry["index"], data)
            leaf = Leaf(entry["leaf"])
            beside = leaf.formed and leaf.type in ("identity", "engagement", "open", "reply")
            must(beside or not entry["documents"], Invalid, "documents beside a leaf that has none")
            leaves.append((leaf, entry["documents"]))
            after = entry["index"]
        value = sha256(b"\4", struct.pack(">Q", len(listed)), tree(listed)) if listed else None
        must((end[1] if end and end[0] == self.key else None) == value, Invalid, "the index lists other leaves about the subject")
        self.parts[part["origin"]] = (leaves, audited)
        must(audited, Uncovered, "no quorum of auditors")

    def engagement(self, proof):
        size, root, audited = self.open(proof, False)
        leaf = Leaf(proof["leaf"])
        must(included(proof["index"], size, leaf_hash(leaf.bytes), hashes(proof["path"])) == root, Invalid, "not in the log")
        must(leaf.formed and leaf.type == "engagement", Invalid, "no engagement")
        own = leaf.signer and leaf.subjects == [subject_key(did_of(leaf.signer)).hex()]
        must(own, Void, "it is not signed by the person that it is about")
        self.step("views", self.view, proof["origin"], proof["index"], leaf.bytes)
        must(audited, Incomplete, "no quorum of auditors")
        must(leaf.id not in self.cited, Invalid, "an engagement twice")
        self.cited[leaf.id] = (proof["origin"], leaf)

    def identity_leaf(self, leaves):
        found = [held for held in leaves if held[0].type == "identity" and held[0].signer == self.own and held[0].seq == 0]
        committed = sha256(b"hanse/commit/v1\n", canonical(self.file["identity"])).hex()
        must(found and found[0][0].commitment == committed, Invalid, "no identity leaf that commits to the identity document")
        must(all(beside == self.file["identity"] for beside in found[0][1]), Invalid, "another document beside the identity leaf")

    def contract(self, leaf, documents):
        own, body = document(only(documents), leaf.commitment)
        must(own and own["issuer"] == self.subject and own["id"].startswith(("offer_", "acceptance_")), Invalid, "no offer or acceptance")
        must(body["log"] == self.home, Invalid, "it names another log as the subject's")
        client = own["id"].startswith("offer_")
        terms = {"other": body["freelancer" if client else "client"], "contract": own["id"] if client else body["offer"],
                 "slot": body["slot"], "role": "freelancer" if client else "client", "matched": False}
        if body["slot"] in self.own_slots:
            self.step(f"contract {leaf.id}", must, False, Invalid, "the subject's slot key is of an earlier contract")
        else:
            self.own_slots.add(body["slot"])
            terms["matched"] = any(all(self.fits(leaf, terms, cited)) for cited in self.cited.values())
        return terms

    def fits(self, engagement, terms, cited):
        """Whether an engagement that the file proves is the other side's in this contract."""
        origin, other = cited
        return did_of(other.signer) == terms["other"], origin == engagement.log, terms["slot"] in other.slots, other.log == self.home

    def slot(self, engagement, slot, terms):
        origins = [engagement.log] + [self.home] * (self.home != engagement.log)
        held = [(leaf, documents) for origin in origins for leaf, documents in self.leaves(origin) if leaf.signer == slot]
        commits = [leaf for leaf, _ in held if leaf.type == "commit" and leaf.engagement == engagement.id]
        covered = self.parts.get(engagement.log, ([], False))[1] or self.now // 86_400 <= engagement.due
        opens = [documents for leaf, documents in held if commits and leaf.type == "open" and leaf.cites == commits[0].id]
        if not opens:
            return must(covered, Incomplete, "past its due day, and the other side's log is not covered")
        copies = [documents for documents in opens if documents]
        must(all(copy == copies[0] for copy in copies), Invalid, "different documents for one review")
        documents = copies[0] if copies else []
        review, body = document(documents[0] if documents else None, commits[0].commitment)
        must(review and review["id"].startswith("review_"), Void, "no review")
        must(terms, Incomplete, "without the subject's own document nobody can say who may review")
        proved = body["engagement"] in self.cited
        must(proved, Void if terms["matched"] else Incomplete, "the engagement that it cites is not proved")
        rules = (body["id"] == self.subject, review["issuer"] == terms["other"], body["role"] == terms["role"],
                 body["contract"] == terms["contract"], *self.fits(engagement, terms, self.cited[body["engagement"]]))
        must(all(rules), Void, f"it does not bind: {rules}")
        must("text" in body or len(documents) == 1, Invalid, "more documents than the review names")
        words = None
        if "text" in body:
            text, said = document(documents[1] if len(documents) > 1 else None, body["text"])
            words = said["text"] if text and text["id"].startswith("text_") and text["issuer"] == review["issuer"] else None
        self.reviews.append({"commit": commits[0].id, "rating": body["rating"], "by": review["issuer"], "text": words})

    def reply(self, leaf, documents):
        answered = [review for review in self.reviews if review["commit"] == leaf.cites and "reply" not in review]
        if answered:
            reply, body = document(only(documents), leaf.commitment)
            fits = reply and reply["id"].startswith("reply_") and reply["issuer"] == self.subject and body["cites"] == leaf.cites
            must(fits, Invalid, "no reply of the subject to this review")
            answered[0]["reply"] = body["text"]


def did_of(public):
    return "did:key:z" + to_base58(b"\xed\x01" + bytes.fromhex(public))


def main(arguments):
    if len(arguments) not in (3, 5) or arguments[1] != "--policy" or arguments[3:4] not in ([], ["--now"]):
        print(__doc__)
        return 2
    now = timestamp(arguments[4]) if len(arguments) == 5 else int(time.time())
    try:
        policy = Policy(open(arguments[2], encoding="utf-8").read())
        file = parse(open(arguments[0], "rb").read(), 64 << 20, any_form=True)
        documents = (entry["documents"] for part in file["parts"] for entry in part["entries"])
        if file["format"] != "hanse/evidence/v1" or len(file["parts"]) > 64 or any(len(some) > 2 for some in documents):
            raise ValueError("no evidence file")
        timestamp(file["made"])
        for proof in file["parts"] + file["engagements"]:
            log_name(proof["origin"])
        worst = Check(file, policy, now).run()
    except (OSError, ValueError, KeyError, TypeError, Refused) as error:
        print(f"unusable: {error!r}")
        return 2
    print(("VALID", "INCOMPLETE", "INVALID")[worst])
    return min(worst, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
