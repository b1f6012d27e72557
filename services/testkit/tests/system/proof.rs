//! A stranger's check: the evidence file of a node, a policy from the nodes' own cards, and the verifier.

use hanse_base::clock::Clock as _;
use hanse_command::policy::{self, NodeKeys};
use hanse_testkit::{Federation, Person, TestNode, eventually};
use hanse_verifier::{Options, Report, Verdict, verify};

/// The policy that trusts these nodes, as `hanse policy` makes it.
pub(crate) async fn policy_of(nodes: &[TestNode], federation: &Federation) -> String {
    let mut keys = Vec::new();
    for node in nodes {
        let card = node.http().get("/v1/node").send().await.ok(200);
        keys.push(NodeKeys::from_answer(&node.seat().url(), &card).unwrap());
    }
    policy::text(&keys, federation.clock().now()).unwrap()
}

/// The evidence about a person as their home gives it to anybody.
pub(crate) async fn evidence_of(person: &Person) -> Vec<u8> {
    let answer = person.home.get(&format!("/v1/reputation/{}/evidence", person.did)).send().await;
    drop(answer.ok(200));
    answer.body
}

/// What the verifier makes of the evidence about a person now.
pub(crate) async fn check(federation: &Federation, person: &Person, policy: &str) -> Report {
    verify(&evidence_of(person).await, policy, federation.clock().now(), &Options::default()).unwrap()
}

/// Waits until the evidence about a person is valid and says what is wanted.
pub(crate) async fn proven(
    federation: &Federation,
    person: &Person,
    policy: &str,
    wanted: impl Fn(&Report) -> bool,
) -> Report {
    let what = format!("valid evidence about {} says what is wanted", person.handle);
    let last = std::cell::RefCell::new(String::new());
    let looked = eventually(&what, async || {
        let report = check(federation, person, policy).await;
        *last.borrow_mut() = report.to_string();
        (report.verdict == Verdict::Valid && wanted(&report)).then_some(report)
    });
    looked.await
}
