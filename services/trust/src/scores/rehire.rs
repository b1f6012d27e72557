//! "Would you work with them again?": a private answer after the close. It is stored here and nowhere else, feeds what its author
//! alone is shown, and is in no log, no gossip, no delivery and no answer to anybody else.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::present;
use hanse_base::stored::contract_of_party;
use hanse_document::{Did, DocumentId, Timestamp};
use hanse_reputation::{PrivateAnswer, SubjectKey};
use hanse_store::Sql;
use hanse_store::scores::{self, AgainRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::feed::epoch_of;
use crate::Trust;

/// Answers of one person that are looked at, the newest: ten years of a contract a day.
const ANSWERS_MAX: i64 = 4_096;

/// A private answer, as its author sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgainView {
    /// The contract.
    pub contract: String,
    /// The other side.
    pub about: String,
    /// Whether you would work with them again.
    pub again: bool,
    /// When you said so last.
    pub at: String,
}

impl Trust {
    /// Keeps a person's private answer about the other side of a closed contract; a newer one takes the place of an older.
    ///
    /// # Errors
    /// `NotFound` for anybody else, `NotClosed` before the close.
    pub async fn put_again(
        &self,
        did: &Did,
        contract: &DocumentId,
        again: bool,
    ) -> Result<AgainView, UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let row = contract_of_party(&tx, contract, did).await?;
        if row.closed_at.is_none() {
            return Err(Refusal::NotClosed.into());
        }
        let about = if row.client == *did { row.freelancer } else { row.client };
        let answer =
            AgainRow { contract: *contract, author: did.clone(), about, again, at: self.now().unix() };
        scores::put_again(&tx, &answer).await?;
        tx.commit().await?;
        Ok(view(&answer))
    }

    /// A person's own private answer about a contract.
    ///
    /// # Errors
    /// `NotFound` if there is none, or for anybody else.
    pub async fn again(&self, did: &Did, contract: &DocumentId) -> Result<AgainView, UseError> {
        let connection = self.store().connection().await?;
        let answer = scores::again(&connection, contract, did).await?;
        Ok(view(&answer.ok_or(Refusal::NotFound("answer"))?))
    }

    /// Takes a private answer back, without a trace.
    ///
    /// # Errors
    /// `NotFound` if there is none, or for anybody else.
    pub async fn remove_again(&self, did: &Did, contract: &DocumentId) -> Result<(), UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        if !scores::remove_again(&tx, contract, did).await? {
            return Err(Refusal::NotFound("answer").into());
        }
        tx.commit().await?;
        Ok(())
    }
}

fn view(answer: &AgainRow) -> AgainView {
    AgainView {
        contract: answer.contract.to_string(),
        about: answer.about.to_string(),
        again: answer.again,
        at: present::time(answer.at),
    }
}

/// All that a person has answered, for their own eyes.
pub(super) async fn answers_of(db: &impl Sql, author: &Did) -> Result<Vec<PrivateAnswer>, Failure> {
    let rows = scores::again_by(db, author, ANSWERS_MAX).await?;
    let answer = |row: AgainRow| {
        let at = Timestamp::from_unix(row.at).map_err(|_| Failure::unreadable(row.contract, "its time"))?;
        Ok(PrivateAnswer { about: SubjectKey::of(&row.about), epoch: epoch_of(at), again: row.again })
    };
    rows.into_iter().map(answer).collect()
}
