//! A node's answers for people. Ids are shown whole, because the next command takes them.

use serde_json::Value;

use crate::pay;
use crate::rest::json::Read as _;
use crate::rest::problem::command_of;
use crate::terminal::out;
use crate::terminal::table::{Card, Table};

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

pub(super) fn who(person: &Value, node: &str) -> String {
    Card::default()
        .with("account", person.text("/handle"))
        .with("person", person.text("/did"))
        .with("node", node)
        .with("home", person.text("/home"))
        .with("key", &custody(person.text("/custody")))
        .with("since", person.text("/created_at"))
        .render()
}

pub(super) fn signed_in(session: &Value) -> String {
    Card::default()
        .with("signed in", session.text("/handle"))
        .with("node", session.text("/node"))
        .with("person", session.text("/did"))
        .with("may", session.text("/scope"))
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

pub(super) fn jobs(page: &Value) -> String {
    let mut table =
        Table::new(&[("TITLE", TITLE), ("PAY", PAY), ("PLACE", PLACE), ("HOME", PLACE), ("ID", None)]);
    for job in page.list("/items") {
        table.row([
            job.text("/title").to_owned(),
            pay::show(job.pointer("/pay")),
            place(job.pointer("/place")),
            job.text("/home").to_owned(),
            job.text("/id").to_owned(),
        ]);
    }
    with_next(table.render("Nothing found."), page)
}

pub(super) fn job(view: &Value) -> String {
    Card::default()
        .with("title", view.text("/title"))
        .with("id", view.text("/id"))
        .with("state", view.text("/state"))
        .with("client", view.text("/client"))
        .with("home", view.text("/home"))
        .with("signed", &signed(view.text("/custody")))
        .with("pay", &pay::show(view.pointer("/pay")))
        .with("place", &place(view.pointer("/place")))
        .with("from", view.text("/schedule/start"))
        .with("until", view.text("/schedule/end"))
        .with("hours a week", &count(view.number("/hours_per_week")))
        .with("seats", &count(view.number("/seats")))
        .with("languages", &view.texts("/languages").join(", "))
        .with("skills", &view.texts("/skills").join(", "))
        .with("posted", view.text("/posted_at"))
        .with("expires", view.text("/expires_at"))
        .each("you can", allowed(view))
        .text(view.text("/text"))
        .render()
}

pub(super) fn bids(page: &Value, empty: &str) -> String {
    let columns = [
        ("STATE", None),
        ("FREELANCER", None),
        ("ASKS FOR", PAY),
        ("DAYS", None),
        ("TEXT", WORDS),
        ("ID", None),
    ];
    let mut table = Table::new(&columns);
    for bid in page.list("/items") {
        table.row([
            bid.text("/state").to_owned(),
            short_did(bid.text("/freelancer")),
            pay::show(bid.pointer("/pay")),
            count(bid.number("/days")),
            bid.text("/text").to_owned(),
            bid.text("/id").to_owned(),
        ]);
    }
    with_next(table.render(empty), page)
}

pub(super) fn contracts(page: &Value) -> String {
    let columns =
        [("STATE", None), ("YOU", None), ("DUE", None), ("PAY", PAY), ("SCOPE", WORDS), ("ID", None)];
    let mut table = Table::new(&columns);
    for contract in page.list("/items") {
        table.row([
            contract.text("/state").to_owned(),
            contract.text("/role").to_owned(),
            contract.text("/due").to_owned(),
            pay::show(contract.pointer("/pay")),
            contract.text("/scope").to_owned(),
            contract.text("/id").to_owned(),
        ]);
    }
    with_next(table.render("You have no contracts."), page)
}

pub(super) fn contract(view: &Value) -> String {
    let engaged = match (view.is("/engaged/client"), view.is("/engaged/freelancer")) {
        (true, true) => "in both logs",
        (true, false) => "in the client's log, not yet in the freelancer's",
        (false, true) => "in the freelancer's log only",
        (false, false) => "not yet",
    };
    let card = Card::default()
        .with("contract", view.text("/id"))
        .with("state", view.text("/state"))
        .with("you are", view.text("/role"))
        .with("client", view.text("/client"))
        .with("freelancer", view.text("/freelancer"))
        .with("homes", &format!("{} and {}", view.text("/home"), view.text("/freelancer_home")))
        .with("job", view.text("/job"))
        .with("pay", &pay::show(view.pointer("/pay")))
        .with("due", view.text("/due"))
        .with("engaged", engaged)
        .with("newest", view.text("/head"))
        .with("on its way", view.text("/queued"))
        .each("you can", allowed(view))
        .text(view.text("/scope"));
    let mut table =
        Table::new(&[("WHEN", None), ("WHAT", None), ("BY", None), ("SAID", WORDS), ("DOCUMENT", None)]);
    for happening in view.list("/history") {
        let said = ["/said/note", "/said/reason"].map(|name| happening.text(name)).concat();
        table.row([
            happening.text("/at").to_owned(),
            happening.text("/event").to_owned(),
            happening.text("/actor").to_owned(),
            said,
            happening.text("/document").to_owned(),
        ]);
    }
    format!("{}\n{}", card.render(), table.render("Nothing has happened yet."))
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

/// What the viewer may do, as commands that can be copied.
fn allowed(view: &Value) -> Vec<String> {
    let id = view.text("/id");
    let filled = |event: &str| match command_of(event) {
        Some(command) => {
            ["JOB", "BID", "CONTRACT"].iter().fold(command.to_owned(), |text, name| text.replace(name, id))
        }
        None => event.to_owned(),
    };
    let mut commands: Vec<String> = view.texts("/allowed").into_iter().map(filled).collect();
    if view.text("/state") == "closed" && id.starts_with("offer_") {
        commands.push(format!("hanse review {id} --rating …"));
    }
    commands
}

#[cfg(test)]
mod tests;
