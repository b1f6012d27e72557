//! Section 14: the example is made again, and stands in the text.

use hanse_document::hash::LeafRef;
use hanse_document::{Commitment, Kind, PublicKey, Signed, SigningKey, Verified};
use hanse_ledger::index::{self, Listed};
use hanse_ledger::{Leaf, LogState, Statement, SubjectKey};
use hanse_tlog::{Checkpoint, Cosigner, KeyName, LogSigner, TileSet, checkpoint, hash, prove, tile};

use super::{TEXT, section, valid};

/// 2026-11-24, and the due day of the example's terms.
const DAY: u32 = 20_781;
const DUE: u32 = 20_864;
/// 2026-11-25T00:00:00Z.
const COSIGNED: u64 = 1_795_564_800;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

fn document(kind: Kind) -> Verified {
    Signed::parse(&valid(kind)).unwrap().verify().unwrap()
}

fn commitment(kind: Kind) -> Commitment {
    document(kind).commitment()
}

fn client() -> SubjectKey {
    SubjectKey::of(document(Kind::Offer).issuer())
}

fn freelancer() -> SubjectKey {
    SubjectKey::of(document(Kind::Bid).issuer())
}

fn engagement(by: u8, of: Kind, slot: PublicKey, log: &str) -> Leaf {
    let statement = Statement::Engagement {
        commitment: commitment(of),
        due: DUE,
        log: log.to_owned(),
        slots: vec![slot],
    };
    let subject = SubjectKey::of(document(of).issuer());
    statement.draft(DAY, &[subject]).sign(&[&key(by)]).unwrap()
}

/// The leaves of the example, in the order of the text.
pub(crate) fn leaves() -> Vec<(&'static str, Leaf)> {
    let (slot_c, slot_f) = (key(3), key(4));
    let sign = |statement: Statement, subject, signer: &SigningKey| {
        statement.draft(DAY, &[subject]).sign(&[signer]).unwrap()
    };
    let identity = Statement::Identity { commitment: commitment(Kind::Identity), seq: 0 };
    let posting = Statement::Posting { commitment: commitment(Kind::Job) };
    let of_client = engagement(1, Kind::Offer, slot_f.public(), "b.example/reputation");
    let of_freelancer = engagement(2, Kind::Acceptance, slot_c.public(), "a.example/reputation");
    let settle = Statement::Settle { commitment: commitment(Kind::Step), engagement: of_client.id() };
    let commit = Statement::Commit { commitment: commitment(Kind::Review), engagement: of_freelancer.id() };
    let commit = sign(commit, freelancer(), &slot_c);
    let cites = commit.id();
    let reply = Statement::Reply { cites, commitment: commitment(Kind::Reply) };
    vec![
        ("`identity` of C", sign(identity, client(), &key(1))),
        ("`posting` by C", posting.draft(DAY, &[client()]).with_signatures(Vec::new()).unwrap()),
        ("E_C", of_client),
        ("E_F", of_freelancer),
        ("`settle` about C", sign(settle, client(), &slot_f)),
        ("K_F, `commit` about F", commit),
        ("`open` of K_F", sign(Statement::Open { cites }, freelancer(), &slot_c)),
        ("`reply` by F", sign(reply, freelancer(), &key(2))),
    ]
}

fn says(section: &str, row: &str) {
    assert!(section.lines().any(|line| line == row), "the text lacks:\n{row}");
}

#[test]
fn keys_and_people() {
    let section = section("### 14.1 Keys and people");
    for (who, kind) in [("client", Kind::Offer), ("freelancer", Kind::Bid)] {
        let did = document(kind).issuer().clone();
        says(section, &format!("| {who}'s did | `{did}` |"));
        says(section, &format!("| {who}'s key | `{}` |", did.key()));
        says(section, &format!("| {who}'s subject key | `{}` |", SubjectKey::of(&did)));
    }
    says(section, &format!("| S_C | `{}` |", key(3).public()));
    says(section, &format!("| S_F | `{}` |", key(4).public()));
    says(section, &format!("| log's verifier key | `{}` |", log().vkey()));
    says(section, &format!("| auditor's verifier key | `{}` |", auditor().vkey()));
    says(section, &format!("| receipt's verifier key | `{}` |", receipts().vkey()));
}

#[test]
fn documents() {
    let section = section("### 14.2 Documents");
    for kind in Kind::ALL {
        says(section, &format!("| `{}` | `{}` |", document(kind).id(), commitment(kind)));
    }
}

#[test]
fn leaves_and_their_ids() {
    let section = section("### 14.3 Leaves");
    for (name, leaf) in leaves() {
        says(section, &format!("| {name} | `{}` | `{}` |", leaf.id(), leaf.hash()));
        says(section, std::str::from_utf8(leaf.bytes()).unwrap());
        leaf.verify_signatures().unwrap();
        assert_ne!(LeafRef::from(leaf.id()), LeafRef::from_bytes([0; 32]));
    }
}

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

