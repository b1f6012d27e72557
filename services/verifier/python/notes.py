"""Notes, checkpoints, policies and quorums of Hanse: sections 6.1 and 7 of PROTOCOL.md, and the C2SP texts that they name."""
import base64, functools, re, unicodedata

from check_document import Refused, sha256
from ed25519 import point, verifies

AHEAD, MAX_AGE = 300, 172_800
NOT_AUDITED = {"index": "index not audited", "nobody": "unwitnessed"}


class BadNote(Exception):
    """A note that is not well formed, not signed by whom it should be, or has a line of a known key that does not verify."""


class Unusable(Refused):
    """A policy that breaks 7.2."""


def well(holds, why):
    if not holds:
        raise BadNote(why)


def sound(holds, why):
    if not holds:
        raise Unusable(why)


def from_base64(text):
    """The bytes of the one spelling of RFC 4648 section 4; None for any other text."""
    if len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text):
        return None
    try:
        data = base64.b64decode(text)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def is_key_name(name):
    """C2SP: not empty, no Unicode space, no plus; 6.1: at most 512 bytes, no control character."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return False
    return 1 <= size <= 512 and "+" not in name and not any(each.isspace() or unicodedata.category(each) == "Cc" for each in name)


# --- Checkpoints (6.1, 7.1) ----------------------------------------------------------------------------------------------------------

def split_note(note):
    """The text of a note, and the names, key ids and signatures of its lines."""
    well(len(note.encode()) <= 131_072, "a note of more than 131,072 bytes")
    well(not re.search("[\0-\x09\x0b-\x1f]", note), "a control character in a note")
    text, gap, lines = note.rpartition("\n\n")
    well(gap and lines.endswith("\n"), "no signature lines, or the last one has no end")
    lines = lines[:-1].split("\n")
    well(len(lines) <= 64, "more than 64 signature lines")
    found = []
    for line in lines:
        words = line.split(" ")
        well(len(words) == 3 and words[0] == "—" and is_key_name(words[1]), "not a signature line")
        data = from_base64(words[2])
        well(data and len(data) > 4, "not a signature in base64")
        found.append((words[1], data[:4], data[4:]))
    return text + "\n", found


class Checkpoint:
    """The checkpoint of a log, and the policy's witnesses that cosigned it, with the times; BadNote if it is none."""

    def __init__(self, origin, note, known):
        body, lines = split_note(note)
        head = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,19})\n([^\n]+)\n", body)
        well(head and head[1] == origin, "not a checkpoint of this log")
        self.origin, self.size, self.root = origin, int(head[2]), from_base64(head[3])
        well(self.size < 2**64 and self.root is not None and len(self.root) == 32, "a size or root that is none")
        self.signed, self.vouched = False, []
        for name, identifier, data in lines:
            for key in known.get((name, identifier), ()):
                if key.type == 1:
                    well(verifies(key.public, body.encode(), data), f"a line of {name} does not verify")
                    self.signed |= name == origin
                else:
                    at = int.from_bytes(data[:8], "big")
                    message = f"cosignature/v1\ntime {at}\n{body}".encode()
                    well(at < 2**63 and verifies(key.public, message, data[8:]), f"a cosignature of {name} does not verify")
                    self.vouched.append((key, at))
        well(self.signed, "no key of the log in the policy signed it")


# --- Policies (7.2) ------------------------------------------------------------------------------------------------------------------

class Key:
    """A verifier key: `<key name>+<key id in hex>+<base64(type ‖ public key)>`."""

    def __init__(self, text, type):
        name, *rest = text.split("+", 2)
        data = from_base64(rest[1]) if len(rest) == 2 else None
        sound(is_key_name(name) and data is not None and len(data) == 33, f"no verifier key: {text!r}")
        self.name, self.type, self.public, self.operator = name, data[0], data[1:], name.split("/")[0]
        self.id = sha256(name.encode(), b"\n", data)[:4]
        sound(self.type == type, f"{name} is a key of another type")
        sound(rest[0] == self.id.hex() and point(self.public) is not None, f"the id or the point of {name} is not right")


