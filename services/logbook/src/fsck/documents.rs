//! Every document against its own bytes.

use hanse_document::Signed;
use hanse_store::documents::{self, DocumentRow};
use hanse_store::{Store, StoreError};

use super::{DIFFERENCES_MAX, FsckReport};

/// Documents read at once: at most 64 KiB each, and a few kilobytes as a rule.
const PAGE: i64 = 256;

/// Checks that the bytes of each document are still what was signed, under its id and its commitment.
pub(super) async fn check(store: &Store, report: &mut FsckReport) -> Result<(), StoreError> {
    let connection = store.connection().await?;
    let mut after = Vec::new();
    loop {
        let page = documents::after(&connection, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id.hash().to_vec();
        for row in &page {
            report.documents += 1;
            if !is_sound(row) && report.damaged.len() < DIFFERENCES_MAX {
                report.damaged.push(row.id.to_string());
            }
        }
    }
}

fn is_sound(row: &DocumentRow) -> bool {
    Signed::parse(&row.bytes).and_then(Signed::verify).is_ok_and(|document| {
        (document.id(), document.issuer(), document.commitment()) == (row.id, &row.issuer, row.commitment)
    })
}

#[cfg(test)]
mod tests {
    use hanse_store::Sql as _;

    use crate::fsck::fsck;
    use crate::testing::Home;

    #[tokio::test]
    async fn a_document_that_is_not_what_was_signed_is_named() {
        let damages = [
            "UPDATE document SET bytes = set_byte(bytes, 200, get_byte(bytes, 200) # 1)",
            "UPDATE document SET commitment = decode(repeat('07', 32), 'hex')",
            "UPDATE document SET kind = 'job'",
        ];
        for damage in damages {
            let home = Home::new('a', &[]).await;
            home.register("ada").await;
            let report = fsck(home.book.store()).await.unwrap();
            assert!(report.sound() && report.documents == 1, "{report}");
            let connection = home.book.store().connection().await.unwrap();
            assert_eq!(connection.execute(damage, &[]).await.unwrap(), 1);
            let report = fsck(home.book.store()).await.unwrap();
            assert!(!report.sound() && report.to_string().contains("is not what was signed"), "{report}");
        }
    }
}
