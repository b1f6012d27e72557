//! A node's answers for people. Ids are shown whole, because the next command takes them.

mod bids;
mod contracts;
mod disputes;
mod jobs;
mod life;
mod people;
mod rules;

use serde_json::Value;

use crate::pay;
use crate::terminal::out;
use crate::terminal::table::{Card, Table};
use hanse_client::commands::Thing;
use hanse_client::json::Read as _;

pub(super) use bids::{bid, bids, invitation, invitations};
pub(super) use contracts::{contract, contracts};
pub(super) use disputes::{arbiter, arbiters, dispute, disputes};
pub(super) use jobs::{job, jobs, own_jobs};
pub(super) use people::{listed, listing};
pub(super) use rules::rules;

/// Widths of cells that may be cut.
const TITLE: Option<usize> = Some(52);
const PAY: Option<usize> = Some(24);
const PLACE: Option<usize> = Some(20);
const WORDS: Option<usize> = Some(44);

pub(super) fn registered(person: &Value) -> String {
    Card::default()
        .with("account", person.text("/handle"))
        .with("person", person.text("/did"))
        .with("home", person.text("/home"))
        .with("key", &custody(person.text("/custody")))
        .with("next", "hanse profile set --name …, or hanse job search")
        .text(&recovery_codes(person))
        .render()
}

/// Codes that are told once.
pub(super) fn recovery_codes(made: &Value) -> String {
    format!(
        "Recovery codes; each sets a new password, once. They are shown here and nowhere again: write them down, and keep them apart \
         from the password.\n\n{}",
        made.texts("/recovery_codes").join("\n")
    )
}

pub(super) fn signed_in(session: &Value) -> String {
    Card::default()
        .with("signed in", session.text("/handle"))
        .with("node", session.text("/node"))
        .with("person", session.text("/did"))
        .with("may", session.text("/scope"))
        .render()
}

/// Who is signed in: what the node says of the account, and what this login may do there.
pub(super) fn oneself(person: &Value, node: &str, scope: &str) -> String {
    Card::default()
        .with("account", person.text("/handle"))
        .with("person", person.text("/did"))
        .with("node", node)
        .with("home", person.text("/home"))
        .with("key", &custody(person.text("/custody")))
        .with("may", scope)
        .with("since", person.text("/created_at"))
        .render()
}

pub(super) fn profile(view: &Value) -> String {
    let said = view.pointer("/profile").unwrap_or(&Value::Null);
    let card = Card::default()
        .with("person", view.text("/did"))
        .with("home", view.text("/home"))
        .with("key", &custody(view.text("/custody")))
        .with("name", said.text("/name"))
        .with("headline", said.text("/headline"))
        .with("languages", &said.texts("/languages").join(", "))
        .with("skills", &said.texts("/skills").join(", "))
        .with("place", &place(said.pointer("/place")));
    let rate = said.pointer("/rate").map(|rate| pay::show(Some(rate))).unwrap_or_default();
    let remote = said.pointer("/remote").map(|_| if said.is("/remote") { "yes" } else { "no" });
    card.with("asks for", &rate).with("remote", remote.unwrap_or_default()).text(said.text("/about")).render()
}

pub(super) fn reviews(list: &Value) -> String {
    let cards: Vec<String> = list.list("").iter().map(review).collect();
    if cards.is_empty() { "Nobody has reviewed yet.".to_owned() } else { cards.join("\n") }
}

fn review(view: &Value) -> String {
    let axes: Vec<String> = view
        .pointer("/axes")
        .and_then(Value::as_object)
        .map(|axes| axes.iter().map(|(name, rating)| format!("{name} {rating}")).collect())
        .unwrap_or_default();
    let sealed = view.text("/state") == "committed" && view.text("/text").is_empty();
    Card::default()
        .with("review", view.text("/commit"))
        .with("state", if sealed { "committed, under seal" } else { view.text("/state") })
        .with("by", view.text("/role"))
        .with("author", view.text("/author"))
        .with("about", view.text("/subject"))
        .with("rating", &stars(view.number("/rating")))
        .with("axes", &axes.join(", "))
        .with("reply", view.text("/reply"))
        .text(view.text("/text"))
        .render()
}

