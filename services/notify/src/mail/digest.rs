//! Letters with news. What is written and how far it told commit together: nothing is told twice, and nothing is left out because a
//! process ended.

use hanse_api::words::SentenceLanguage;
use hanse_base::error::UseError;
use hanse_base::{Base, present};
use hanse_store::Tx;

use crate::sentence;
use crate::tables::letters::{self, News};
use crate::tables::wishes::{self, Item, Person};

/// News older than this go into no letter any more: the node was stopped, or had no mail server.
const FRESH_SECONDS: i64 = 3 * DAY_SECONDS;
const DAY_SECONDS: i64 = 86_400;
/// When daily letters are written, in seconds of the day: before people in Europe begin to work.
const MORNING_SECONDS: i64 = 5 * 3_600;
/// Notifications that are looked at in one transaction.
const STRETCH: i64 = 500;
/// Daily letters that are written in one transaction.
const BATCH: i64 = 50;
/// What one letter tells; of the rest it says how much there is.
const ITEMS_MAX: usize = 50;
/// News that wait for one person while the mail server is away. What comes beyond stands in the list of notifications.
const WAITING_MAX: i64 = 20;

/// The first morning after a time.
pub(super) fn morning(now: i64) -> i64 {
    let since = (now - MORNING_SECONDS).rem_euclid(DAY_SECONDS);
    now - since + DAY_SECONDS
}

/// Writes what goes at once, of one stretch of notifications; whether there may be more.
pub(super) async fn at_once(base: &Base) -> Result<bool, UseError> {
    let mut connection = base.store().connection().await?;
    let tx = connection.begin().await?;
    let after = wishes::cursor(&tx).await?;
    let Some(up_to) = wishes::up_to(&tx, after, STRETCH).await? else { return Ok(false) };
    let now = base.now().unix();
    let told = wishes::at_once(&tx, (after, up_to), now - FRESH_SECONDS, WAITING_MAX).await?;
    for news in told.chunk_by(|(one, _), (other, _)| one.did == other.did) {
        let Some((person, _)) = news.first() else { continue };
        let items: Vec<&Item> = news.iter().map(|(_, item)| item).collect();
        write(&tx, base, person, &items).await?;
    }
    wishes::move_cursor(&tx, up_to).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes the daily letters that are due, at most a batch of them; whether there were any.
pub(super) async fn daily(base: &Base) -> Result<bool, UseError> {
    let mut connection = base.store().connection().await?;
    let tx = connection.begin().await?;
    let now = base.now().unix();
    let due = wishes::daily(&tx, now, BATCH).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let limit = i64::try_from(ITEMS_MAX).unwrap_or(i64::MAX).saturating_add(1);
    for due in due {
        let mut items = wishes::untold(&tx, &due, limit).await?;
        items.reverse();
        wishes::told(&tx, &due.did, morning(now)).await?;
        let Some(address) = due.address else { continue };
        let person = Person { did: due.did, handle: due.handle, language: due.language, address };
        write(&tx, base, &person, &items.iter().collect::<Vec<_>>()).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Queues a letter that tells this, if it is anything.
async fn write(tx: &Tx<'_>, base: &Base, person: &Person, items: &[&Item]) -> Result<(), UseError> {
    if items.is_empty() {
        return Ok(());
    }
    let (subject, body) = text(base.config().name.as_str(), person, items);
    let news = News { did: &person.did, to: &person.address, subject: &subject, body: &body };
    Ok(letters::enqueue(tx, &news, base.now().unix()).await?)
}

/// Subject and text. Of many the newest are told.
fn text(node: &str, person: &Person, items: &[&Item]) -> (String, String) {
    let language = language(&person.language);
    let french = matches!(language, SentenceLanguage::Fr);
    let told = items.get(items.len().saturating_sub(ITEMS_MAX)..).unwrap_or(items);
    let sentences = told.iter().map(|item| sentence(item.news, item.title.as_deref(), language));
    let sentences: Vec<String> = sentences.collect();
    let handle = &person.handle;
    let subject = match (sentences.as_slice(), french) {
        ([one], _) => format!("{node}: {one}"),
        (many, true) => format!("{node} : {} nouvelles", many.len()),
        (many, false) => format!("{node}: {} things happened", many.len()),
    };
    let mut body = if french { format!("Bonjour {handle},\n\n") } else { format!("Hello {handle},\n\n") };
    for (item, sentence) in told.iter().zip(&sentences) {
        body.push_str(&format!("- {sentence} ({})\n", present::time(item.at)));
    }
    if told.len() < items.len() {
        body.push_str(if french {
            "- … et d'autres, plus anciennes.\n"
        } else {
            "- … and others, which are older.\n"
        });
    }
    body.push_str(if french {
        "\nTout est dans vos notifications : hanse notifications\n\
         Pour ne plus recevoir ces lettres : hanse notifications email --none, ou « se désabonner » dans votre messagerie.\n"
    } else {
        "\nAll of it is among your notifications: hanse notifications\n\
         To get no more of these letters: hanse notifications email --none, or \"unsubscribe\" in your mail program.\n"
    });
    (subject, body)
}

/// A language as it is stored.
pub(super) fn language(stored: &str) -> SentenceLanguage {
    if stored == "fr" { SentenceLanguage::Fr } else { SentenceLanguage::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_morning_is_never_now_and_within_a_day() {
        for (now, next) in [(0, 18_000), (17_999, 18_000), (18_000, 104_400), (104_399, 104_400)] {
            assert_eq!(morning(now), next, "{now}");
        }
    }

    /// 2026-11-24T12:00:00Z
    const NOON: i64 = 1_795_521_600;

    #[test]
    fn a_letter_of_many_tells_the_newest_and_says_that_there_are_more() {
        let item = |at| Item { news: hanse_lifecycle::News::BidSubmitted, at, title: Some("Pont".into()) };
        let items: Vec<Item> = (NOON..NOON + 51).map(item).collect();
        let person = |language: &str| Person {
            did: String::new(),
            handle: "ada".into(),
            language: language.into(),
            address: String::new(),
        };
        let all: Vec<&Item> = items.iter().collect();
        let (subject, body) = text("a.example", &person("fr"), &all);
        assert_eq!(subject, "a.example : 50 nouvelles");
        assert!(
            body.contains("et d'autres") && !body.contains("12:00:00Z") && body.contains("12:00:50Z"),
            "{body}"
        );
        let (subject, body) = text("a.example", &person("en"), &all[..1]);
        assert_eq!(subject, "a.example: A bid on “Pont” has come.");
        assert!(!body.contains("others") && body.starts_with("Hello ada,"), "{body}");
    }
}
