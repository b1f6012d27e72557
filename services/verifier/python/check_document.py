#!/usr/bin/env python3
"""Documents of Hanse, checked by section 2, 3 and 12 of PROTOCOL.md and nothing else: a second implementation, standard library only.

    check_document.py FILE...          print id, commitment and subject key of each, or why it is refused; exit 1 if one is
    check_document.py --vectors DIR    compare with DIR/valid and DIR/invalid, as in services/document/testdata

It is written to be read beside PROTOCOL.md, not to be fast: a signature takes some milliseconds.
"""
import base64, calendar, functools, hashlib, json, pathlib, re, sys, time, unicodedata

from ed25519 import point, verifies


class Refused(Exception):
    """Why a document is none: the slug of section 12."""


def need(holds, slug):
    if not holds:
        raise Refused(slug)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# --- Values (1, 2.3, 2.5) ------------------------------------------------------------------------------------------------------------

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def to_base58(data):
    n, text = int.from_bytes(data, "big"), ""
    while n:
        n, digit = divmod(n, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58(text, slug):
    n = 0
    for character in text:
        need(character in ALPHABET, slug)
        n = n * 58 + ALPHABET.index(character)
    data = b"\0" * (len(text) - len(text.lstrip("1"))) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    need(to_base58(data) == text, slug)
    return data


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def is_base64url_of_32(text):
    return bool(re.fullmatch(r"[A-Za-z0-9_-]{43}", text)) and base64url(base64.urlsafe_b64decode(text + "=")) == text


def text_of(value):
    need(isinstance(value, str), "out-of-form")
    return value


def matches(pattern, slug):
    def check(value):
        need(re.fullmatch(pattern, text_of(value)), slug)
    return check


def key_of_did(value):
    match = re.fullmatch(r"did:key:z(\w{1,63})", text_of(value), re.ASCII)
    need(match, "bad-key")
    data = from_base58(match[1], "bad-key")
    need(len(data) == 34 and data[:2] == b"\xed\x01" and point(data[2:]), "bad-key")
    return data[2:]


def key(value):
    need(re.fullmatch(r"[0-9a-f]{64}", text_of(value)) and point(bytes.fromhex(value)), "bad-key")


hash32 = matches(r"[0-9a-f]{64}", "out-of-form")
language = matches(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", "bad-code")
skill = matches(r"[a-z0-9:-]{1,64}", "bad-code")
country = matches(r"[A-Z]{2}", "bad-code")
currency = matches(r"[A-Z]{3}", "bad-code")
LABELS = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"


def node(value):
    need(len(text_of(value)) <= 64 and re.fullmatch(LABELS, value) and value != "self", "bad-name")


def custody(value):
    if value != "self":
        node(value)


def log_name(value):
    need(text_of(value).endswith("/reputation"), "bad-name")
    node(value[: -len("/reputation")])


def moment(form, pattern):
    def check(value):
        need(re.fullmatch(pattern, text_of(value), re.ASCII), "bad-time")
        try:
            seconds = calendar.timegm(time.strptime(value, form))
        except ValueError:
            raise Refused("bad-time") from None
        need(time.strftime(form, time.gmtime(seconds)) == value and 2020 <= int(value[:4]) <= 2099, "bad-time")
        return seconds
    return check


timestamp = moment("%Y-%m-%dT%H:%M:%SZ", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
date = moment("%Y-%m-%d", r"\d{4}-\d\d-\d\d")


def id_of(*kinds):
    def check(value):
        kind, separator, encoded = text_of(value).partition("_")
        need(separator and kind in BODIES and is_base64url_of_32(encoded), "bad-id")
        need(kind in kinds, "wrong-kind")
    return check


# What shows nothing by itself, and where in a line it is written all the same (2.5).
HIDDEN = ("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
          "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff")
JOINING = ("[\u0620\u0626\u0628\u062a-\u062e\u0633-\u063f\u0641-\u0647\u0649\u064a\u066e\u066f\u0678-\u0687\u069a-\u06bf\u06c1\u06c2"
           "\u06cc\u06ce\u06d0\u06d1\u06fa-\u06fc\u06ff\u0750-\u0758\u075c-\u076a\u076d-\u0770\u0772\u0775-\u0777\u077a-\u077f\u0886"
           "\u0889-\u088d\u08a0-\u08a9\u08af\u08b0\u08b3-\u08b8\u08ba-\u08c8]")
JOINED = ("[\u0622-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0673\u0675-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2"
          "\u06d3\u06d5\u06ee\u06ef\u0759-\u075b\u076b\u076c\u0771\u0773\u0774\u0778\u0779\u0870-\u0882\u088e\u08aa-\u08ac\u08ae"
          "\u08b1\u08b2\u08b9]")
MARKS = ("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0897-\u089f\u08ca-\u08e1"
         "\u08e3-\u08ff]")
VIRAMAS = ("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1715\u1734\u17d2"
           "\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed")
INDIC = "[\u0900-\u109f\u1700-\u17ff\u1a20-\u1aaf\u1b00-\u1bff\ua800-\uabff]"
PICTURES = ("\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297"
            "\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff")
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
MONGOLIAN = "\u1820-\u1878\u1880-\u18aa"
WRITTEN = re.compile("(?:" + "|".join((
    f"{JOINING}{MARKS}*\u200c(?={MARKS}*(?:{JOINING}|{JOINED}))",
    f"[{VIRAMAS}](?:\u200d|\u200c(?={INDIC}))?",
    "\u09b0(?:\u200d(?=\u09cd))?", "\u0cb0(?:\u200d(?=\u0ccd))?",
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f(?![\U000e0020-\U000e007f])",
    f"[{PICTURES}](?:\ufe0e|(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?(?:\u200d(?=[{PICTURES}]))?)",
    "[0-9#*](?:\ufe0f\u20e3)?",
    f"[{HAN}][\ufe00-\ufe02\U000e0100-\U000e01ef]?",
    f"[{MONGOLIAN}](?:[\u180b-\u180d\u180f]|\u180e(?=[{MONGOLIAN}]))?",
    f"[^{HIDDEN}{VIRAMAS}\u09b0\u0cb0{PICTURES}0-9#*{HAN}{MONGOLIAN}\x00-\x1f\x7f-\x9f]",
)) + ")*")
BLANK = re.compile(f"[\\s{HIDDEN}]*")


def text(most, shows=lambda value: not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in value)):
    def check(value):
        need(shows(text_of(value)), "forbidden-character")
        need(1 <= len(value) <= most and not BLANK.fullmatch(value), "out-of-bounds")
    return check


def line(most):
    return text(most, WRITTEN.fullmatch)


def number(least, most):
    def check(value):
        need(type(value) is int, "out-of-form")
        need(least <= value <= most, "out-of-bounds")
    return check


def boolean(value):
    need(type(value) is bool, "out-of-form")


def one_of(*words):
    return lambda value: need(text_of(value) in words, "out-of-form")


def items(most, item):
    def check(value):
        need(isinstance(value, list), "out-of-form")
        for each in value:
            item(each)
        need(len(value) <= most, "out-of-bounds")
        need(len(set(value)) == len(value), "repeated-item")
    return check


def fields(**rules):
    """An object with these fields; a name that ends in `_` is optional."""
    def check(value):
        need(isinstance(value, dict), "out-of-form")
        named = {name.rstrip("_"): rule for name, rule in rules.items()}
        need(value.keys() <= named.keys(), "out-of-form")
        need(all(name.endswith("_") or name in value for name in rules), "out-of-form")
        for name, each in value.items():
            named[name](each)
    return check


def by_kind(**forms):
    def check(value):
        need(isinstance(value, dict) and text_of(value.get("kind")) in forms, "out-of-form")
        forms[value["kind"]]({name: each for name, each in value.items() if name != "kind"})
    return check


def money(value):
    amount = number(0, 10**12)
    fields(currency=currency, min_=amount, max_=amount, per=one_of("hour", "project"))(value)
    need(value.get("min", 0) <= value.get("max", 10**12), "out-of-bounds")


def site(value):
    fields(name=line(120), country=country, latitude_e4_=number(-900_000, 900_000),
           longitude_e4_=number(-1_800_000, 1_800_000))(value)
    need(("latitude_e4" in value) == ("longitude_e4" in value), "out-of-form")


pay = by_kind(money=money, barter=fields(offers=line(500)), time_credits=fields(hours_=number(1, 20_000)))
place = by_kind(remote=fields(), site=site)

# --- Kinds (3) -----------------------------------------------------------------------------------------------------------------------


def schedule(value):
    fields(start_=date, end_=date)(value)
    need(value.get("start", "") <= value.get("end", "9"), "bad-time")


EVENTS = {
    "close_unfilled": (["job"], fields(reason=line(500))),
    "fill": (["job"], fields()),
    "withdraw": (["bid"], fields(reason_=line(500))),
    "decline": (["bid", "offer"], fields(reason=line(500))),
    "rescind": (["offer"], fields(reason_=line(500))),
    "deliver": (["offer"], fields(note_=text(2_000), digest_=hash32)),
    "accept_delivery": (["offer"], fields(note_=text(2_000))),
    "attest_paid": (["offer"], fields()),
    "confirm_received": (["offer"], fields(engagement=hash32)),
    "close": (["offer"], fields(reason_=line(500))),
}


def step(value):
    fields(body=lambda _: None, event=one_of(*EVENTS), object=text_of, prev=text_of, to=node)(value)
    objects, body = EVENTS[value["event"]]
    body(value["body"])
    id_of(*objects)(value["object"])
    id_of("job", "bid", "offer", "acceptance", "step")(value["prev"])


AXES = {
    "client": {"quality", "communication", "expertise", "deadlines", "cooperation"},
    "freelancer": {"clarity", "scope_stability", "payment", "communication", "respect"},
}


def axes(value):
    need(isinstance(value, dict) and value.keys() <= AXES["client"] | AXES["freelancer"], "out-of-form")
    for each in value.values():
        number(1, 5)(each)


BODIES = {
    "identity": fields(custody=custody, home=node, recovery=items(8, key_of_did), seq=number(0, 0)),
    "profile": fields(about_=text(4_000), headline_=line(120), home=node, languages=items(20, language), name_=line(80), place_=place,
                      prev_=id_of("profile"), rate_=pay, remote_=boolean, skills=items(20, skill), travel_km_=number(0, 20_000)),
    "job": fields(home=node, hours_per_week_=number(1, 168), language_=language, languages=items(20, language), pay_=pay, place_=place,
                  schedule_=schedule, seats=number(1, 100), skills=items(20, skill), text=text(16_000), title=line(120)),
    "bid": fields(days_=number(1, 3_650), home=node, job=id_of("job"), language_=language, pay_=pay, text=text(8_000), to=node),
    "terms": fields(due=date, language_=language, pay_=pay, scope=text(8_000)),
    "offer": fields(bid=id_of("bid"), freelancer=key_of_did, job=id_of("job"), log=log_name, slot=key, terms=hash32, to=node),
    "acceptance": fields(client=key_of_did, log=log_name, offer=id_of("offer"), slot=key, to=node),
    "step": step,
    "text": fields(language_=language, text=text(8_000)),
    "review": fields(axes=axes, contract=id_of("offer"), engagement=hash32, id=key_of_did, on_time_=boolean, rating=number(1, 5),
                     role=one_of("client", "freelancer"), text_=hash32),
    "reply": fields(cites=hash32, text=text(8_000)),
}
OPEN_DAYS = {"job": 90, "offer": 7}


def across(kind, body, issuer):
    """The rules that span fields, or the body and its author."""
    own = key_of_did(issuer).hex()
    if kind == "identity":
        need(issuer not in body["recovery"], "key-reused")
    other = {"offer": "freelancer", "acceptance": "client", "review": "id"}.get(kind)
    if other:
        need(body[other] != issuer, "about-self")
    if "slot" in body:
        need(body["slot"] not in (own, key_of_did(body[other]).hex()), "key-reused")
    if kind == "review":
        need(body["axes"].keys() <= AXES[body["role"]], "out-of-form")


# --- Documents (2.1, 2.2, 2.4) -------------------------------------------------------------------------------------------------------

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"]


def canonical(value):
    # JCS for ASCII keys and integers; Python escapes exactly what RFC 8785 does.
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(data, most):
    """One JSON value with ASCII keys, none of them twice, and whole numbers; its texts are not looked at."""
    need(len(data) <= most, "too-large")

    def an_object(pairs):
        need(all(name.isascii() for name, _ in pairs), "key-not-ascii")
        found = dict(pairs)
        need(len(found) == len(pairs), "duplicate-key")
        return found

    def an_integer(digits):
        need(digits != "-0", "float")
        need(len(digits) <= 17 and abs(int(digits)) < 2**53, "integer-range")
        return int(digits)

    def a_float(digits):
        whole = float(digits).is_integer() and abs(float(digits)) >= 2**53
        raise Refused("integer-range" if whole else "float")

    def no_constant(_):
        raise Refused("not-json")

    try:
        return json.loads(data.decode(), object_pairs_hook=an_object, parse_int=an_integer, parse_float=a_float,
                          parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise Refused("not-json") from None


def count(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(count, inner))


def walk(value, deepest=16):
    """What 2.1 says of a value and all in it: form C, no half of a surrogate pair, not too deep, no null."""
    if isinstance(value, str):
        need(value.isascii() or not re.search("[\ud800-\udfff]", value), "not-json")
        need(unicodedata.is_normalized("NFC", value), "not-nfc")
    elif isinstance(value, (dict, list)):
        need(deepest > 0, "too-deep")
        for each in value.values() if isinstance(value, dict) else value:
            walk(each, deepest - 1)
    need(value is not None, "out-of-form")


def parse(data):
    value = read(data, 65_536)
    walk(value)
    need(count(value) <= 4_096, "too-large")
    need(canonical(value) == data, "not-canonical")
    return value


def salt(value):
    need(is_base64url_of_32(text_of(value)), "out-of-form")


@functools.lru_cache(1_024)
def outcome(data):
    """What `check` says of the bytes, or the slug of why they are refused."""
    try:
        return check(data)
    except Refused as refused:
        return str(refused)


def check(data):
    """Id, commitment and subject key of a document; Refused otherwise."""
    document = parse(data)
    context = lambda value: need(value == CONTEXT, "out-of-form")
    fields(**{"@context": context, "credentialSubject": lambda _: None, "issuer": key_of_did, "salt": salt, "type": lambda _: None,
              "validFrom": timestamp, "validUntil_": timestamp,
              "proof": fields(**{"@context": context, "created": timestamp, "cryptosuite": one_of("eddsa-jcs-2022"), "custody_": node,
                                 "proofPurpose": one_of("assertionMethod"), "proofValue": text_of,
                                 "type": one_of("DataIntegrityProof"), "verificationMethod": text_of})})(document)
    types, issuer, proof = document["type"], document["issuer"], dict(document["proof"])
    need(isinstance(types, list) and len(types) == 2 and types[0] == "VerifiableCredential", "out-of-form")
    kinds = {"Hanse" + kind.capitalize(): kind for kind in BODIES}
    need(text_of(types[1]) in kinds, "unknown-kind")
    kind, body = kinds[types[1]], document["credentialSubject"]
    BODIES[kind](body)
    across(kind, body, issuer)
    need(proof["created"] == document["validFrom"], "bad-time")
    need(("validUntil" in document) == (kind in OPEN_DAYS), "bad-time")
    if kind in OPEN_DAYS:
        lasts = timestamp(document["validUntil"]) - timestamp(document["validFrom"])
        need(1 <= lasts <= OPEN_DAYS[kind] * 86_400, "bad-time")
    encoded = proof.pop("proofValue")
    need(encoded[:1] == "z" and len(encoded) <= 89, "bad-signature")
    signature = from_base58(encoded[1:], "bad-signature")
    need(len(signature) == 64, "bad-signature")
    need(proof["verificationMethod"] == f"{issuer}#{issuer.removeprefix('did:key:')}", "foreign-key")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    signed = sha256(canonical(proof)) + sha256(canonical(unsigned))
    need(verifies(key_of_did(issuer), signed, signature), "bad-signature")
    return {"id": f"{kind}_{base64url(sha256(signed))}", "commitment": sha256(b"hanse/commit/v1\n", data).hex(),
            "subject": sha256(b"hanse/subject/v1\n", issuer.encode()).hex(), "signed": signed.hex(), "issuer": issuer}


def vectors(folder):
    expected = json.loads((folder / "valid/ids.json").read_text())
    wrong = [kind for kind, want in expected.items() if outcome((folder / f"valid/{kind}.json").read_bytes()) != want]
    refused = sorted((folder / "invalid").glob("*.json"))
    wrong += [f"{path.stem}, not {outcome(path.read_bytes())}" for path in refused if outcome(path.read_bytes()) != path.stem]
    lines = json.loads((folder / "lines.json").read_text())
    wrong += [f"line {row}" for row in lines["valid"] if not WRITTEN.fullmatch(row["line"])]
    wrong += [f"line {row}" for row in lines["refused"] if WRITTEN.match(row["line"]).end() != row["place"] - 1]
    print(f"{len(lines['valid'])} lines that show and {len(lines['refused'])} that do not")
    print(f"{len(expected)} valid and {len(refused)} invalid documents, {len(wrong)} wrong", *wrong, sep="\n  ")
    return 1 if wrong or not expected or not refused else 0


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--vectors":
        return vectors(pathlib.Path(arguments[1]))
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    results = [outcome(pathlib.Path(name).read_bytes()) for name in arguments]
    for name, result in zip(arguments, results):
        print(f"{name}: refused: {result}" if isinstance(result, str) else f"{name}: {json.dumps(result, indent=2)}")
    return 1 if any(isinstance(result, str) for result in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
