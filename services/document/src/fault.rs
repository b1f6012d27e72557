//! A rejection with the words for whoever wrote the value: which bound, what came, which form is right.

use std::borrow::Cow;
use std::fmt;

use crate::rejection::Rejection;

/// A rejection and what is to be said of this one value, if the rule alone does not say it.
///
/// It goes through serde as text: the rejection on one line, what is told on the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule that is broken.
    pub rejection: Rejection,
    /// What would do, and what came; empty if there is nothing to say beyond the rule.
    pub told: Cow<'static, str>,
}

impl Fault {
    /// What stands between the rejection and what is told: no sentence of a rejection has it.
    const BETWEEN: char = '\n';

    /// The fault that an error carries, if a type of a document refused the value. Serde hands on nothing but text.
    #[must_use]
    pub fn carried_by(error: &impl fmt::Display) -> Option<Self> {
        let text = error.to_string();
        let (rejection, told) = text.split_once(Self::BETWEEN).unwrap_or((&text, ""));
        Some(Self { rejection: Rejection::read(rejection)?, told: told.to_owned().into() })
    }

    /// The fault that a serde error carries. A field type refuses by its rejection's text; every other complaint of serde is about the
    /// form.
    pub(crate) fn of_serde(error: &serde_json::Error) -> Self {
        Self::carried_by(error).unwrap_or_else(|| Rejection::OutOfForm.into())
    }

    /// What a person is told.
    #[must_use]
    pub fn sentence(&self) -> Cow<'static, str> {
        if self.told.is_empty() { self.rejection.sentence() } else { self.told.clone() }
    }
}

impl Rejection {
    /// The rejection that an error carries, if a type of a document refused the value. Serde hands on nothing but text.
    #[must_use]
    pub fn carried_by(error: &impl fmt::Display) -> Option<Self> {
        Fault::carried_by(error).map(|fault| fault.rejection)
    }

    /// This rejection with what is to be said of the value.
    #[must_use]
    pub fn told(self, told: impl Into<Cow<'static, str>>) -> Fault {
        Fault { rejection: self, told: told.into() }
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        rejection.told("")
    }
}

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        fault.rejection
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.rejection, f)?;
        if self.told.is_empty() { Ok(()) } else { write!(f, "{}{}", Self::BETWEEN, self.told) }
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_carried_with_what_is_told() {
        for rejection in Rejection::ALL {
            for told in ["", "1 to 5; this is 6.", "two\nlines"] {
                let fault = rejection.told(told);
                assert_eq!(Fault::carried_by(&fault), Some(fault));
            }
        }
        for other in ["", "\n", "float\n1", "float: no rule\n1"] {
            assert_eq!(Fault::carried_by(&other), None, "{other}");
        }
    }
}