fn log() -> LogSigner {
    LogSigner::new(name("a.example/reputation"), [6; 32])
}

fn auditor() -> Cosigner {
    Cosigner::new(name("n.example/auditor"), [7; 32])
}

fn receipts() -> LogSigner {
    LogSigner::new(name("a.example/receipt"), [8; 32])
}

/// The log of the example, its tiles, and the leaves that are in it.
fn example() -> (LogState, TileSet, Vec<Vec<u8>>) {
    let mut state = LogState::new();
    let mut bytes = vec![state.seal().unwrap()];
    for (name, leaf) in leaves() {
        if !["`posting` by C", "E_F", "`reply` by F"].contains(&name) {
            state.append(leaf.bytes()).unwrap();
            bytes.push(leaf.bytes().to_vec());
        }
    }
    bytes.push(state.seal().unwrap());
    let hashes: Vec<_> = bytes.iter().map(|leaf| hash::leaf(leaf)).collect();
    let mut tiles = TileSet::new();
    tile::append(&mut tiles, 0, &hashes).unwrap();
    (state, tiles, bytes)
}

#[test]
fn a_log_with_its_index_checkpoint_and_cosignature() {
    let section = section("### 14.4 A log");
    let (state, tiles, leaves) = example();
    assert_eq!(state.size, 7);
    says(section, &format!("| root of the empty tree (no leaf) | `{}` |", hash::EMPTY));
    for (who, subject) in [("C", client()), ("F", freelancer())] {
        let listed: &Listed = state.listed.get(&subject).unwrap();
        let row = |what: &str| {
            section.lines().find(|line| line.starts_with(&format!("| {what} of {who}"))).unwrap()
        };
        assert!(row("subject root").ends_with(&format!(" `{}` |", listed.range.root())));
        assert!(row("subject value").ends_with(&format!(" `{}` |", listed.value())));
    }
    says(section, &format!("| prefix root | `{}` |", index::root(&state.nodes)));
    let proof = index::prove(&state.nodes, &freelancer()).unwrap();
    let [first, second] = proof.siblings.as_slice() else { panic!("two siblings") };
    says(section, &format!("| prefix proof of F: first sibling | `{first}` |"));
    says(section, &format!("| second sibling (C's leaf of the prefix tree) | `{second}` |"));
    for (what, at) in [("the index leaf, 6", 6), ("K_F, 4", 4)] {
        let path = prove::inclusion(&tiles, at, 7).unwrap();
        let path: Vec<String> = path.iter().map(|hash| format!("`{hash}`")).collect();
        says(section, &format!("| audit path of {what} of 7 | {} |", path.join(" ")));
    }
    says(section, &format!("| root of the log of size 7 | `{}` |", state.root()));
    for leaf in [leaves.first(), leaves.last()] {
        says(section, std::str::from_utf8(leaf.unwrap()).unwrap());
    }
    let head = Checkpoint { origin: name("a.example/reputation"), size: 7, root: state.root() };
    let line = auditor().cosign(&head, COSIGNED);
    let note = checkpoint::sign(&head, &log()).with_signature(line).unwrap();
    assert!(section.contains(&format!("```\n{note}```\n")), "{note}");
}

#[test]
fn the_empty_log() {
    let section = section("### 14.4 A log");
    let mut state = LogState::new();
    let empty = index::root(&state.nodes);
    says(section, &format!("| empty prefix tree: SHA-256(0x03 ‖ 64 zero bytes) | `{empty}` |"));
    state.seal().unwrap();
    says(section, &format!("| root of the log of size 1, the empty index | `{}` |", state.root()));
}

#[test]
fn the_larger_logs_are_those_of_the_ledger() {
    let section = section("### 14.5 Larger logs");
    for file in ["one", "few", "some", "many"] {
        let path = super::root().join(format!("services/ledger/testdata/completeness/{file}.json"));
        let log: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let root = log["root"].as_str().unwrap();
        says(section, &format!("| `{file}.json` | {} | {} | `{root}` |", log["size"], log["subjects"]));
    }
}

#[test]
fn a_receipt_and_a_peer_id() {
    let section = section("### 14.6 A receipt, a message id, a peer id");
    let text = format!("hanse/receipt/v1\n{}\naccepted\n{COSIGNED}\n", document(Kind::Bid).id());
    let note = receipts().sign(text).unwrap();
    assert!(section.contains(&format!("```\n{note}```\n")), "{note}");
    assert!(section.contains(&format!("`{}`", hanse_network::peer_id(&[1; 32]))));
}

#[test]
fn the_table_of_quorums_is_the_formula() {
    let row: Vec<String> = (0..=10).map(|others| (1 + 2 * others / 3).to_string()).collect();
    says(TEXT, &format!("| k | {} |", row.join(" | ")));
}
