//! What this node says about others' logs.

use hanse_logbook::LogError;
use hanse_logbook::cosign::{Cosigned, RECOSIGN_SECONDS, Withheld, cosign};
use hanse_store::log;
use hanse_tlog::{Note, checkpoint, cosignature};

use crate::node::{A, B, N, Node, identities, reputation};

async fn audit(node: &Node, origin: &str, largest: u64) -> Result<Cosigned, LogError> {
    cosign(node.store(), node.keys(), origin, largest, node.engine.now()).await
}

#[tokio::test]
async fn a_head_is_cosigned_after_it_was_rebuilt_and_once_a_day() {
    let [a, b] = Node::world([A, B]).await;
    let origin = reputation(A);
    a.sequence(&identities(0..4)).await;
    assert_eq!(audit(&b, &origin, 0).await.unwrap(), Cosigned::Withheld(Withheld::Empty));
    b.follow(&a).await;
    assert_eq!(
        audit(&b, &origin, 7).await.unwrap(),
        Cosigned::Withheld(Withheld::Behind),
        "a larger head is known"
    );
    assert_eq!(audit(&b, &origin, 6).await.unwrap(), Cosigned::Signed { size: 6 });
    assert_eq!(audit(&b, &origin, 6).await.unwrap(), Cosigned::Fresh);
    let day = i64::try_from(RECOSIGN_SECONDS).unwrap();
    b.clock.advance(day - 1);
    assert_eq!(audit(&b, &origin, 6).await.unwrap(), Cosigned::Fresh);
    b.clock.advance(1);
    assert_eq!(audit(&b, &origin, 6).await.unwrap(), Cosigned::Signed { size: 6 });
    b.clock.advance(-2 * day);
    assert_eq!(audit(&b, &origin, 6).await.unwrap(), Cosigned::Withheld(Withheld::Clock));
    let kept = log::cosignatures(&b.db().await, &origin, 6).await.unwrap();
    assert_eq!(kept.len(), 1, "kept before anybody could see it, one for each cosigner");
    assert_eq!(audit(&b, &reputation(B), 1).await.unwrap(), Cosigned::Withheld(Withheld::Own));
    assert!(matches!(audit(&b, "x.example/jobs", 1).await, Err(LogError::Unknown { .. })));
}

#[tokio::test]
async fn a_halted_or_damaged_mirror_is_not_cosigned() {
    use hanse_store::Sql as _;
    let [a, b] = Node::world([A, B]).await;
    let origin = reputation(A);
    a.sequence(&identities(0..4)).await;
    b.follow(&a).await;
    b.db()
        .await
        .execute("UPDATE log_subtree SET nodes = decode('00020000' || repeat('07', 64), 'hex')", &[])
        .await
        .unwrap();
    assert!(matches!(audit(&b, &origin, 6).await, Err(LogError::Damaged { .. })));
    b.keys().open(b.store(), b.engine.now()).await.unwrap();
    assert_eq!(audit(&b, &origin, 6).await.unwrap(), Cosigned::Withheld(Withheld::Halted));
    assert_eq!(log::cosignatures(&b.db().await, &origin, 6).await.unwrap(), []);
}

#[tokio::test]
async fn cosignatures_reach_the_log_and_stand_below_its_checkpoint() {
    let [a, b, n] = Node::world([A, B, N]).await;
    a.sequence(&identities(0..4)).await;
    for auditor in [&b, &n] {
        auditor.follow(&a).await;
        auditor.cosign(&a, &[&a]).await;
    }
    let note = a.engine.logbook().checkpoint("reputation").await.unwrap().unwrap();
    let note = Note::parse(note.as_bytes()).unwrap();
    let head = checkpoint::open(&note, a.own().signer.vkey()).unwrap();
    let keys = [b.keys().cosigner().vkey(), n.keys().cosigner().vkey()];
    let times = cosignature::collect(&note, &head, keys).unwrap();
    let now = u64::try_from(a.engine.now().unix()).unwrap();
    assert_eq!(times.into_values().collect::<Vec<_>>(), [[now], [now]]);
    assert_eq!(note.signatures().len(), 3);
}
