//! Every reason to refuse a document, in one place: a peer, a log and a person read the same word for the same fault.

use std::borrow::Cow;
use std::fmt;

/// A character that its place does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Forbidden {
    /// Which.
    pub character: char,
    /// Where it stands in its text: in characters (Unicode scalar values), from 1.
    pub place: usize,
}

impl Forbidden {
    /// The words before the character and before its place, by which both are read again.
    const WORDS: [&'static str; 2] = ["A text has U+", " as its character "];
    /// The words behind.
    const END: &'static str =
        "; control, direction-changing and invisible characters have no place there: remove it.";
    /// The words behind a line break.
    const BREAK_END: &'static str = ", a line break; this stands on one line: join it with a space.";

    /// The words behind this character.
    const fn end(character: char) -> &'static str {
        match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Self::BREAK_END,
            _ => Self::END,
        }
    }

    /// Reads what `Display` wrote.
    fn read(text: &str) -> Option<Self> {
        let [before, between] = Self::WORDS;
        let (character, rest) = text.strip_prefix(before)?.split_once(between)?;
        let character = u32::from_str_radix(character, 16).ok().and_then(char::from_u32)?;
        Some(Self { character, place: rest.strip_suffix(Self::end(character))?.parse().ok()? })
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, between] = Self::WORDS;
        let end = Self::end(self.character);
        write!(f, "{before}{:04X}{between}{}{end}", u32::from(self.character), self.place)
    }
}

/// Why bytes are no document of ours.
///
/// [`slug`](Rejection::slug) is stable: it ends in problem types, metrics and test data. [`sentence`](Rejection::sentence) is
/// for the person who has to repair the document, and [`detail`](Rejection::detail) the rule alone; their wording may improve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// The bytes are not one JSON value in UTF-8.
    NotJson,
    /// There are more bytes than the place takes.
    TooLarge,
    /// Arrays and objects are nested more than [`crate::canonical::DEPTH_MAX`] deep.
    TooDeep,
    /// One object has one key twice.
    DuplicateKey,
    /// A key has a character outside ASCII.
    KeyNotAscii,
    /// A text is not in Unicode's normalisation form C.
    NotNfc,
    /// A number has a fraction or an exponent, or is minus zero.
    Float,
    /// An integer is beyond ±(2^53 − 1).
    IntegerRange,
    /// The JSON is good, but its bytes are not the RFC 8785 form of it.
    NotCanonical,
    /// A key is missing or too many, or a value is `null` or has another type than its place.
    OutOfForm,
    /// The document's `type` names no kind that is known here.
    UnknownKind,
    /// A text, list or number is outside the bounds of its place.
    OutOfBounds,
    /// A text has a control, direction-changing or invisible character that its place does not take.
    ForbiddenCharacter(Forbidden),
    /// A list has the same item twice.
    RepeatedItem,
    /// A time or date is not of its written form, out of range, or contradicts another one.
    BadTime,
    /// A key is not a strict Ed25519 key in its one written form.
    BadKey,
    /// A document id is not `<kind>_<43 characters>`.
    BadId,
    /// A node or log name is not of its written form.
    BadName,
    /// A language, skill, country or currency code is not of its written form.
    BadCode,
    /// A document id names a kind that its place does not take.
    WrongKind,
    /// One key is used for two purposes.
    KeyReused,
    /// A statement that concerns somebody else names its own author.
    AboutSelf,
    /// The document is signed by another key than its issuer's.
    ForeignKey,
    /// The signature is not by this key over these bytes.
    BadSignature,
}

impl Rejection {
    /// All rejections, in the order in which a document meets them; the one that names a character with an example.
    pub const ALL: [Rejection; 24] = [
        Self::TooLarge,
        Self::NotJson,
        Self::TooDeep,
        Self::DuplicateKey,
        Self::KeyNotAscii,
        Self::NotNfc,
        Self::Float,
        Self::IntegerRange,
        Self::NotCanonical,
        Self::OutOfForm,
        Self::UnknownKind,
        Self::OutOfBounds,
        Self::ForbiddenCharacter(Forbidden { character: '\u{202e}', place: 6 }),
        Self::RepeatedItem,
        Self::BadTime,
        Self::BadKey,
        Self::BadId,
        Self::BadName,
        Self::BadCode,
        Self::WrongKind,
        Self::KeyReused,
        Self::AboutSelf,
        Self::ForeignKey,
        Self::BadSignature,
    ];

