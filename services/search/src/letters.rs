//! Letters: what may be written in several ways and is one letter to whoever looks for it.

use hanse_matching::text::fold::is_hidden;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The characters of a text that are looked at: four times the longest text of a posting, since one sign may stand for several letters.
pub(crate) const CHARS_MAX: usize = 65_536;

/// Keeps two parts of a Persian word apart and is not seen.
const NON_JOINER: char = '\u{200C}';

/// A text in its compatibility form, without what nobody sees, every apostrophe and hyphen as the plain one.
pub(crate) fn normal(text: &str) -> Vec<char> {
    let seen = text.chars().filter(|letter| *letter == NON_JOINER || !is_hidden(*letter));
    seen.nfkc().map(plain_sign).take(CHARS_MAX).collect()
}

/// A sign that has a twin on every keyboard.
const fn plain_sign(sign: char) -> char {
    match sign {
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{2032}' | '\u{FF07}' | '`' | '\u{B4}' => '\'',
        '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2212}' | NON_JOINER => '-',
        '\u{B7}' | '\u{2022}' => '\u{B7}',
        '\u{266F}' => '#',
        other => other,
    }
}

/// A letter in lower case. The Turkish İ is the i that it is, without a dot of its own.
pub(crate) fn push_lower(word: &mut String, letter: char) {
    if letter == 'İ' {
        word.push('i');
    } else {
        word.extend(letter.to_lowercase());
    }
}

/// Whether a sign is part of a word.
pub(crate) fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || is_combining_mark(sign)
}

/// Whether a sign only changes the letter before it.
pub(crate) fn is_mark(sign: char) -> bool {
    is_combining_mark(sign)
}

/// Whether people write a script without spaces between its words, or, as in Korean, hang endings on them: such text is found by pairs of
/// its signs.
pub(crate) const fn is_spaceless(letter: char) -> bool {
    matches!(letter,
        '\u{0E01}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3031}'..='\u{3035}' | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}' | '\u{3105}'..='\u{312F}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// The scripts whose words have stems here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Tamil,
}

/// The script of a word, by its first letter.
pub(crate) fn script(word: &str) -> Option<Script> {
    word.chars().find(|letter| letter.is_alphabetic()).and_then(|letter| match letter {
        'a'..='z' | '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Some(Script::Latin),
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Some(Script::Greek),
        '\u{400}'..='\u{52F}' => Some(Script::Cyrillic),
        '\u{620}'..='\u{6FF}' => Some(Script::Arabic),
        '\u{B80}'..='\u{BFF}' => Some(Script::Tamil),
        _ => None,
    })
}

/// A word of lower-case letters without accents, ligatures, vowel points and the like.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut before = ' ';
    for letter in word.nfkd() {
        // The breve of й makes it another letter, as every keyboard knows.
        if !is_accent(letter) || (letter == '\u{306}' && before == 'и') {
            fold_letter(&mut folded, letter);
        }
        before = letter;
    }
    folded.nfc().collect()
}

fn fold_letter(folded: &mut String, letter: char) {
    match letter {
        'œ' => folded.push_str("oe"),
        'æ' => folded.push_str("ae"),
        'ß' => folded.push_str("ss"),
        'þ' => folded.push_str("th"),
        'ø' => folded.push('o'),
        'ł' => folded.push('l'),
        'đ' | 'ð' => folded.push('d'),
        'ħ' => folded.push('h'),
        'ŧ' => folded.push('t'),
        'ŋ' => folded.push('n'),
        'ı' => folded.push('i'),
        'ə' => folded.push('a'),
        'ς' => folded.push('σ'),
        // Letters that Persian and Arabic keyboards have twice, and endings that many write as one.
        'ک' => folded.push('ك'),
        'ی' | 'ى' => folded.push('ي'),
        'ة' => folded.push('ه'),
        '\u{640}' => {}
        digit @ ('\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}') => {
            folded.extend(char::from_digit(u32::from(digit) & 0xF, 10));
        }
        other => folded.push(other),
    }
}

/// Marks of scripts that are read without them. In others, as in Hindi or Japanese, a mark makes another letter.
const fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'
        | '\u{6D6}'..='\u{6ED}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE20}'..='\u{FE2F}')
}

/// The same word as keyboards without these letters write it: `muenchen`, `aarhus`. None if it has none of them.
pub(crate) fn spelt_out(word: &str) -> Option<String> {
    let spelt = |letter: char| match letter {
        'ä' => Some("ae"),
        'ö' | 'ø' => Some("oe"),
        'ü' => Some("ue"),
        'å' => Some("aa"),
        _ => None,
    };
    word.chars().any(|letter| spelt(letter).is_some()).then(|| {
        let mut whole = String::with_capacity(word.len());
        for letter in word.chars() {
            match spelt(letter) {
                Some(letters) => whole.push_str(letters),
                None => whole.push(letter),
            }
        }
        fold(&whole)
    })
}
