//! What people who rule in disputes say of themselves: it stands in the jobs log of their home, and so is known at every node.

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::Verified;
use hanse_document::kind::Arbiter;
use hanse_lifecycle::{Actor, Event, State};
use hanse_store::accounts::{self, IdentityRow};
use hanse_store::disputes::{self, ArbiterRow};
use hanse_store::history::{self, HistoryRow};

use super::{Apply, Authority, job};

/// Makes an announcement the newest one of its author.
pub(crate) async fn announce(
    ctx: &Apply<'_>,
    document: &Verified,
    said: &Arbiter,
    author: &IdentityRow,
) -> Result<(), UseError> {
    if said.home != author.home {
        return Err(Refusal::WrongHome.into());
    }
    let config = ctx.logbook.base().config();
    if !config.knows_home(&said.home) {
        return Err(Refusal::UnknownOrigin.into());
    }
    if ctx.authority == Authority::Own {
        // Nobody else replaces it between this look and the end of the transaction.
        accounts::lock_identity(ctx.tx, &author.did).await?;
        let before = disputes::arbiter(ctx.tx, &author.did).await?.map(|row| row.document);
        if said.prev != before {
            return Err(Refusal::ProfileMoved(before).into());
        }
    }
    let (did, home, key, takes) = (author.did.clone(), said.home.clone(), said.key, said.takes);
    let row = ArbiterRow { did, document: document.id(), home, key, takes, changed_at: ctx.now.unix() };
    ctx.keep(document, true).await?;
    disputes::put_arbiter(ctx.tx, &row).await?;
    // A document that stands in a history has had its effect: the log brings it once, and this says so.
    let moved = HistoryRow {
        event: Event::Publish,
        state: State::Open,
        actor: Actor::Arbiter,
        document: Some(*document.id().hash()),
        at: ctx.now.unix(),
    };
    history::append(ctx.tx, &document.id(), &moved).await?;
    if said.home == config.name {
        ctx.enqueue(LogKind::Jobs, &job::leaf(document)?).await?;
    }
    Ok(())
}
