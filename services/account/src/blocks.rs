//! Whom a person does not want to deal with. Only their home knows; who is blocked is told nothing.

use hanse_api::views::{BlockView, Page};
use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_base::present;
use hanse_document::Did;
use hanse_store::accounts::{self, BLOCKS_MAX};

use crate::Accounts;

impl Accounts {
    /// Blocks a person, wherever they are at home; who is blocked already stays so.
    ///
    /// # Errors
    /// `BadField` for oneself, `TooManyBlocks`, `NotFound` if the home of `did` is elsewhere.
    pub async fn block(&self, did: &Did, whom: &Did) -> Result<(), UseError> {
        if did == whom {
            return Err(Refusal::BadField { field: "did", reason: "is you" }.into());
        }
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        // Of two requests at once the second counts the block of the first.
        accounts::lock_identity(&tx, did).await?;
        accounts::account(&tx, did).await?.ok_or(Refusal::NotFound("account"))?;
        accounts::insert_block(&tx, did, whom, self.now().unix()).await?;
        if accounts::count_blocks(&tx, did).await? > BLOCKS_MAX {
            return Err(AccountRefusal::TooManyBlocks(BLOCKS_MAX).into());
        }
        Ok(tx.commit().await?)
    }

    /// Ends a block.
    ///
    /// # Errors
    /// `NotFound` if there is none.
    pub async fn unblock(&self, did: &Did, whom: &Did) -> Result<(), UseError> {
        let removed = accounts::remove_block(&self.store().connection().await?, did, whom).await?;
        if removed { Ok(()) } else { Err(Refusal::NotFound("block").into()) }
    }

    /// Whom a person has blocked, the newest first, all on one page.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn blocks(&self, did: &Did) -> Result<Page<BlockView>, UseError> {
        let rows = accounts::blocks(&self.store().connection().await?, did, BLOCKS_MAX).await?;
        let view =
            |row: accounts::BlockRow| BlockView { did: row.whom.to_string(), at: present::time(row.at) };
        Ok(Page { items: rows.into_iter().map(view).collect(), next: None })
    }
}
