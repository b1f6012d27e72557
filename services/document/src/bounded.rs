//! Values that carry their bounds in their type, so that a body with public fields cannot be out of bounds.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::is_nfc;

use crate::fault::Fault;
use crate::rejection::{Forbidden, Rejection};

mod shown;

/// A text of `MIN` to `MAX` Unicode scalar values, in NFC, of several lines if need be (`\n`), with tabs, but without
/// other control characters. One of at least one character is not blank.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// A text as [`Text`], on one line: also without line breaks, tabs, and characters that do not show, by which one name can be made to
/// look like another; but for joiners and variants where people write them (PROTOCOL.md 2.5).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Whether a character may stand in a text of several lines.
fn in_text(character: char) -> bool {
    matches!(character, '\n' | '\t') || !character.is_control()
}

/// The first character that a text of several lines does not take.
fn first_control(text: &str) -> Option<Forbidden> {
    let (character, place) = text.chars().zip(1..).find(|(character, _)| !in_text(*character))?;
    Some(Forbidden { character, place })
}

/// Checks characters first, so that a forbidden one is named as such even in a text that is also too long.
fn check(
    text: &str,
    min: usize,
    max: usize,
    forbidden: fn(&str) -> Option<Forbidden>,
) -> Result<(), Rejection> {
    if let Some(forbidden) = forbidden(text) {
        return Err(Rejection::ForbiddenCharacter(forbidden));
    }
    if !is_nfc(text) {
        return Err(Rejection::NotNfc);
    }
    let blank =
        min > 0 && text.chars().all(|character| character.is_whitespace() || shown::is_hidden(character));
    if blank || !(min..=max).contains(&text.chars().count()) {
        return Err(Rejection::OutOfBounds);
    }
    Ok(())
}

/// What a text of the wrong length is told.
fn told_length(text: &str, min: usize, max: usize) -> String {
    let count = text.chars().count();
    if (min..=max).contains(&count) {
        return format!("{min} to {max} characters, not only spaces and what does not show.");
    }
    format!("{min} to {max} characters; this one has {count}.")
}