/// A private answer, which nobody else sees.
pub(super) fn again(view: &Value) -> String {
    Card::default()
        .with("again", if view.is("/again") { "yes" } else { "no" })
        .with("with", view.text("/about"))
        .with("contract", view.text("/contract"))
        .with("said", view.text("/at"))
        .with("seen by", "you alone")
        .render()
}

/// How far somebody can be trusted from a standpoint, and beside it what is the same for everybody.
pub(super) fn score(view: &Value) -> String {
    let card = Card::default()
        .with("person", view.text("/subject"))
        .with("seen from", view.text("/seen_from"))
        .with("adopted", if view.is("/adopted") { "a place that is not yours" } else { "" })
        .render();
    let own = view.texts("/sentences").join("\n");
    let private = view.text("/private/sentence").to_owned();
    let summary = view.texts("/summary_sentences").join("\n");
    let parts = [out::plain(&own), out::plain(&private), out::plain(&summary)];
    let told = parts.into_iter().filter(|part| !part.is_empty());
    std::iter::once(card.trim_end().to_owned()).chain(told).collect::<Vec<_>>().join("\n\n")
}

/// What changed a score, the oldest first, as sentences.
pub(super) fn score_history(view: &Value) -> String {
    let earlier = view.number("/earlier");
    let card = Card::default()
        .with("person", view.text("/subject"))
        .with("seen from", view.text("/seen_from"))
        .with("earlier entries", &count(earlier))
        .render();
    let changes: Vec<String> =
        view.list("/changes").iter().map(|change| out::plain(change.text("/sentence"))).collect();
    let changes = if changes.is_empty() { "Nothing has changed it.".to_owned() } else { changes.join("\n") };
    format!("{card}\n{changes}")
}

pub(super) fn reputation(view: &Value) -> String {
    let facts = Card::default()
        .with("person", view.text("/did"))
        .with("home", view.text("/home"))
        .with("key", &custody(view.text("/custody")))
        .with("counted in", &format!("{}, {} leaves", view.text("/origin"), view.number("/size")))
        .with("engagements", &view.number("/engagements").to_string())
        .with("settled", &view.number("/settled").to_string())
        .with("reviews", &view.number("/opened").to_string())
        .with("raters without a record", &count(view.number("/raters_without_record")))
        .with("under seal", &view.number("/sealed").to_string())
        .with("open slots", &view.number("/open_slots").to_string())
        .with("foreign", &count(view.number("/foreign")))
        .with("proof", &format!("hanse evidence {} -o evidence.json", view.text("/did")))
        .render();
    let reviews: Vec<String> = view.list("/reviews").iter().map(review).collect();
    std::iter::once(facts).chain(reviews).collect::<Vec<_>>().join("\n")
}

pub(super) fn node(both: &Value, url: &str) -> String {
    let node = both.pointer("/node").unwrap_or(&Value::Null);
    let card = Card::default()
        .with("node", node.text("/name"))
        .with("url", url)
        .with("version", node.text("/version"))
        .with("peer id", node.text("/peer_id"))
        .with("scopes", &node.texts("/scopes").join(", "))
        .each("key", node.texts("/vkeys"));
    let mut table = Table::new(&[("LOG", None), ("LEAVES", None), ("HELD BY", None), ("STATE", None)]);
    let own = format!("{}/", node.text("/name"));
    let own = node.list("/logs").iter().filter(|log| log.text("/origin").starts_with(&own));
    let own = own.map(|log| (log, "this node".to_owned()));
    let peers = both.list("/peers");
    let followed = peers.iter().flat_map(|peer| {
        peer.list("/logs").iter().map(|log| (log, format!("copy of {}", peer.text("/name"))))
    });
    for (log, holder) in own.chain(followed) {
        let state = if log.text("/halted").is_empty() { "sound" } else { log.text("/halted") };
        table.row([
            log.text("/origin").to_owned(),
            log.number("/size").to_string(),
            holder,
            state.to_owned(),
        ]);
    }
    let mut federation = Table::new(&[("PEER", None), ("CONNECTED", None), ("WAITING", None)]);
    for peer in peers {
        let connected = if peer.is("/connected") { "yes" } else { "no" };
        federation.row([named(peer), connected.to_owned(), peer.number("/waiting").to_string()]);
    }
    format!("{}\n{}\n\n{}", card.render(), table.render("No logs."), federation.render("No peers."))
}

