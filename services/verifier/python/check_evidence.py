#!/usr/bin/env python3
"""An evidence file of Hanse, checked by section 9.2 of PROTOCOL.md and nothing else: a second implementation, standard library only.

    check_evidence.py FILE --policy POLICY [--now 2026-11-25T00:00:00Z] [--within-policy]
    check_evidence.py --batch    one line of JSON in, {"file": <base64>, "policy": <text>, "now": <time>}, one line of JSON out

Prints each step that does not hold, the reviews that count, and a verdict: VALID (exit 0), PARTIAL (1, or 0 with --within-policy),
INCOMPLETE (1), INVALID (1) or UNUSABLE (2). Notes and policies are in notes.py, leaves and proofs in leaves.py, documents in
check_document.py.
"""
import base64, collections, json, sys, time

from check_document import (Refused, canonical, count, fields, hash32, key_of_did, log_name, need, number, one_of, outcome, read, sha256, text_of,
                            timestamp, walk)
from leaves import Leaf, Tree, did_of, is_index, leaf_hash, prefix_root, subject_key, subject_value
from notes import NOT_AUDITED, BadNote, Checkpoint, Quorum, policy_of

NOTE, PARTIAL, INCOMPLETE, INVALID = range(4)
VERDICTS = ("valid", "partial", "incomplete", "invalid")


class Invalid(Exception):
    """The file is not what it claims to be: nothing more is looked at."""


class Incomplete(Exception):
    """Something that must be shown is not."""


class Void(Exception):
    """Something does not count, by the fault of whoever signed it."""


def must(holds, kind, says):
    if not holds:
        raise kind(says)


# --- The form of a file (9.1) --------------------------------------------------------------------------------------------------------

def listed(item, most=None):
    def check(value):
        need(isinstance(value, list), "out-of-form")
        need(most is None or len(value) <= most, "out-of-bounds")
        for each in value:
            item(each)
    return check


def stands(most):
    """A leaf or a document, which stands there as its JSON value: its bytes and its nesting are counted from itself."""
    def check(value):
        need(isinstance(value, dict), "out-of-form")
        walk(value)
        need(count(value) <= 4_096, "too-large")
        need(len(canonical(value)) <= most, "too-large")
    return check


def note(value):
    walk(text_of(value))
    need(len(value.encode()) <= 131_072, "too-large")


def end(value):
    if value is not None:
        fields(key=hash32, value=hash32)(value)


leaf, document, place, path = stands(4_096), stands(65_536), number(0, 2**53 - 1), listed(hash32, 64)
ENTRY = fields(index=place, leaf=leaf, path=path, documents=listed(document, 2))
PART = fields(origin=log_name, checkpoint=note, index=fields(leaf=leaf, path=path),
              prefix=fields(siblings=listed(hash32, 256), end=end), entries=listed(ENTRY, 16_384))
ENGAGEMENT = fields(origin=log_name, checkpoint_=note, index=place, leaf=leaf, path=path)
FILE = fields(format=one_of("hanse/evidence/v1"), subject=key_of_did, made=timestamp, identity=document, parts=listed(PART, 256),
              engagements=listed(ENGAGEMENT, 16_384))


def file_of(data):
    file = read(data, 64 << 20)
    FILE(file)
    need(sum(len(part["entries"]) for part in file["parts"]) + len(file["engagements"]) <= 16_384, "out-of-bounds")
    own = {proof["checkpoint"] for proof in file["engagements"] if "checkpoint" in proof}
    need(len(own) <= 256, "out-of-bounds")
    need(sum(note.count("\n") for note in [part["checkpoint"] for part in file["parts"]] + sorted(own)) <= 10_240, "out-of-bounds")
    return file


# --- What a check knows --------------------------------------------------------------------------------------------------------------

Entry = collections.namedtuple("Entry", "at leaf documents")                    # `at` is the log and the index in it
Cited = collections.namedtuple("Cited", "origin leaf")                          # a usable one of `engagements`
Terms = collections.namedtuple("Terms", "other contract slot role")             # what the subject's offer or acceptance says


class Part:
    """A usable part: its leaves in log order, also by what they cite."""

    def __init__(self, checkpoint, tree, quorum, entries):
        self.checkpoint, self.tree, self.quorum, self.entries, self.citing = checkpoint, tree, quorum, entries, {}
        for entry in entries:
            about = {"settle": "engagement", "commit": "engagement", "open": "cites", "reply": "cites"}.get(entry.leaf.type)
            if about:
                self.citing.setdefault((entry.leaf.type, entry.leaf[about]), []).append(entry)


