//! sparse gen LEVELS ENTRIES KIND NOTES FOLDER | sparse check FOLDER
#![allow(warnings)]
use hanse_document::kind::*;
use hanse_document::bounded::List;
use hanse_document::*;
use hanse_ledger::evidence::*;
use hanse_ledger::index::{self, IndexLeaf, Listed, Nodes, PrefixProof};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_tlog::{checkpoint, hash, Checkpoint, Cosigner, Hash, KeyName, LogSigner};
use hanse_verifier::{verify, Options};

fn now() -> Timestamp { Timestamp::parse("2026-11-24T10:00:00Z").unwrap() }
fn home_name() -> String { std::env::var("HOME_NODE").unwrap_or("b.example".into()) }
fn seed(n: u64) -> [u8; 32] { hash::leaf(&n.to_be_bytes()).into() }
fn key(n: &str) -> KeyName { KeyName::parse(n).unwrap() }

fn tree(level: u32, place: u64, leaves: &mut [(u64, Hash, Vec<Hash>)]) -> Hash {
    if leaves.is_empty() {
        let mut b = level.to_be_bytes().to_vec(); b.extend(place.to_be_bytes());
        return hash::leaf(&b);
    }
    if level == 0 { return leaves[0].1; }
    let mid = (2 * place + 1) << (level - 1);
    let at = leaves.partition_point(|l| l.0 < mid);
    let (a, b) = leaves.split_at_mut(at);
    let (l, r) = (tree(level - 1, 2 * place, a), tree(level - 1, 2 * place + 1, b));
    for x in a { x.2.push(r) }
    for x in b { x.2.push(l) }
    hash::node(&l, &r)
}

