//! The main job between two people, step by step over HTTP, up to where a test takes over. Each step waits until both homes show it.
#![expect(clippy::indexing_slicing, reason = "support of tests: a failure is the finding")]

use serde_json::{Value, json};

use crate::eventually::{eventually, until};
use crate::person::Person;

/// What the client says of the work.
pub const CLIENT_SAYS: &str = "Careful work, on time; I would hire again.";
/// What the freelancer says of the client.
pub const FREELANCER_SAYS: &str = "Clear wishes, paid the same day.";

/// A client, a freelancer, and what is between them so far. Ids are empty until there is something to name.
#[derive(Clone, Debug)]
pub struct Story {
    /// Who ordered.
    pub client: Person,
    /// Who does the work.
    pub freelancer: Person,
    /// The posting.
    pub job: String,
    /// The bid on it.
    pub bid: String,
    /// The contract.
    pub contract: String,
}

impl Story {
    /// The client posts, and the freelancer's home finds it.
    ///
    /// # Panics
    /// As every step here: if it is refused, or does not arrive.
    pub async fn posted(client: &Person, freelancer: &Person) -> Self {
        let job = json!({"title": "Translate a menu", "text": "Two pages, French to English.", "language": "en",
            "pay": {"kind": "money", "currency": "EUR", "max": 8000, "per": "project"}, "place": {"kind": "remote"}});
        let posted = client.post("/v1/jobs", &job).send().await.ok(201);
        let job = id(&posted);
        until("the posting arrives at the freelancer's home", async || {
            freelancer.get(&format!("/v1/jobs/{job}")).send().await.status == 200
        })
        .await;
        Self {
            client: client.clone(),
            freelancer: freelancer.clone(),
            job,
            bid: String::new(),
            contract: String::new(),
        }
    }

    /// The freelancer bids.
    ///
    /// # Panics
    /// As [`Story::posted`].
    pub async fn bid(client: &Person, freelancer: &Person) -> Self {
        let mut story = Self::posted(client, freelancer).await;
        let bid = json!({"text": "I do this every day.", "days": 3,
            "pay": {"kind": "money", "currency": "EUR", "max": 7500, "per": "project"}});
        story.bid = id(&freelancer.does(&format!("/v1/jobs/{}/bids", story.job), &bid).await);
        let at = format!("/v1/bids/{}", story.bid);
        for side in [client, freelancer] {
            until("both homes have the bid", async || {
                let answer = side.get(&at).send().await;
                answer.status == 200 && answer.json()["state"] == "submitted"
            })
            .await;
        }
        story
    }

    /// The client offers.
    ///
    /// # Panics
    /// As [`Story::posted`].
    pub async fn offered(client: &Person, freelancer: &Person) -> Self {
        let mut story = Self::bid(client, freelancer).await;
        let offer = json!({"scope": "Translate both pages.", "due": "2027-01-15",
            "pay": {"kind": "money", "currency": "EUR", "max": 7500, "per": "project"}});
        story.contract = id(&client.does(&format!("/v1/bids/{}/offer", story.bid), &offer).await);
        story.stands("offered").await;
        story
    }

    /// The freelancer accepts, and both homes log their engagement.
    ///
    /// # Panics
    /// As [`Story::posted`].
    pub async fn active(client: &Person, freelancer: &Person) -> Self {
        let story = Self::offered(client, freelancer).await;
        story.freelancer_does("accept", json!({})).await;
        story.stands("active").await;
        story
    }

    /// Work, payment, confirmation, end.
    ///
    /// # Panics
    /// As [`Story::posted`].
    pub async fn closed(client: &Person, freelancer: &Person) -> Self {
        let story = Self::active(client, freelancer).await;
        story.freelancer_does("deliver", json!({"note": "Both pages."})).await;
        story.stands("delivered").await;
        story.client_does("accept-delivery", json!({})).await;
        story.stands("approved").await;
        story.client_does("attest-paid", json!({})).await;
        story.stands("paid").await;
        story.freelancer_does("confirm-received", json!({})).await;
        story.stands("settled").await;
        story.client_does("close", json!({})).await;
        story.stands("closed").await;
        story
    }

    /// Both have reviewed, and both homes show both reviews.
    ///
    /// # Panics
    /// As [`Story::posted`].
    pub async fn reviewed(client: &Person, freelancer: &Person) -> Self {
        let story = Self::closed(client, freelancer).await;
        story.client_reviews().await;
        story.freelancer_reviews().await;
        story.opened().await;
        story
    }

    /// The client's review of the freelancer.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn client_reviews(&self) -> Value {
        let review = json!({"rating": 5, "axes": {"quality": 5, "deadlines": 4}, "on_time": true, "text": CLIENT_SAYS,
            "language": "en"});
        self.client.does(&self.at("reviews"), &review).await
    }

    /// The freelancer's review of the client.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn freelancer_reviews(&self) -> Value {
        let review = json!({"rating": 4, "axes": {"payment": 5, "clarity": 4}, "text": FREELANCER_SAYS, "language": "en"});
        self.freelancer.does(&self.at("reviews"), &review).await
    }

    /// Waits until both homes show both reviews.
    ///
    /// # Panics
    /// If that does not happen.
    pub async fn opened(&self) {
        for side in [&self.client, &self.freelancer] {
            until("both reviews are open at both homes", async || {
                let reviews = side.read(&self.at("reviews")).await;
                let open = |review: &&Value| review["state"] == "published" && review["rating"].is_u64();
                reviews.as_array().is_some_and(|reviews| reviews.iter().filter(open).count() == 2)
            })
            .await;
        }
    }

    /// The commit of the review that this side wrote, once it is there.
    ///
    /// # Panics
    /// If it does not come.
    pub async fn commit_by(&self, author: &Person, seen_by: &Person) -> String {
        eventually("the review has a commit", async || {
            let reviews = seen_by.read(&self.at("reviews")).await;
            let own =
                reviews.as_array()?.iter().find(|review| review["author"] == author.did.as_str())?.clone();
            own["commit"].as_str().map(str::to_owned)
        })
        .await
    }

    /// The client moves the contract.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn client_does(&self, what: &str, body: Value) -> Value {
        self.client.does(&self.at(what), &body).await
    }

    /// The freelancer moves the contract.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn freelancer_does(&self, what: &str, body: Value) -> Value {
        self.freelancer.does(&self.at(what), &body).await
    }

    /// Waits until both homes show the contract in this state.
    ///
    /// # Panics
    /// If that does not happen.
    pub async fn stands(&self, state: &str) {
        for side in [&self.client, &self.freelancer] {
            until(&format!("the contract is {state} at {}'s home", side.handle), async || {
                let answer = side.get(&self.at("")).send().await;
                answer.status == 200 && answer.json()["state"] == state
            })
            .await;
        }
    }

    /// A path of the contract.
    #[must_use]
    pub fn at(&self, what: &str) -> String {
        let path = format!("/v1/contracts/{}/{what}", self.contract);
        path.trim_end_matches('/').to_owned()
    }
}

/// The id of the thing that an answer shows.
fn id(published: &Value) -> String {
    published["view"]["id"].as_str().unwrap_or_default().to_owned()
}