/// What became of a publication.
pub(super) fn published(answer: &Value, done: &str) -> String {
    let view = answer.pointer("/view").unwrap_or(&Value::Null);
    let id =
        ["/id", "/commit", "/contract"].into_iter().map(|name| view.text(name)).find(|id| !id.is_empty());
    // What comes back after a reply is the review, which somebody else has signed.
    let signer = if view.text("/state") == "replied" { String::new() } else { signed(view.text("/custody")) };
    let way = if answer.text("/delivery") == "queued" {
        "signed and kept; your home delivers it as soon as the other home can be reached"
    } else if answer.is("/created") {
        ""
    } else {
        "was here already, nothing happened"
    };
    Card::default()
        .with(done, id.unwrap_or_default())
        .with("state", view.text("/state"))
        .with("home", view.text("/home"))
        .with("pay", &view.pointer("/pay").map(|said| pay::show(Some(said))).unwrap_or_default())
        .with("signed", &signer)
        .with("on its way", way)
        .each("you can", allowed(view))
        .render()
}

/// The document as it would be.
pub(super) fn trial(answer: &Value) -> String {
    // The document has minor units; what was understood is told as people write it.
    if let Some(said) = answer.pointer("/view/pay") {
        out::note(&format!("the pay is {}", out::plain_line(&pay::show(Some(said)))));
    }
    let document = answer.text("/document");
    match serde_json::from_str::<Value>(document) {
        Ok(document) => format!("nothing was done; the document would be\n{}", super::pretty(&document)),
        Err(_) => "nothing was done".to_owned(),
    }
}

/// What names a person in a table.
fn short_did(did: &str) -> String {
    const KEPT: usize = 12;
    let key = did.strip_prefix("did:key:").unwrap_or(did);
    format!("{}…", key.chars().take(KEPT).collect::<String>())
}

/// A node's name with its URL, where it has one.
fn named(peer: &Value) -> String {
    match peer.text("/url") {
        "" => peer.text("/name").to_owned(),
        url => format!("{} ({url})", peer.text("/name")),
    }
}

fn with_next(table: String, page: &Value) -> String {
    match page.text("/next") {
        "" => table,
        next => format!("{table}\n\nthere is more: --cursor {next}"),
    }
}

fn place(place: Option<&Value>) -> String {
    let Some(place) = place else { return String::new() };
    match place.text("/kind") {
        "site" => format!("{}, {}", place.text("/name"), place.text("/country")),
        kind => kind.to_owned(),
    }
}

fn custody(custody: &str) -> String {
    match custody {
        "" | "self" => custody.to_owned(),
        node => format!("in the custody of {node}"),
    }
}

fn signed(custody: &str) -> String {
    if custody.is_empty() { String::new() } else { format!("by {custody}, with the key in its custody") }
}

fn count(number: u64) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

fn stars(rating: u64) -> String {
    if rating == 0 { String::new() } else { format!("{rating} of 5") }
}

/// What the viewer may do with a thing, as commands that can be copied.
fn allowed(view: &Value) -> Vec<String> {
    let id = view.text("/id");
    let Some(thing) = Thing::of(id) else {
        return view.texts("/allowed").into_iter().map(str::to_owned).collect();
    };
    let mut commands =
        if view.list("/milestones").is_empty() { thing.commands(view) } else { contracts::by_part(view) };
    if id.starts_with("offer_") && ["closed", "terminated"].contains(&view.text("/state")) {
        commands.push(Thing::review(id).command("commit"));
    }
    commands
}

#[cfg(test)]
mod tests;