    /// The slug of this reason, which never changes: lower-case letters, digits and `-`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::TooLarge => "too-large",
            Self::TooDeep => "too-deep",
            Self::DuplicateKey => "duplicate-key",
            Self::KeyNotAscii => "key-not-ascii",
            Self::NotNfc => "not-nfc",
            Self::Float => "float",
            Self::IntegerRange => "integer-range",
            Self::NotCanonical => "not-canonical",
            Self::OutOfForm => "out-of-form",
            Self::UnknownKind => "unknown-kind",
            Self::OutOfBounds => "out-of-bounds",
            Self::ForbiddenCharacter(_) => "forbidden-character",
            Self::RepeatedItem => "repeated-item",
            Self::BadTime => "bad-time",
            Self::BadKey => "bad-key",
            Self::BadId => "bad-id",
            Self::BadName => "bad-name",
            Self::BadCode => "bad-code",
            Self::WrongKind => "wrong-kind",
            Self::KeyReused => "key-reused",
            Self::AboutSelf => "about-self",
            Self::ForeignKey => "foreign-key",
            Self::BadSignature => "bad-signature",
        }
    }

    /// One sentence that helps to repair the document: the rule, and where a character is at fault, which and where.
    #[must_use]
    pub fn sentence(self) -> Cow<'static, str> {
        if let Self::ForbiddenCharacter(forbidden) = self {
            forbidden.to_string().into()
        } else {
            self.detail().into()
        }
    }

    /// The rule that is broken, in one sentence.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::NotJson => "The bytes must be exactly one JSON value in UTF-8, without a byte order mark.",
            Self::TooLarge => "There are more bytes than this place takes; shorten the texts.",
            Self::TooDeep => "Arrays and objects may be nested at most 16 deep.",
            Self::DuplicateKey => "An object has the same key twice; each key may stand once.",
            Self::KeyNotAscii => "Keys must be ASCII; put other scripts into values.",
            Self::NotNfc => "Texts must be in Unicode normalisation form C; normalise them before signing.",
            Self::Float => "Numbers must be integers without fraction, exponent or minus zero.",
            Self::IntegerRange => "Integers must lie between -(2^53-1) and 2^53-1.",
            Self::NotCanonical => {
                "The bytes must be the RFC 8785 form: sorted keys, no spaces, shortest escapes."
            }
            Self::OutOfForm => {
                "A key is missing or too many, is null, or its value has another type than the kind says."
            }
            Self::UnknownKind => "The second type names no kind of document that is known here.",
            Self::OutOfBounds => {
                "A text, list or number is shorter, longer, smaller or larger than its place takes."
            }
            Self::ForbiddenCharacter(_) => {
                "A text has a control, direction-changing or invisible character; remove it."
            }
            Self::RepeatedItem => "A list has the same item twice; name each once.",
            Self::BadTime => {
                "Times are YYYY-MM-DDTHH:MM:SSZ and dates YYYY-MM-DD from 2020 to 2099, and must agree with each other."
            }
            Self::BadKey => {
                "A key must be a canonical Ed25519 key of full order, written as did:key:z6Mk… or 64 hex digits."
            }
            Self::BadId => "A document id is the kind, an underscore and 43 base64url characters.",
            Self::BadName => {
                "A node name is 1 to 64 of a-z, 0-9, '.' and '-' in proper labels; a log is that name and /reputation."
            }
            Self::BadCode => "A language, skill, country or currency code is not of its written form.",
            Self::WrongKind => "A document id names another kind of document than this place takes.",
            Self::KeyReused => "A key may have one purpose only; make a new key for this one.",
            Self::AboutSelf => "This statement must concern somebody other than its author.",
            Self::ForeignKey => "The verification method must be the issuer's own key.",
            Self::BadSignature => {
                "The signature is not by this key over these bytes; sign the canonical form."
            }
        }
    }

    /// Reads what `Display` wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (slug, sentence) = text.split_once(": ")?;
        let rejection = Self::ALL.into_iter().find(|rejection| rejection.slug() == slug)?;
        if let Self::ForbiddenCharacter(_) = rejection {
            Forbidden::read(sentence).map(Self::ForbiddenCharacter)
        } else {
            (rejection.detail() == sentence).then_some(rejection)
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.slug(), self.sentence())
    }
}

impl std::error::Error for Rejection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_carries_its_rejection_and_nothing_else_is_one() {
        let forbidden = |character, place| Rejection::ForbiddenCharacter(Forbidden { character, place });
        let named = ['\0', '\n', '\u{feff}', '\u{10ffff}'].map(|character| forbidden(character, 4_000));
        for rejection in Rejection::ALL.into_iter().chain(named) {
            assert_eq!(Rejection::read(&rejection.to_string()), Some(rejection));
        }
        let told = forbidden('\u{1b}', 3).to_string();
        assert!(told.starts_with("forbidden-character: A text has U+001B as its character 3;"), "{told}");
        for other in [
            "",
            "float",
            "float: no rule",
            &told.replace("001B", "D800"),
            &told.replace("001B", "x"),
            &told.replace(" 3;", " three;"),
            &told.replace("remove", "leave"),
        ] {
            assert_eq!(Rejection::read(other), None, "{other}");
        }
    }
}