class Policy:
    def __init__(self, data):
        sound(len(data) <= 262_144, "more than 262,144 bytes")
        sound(not re.search(rb"[\0-\x08\x0b-\x1f\x7f]", data), "a control character")
        self.logs, self.witnesses, self.groups, self.quorum, self.known = set(), {}, {}, None, {}
        self.count = {"log": 0, "witness": 0, "group": 0}
        self.publics, self.members = set(), set()
        # The names of a policy are octets to it, whatever they are in UTF-8.
        for line in data.decode(errors="surrogateescape").split("\n"):
            words = re.findall(r"[^ \t]+", line)
            if words and not words[0].startswith("#"):
                self.line(*words)
        sound(self.quorum is not None, "no quorum line")

    def line(self, what, *words):
        if what in self.count:
            self.count[what] += 1
            sound(self.count[what] <= 256, f"more than 256 lines {what}")
        if what == "log" and 1 <= len(words) <= 2:
            self.logs.add(self.key(words[0], 1).name)
        elif what == "witness" and 2 <= len(words) <= 3:
            self.new(words[0])
            self.witnesses[words[0]] = self.key(words[1], 4)
        elif what == "group" and len(words) >= 3:
            name, least, *members = words
            sound(least in ("all", "any") or re.fullmatch("[1-9][0-9]{0,3}", least), f"no threshold: {least!r}")
            least = {"all": len(members), "any": 1}.get(least) or int(least)
            sound(least <= len(members), f"{name} has fewer members than it asks for")
            for member in members:
                sound(member in self.witnesses or member in self.groups, f"{member!r} is not defined before it is used")
                sound(member not in self.members, f"{member!r} is a member twice")
                self.members.add(member)
            self.new(name)
            self.groups[name] = least, members
        elif what == "quorum" and len(words) == 1 and self.quorum is None:
            sound(words[0] == "none" or words[0] in self.witnesses or words[0] in self.groups, f"{words[0]!r} is not defined")
            self.quorum = words[0]
        else:
            raise Unusable(f"not a line of a policy, or a second quorum: {what!r}")

    def new(self, name):
        sound(name != "none" and name not in self.witnesses and name not in self.groups, f"{name!r} is defined twice")

    def key(self, text, type):
        key = Key(text, type)
        sound(key.public not in self.publics, f"the public key of {key.name} stands twice")
        self.publics.add(key.public)
        self.known.setdefault((key.name, key.id), []).append(key)
        return key

    def satisfied(self, names):
        """The policy's own quorum, by the names of the witnesses that count."""
        met = set(names)
        for name, (least, members) in self.groups.items():
            if sum(member in met for member in members) >= least:
                met.add(name)
        return self.quorum == "none" or self.quorum in met


@functools.lru_cache(64)
def policy_of(data):
    return Policy(data)


# --- Quorums (7.3) -------------------------------------------------------------------------------------------------------------------

class Quorum:
    """Who vouches for a checkpoint at a time: `state` is "audited", "index" (not audited) or "nobody" (unwitnessed)."""

    def __init__(self, policy, checkpoint, now, fresh):
        own = checkpoint.origin.split("/")[0]
        others = {name: key for name, key in policy.witnesses.items() if key.operator != own}
        latest = {}
        for key, at in checkpoint.vouched:
            if at <= now + AHEAD and (not fresh or now - at <= MAX_AGE):
                latest[key.public] = max(at, latest.get(key.public, 0))
        counted = {name: key for name, key in others.items() if key.public in latest}
        self.auditors = {}
        for key in filter(audits, counted.values()):
            self.auditors[key.operator] = max(latest[key.public], self.auditors.get(key.operator, 0))
        self.k = most_of({key.operator for key in others.values() if audits(key)})
        met = policy.satisfied(counted)
        seen = len({key.operator for key in counted.values()}) >= most_of({key.operator for key in others.values()})
        self.state = "audited" if met and len(self.auditors) >= self.k else "index" if met and seen else "nobody"

    def after(self, day):
        """Whether k auditors vouch for it after a day."""
        return sum(at // 86_400 > day for at in self.auditors.values()) >= self.k


def audits(key):
    return key.name == key.operator + "/auditor"


def most_of(operators):
    return 1 + 2 * len(operators) // 3