/// The face that texts and lines share.
macro_rules! bounded_text {
    ($name:ident, $forbidden:path) => {
        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// The most characters (Unicode scalar values) that the place takes.
            pub const CHARS_MAX: usize = MAX;

            /// Takes the text if it is within bounds; nothing is repaired.
            ///
            /// # Errors
            /// [`Rejection::ForbiddenCharacter`], [`Rejection::NotNfc`] or [`Rejection::OutOfBounds`].
            pub fn parse(text: &str) -> Result<Self, Rejection> {
                check(text, MIN, MAX, $forbidden)?;
                Ok(Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Display for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Debug for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl<const MIN: usize, const MAX: usize> AsRef<str> for $name<MIN, MAX> {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> FromStr for $name<MIN, MAX> {
            type Err = Rejection;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<&str> for $name<MIN, MAX> {
            type Error = Rejection;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::parse(text)
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<String> for $name<MIN, MAX> {
            type Error = Fault;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                match check(&text, MIN, MAX, $forbidden) {
                    Ok(()) => Ok(Self(text)),
                    Err(Rejection::OutOfBounds) => {
                        Err(Rejection::OutOfBounds.told(told_length(&text, MIN, MAX)))
                    }
                    Err(rejection) => Err(rejection.into()),
                }
            }
        }

        impl<const MIN: usize, const MAX: usize> From<$name<MIN, MAX>> for String {
            fn from(text: $name<MIN, MAX>) -> Self {
                text.0
            }
        }
    };
}

bounded_text!(Text, first_control);
bounded_text!(Line, shown::first_deceiving);

/// An integer from `MIN` to `MAX`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u32")]
pub struct Number<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Number<MIN, MAX> {
    /// A number that is written in code: one out of bounds does not compile.
    #[must_use]
    pub const fn of<const NUMBER: u32>() -> Self {
        const { assert!(NUMBER >= MIN && NUMBER <= MAX, "out of bounds") };
        Self(NUMBER)
    }

    /// Takes the number if it is within bounds.
    ///
    /// # Errors
    /// [`Rejection::OutOfBounds`] otherwise.
    pub const fn new(number: u32) -> Result<Self, Rejection> {
        if number < MIN || number > MAX { Err(Rejection::OutOfBounds) } else { Ok(Self(number)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number for who knows only signed ones, as SQL does; every bound of ours fits.
    #[must_use]
    pub const fn signed(self) -> i32 {
        const { assert!(MAX <= i32::MAX as u32, "the bound fits") };
        self.0.cast_signed()
    }
}

impl<const MIN: u32, const MAX: u32> TryFrom<u32> for Number<MIN, MAX> {
    type Error = Rejection;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        Self::new(number)
    }
}

/// Serde reads numbers by the widest type, so that a wrong one is out of bounds and not out of form.
impl<const MIN: u32, const MAX: u32> TryFrom<i64> for Number<MIN, MAX> {
    type Error = Fault;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        let within = u32::try_from(number).map_err(|_| Rejection::OutOfBounds).and_then(Self::new);
        within.map_err(|rejection| {
            rejection.told(format!("A whole number from {MIN} to {MAX}; this is {number}."))
        })
    }
}

impl<const MIN: u32, const MAX: u32> From<Number<MIN, MAX>> for u32 {
    fn from(number: Number<MIN, MAX>) -> Self {
        number.0
    }
}

impl<const MIN: u32, const MAX: u32> fmt::Debug for Number<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<const MIN: u32, const MAX: u32> fmt::Display for Number<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// At most `MAX` different items, in the author's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>", into = "Vec<T>", bound(serialize = "T: Clone + Serialize"))]
#[serde(bound(deserialize = "T: PartialEq + Deserialize<'de>"))]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T: PartialEq, const MAX: usize> List<T, MAX> {
    /// The most items that the place takes.
    pub const ITEMS_MAX: usize = MAX;

    /// Takes the items in their order.
    ///
    /// # Errors
    /// [`Rejection::OutOfBounds`] when there are too many, [`Rejection::RepeatedItem`] when one stands twice.
    pub fn new(items: Vec<T>) -> Result<Self, Rejection> {
        // The length first: comparing all with all is cheap only for few.
        if items.len() > MAX {
            return Err(Rejection::OutOfBounds);
        }
        let repeated =
            items.iter().enumerate().any(|(index, item)| items.iter().take(index).any(|one| one == item));
        if repeated { Err(Rejection::RepeatedItem) } else { Ok(Self(items)) }
    }
}

impl<T, const MAX: usize> List<T, MAX> {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The items, to take away.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Deref for List<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T, const MAX: usize> IntoIterator for &'a List<T, MAX> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: PartialEq, const MAX: usize> TryFrom<Vec<T>> for List<T, MAX> {
    type Error = Fault;

    fn try_from(items: Vec<T>) -> Result<Self, Self::Error> {
        let count = items.len();
        let told = |rejection: Rejection| {
            if rejection == Rejection::OutOfBounds {
                rejection.told(format!("At most {MAX}; these are {count}."))
            } else {
                rejection.into()
            }
        };
        Self::new(items).map_err(told)
    }
}

impl<T, const MAX: usize> From<List<T, MAX>> for Vec<T> {
    fn from(list: List<T, MAX>) -> Self {
        list.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_count_characters() {
        assert!(Line::<1, 3>::parse("äöü").is_ok());
        assert_eq!(Line::<1, 3>::parse("äöüß"), Err(Rejection::OutOfBounds));
        assert_eq!(Line::<1, 3>::parse(""), Err(Rejection::OutOfBounds));
        assert_eq!(Line::<1, 3>::parse("  "), Err(Rejection::OutOfBounds));
        assert!(Line::<0, 3>::parse("").is_ok());
        assert_eq!(Line::<1, 3>::parse("e\u{301}"), Err(Rejection::NotNfc));
        for blank in [" \n", "\u{2800}", "\u{3164} \u{200d}", "\u{fe0f}\u{200b}"] {
            assert_eq!(Text::<1, 3>::parse(blank), Err(Rejection::OutOfBounds), "{blank:?}");
        }
    }

    fn second(character: char) -> Rejection {
        Rejection::ForbiddenCharacter(Forbidden { character, place: 2 })
    }

    #[test]
    fn the_first_forbidden_character_is_named_with_its_place_in_characters() {
        let refused = Line::<1, 9>::parse("é\u{1f469}a\u{7f}\n").unwrap_err();
        assert_eq!(refused, Rejection::ForbiddenCharacter(Forbidden { character: '\u{7f}', place: 4 }));
    }

    #[test]
    fn lines_take_no_deceiving_character() {
        for character in
            "\u{0}\n\r\t\u{7f}\u{85}\u{ad}\u{34f}\u{2800}\u{3164}\u{200b}\u{200f}\u{2028}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}".chars()
        {
            let text = format!("a{character}b");
            assert_eq!(Line::<1, 9>::parse(&text), Err(second(character)), "{text:?}");
        }
    }

    #[test]
    fn texts_take_line_breaks_and_joiners() {
        assert!(Text::<1, 90>::parse("a\n\tb \u{1f469}\u{200d}\u{1f527} \u{202b}c\u{202c}").is_ok());
        for character in "\u{0}\r\u{b}\u{1b}\u{7f}\u{9b}".chars() {
            let text = format!("a{character}b");
            assert_eq!(Text::<1, 9>::parse(&text), Err(second(character)), "{text:?}");
        }
    }

    #[test]
    fn lists_keep_their_order_and_repeat_nothing() {
        let list = List::<u8, 3>::new(vec![3, 1, 2]).unwrap();
        assert_eq!((&list).into_iter().copied().collect::<Vec<_>>(), [3, 1, 2]);
        assert_eq!(list.into_vec(), [3, 1, 2]);
        assert_eq!(List::<u8, 3>::new(vec![3, 1, 3]), Err(Rejection::RepeatedItem));
        assert_eq!(List::<u8, 3>::new(vec![1, 2, 3, 4]), Err(Rejection::OutOfBounds));
    }

    #[test]
    fn numbers_stay_within() {
        assert_eq!(Number::<1, 5>::new(0), Err(Rejection::OutOfBounds));
        assert_eq!(Number::<1, 5>::new(6), Err(Rejection::OutOfBounds));
        assert_eq!(Number::<1, 5>::new(5).map(Number::get), Ok(5));
    }
}
