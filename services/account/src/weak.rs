//! Passwords that somebody who guesses tries first: common and breached ones, runs of the keyboard, dates, and the account's own name.

use zxcvbn::feedback::Warning;
use zxcvbn::{Score, zxcvbn};

/// What must not be in a password, however it is decorated.
const OWN_WORDS: [&str; 1] = ["hanse"];
/// Beyond this many characters a password is only compared with its own repetition: the estimate takes time that grows faster.
const LOOKED_AT_CHARS: usize = 64;
/// Fewer different characters than this are a repetition, whatever an estimate says.
const DIFFERENT_CHARS_MIN: usize = 5;

/// Why a password is easy to guess, to be read after "the password"; `None` if it is not. Score 3 is 10⁸ guesses and more: with 50 ms
/// of work for each, two months of a core, and what a login allows takes centuries.
pub(crate) fn reason(password: &str, handle: &str) -> Option<&'static str> {
    let mut letters: Vec<char> = password.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < DIFFERENT_CHARS_MIN {
        return Some("repeats itself");
    }
    let looked_at: String = password.chars().take(LOOKED_AT_CHARS).collect();
    let own: Vec<&str> = OWN_WORDS.into_iter().chain([handle]).collect();
    let entropy = zxcvbn(&looked_at, &own);
    if entropy.score() >= Score::Three {
        return None;
    }
    let warning = entropy.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    Some(warning.map_or("is easy to guess", said))
}

/// A sentence of our own for each of the estimator's.
fn said(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "is a row of keys"
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "repeats itself"
        }
        Warning::SequencesLikeAbcAreEasyToGuess => "is a sequence of letters or digits",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => "is a date or a year",
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => "is a common one, and the first that is tried",
        Warning::AWordByItselfIsEasyToGuess => "is a single word",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => "is a name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused() {
        for weak in [
            "1234567890",
            "aaaaaaaaaa",
            "\0\0\0\0\0\0\0\0\0\0",
            "password123",
            "qwertyuiop",
            "iloveyou12",
            "P@ssw0rd1234",
            "abcdefghijkl",
            "ada-lovelace",
            "hansehanse",
            "1990-12-10",
            "abcabcabcabc",
        ] {
            assert!(reason(weak, "ada-lovelace").is_some(), "{weak:?}");
        }
    }

    #[test]
    fn what_somebody_is_called_is_no_password_of_theirs() {
        let name = "xk9vq2ml7p";
        assert_eq!(reason(name, "ada"), None);
        assert!(reason(name, name).is_some());
    }

    #[test]
    fn a_sentence_or_something_random_is_taken() {
        for strong in [
            "correct horse battery",
            "Xk9vQ2mL7p",
            "le chat noir dort sur le toit",
            "a demo on this machine",
            "пчела летит к цветку",
        ] {
            assert_eq!(reason(strong, "ada"), None, "{strong:?}");
        }
    }
}