fn part(node: &str, signer: &LogSigner, levels: u32, subject: &SubjectKey, own: Vec<(Leaf, Vec<DocumentJson>)>, mark: impl Fn(&Checkpoint) -> String) -> Part {
    let size = 1u64 << levels;
    let stride = (size - 2) / (own.len() as u64 + 1);
    let mut listed = Listed::new();
    let mut leaves: Vec<(u64, Hash, Vec<Hash>)> = vec![];
    for (k, (leaf, _)) in own.iter().enumerate() {
        let at = (k as u64 + 1) * stride;
        listed.append(at, &leaf.hash());
        leaves.push((at, leaf.hash(), vec![]));
    }
    let mut nodes = Nodes::new();
    if listed.count > 0 { index::insert(&mut nodes, subject, listed.value()).unwrap(); }
    let prefix = index::prove(&nodes, subject).unwrap();
    let il = IndexLeaf { entries: size - 1, listed: 1, root: index::root(&nodes) }.to_bytes();
    leaves.push((size - 1, hash::leaf(&il), vec![]));
    let root = tree(levels, 0, &mut leaves);
    let cp = Checkpoint { origin: signer.vkey().name().clone(), size, root };
    let last = leaves.pop().unwrap();
    let entries = own.into_iter().zip(leaves).map(|((leaf, documents), (index, _, path))| Entry { index, leaf: LeafJson::parse(leaf.bytes()).unwrap(), path, documents }).collect();
    Part { origin: format!("{node}/reputation"), checkpoint: mark(&cp), index: IndexProof { leaf: LeafJson::parse(&il).unwrap(), path: last.2 }, prefix, entries }
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "check" {
        let file = std::fs::read(format!("{}/file", a[2])).unwrap();
        let policy = std::fs::read_to_string(format!("{}/policy", a[2])).unwrap();
        let cpu = || { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<f64> = s.rsplit_once(") ").unwrap().1.split(' ').skip(11).take(2).map(|x| x.parse().unwrap()).collect(); (f[0] + f[1]) / 100.0 };
        let before = cpu();
        let r = verify(&file, &policy, now(), &Options::default());
        let t = cpu() - before;
        let peak = std::fs::read_to_string("/proc/self/status").unwrap().lines().find_map(|l| l.strip_prefix("VmHWM:").map(|x| x.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0)).unwrap();
        let says = match &r { Ok(r) => { let w = r.steps.iter().max_by_key(|s| s.outcome).unwrap(); format!("{:?} {} {}", r.verdict, w.name, w.says) } Err(e) => e.to_string() };
        println!("file {} cpu {t:.2}s peak {:.1} MB = {:.2}x; bound {:.1} MB; {says}", file.len(), peak / 1e6, peak / file.len() as f64, (4.0 * file.len() as f64 + 12e6) / 1e6);
        return;
    }
    let (levels, count, kind, notes, folder): (u32, usize, &str, usize, &str) = (a[2].parse().unwrap(), a[3].parse().unwrap(), &a[4], a[5].parse().unwrap(), &a[6]);
    let me = SigningKey::from_seed(seed(1)); let did = Did::of(&me.public()); let subject = SubjectKey::of(&did);
    let node = NodeName::parse(&home_name()).unwrap(); let log = LogName::of(&node);
    let sign = |body: Body, n: u64| Draft { issuer: did.clone(), body, salt: seed(n + 1_000_000), from: now(), until: None, custody: None }.sign(&me).unwrap();
    let idoc = sign(Body::Identity(Identity { custody: Custody::Own, home: node.clone(), recovery: List::new(vec![]).unwrap(), seq: 0 }), 0);
    let leaf = |s: &Statement| s.draft(20_781, &[subject]).sign(&[&me]).unwrap();
    let json = |d: &Verified| DocumentJson::of(d.value()).unwrap();
    let mut own = vec![(leaf(&Statement::Identity { commitment: idoc.commitment(), seq: 0 }), vec![])];
    let other = Did::of(&SigningKey::from_seed(seed(2)).public());
    for n in 0..count as u64 {
        own.push(if kind == "contracts" {
            let acc = sign(Body::Acceptance(Acceptance { client: other.clone(), log: log.clone(), offer: DocumentId::new(Kind::Offer, seed(n)), slot: SigningKey::from_seed(seed(n + 5_000_000)).public(), to: node.clone() }), n + 1);
            let slot = SigningKey::from_seed(seed(n + 9_000_000)).public();
            (leaf(&Statement::Engagement { commitment: acc.commitment(), due: 1, log: format!("{}/reputation", home_name()), slots: vec![slot] }), vec![json(&acc)])
        } else if kind == "bare" {
            (leaf(&Statement::Engagement { commitment: Commitment::from_bytes(seed(n)), due: 1, log: format!("{}/reputation", home_name()), slots: vec![SigningKey::from_seed(seed(n + 9_000_000)).public()] }), vec![])
        } else {
            (leaf(&Statement::Reply { cites: LeafId::from_bytes(seed(n)), commitment: Commitment::from_bytes(seed(n)) }), vec![])
        });
    }
    let auditors: Vec<Cosigner> = (0..4).map(|n| Cosigner::new(key(&format!("n{n}.example/auditor")), seed(100 + n))).collect();
    let home = LogSigner::new(key(&format!("{}/reputation", home_name())), seed(200));
    let c0 = LogSigner::new(key("c0.example/reputation"), seed(201));
    let t = now().unix() as u64;
    let mark = |s: &LogSigner, cp: &Checkpoint, lines: usize, from: u64| { let mut n = checkpoint::sign(cp, s).to_string(); for l in 0..lines { n.push_str(&format!("{}\n", auditors[l % 4].cosign(cp, t - 60 - from - l as u64))); } n };
    let p = part(&home_name(), &home, levels, &subject, own, |cp| mark(&home, cp, 4, 0));
    let x = Statement::Engagement { commitment: Commitment::from_bytes(seed(3)), due: 1, log: format!("{}/reputation", home_name()), slots: vec![me.public()] }.draft(1, &[SubjectKey::of(&other)]).sign(&[&me]).unwrap();
    let cp = Checkpoint { origin: c0.vkey().name().clone(), size: 1, root: x.hash() };
    let engagements = (0..notes as u64).map(|k| EngagementProof { origin: "c0.example/reputation".into(), checkpoint: Some(mark(&c0, &cp, 35, k * 64)), index: 0, leaf: LeafJson::parse(x.bytes()).unwrap(), path: vec![] }).collect();
    let e = Evidence { format: Format::V1, subject: did.clone(), made: now(), identity: json(&idoc), parts: vec![p], engagements };
    let mut policy = format!("log {}\nlog {}\n", home.vkey(), c0.vkey());
    for c in &auditors { policy += &format!("witness {} {}\n", c.vkey().name(), c.vkey()); }
    policy += "quorum none\n";
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/file"), e.to_bytes()).unwrap();
    std::fs::write(format!("{folder}/policy"), policy).unwrap();
    println!("{}", e.to_bytes().len());
}
