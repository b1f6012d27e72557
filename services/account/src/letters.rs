//! What is written to people about their account: plain text, in French and in English, because nobody has said which.

use hanse_base::error::UseError;
use hanse_store::Tx;
use hanse_store::mail::{self, Letter};

/// A letter, before it is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    subject: String,
    body: String,
}

impl Text {
    /// Queues it in the transaction of what it tells.
    pub(crate) async fn enqueue(&self, tx: &Tx<'_>, to: &str, now: i64) -> Result<(), UseError> {
        Ok(mail::enqueue(tx, Letter { to, subject: &self.subject, body: &self.body }, now).await?)
    }
}

/// Shows that an address is read by whoever named it.
pub(crate) fn address(node: &str, handle: &str, code: &str) -> Text {
    Text {
        subject: format!("{node} : confirmez cette adresse / confirm this address"),
        body: format!(
            "Le compte « {handle} » de {node} a indiqué cette adresse. Pour la confirmer, donnez ce code dans les 24 heures :\n\n    \
             {code}\n\nSi ce n'est pas vous, ne faites rien : l'adresse n'est pas retenue.\n\n\
             The account \"{handle}\" at {node} has named this address. To confirm it, give the code above within 24 hours.\n\
             If it was not you, do nothing: the address is not kept.\n"
        ),
    }
}

/// Sets a new password.
pub(crate) fn reset(node: &str, handle: &str, code: &str) -> Text {
    Text {
        subject: format!("{node} : nouveau mot de passe / new password"),
        body: format!(
            "Pour donner un nouveau mot de passe au compte « {handle} » de {node}, utilisez ce code dans l'heure :\n\n    {code}\n\n\
             Si ce n'est pas vous, ne faites rien : votre mot de passe reste le même.\n\n\
             To set a new password for the account \"{handle}\" at {node}, use the code above within the hour.\n\
             If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// Tells that something was done that somebody else may have done.
pub(crate) fn changed(node: &str, handle: &str, what: Change) -> Text {
    let (french, english) = match what {
        Change::Password => ("Le mot de passe", "The password"),
        Change::Address => ("L'adresse électronique", "The e-mail address"),
    };
    Text {
        subject: format!("{node} : compte modifié / account changed"),
        body: format!(
            "{french} du compte « {handle} » de {node} vient d'être changé(e). Si ce n'est pas vous, utilisez un code de secours ou \
             écrivez à l'opérateur.\n\n\
             {english} of the account \"{handle}\" at {node} has just been changed. If it was not you, use a recovery code or write to \
             the operator.\n"
        ),
    }
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Password,
    Address,
}