def commitment(value):
    return sha256(b"hanse/commit/v1\n", canonical(value)).hex()


def checked(value, kind):
    """What section 2 makes of a document of this kind; None if it does not verify or is of another kind."""
    found = outcome(canonical(value))
    return found if isinstance(found, dict) and found["id"].startswith(kind + "_") else None


def the_one(documents, committed, what):
    """The one document that a leaf of the subject commits to."""
    must(documents, Incomplete, f"{what} is not in the file")
    must(len(documents) == 1 and commitment(documents[0]) == committed, Invalid, f"the log commits to another document as {what}")
    return documents[0]


def first_and_copies(entries):
    return [entry for entry in entries if entry.leaf.id == entries[0].leaf.id]


def hashes(texts):
    return [bytes.fromhex(text) for text in texts]


# --- The check (9.2) -----------------------------------------------------------------------------------------------------------------

class Check:
    def __init__(self, file, policy, now):
        self.file, self.policy, self.now = file, policy, now
        self.subject, self.key, self.own = file["subject"], subject_key(file["subject"]), key_of_did(file["subject"]).hex()
        self.steps, self.parts, self.cited, self.slots, self.reviews = [], {}, {}, [], []
        self.notes, self.roots, self.places, self.below, self.claimed = {}, {}, {}, {}, set()
        try:
            self.run()
        except Invalid as error:
            self.say(INVALID, self.where, error)
        self.worst = max((step[0] for step in self.steps), default=NOTE)

    def say(self, kind, where, why):
        self.steps.append((kind, where, str(why)))

    def run(self):
        self.where = "identity"
        self.home = self.identity()
        origins = [part["origin"] for part in self.file["parts"]]
        self.where = "parts"
        must(len(set(origins)) == len(origins), Invalid, "a log with two parts")
        if self.home not in origins:
            self.say(INCOMPLETE, self.home, "there is no part of the home log")
        for part in self.file["parts"]:
            self.where = part["origin"]
            self.part(part)
        for proof in self.file["engagements"]:
            self.where = f"engagement {proof['index']} of {proof['origin']}"
            self.attempt(self.engagement, proof)
        if self.home in self.parts:
            self.where = "identity leaf"
            self.identity_leaf()
            self.contracts()
            self.replies()

    def attempt(self, run, *arguments):
        """What is incomplete or does not count is said, and the check goes on."""
        try:
            return run(*arguments)
        except Incomplete as error:
            self.say(INCOMPLETE, self.where, error)
        except Void as error:
            self.say(NOTE, self.where, error)

    def claim(self, entries):
        self.claimed.update(entry.at for entry in entries)

    @property
    def foreign(self):
        """Step 10."""
        return sum(len(part.entries) for part in self.parts.values()) - len(self.claimed)

    # Step 1.
    def identity(self):
        document = self.file["identity"]
        found = checked(document, "identity")
        must(found and found["issuer"] == self.subject, Invalid, "it does not verify, or is not the subject's identity")
        return document["credentialSubject"]["home"] + "/reputation"

    # Steps 3.1 and 9.
    def checkpoint(self, origin, text):
        if (origin, text) not in self.notes:
            try:
                self.notes[origin, text] = Checkpoint(origin, text, self.policy.known)
            except BadNote as error:
                raise Invalid(error) from None
        found = self.notes[origin, text]
        same = self.roots.setdefault((origin, found.size), found.root) == found.root
        must(same, Invalid, "two checkpoints of one size contradict each other")
        return found

    def stands_at(self, origin, index, tree, hash, path, why, learns=True):
        must(tree.proves(index, hash, hashes(path), learns), Invalid, why)
        must(self.places.setdefault((origin, index), hash) == hash, Invalid, f"two leaves at place {index}")

    # Step 3.
    def part(self, part):
        origin, is_home = part["origin"], part["origin"] == self.home
        if origin not in self.policy.logs:
            return self.say(INCOMPLETE if is_home else NOTE, origin, "the policy does not name this log")
        checkpoint = self.checkpoint(origin, part["checkpoint"])
        tree, size, index = Tree(checkpoint.size, checkpoint.root), checkpoint.size, part["index"]["leaf"]
        self.stands_at(origin, size - 1, tree, leaf_hash(canonical(index)), part["index"]["path"], "the index leaf is not the last one")
        must(is_index(index) and index["entries"] == size - 1, Invalid, "the last leaf is no index of all before it")
        end = part["prefix"]["end"] and tuple(hashes([part["prefix"]["end"]["key"], part["prefix"]["end"]["value"]]))
        root = prefix_root(self.key, hashes(part["prefix"]["siblings"]), end)
        must(root == bytes.fromhex(index["root"]), Invalid, "the prefix proof does not lead to the root of the index")
        entries, after = [], -1
        for entry in part["entries"]:
            leaf, at = Leaf(entry["leaf"]), entry["index"]
            must(at > after, Invalid, "leaves are not in the order of the log")
            self.stands_at(origin, at, tree, leaf.hash, entry["path"], f"leaf {at} is not in the log")
            beside = leaf.type in ("identity", "engagement", "open", "reply")
            must(beside or not entry["documents"], Invalid, f"documents beside leaf {at}, which makes none public")
            entries.append(Entry((origin, at), leaf, entry["documents"]))
            after = at
        value = subject_value([(entry.at[1], entry.leaf.hash) for entry in entries]) if entries else None
        must((end[1] if end and end[0] == self.key else None) == value, Invalid, "the index lists other leaves about the subject")
        formed = all(entry.leaf.formed and self.key.hex() in entry.leaf["subjects"] for entry in entries)
        if not formed or len({entry.leaf.id for entry in entries}) < len(entries):
            return self.say(INCOMPLETE, origin, "the log holds what no log may hold: it is wrong")
        self.below[origin] = checkpoint, tree
        quorum = Quorum(self.policy, checkpoint, self.now, True)
        if quorum.state != "audited":
            self.say(INCOMPLETE if is_home else NOTE, origin, NOT_AUDITED[quorum.state])
        if quorum.state == "audited" or is_home:
            self.parts[origin] = Part(checkpoint, tree, quorum, entries)

    # Step 4.
    def engagement(self, proof):
        origin, leaf = proof["origin"], Leaf(proof["leaf"])
        must(origin in self.policy.logs, Void, "the policy does not name this log")
        if "checkpoint" in proof:
            checkpoint = self.checkpoint(origin, proof["checkpoint"])
            tree = Tree(checkpoint.size, checkpoint.root)
        else:
            must(origin in self.below, Incomplete, "there is neither a checkpoint nor a part of this log that holds")
            checkpoint, tree = self.below[origin]
        must(leaf.formed and leaf.type == "engagement", Invalid, "it is no engagement in form")
        self.stands_at(origin, proof["index"], tree, leaf.hash, proof["path"], "it is not in the log", learns=False)
        own = leaf.signer and leaf["subjects"] == [subject_key(did_of(leaf.signer)).hex()]
        must(own, Void, "it is not signed by the person that it is about")
        quorum = Quorum(self.policy, checkpoint, self.now, False)
        must(quorum.state == "audited", Incomplete, NOT_AUDITED.get(quorum.state))
        must((origin, leaf.id) not in self.cited, Invalid, "an engagement twice")
        self.cited[origin, leaf.id] = Cited(origin, leaf)

    # Step 5.
    def identity_leaf(self):
        entries = [entry for entry in self.parts[self.home].entries if entry.leaf.type == "identity" and entry.leaf["seq"] == 0]
        first = next((entry for entry in entries if entry.leaf.signer == self.own), None)
        if not first:
            return self.say(INCOMPLETE, self.home, "the log lists no identity leaf of the subject")
        must(first.leaf["commitment"] == commitment(self.file["identity"]), Invalid, "it commits to another identity document")
        must([canonical(one) for one in first.documents] in ([], [canonical(self.file["identity"])]), Invalid, "other documents beside it")
        self.claim(entry for entry in entries if entry.leaf.signer == self.own)

    # Step 6, and 7 for each of them.
    def contracts(self):
        own_slots, found = set(), []
        for entry in self.parts[self.home].entries:
            if entry.leaf.type == "engagement" and entry.leaf.signer == self.own:
                self.where = f"contract {entry.leaf.id}"
                self.claim([entry])
                must(len(entry.leaf["slots"]) == 1, Invalid, "it has more than one slot")
                terms = self.attempt(self.terms, entry)
                if terms:
                    must(terms.slot not in own_slots, Invalid, "the subject's own slot key is of an earlier contract")
                    own_slots.add(terms.slot)
                found.append((entry.leaf, terms))
        by_signer = {}
        for cited in self.cited.values():
            by_signer.setdefault(did_of(cited.leaf.signer), []).append(cited)
        for leaf, terms in found:
            self.where = f"slot of contract {leaf.id}"
            engaged = bool(terms) and any(all(self.fits(leaf, terms, cited)) for cited in by_signer.get(terms.other, ()))
            slot = {"engagement": leaf.id, "state": None, "settled": False}
            self.slots.append(slot)
            slot["state"] = self.slot(leaf, terms, engaged, slot)

    def terms(self, entry):
        document = the_one(entry.documents, entry.leaf["commitment"], "the subject's offer or acceptance")
        offer, body = checked(document, "offer"), document.get("credentialSubject")
        found = offer or checked(document, "acceptance")
        must(found and found["issuer"] == self.subject, Invalid, "it is no offer or acceptance of the subject")
        must(body["log"] == self.home, Invalid, "it names another log as the subject's")
        if offer:
            return Terms(body["freelancer"], found["id"], body["slot"], "freelancer")
        return Terms(body["client"], body["offer"], body["slot"], "client")

    def fits(self, engagement, terms, cited):
        """Whether an engagement of step 4 is the other side's in this contract."""
        return (did_of(cited.leaf.signer) == terms.other, cited.origin == engagement["log"], cited.leaf["log"] == self.home,
                cited.leaf["slots"] == [terms.slot])

    # Step 7.
    def slot(self, engagement, terms, engaged, slot):
        log, key = engagement["log"], engagement["slots"][0]
        decided = log in self.parts and self.parts[log].quorum.state == "audited"
        origins = [log] * decided + [self.home] * (self.home != log or not decided)

        def by_slot(type, cites):
            """By the slot's key alone, in the order that decides. Claimed all the same: others are by one entitled, and do not count."""
            found = [entry for origin in origins for entry in self.parts[origin].citing.get((type, cites), ())]
            found = [entry for entry in found if entry.leaf.signer == key]
            self.claim(found)
            return found

        settles, commits = by_slot("settle", engagement.id), by_slot("commit", engagement.id)
        opens = {commit.leaf.id: by_slot("open", commit.leaf.id) for commit in commits}
        if log not in self.policy.logs:
            self.say(PARTIAL, self.where, f"outside: the policy does not name {log}")
            return "outside"
        if not decided:
            self.say(INCOMPLETE, self.where, f"not covered: there is no part of {log} that a quorum vouches for")
            return "not_covered"
        if settles and not (terms and terms.role == "client"):
            slot["settled"] = engaged
            if not engaged:
                self.say(INCOMPLETE, self.where, "a settle, and no engagement of the other side")
        if not commits:
            expired = self.parts[log].quorum.after(engagement["due"])
            self.say(NOTE, self.where, "expired: no review, and the due day is over" if expired else "open: no review yet")
            return "expired" if expired else "open"
        opens = opens[commits[0].leaf.id]
        if not opens:
            self.say(NOTE, self.where, "sealed")
            return "sealed"
        try:
            self.review(engagement, terms, engaged, commits[0].leaf, first_and_copies(opens))
            return "reviewed"
        except Incomplete as error:
            self.say(INCOMPLETE, self.where, error)
            return "document_missing"
        except Void as error:
            self.say(NOTE, self.where, f"the review does not count: {error}")
            return "void"

    # Steps 7.4 and 7.5.
    def review(self, engagement, terms, engaged, commit, opens):
        copies = [entry.documents for entry in opens if entry.documents]
        must(all(canonical(copy) == canonical(copies[0]) for copy in copies), Invalid, "different documents for one review")
        must(copies, Incomplete, "the review is not in the file")
        review, *texts = copies[0]
        must(commitment(review) == commit["commitment"], Invalid, "the log commits to another review")
        found, body = checked(review, "review"), review.get("credentialSubject")
        must(found, Void, "it does not verify, or is no review")
        must(terms, Incomplete, "without the subject's own document nobody can say who may review")
        must(body["id"] == self.subject, Void, "it is about somebody else")
        must(found["issuer"] == terms.other, Void, "it is not by the other side")
        must(body["role"] == terms.role, Void, "its role is not the other side's")
        must(body["contract"] == terms.contract, Void, "it is of another contract")
        cited = self.cited.get((engagement["log"], body["engagement"]))
        must(cited, Void if engaged else Incomplete, "the engagement that it cites is not in the file, or not usable")
        must(all(self.fits(engagement, terms, cited)), Void, "the engagement that it cites is not the other side's in this contract")
        must(all(commitment(text) == body.get("text") for text in texts), Invalid, "a text that the review does not commit to")
        words = checked(texts[0], "text") if texts else None
        text = texts[0]["credentialSubject"]["text"] if words and words["issuer"] == found["issuer"] else None
        if "text" in body and text is None:
            self.say(NOTE, self.where, "the text of the review is not there, or is no text by its author")
        self.reviews.append({"commit": commit.id, "author": found["issuer"], "rating": body["rating"], "text": text, "reply": None})

    # Step 8.
    def replies(self):
        own = [entry for entry in self.parts[self.home].entries if entry.leaf.type == "reply" and entry.leaf.signer == self.own]
        self.claim(own)
        for review in self.reviews:
            first = next((entry for entry in own if entry.leaf["cites"] == review["commit"]), None)
            if first:
                self.where = f"reply {first.leaf.id}"
                self.attempt(self.reply, review, first)

    def reply(self, review, entry):
        document = the_one(entry.documents, entry.leaf["commitment"], "the reply")
        found, body = checked(document, "reply"), document.get("credentialSubject")
        fits = found and found["issuer"] == self.subject and body["cites"] == review["commit"]
        must(fits, Invalid, "it is no reply of the subject to this review")
        review["reply"] = body["text"]


