//! Contracts: from the bid to the last move. Each phase is done for all contracts before the next, so that their journeys between the
//! homes overlap.

use hanse_command::api;
use hanse_command::document::Timestamp;
use hanse_command::json::Read as _;
use hanse_command::lifecycle::{Event, Machine};
use hanse_command::requests::StepRequest;
use hanse_command::{ClientError, Request, clock, pay, table};
use serde_json::{Map, Value, json};

use crate::fail::DemoError;
use crate::jobs::{self, Posted};
use crate::nodes::Nodes;
use crate::people::{People, Person};
use crate::scenario::{Plot, Scenario, Words};
use crate::stage::{Look, Stage};

/// Days that the work of a contract takes here.
const WORK_DAYS: u32 = 21;
const DAY_SECONDS: i64 = 86_400;
/// Characters of a price that are shown; a barter is told in sentences.
const PRICE_CHARS: usize = 48;

/// One side of a contract, and what it writes about the other.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    /// Who.
    pub(crate) who: &'a Person,
    /// What.
    pub(crate) words: &'a Words,
}

/// Both sides, in the order in which they write.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    /// Writes first.
    pub(crate) first: Side<'a>,
    /// Writes when the other has written.
    pub(crate) second: Side<'a>,
}

impl Pair<'_> {
    /// The other way round.
    pub(crate) fn rev(self) -> Self {
        Self { first: self.second, second: self.first }
    }
}

/// One contract on its way.
pub(crate) struct Deal<'a> {
    /// What happens in it.
    pub(crate) plot: &'a Plot,
    /// Who hires, at A.
    pub(crate) client: &'a Person,
    /// Who works, at B.
    pub(crate) freelancer: &'a Person,
    /// Id of the job.
    pub(crate) job: String,
    /// Id of the contract, from the offer on.
    pub(crate) contract: String,
    pay: Option<Value>,
    bid: String,
}

