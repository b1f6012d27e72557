//! Reviews whose documents come after their leaves.

use hanse_document::Kind;
use hanse_store::{Sql as _, log};
use hanse_trust::scores::{Feed, FeedItem};

use super::scores::deal;
use crate::testing::Home;

const LOG: &str = "a.example/reputation";

#[tokio::test]
async fn a_review_that_comes_late_is_told_once() {
    const SHOW: &str = "UPDATE document SET public = $1 WHERE kind = 'review'";
    let home = Home::new('a', &[]).await;
    let (vic, ada) = (home.register("vic").await, home.register("ada").await);
    home.sequence().await;
    deal(&home, &vic, &ada, 5).await;
    let db = home.engine.store().connection().await.unwrap();
    let size = log::find(&db, LOG).await.unwrap().unwrap().size;
    let mut feed = Feed::default();
    feed.page(&db, LOG, 0, size).await.unwrap();
    assert!(feed.missed() == 0, "both reviews are here");
    assert_eq!(db.execute(SHOW, &[&false]).await.unwrap(), 2);
    for _ in 0..2 {
        feed.page(&db, LOG, 0, size).await.unwrap();
    }
    assert_eq!(feed.missed(), 2, "each is missed once");
    let reviews = async |feed: &mut Feed| {
        let told = feed.late(&db).await.unwrap();
        let review =
            |piece: &&FeedItem| matches!(piece, FeedItem::Document(row) if row.id.kind() == Kind::Review);
        told.iter().filter(review).count()
    };
    for (told, left) in [(0, 2), (0, 2), (0, 2)] {
        assert_eq!((reviews(&mut feed).await, feed.missed()), (told, left));
    }
    db.execute(SHOW, &[&true]).await.unwrap();
    // They are asked for in turn: now is the turn of those behind the last one, and there is none.
    for (told, left) in [(0, 2), (2, 0), (0, 0), (0, 0)] {
        assert_eq!((reviews(&mut feed).await, feed.missed()), (told, left));
    }
}
