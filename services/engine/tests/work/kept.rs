//! What the database does not give back as it was put in is shown to nobody, and keeps nobody from the rest.

use hanse_api::requests::JobQuery;
use hanse_base::error::UseError;
use hanse_document::DocumentId;
use hanse_store::{Sql as _, counted};

use crate::cluster::Cluster;
use crate::deal::{Deal, id, job_request};

/// One bit of a document.
const FLIP: &str = "UPDATE document SET bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) WHERE id = $1";
const ERASE: &str = "DELETE FROM document WHERE id = $1";

#[tokio::test]
async fn a_posting_that_is_damaged_or_erased_is_not_there() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let mut posted: Vec<DocumentId> = Vec::new();
    for title in ["One", "Two", "Three"] {
        posted.push(id(&engine.post_job(&ada.did, job_request(title), false).await.unwrap().view.id));
    }
    let page = async || {
        let page = engine.jobs(JobQuery::default()).await.unwrap().items;
        page.into_iter().map(|job| job.title.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(page().await.len(), 3);
    let db = engine.store().connection().await.unwrap();
    for (statement, job) in [(FLIP, &posted[0]), (ERASE, &posted[1])] {
        assert_eq!(db.execute(statement, &[&job.hash().as_slice()]).await.unwrap(), 1);
        assert_eq!(engine.job(job, None).await.unwrap(), None);
    }
    assert_eq!(page().await, ["Three"]);
    let damaged = engine.document(&posted[0], None).await;
    assert!(matches!(damaged, Err(UseError::Failed(_))), "{damaged:?}");
    assert!(engine.document(&posted[1], None).await.unwrap().is_none());
}

/// Terms may be erased; that there was a contract, and what became of it, stays. A page of contracts costs what one costs.
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_shown_without_terms_that_were_erased() {
    let cluster = Cluster::start(&["a", "b", "n"]).await;
    let (client, freelancer) = (cluster.register(0, "ada").await, cluster.register(1, "bob").await);
    let deal = Deal::closed(&cluster, &client, &freelancer).await;
    let before = deal.view(deal.home(), &client.did).await;
    let db = deal.home().store().connection().await.unwrap();
    let terms = "DELETE FROM document WHERE id = (SELECT terms FROM contract WHERE id = $1)";
    assert_eq!(db.execute(terms, &[&deal.contract.hash().as_slice()]).await.unwrap(), 1);
    let (after, one) = counted(deal.view(deal.home(), &client.did)).await;
    assert_eq!((after.scope.as_str(), &after.due, &after.history), ("", &before.due, &before.history));
    let (page, whole) =
        counted(deal.home().contracts(&client.did, serde_json::from_str("{}").unwrap())).await;
    assert_eq!((page.unwrap().items, whole), (vec![after], one));
}