impl<'a> Deal<'a> {
    /// The contracts of the scenario, before their beginning.
    pub(crate) fn all(
        scenario: &'a Scenario,
        people: &'a People,
        posted: &Posted,
    ) -> Result<Vec<Self>, DemoError> {
        let deal = |plot: &'a Plot| -> Result<Self, DemoError> {
            let job = scenario.jobs.iter().find(|job| job.text("/title") == plot.job);
            Ok(Self {
                plot,
                client: people.get(&plot.client)?,
                freelancer: people.get(&plot.freelancer)?,
                job: posted.id(&plot.job)?.to_owned(),
                contract: String::new(),
                pay: job.and_then(|job| job.get("pay")).cloned(),
                bid: String::new(),
            })
        };
        scenario.plots.iter().map(deal).collect()
    }

    /// What is asked and agreed, for people.
    pub(crate) fn price(&self) -> String {
        table::cut(&pay::show(self.pay.as_ref()), PRICE_CHARS)
    }

    /// The client first.
    pub(crate) fn sides(&self) -> Pair<'a> {
        Pair {
            first: Side { who: self.client, words: &self.plot.by_client },
            second: Side { who: self.freelancer, words: &self.plot.by_freelancer },
        }
    }

    /// The freelancer finds the job at the other node, and bids with a few words of the own profile.
    pub(crate) fn bid(&mut self, stage: &Stage, scenario: &Scenario) -> Result<String, DemoError> {
        let (words, found) = jobs::find(stage, self.freelancer, &self.plot.job)?;
        if found.text("/id") != self.job {
            return Err(DemoError::Broken(format!("{:?} has another id at the other node", self.plot.job)));
        }
        let profile = scenario
            .roles
            .iter()
            .find(|role| role.handle == self.plot.freelancer)
            .and_then(|role| role.profile.as_ref());
        let about =
            profile.map(|profile| profile.text("/about")).and_then(|about| about.split("\n\n").next());
        let mut bid = Map::new();
        bid.insert(
            "text".to_owned(),
            about.filter(|text| !text.is_empty()).unwrap_or("I would like to do this.").into(),
        );
        bid.insert("days".to_owned(), WORK_DAYS.into());
        bid.extend(self.pay.clone().map(|pay| ("pay".to_owned(), pay)));
        let answer = publish(stage, self.freelancer, "bid", &api::bid(&self.job, Value::Object(bid)))?;
        self.bid = answer
            .need("/view/id")
            .map_err(ClientError::from)
            .map_err(DemoError::asked(&self.freelancer.handle, "bid"))?;
        Ok(words)
    }

    /// The client sees the bid arrive, and offers a contract on it.
    pub(crate) fn offer(&mut self, stage: &Stage) -> Result<(), DemoError> {
        let list = api::bids_on(&self.job);
        stage.until(&format!("the bid of {} to arrive", self.freelancer.handle), || {
            let bids = self.client.ask("list the bids", &list)?;
            let mine = bids.list("/items").iter().find(|bid| bid.text("/id") == self.bid);
            Ok(match mine {
                Some(bid) if bid.texts("/allowed").contains(&"offer") => Look::There(()),
                Some(bid) => Look::NotYet(format!("it is {}", bid.text("/state"))),
                None => Look::NotYet(format!("{} other bids", bids.list("/items").len())),
            })
        })?;
        let mut offer = Map::new();
        offer.insert("scope".to_owned(), format!("{}, as the posting says.", self.plot.job).into());
        offer.insert("due".to_owned(), due()?.into());
        offer.extend(self.pay.clone().map(|pay| ("pay".to_owned(), pay)));
        let answer =
            publish(stage, self.client, "offer a contract", &api::offer(&self.bid, Value::Object(offer)))?;
        self.contract = answer
            .need("/view/id")
            .map_err(ClientError::from)
            .map_err(DemoError::asked(&self.client.handle, "offer a contract"))?;
        Ok(())
    }

    /// Makes a move as soon as the own home says that it can be made.
    pub(crate) fn act(
        &self,
        stage: &Stage,
        who: &Person,
        what: Event,
        said: &StepRequest,
    ) -> Result<(), DemoError> {
        let goal = format!("{} to be able to {}", who.handle, what.name().replace('_', " "));
        stage.until(&goal, || {
            self.look(who, |view| {
                view.texts("/allowed").contains(&what.name()) && view.text("/queued").is_empty()
            })
        })?;
        publish(
            stage,
            who,
            &what.name().replace('_', " "),
            &api::step(Machine::Contract, &self.contract, what, said),
        )
        .map(drop)
    }

    /// Waits until both homes say that the contract is in this state.
    pub(crate) fn reach(&self, stage: &Stage, state: &str) -> Result<Value, DemoError> {
        for who in [self.client, self.freelancer] {
            let goal = format!("the contract to be {state} for {}", who.handle);
            stage.until(&goal, || self.look(who, |view| view.text("/state") == state))?;
        }
        self.client.ask("read the contract", &api::contract(&self.contract))
    }

    /// One look at the contract from a side's own home, which may not know it yet.
    fn look(&self, who: &Person, good: impl Fn(&Value) -> bool) -> Result<Look<()>, DemoError> {
        match who.try_ask(&api::contract(&self.contract)) {
            Ok(view) if good(&view) => Ok(Look::There(())),
            Ok(view) => {
                let engaged = [view.is("/engaged/client"), view.is("/engaged/freelancer")];
                let waiting = if view.text("/queued").is_empty() { "" } else { ", a move on its way" };
                Ok(Look::NotYet(format!("{}, engaged {engaged:?}{waiting}", view.text("/state"))))
            }
            Err(error) if error.is("not-found") => Ok(Look::NotYet("it has not arrived".to_owned())),
            Err(error) => Err(DemoError::asked(&who.handle, "read the contract")(error)),
        }
    }

    /// Deposits the review of one side and returns the leaf id of its commit.
    pub(crate) fn review(&self, stage: &Stage, side: &Side<'_>) -> Result<String, DemoError> {
        let request = api::review(&self.contract, side.words.review.clone());
        let answer = publish(stage, side.who, "review", &request)?;
        answer
            .need("/view/commit")
            .map_err(ClientError::from)
            .map_err(DemoError::asked(&side.who.handle, "review"))
    }

    /// Waits until the second side sees that the first has written, and makes sure that the seal holds: neither words nor rating
    /// are shown to the second side, or to anybody at any node.
    pub(crate) fn sealed(
        &self,
        stage: &Stage,
        nodes: &Nodes,
        pair: &Pair<'_>,
        commit: &str,
    ) -> Result<(), DemoError> {
        let (reader, secret) = (pair.second.who, json!(pair.first.words.text()).to_string());
        stage.until(&format!("{} to see a sealed review", reader.handle), || {
            let reviews = reader.ask("list the reviews", &api::reviews(&self.contract))?;
            if reviews.to_string().contains(&secret) {
                return Err(DemoError::Broken(format!("{} reads a sealed review", reader.handle)));
            }
            let Some(review) = reviews.list("").iter().find(|review| review.text("/commit") == commit) else {
                return Ok(Look::NotYet("it has not arrived".to_owned()));
            };
            if review.get("rating").is_some() || review.text("/state") != "committed" {
                let what = format!("{} sees more of a sealed review than that it exists", reader.handle);
                return Err(DemoError::Broken(what));
            }
            Ok(Look::There(()))
        })?;
        for node in nodes.all() {
            let known = node
                .client
                .send(&api::reputation(&reader.did))
                .map_err(DemoError::asked("a stranger", "see a reputation"))?;
            if known.to_string().contains(&secret) {
                return Err(DemoError::Broken(format!("{} shows a sealed review to strangers", node.name)));
            }
        }
        Ok(())
    }

    /// Waits until `reader` can read the other side's review.
    pub(crate) fn opened(
        &self,
        stage: &Stage,
        reader: &Person,
        commit: &str,
        words: &str,
    ) -> Result<(), DemoError> {
        stage.until(&format!("{} to read the review", reader.handle), || {
            let reviews = reader.ask("list the reviews", &api::reviews(&self.contract))?;
            let review = reviews.list("").iter().find(|review| review.text("/commit") == commit);
            Ok(match review {
                Some(review) if review.text("/text") == words => Look::There(()),
                Some(review) => Look::NotYet(format!("it is {}", review.text("/state"))),
                None => Look::NotYet("it has not arrived".to_owned()),
            })
        })
    }
}

/// Publishes; where the home says that something is still on its way, again.
pub(crate) fn publish(
    stage: &Stage,
    who: &Person,
    what: &str,
    request: &Request,
) -> Result<Value, DemoError> {
    stage.until(&format!("{} to {what}", who.handle), || match who.try_ask(request) {
        Ok(answer) => Ok(Look::There(answer)),
        Err(ClientError::Refused(problem)) if problem.is_passing() => {
            Ok(Look::NotYet(problem.slug().to_owned()))
        }
        Err(error) => Err(DemoError::asked(&who.handle, what)(error)),
    })
}

fn due() -> Result<String, DemoError> {
    let days = i64::from(WORK_DAYS) * DAY_SECONDS;
    let due: Result<Timestamp, _> = clock::now().add_seconds(days);
    due.map(|due| due.date().to_string())
        .map_err(|_| DemoError::Data("this machine's clock is beyond 2099".to_owned()))
}
