//! Letters as they arrive at a mail server of this machine, read by a stranger's parser.

mod server;

use std::sync::Arc;

use hanse_account::{Accounts, Address};
use hanse_api::requests::{EmailRequest, MailWishRequest, Register};
use hanse_api::words::SentenceLanguage;
use hanse_base::testing::TestNode;
use hanse_document::Did;
use hanse_logbook::Logbook;
use hanse_store::Sql as _;
use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders as _};

use self::server::{Rule, Server};
use super::*;
use crate::mail::wish;

const TELL: &str = "INSERT INTO notification (position, did, event, object, kind, actor, place, at) \
     VALUES (nextval('alert_position_seq'), $1, $2, sha256($3::text::bytea), 'bid', 'freelancer', 0, $4)";

/// A node with a mail server, and accounts.
struct Post {
    node: TestNode,
    base: Base,
    accounts: Accounts,
    wishes: wish::Mail,
    server: Server,
}

impl Post {
    async fn new() -> Self {
        let (node, server) = (TestNode::new('a', &[]).await, Server::start().await);
        let mut config = node.base.config().clone();
        config.url = "https://a.example".to_owned();
        config.mail.as_mut().unwrap().port = server.port;
        let base = node.configured(config, Arc::clone(&node.clock) as Arc<_>).await;
        let logbook = Logbook::new(base.clone()).unwrap();
        logbook.log_keys().open(base.store(), base.now()).await.unwrap();
        let accounts = Accounts::new(logbook, |_| ());
        Self { wishes: wish::Mail::new(base.clone()), node, base, accounts, server }
    }

    /// Somebody with an address that they have shown to be theirs, by the code of the letter that arrived.
    async fn person(&self, handle: &str) -> Did {
        let password = "correct horse battery".to_owned();
        let request = Register { handle: handle.into(), password: password.clone() };
        let did = Did::parse(&self.accounts.register(request).await.unwrap().person.did).unwrap();
        let address = Some(format!("{handle}@mail.example"));
        let asked = self.accounts.put_email(&did, EmailRequest { address, password }).await.unwrap();
        assert_eq!(asked, Address::Asked);
        self.round().await;
        let letters = self.server.take();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(letter.to, [format!("{handle}@mail.example")]);
        let code = letter.text().lines().find_map(|line| line.strip_prefix("    ").map(str::to_owned));
        self.accounts.verify_email(&did, &code.unwrap()).await.unwrap();
        did
    }

    async fn round(&self) -> Round {
        let mail = self.base.config().mail.clone().unwrap();
        round(&self.base, &mail, &mut 0).await.unwrap()
    }

    async fn tell(&self, did: &Did, event: &str, which: &str) {
        let db = self.base.store().connection().await.unwrap();
        let at = self.base.now().unix();
        db.execute(TELL, &[&did.as_str(), &event, &which, &at]).await.unwrap();
    }

    async fn wish(&self, did: &Did, daily: bool, at_once: &[&str]) {
        let at_once = at_once.iter().map(|name| (*name).to_owned()).collect();
        let request = MailWishRequest { daily, at_once, language: SentenceLanguage::Fr };
        self.wishes.put_wish(did, &request).await.unwrap();
    }
}