# --- From outside --------------------------------------------------------------------------------------------------------------------

def check(file, policy, now):
    """The check of a file in bytes by a policy in bytes, at a time in seconds; Refused if one of them is unusable."""
    try:
        policy = policy_of(policy)
    except Refused as refused:
        raise Refused(f"the policy: {refused}") from None
    try:
        file = file_of(file)
    except Refused as refused:
        raise Refused(f"the file: {refused}") from None
    return Check(file, policy, now)


def batch():
    """Many files in one process: an answer a line, for comparing with another implementation."""
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        file, policy = base64.b64decode(asked["file"]), asked["policy"].encode(errors="surrogatepass")
        try:
            found = check(file, policy, timestamp(asked["now"]))
            verdict, shown = VERDICTS[found.worst], found.worst != INVALID
            content = {"reviews": found.reviews, "slots": found.slots, "foreign": found.foreign} if shown else None
        except Refused:
            verdict, content = "unusable", None
        print(json.dumps({"verdict": verdict, "content": content}), flush=True)
    return 0


def main(arguments):
    options = {"--policy": None, "--now": None}
    names, rest = [], iter(arguments)
    for word in rest:
        if word in options:
            options[word] = next(rest, None)
        else:
            names.append(word)
    if names == ["--batch"]:
        return batch()
    within = "--within-policy" in names
    names = [name for name in names if name != "--within-policy"]
    if len(names) != 1 or names[0].startswith("-") or options["--policy"] is None:
        print(__doc__)
        return 2
    try:
        now = timestamp(options["--now"]) if options["--now"] else int(time.time())
        with open(names[0], "rb") as file, open(options["--policy"], "rb") as policy:
            found = check(file.read((64 << 20) + 1), policy.read(262_145), now)
    except (OSError, Refused) as error:
        print(f"UNUSABLE: {error}")
        return 2
    for kind, where, why in found.steps:
        print(f"{VERDICTS[kind].upper() if kind else 'note'} {where}: {why}")
    if found.worst != INVALID:
        for review in found.reviews:
            print(f"{review['rating']} of 5 by {review['author']}: {review['text']!r}; reply {review['reply']!r}")
        states = collections.Counter(slot["state"] for slot in found.slots)
        settled = sum(slot["settled"] for slot in found.slots)
        print(f"{len(found.slots)} contracts {dict(states)}, {settled} paid by the word of both; {found.foreign} foreign leaves")
    print(VERDICTS[found.worst].upper())
    return 0 if found.worst == NOTE or found.worst == PARTIAL and within else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