fn parsed(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn header(raw: &[u8], name: &'static str) -> Option<String> {
    let message = parsed(raw);
    let name = HeaderName::parse(name).unwrap();
    message.header_raw(name).map(|value| value.trim().to_owned())
}

#[tokio::test]
async fn a_code_arrives_as_plain_text_and_works() {
    let post = Post::new().await;
    let did = post.person("ada").await;
    let view = post.wishes.wish(&did).await.unwrap();
    assert_eq!((view.address.as_deref(), view.sends, view.waiting), (Some("ada@mail.example"), true, 0));
    post.round().await;
    assert!(post.server.take().is_empty(), "once");
}

#[tokio::test]
async fn news_go_at_once_or_in_the_morning_as_their_person_wishes_and_each_once() {
    let post = Post::new().await;
    let (ada, ben) = (post.person("ada").await, post.person("ben").await);
    post.tell(&ada, "bid.submitted", "before the wish").await;
    post.round().await;
    post.wish(&ada, true, &["offer.received"]).await;
    for (did, event) in [(&ada, "offer.received"), (&ada, "bid.submitted"), (&ben, "offer.received")] {
        post.tell(did, event, "x").await;
    }
    post.round().await;
    let letters = post.server.take();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(
        (letter.from.as_str(), &letter.to[..]),
        ("post@a.example", &["ada@mail.example".to_owned()][..])
    );
    let message = parsed(&letter.raw);
    assert!(message.subject().unwrap().starts_with("a.example: Le client de"), "{:?}", message.subject());
    assert_eq!(message.parts.len(), 1, "plain text alone");
    let kind = message.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("plain")));
    assert!(letter.text().contains("2026-11-24T10:00:00Z") && !letter.text().contains("http"), "{letter:?}");
    assert_eq!(header(&letter.raw, "Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(header(&letter.raw, "List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");

    post.node.clock.advance(86_400);
    post.round().await;
    let letters = post.server.take();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(
        letter.text().contains("proposition") && letter.text().matches("\n- ").count() == 1,
        "{letter:?}"
    );
    post.node.clock.advance(86_400);
    post.round().await;
    assert!(post.server.take().is_empty(), "there was nothing to tell");
}

#[tokio::test]
async fn one_click_ends_news_for_whom_the_letter_was_for_and_for_nobody_else() {
    let post = Post::new().await;
    let did = post.person("ada").await;
    post.wish(&did, true, &["offer.received"]).await;
    post.tell(&did, "offer.received", "x").await;
    post.round().await;
    let letters = post.server.take();
    let link = header(&letters.first().unwrap().raw, "List-Unsubscribe").unwrap();
    let token = link.strip_prefix("<https://a.example/v1/unsubscribe?token=").unwrap().trim_end_matches('>');
    let other = Did::of(&hanse_base::keys::new_key().unwrap().public());
    let forged = token.replace(did.as_str(), other.as_str());
    let mut cut = token.to_owned();
    cut.pop();
    for wrong in ["", "x", did.as_str(), &format!("{did}."), cut.as_str(), &forged] {
        assert!(post.wishes.unsubscribe(wrong).await.is_err(), "{wrong}");
    }
    assert!(post.wishes.wish(&did).await.unwrap().daily);
    post.tell(&did, "offer.received", "y").await;
    while digest::at_once(&post.base).await.unwrap() {}
    assert_eq!(post.wishes.wish(&did).await.unwrap().waiting, 1);
    post.wishes.unsubscribe(token).await.unwrap();
    post.wishes.unsubscribe(token).await.unwrap();
    let view = post.wishes.wish(&did).await.unwrap();
    assert_eq!((view.daily, view.at_once.len(), view.waiting), (false, 0, 0));
    post.tell(&did, "offer.received", "z").await;
    post.round().await;
    assert!(post.server.take().is_empty());
}

#[tokio::test]
async fn what_is_put_off_comes_again_with_the_same_id_and_others_do_not_wait_for_it() {
    let post = Post::new().await;
    let (ada, ben) = (post.person("ada").await, post.person("ben").await);
    for did in [&ada, &ben] {
        post.wish(did, false, &["offer.received"]).await;
        post.tell(did, "offer.received", "x").await;
    }
    post.server.rule("ada@mail.example", Rule::TakeAndSay(451));
    post.round().await;
    let letters = post.server.take();
    let of = |letters: &[server::Arrived], to: &str| {
        let found = letters.iter().find(|letter| letter.to == [to.to_owned()]).unwrap();
        parsed(&found.raw).message_id().unwrap().to_owned()
    };
    assert_eq!(letters.len(), 2);
    let first = of(&letters, "ada@mail.example");
    assert_ne!(first, of(&letters, "ben@mail.example"));
    post.round().await;
    assert!(post.server.take().is_empty(), "not yet");
    post.server.rule("ada@mail.example", Rule::Take);
    post.node.clock.advance(60);
    post.round().await;
    assert_eq!(of(&post.server.take(), "ada@mail.example"), first);
    post.node.clock.advance(86_400);
    post.round().await;
    assert!(post.server.take().is_empty());
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_gets_no_news_until_it_is_confirmed_again() {
    let post = Post::new().await;
    let did = post.person("ada").await;
    post.wish(&did, true, &["offer.received"]).await;
    post.server.rule("ada@mail.example", Rule::NoMailbox);
    post.node.clock.advance(1);
    post.tell(&did, "offer.received", "x").await;
    post.round().await;
    let view = post.wishes.wish(&did).await.unwrap();
    assert!(view.refused.as_ref().is_some_and(|refused| refused.reply.contains("550")), "{view:?}");
    assert_eq!(view.waiting, 0);
    post.server.rule("ada@mail.example", Rule::Take);
    post.tell(&did, "offer.received", "y").await;
    post.node.clock.advance(86_400);
    post.round().await;
    assert!(post.server.take().is_empty());
    let (address, password) = (Some("ada@mail.example".to_owned()), "correct horse battery".to_owned());
    post.accounts.put_email(&did, EmailRequest { address, password }).await.unwrap();
    post.round().await;
    let letters = post.server.take();
    let code = letters[0].text().lines().find_map(|line| line.strip_prefix("    ").map(str::to_owned));
    post.accounts.verify_email(&did, &code.unwrap()).await.unwrap();
    assert_eq!(post.wishes.wish(&did).await.unwrap().refused, None);
    post.tell(&did, "offer.received", "z").await;
    post.round().await;
    assert_eq!(post.server.take().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_away_keeps_everything_and_a_node_without_one_says_so() {
    let mut post = Post::new().await;
    let did = post.person("ada").await;
    post.wish(&did, false, &["offer.received"]).await;
    post.tell(&did, "offer.received", "x").await;
    let mut away = post.base.config().clone();
    away.mail.as_mut().unwrap().port = 9;
    let mut troubles = 0;
    for rest in [10, 20, 40] {
        let rested = round(&post.base, away.mail.as_ref().unwrap(), &mut troubles).await.unwrap();
        assert_eq!(rested, Round::Rest(Duration::from_secs(rest)));
    }
    assert_eq!(post.wishes.wish(&did).await.unwrap().waiting, 1);
    post.round().await;
    assert_eq!(post.server.take().len(), 1, "and it is not put off");

    away.mail = None;
    post.base = post.node.configured(away, Arc::clone(&post.node.clock) as Arc<_>).await;
    let wishes = wish::Mail::new(post.base.clone());
    let request = MailWishRequest { daily: true, at_once: Vec::new(), language: SentenceLanguage::En };
    let error = wishes.put_wish(&did, &request).await.unwrap_err();
    assert!(error.to_string().contains("no mail server"), "{error}");
    assert!(!wishes.wish(&did).await.unwrap().sends);
}

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let node = TestNode::new('a', &[]).await;
    let connection = node.base.store().connection().await.unwrap();
    for statement in crate::STATEMENTS {
        hanse_store::testing::prepare(&connection, statement).await.unwrap();
    }
}
