//! Which characters show on a line. By those that do not, one line can be made to look like another; but some of them are part of how
//! people write: the joiners of Persian and of the scripts of India, the parts of one picture, the variants of Han and Mongolian letters.
//!
//! The rule is one of the document format (PROTOCOL.md 2.5), so its tables are fixed here and do not follow the Unicode of the day: what
//! was a document stays one, and every reader decides alike.

use std::ops::RangeInclusive;

use crate::rejection::Forbidden;

type Ranges = [RangeInclusive<char>];

/// Zero width non-joiner.
const ZWNJ: char = '\u{200c}';
/// Zero width joiner.
const ZWJ: char = '\u{200d}';
/// Asks for the picture of a character that has a plain form, too.
const AS_PICTURE: char = '\u{fe0f}';
/// The frame of a keycap.
const KEYCAP: char = '\u{20e3}';
/// The black flag, which tags make that of a part of a country.
const FLAG: char = '\u{1f3f4}';
/// Ends the tags of a flag.
const TAG_END: char = '\u{e007f}';
/// Tags of a flag: a country of two letters and one to four for its part.
const TAGS: RangeInclusive<usize> = 3..=6;

/// What shows nothing by itself: `Default_Ignorable_Code_Point` with what is reserved for it, line and paragraph separator, braille
/// without dots, and the anchors of interlinear notes.
const HIDDEN: &Ranges = &[
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Arabic letters that join with the next one (`Joining_Type` D).
const JOINING: &Ranges = &[
    '\u{620}'..='\u{620}',
    '\u{626}'..='\u{626}',
    '\u{628}'..='\u{628}',
    '\u{62a}'..='\u{62e}',
    '\u{633}'..='\u{63f}',
    '\u{641}'..='\u{647}',
    '\u{649}'..='\u{64a}',
    '\u{66e}'..='\u{66f}',
    '\u{678}'..='\u{687}',
    '\u{69a}'..='\u{6bf}',
    '\u{6c1}'..='\u{6c2}',
    '\u{6cc}'..='\u{6cc}',
    '\u{6ce}'..='\u{6ce}',
    '\u{6d0}'..='\u{6d1}',
    '\u{6fa}'..='\u{6fc}',
    '\u{6ff}'..='\u{6ff}',
    '\u{750}'..='\u{758}',
    '\u{75c}'..='\u{76a}',
    '\u{76d}'..='\u{770}',
    '\u{772}'..='\u{772}',
    '\u{775}'..='\u{777}',
    '\u{77a}'..='\u{77f}',
    '\u{886}'..='\u{886}',
    '\u{889}'..='\u{88d}',
    '\u{8a0}'..='\u{8a9}',
    '\u{8af}'..='\u{8b0}',
    '\u{8b3}'..='\u{8b8}',
    '\u{8ba}'..='\u{8c8}',
];

/// Arabic letters that join with the one before only (`Joining_Type` R).
const JOINED: &Ranges = &[
    '\u{622}'..='\u{625}',
    '\u{627}'..='\u{627}',
    '\u{629}'..='\u{629}',
    '\u{62f}'..='\u{632}',
    '\u{648}'..='\u{648}',
    '\u{671}'..='\u{673}',
    '\u{675}'..='\u{677}',
    '\u{688}'..='\u{699}',
    '\u{6c0}'..='\u{6c0}',
    '\u{6c3}'..='\u{6cb}',
    '\u{6cd}'..='\u{6cd}',
    '\u{6cf}'..='\u{6cf}',
    '\u{6d2}'..='\u{6d3}',
    '\u{6d5}'..='\u{6d5}',
    '\u{6ee}'..='\u{6ef}',
    '\u{759}'..='\u{75b}',
    '\u{76b}'..='\u{76c}',
    '\u{771}'..='\u{771}',
    '\u{773}'..='\u{774}',
    '\u{778}'..='\u{779}',
    '\u{870}'..='\u{882}',
    '\u{88e}'..='\u{88e}',
    '\u{8aa}'..='\u{8ac}',
    '\u{8ae}'..='\u{8ae}',
    '\u{8b1}'..='\u{8b2}',
    '\u{8b9}'..='\u{8b9}',
];

/// Arabic marks, which stand on a letter (`Joining_Type` T).
const MARKS: &Ranges = &[
    '\u{610}'..='\u{61a}',
    '\u{64b}'..='\u{65f}',
    '\u{670}'..='\u{670}',
    '\u{6d6}'..='\u{6dc}',
    '\u{6df}'..='\u{6e4}',
    '\u{6e7}'..='\u{6e8}',
    '\u{6ea}'..='\u{6ed}',
    '\u{897}'..='\u{89f}',
    '\u{8ca}'..='\u{8e1}',
    '\u{8e3}'..='\u{8ff}',
];

/// The blocks of the scripts that have viramas, in the basic plane.
const INDIC: &Ranges = &[
    '\u{900}'..='\u{109f}',
    '\u{1700}'..='\u{17ff}',
    '\u{1a20}'..='\u{1aaf}',
    '\u{1b00}'..='\u{1bff}',
    '\u{a800}'..='\u{abff}',
];

/// Pictures, and what can be shown as one.
const PICTURES: &Ranges = &[
    '\u{a9}'..='\u{a9}',
    '\u{ae}'..='\u{ae}',
    '\u{203c}'..='\u{203c}',
    '\u{2049}'..='\u{2049}',
    '\u{2122}'..='\u{2122}',
    '\u{2139}'..='\u{2139}',
    '\u{2190}'..='\u{21ff}',
    '\u{2300}'..='\u{23ff}',
    '\u{24c2}'..='\u{24c2}',
    '\u{25a0}'..='\u{27bf}',
    '\u{2934}'..='\u{2935}',
    '\u{2b00}'..='\u{2bff}',
    '\u{3030}'..='\u{3030}',
    '\u{303d}'..='\u{303d}',
    '\u{3297}'..='\u{3297}',
    '\u{3299}'..='\u{3299}',
    '\u{1f000}'..='\u{1f1e5}',
    '\u{1f200}'..='\u{1f3fa}',
    '\u{1f400}'..='\u{1faff}',
];

/// Han letters, which have variants.
const HAN: &Ranges =
    &['\u{3400}'..='\u{4dbf}', '\u{4e00}'..='\u{9fff}', '\u{f900}'..='\u{faff}', '\u{20000}'..='\u{3fffd}'];

/// Mongolian letters.
const MONGOLIAN: &Ranges = &['\u{1820}'..='\u{1878}', '\u{1880}'..='\u{18aa}'];

fn among(ranges: &Ranges, character: Option<&char>) -> bool {
    character.is_some_and(|character| ranges.iter().any(|range| range.contains(character)))
}

/// Marks that silence the vowel of a letter (canonical combining class 9), in the basic plane.
const fn is_virama(character: char) -> bool {
    matches!(
        character,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d3b}'
            | '\u{d3c}'
            | '\u{d4d}'
            | '\u{dca}'
            | '\u{e3a}'
            | '\u{eba}'
            | '\u{f84}'
            | '\u{1039}'
            | '\u{103a}'
            | '\u{1714}'
            | '\u{1715}'
            | '\u{1734}'
            | '\u{17d2}'
            | '\u{1a60}'
            | '\u{1b44}'
            | '\u{1baa}'
            | '\u{1bab}'
            | '\u{1bf2}'
            | '\u{1bf3}'
            | '\u{a806}'
            | '\u{a82c}'
            | '\u{a8c4}'
            | '\u{a953}'
            | '\u{a9c0}'
            | '\u{aaf6}'
            | '\u{abed}'
    )
}

/// Whether a character shows nothing by itself.
pub(super) fn is_hidden(character: char) -> bool {
    among(HIDDEN, Some(&character))
}

/// The first character that a line does not take: a control character, or a hidden one that is no part of how anything is written.
pub(super) fn first_deceiving(line: &str) -> Option<Forbidden> {
    if line.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    let characters: Vec<char> = line.chars().collect();
    let deceives = |&(at, character): &(usize, &char)| {
        let hidden = is_hidden(*character);
        character.is_control() || hidden && !is_written(&characters, at, *character)
    };
    let (at, character) = characters.iter().enumerate().find(deceives)?;
    Some(Forbidden { character: *character, place: at.saturating_add(1) })
}

/// Whether a hidden character stands where people write it.
fn is_written(line: &[char], at: usize, character: char) -> bool {
    let Some((before, [_, behind @ ..])) = line.split_at_checked(at) else { return false };
    match character {
        ZWNJ => parts_letters(before, behind) || parts_syllables(before, behind),
        ZWJ => joins_syllables(before, behind) || joins_pictures(before, behind),
        AS_PICTURE => among(PICTURES, before.last()) || makes_keycap(before, behind),
        '\u{fe0e}' => among(PICTURES, before.last()),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => among(HAN, before.last()),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => among(MONGOLIAN, before.last()),
        '\u{180e}' => among(MONGOLIAN, before.last()) && among(MONGOLIAN, behind.first()),
        '\u{e0020}'..=TAG_END => makes_flag(before, character, behind),
        _ => false,
    }
}

/// Parts two Arabic letters that would join: RFC 5892, appendix A.1.
fn parts_letters(before: &[char], behind: &[char]) -> bool {
    let letter = |character: &&char| !among(MARKS, Some(character));
    let next = behind.iter().find(letter);
    among(JOINING, before.iter().rev().find(letter)) && (among(JOINING, next) || among(JOINED, next))
}

/// Keeps a virama visible inside of a word.
fn parts_syllables(before: &[char], behind: &[char]) -> bool {
    before.last().copied().is_some_and(is_virama) && among(INDIC, behind.first())
}

/// Asks for the joined form behind a virama (RFC 5892, appendix A.2), or for that of the letter ra of Bengali and Kannada before one.
fn joins_syllables(before: &[char], behind: &[char]) -> bool {
    match (before.last(), behind.first()) {
        (Some('\u{9b0}'), Some('\u{9cd}')) | (Some('\u{cb0}'), Some('\u{ccd}')) => true,
        (before, _) => before.copied().is_some_and(is_virama),
    }
}

/// Makes one picture of two.
fn joins_pictures(before: &[char], behind: &[char]) -> bool {
    let before = match before {
        [before @ .., AS_PICTURE | '\u{1f3fb}'..='\u{1f3ff}'] => before,
        before => before,
    };
    among(PICTURES, before.last()) && among(PICTURES, behind.first())
}

/// Makes the picture of a key.
fn makes_keycap(before: &[char], behind: &[char]) -> bool {
    before.last().is_some_and(|key| matches!(key, '0'..='9' | '#' | '*')) && behind.first() == Some(&KEYCAP)
}

/// Whether a tag belongs to those of a flag.
fn makes_flag(before: &[char], tag: char, behind: &[char]) -> bool {
    let is_tag = |character: &&char| ('\u{e0020}'..=TAG_END).contains(*character);
    let earlier = before.iter().rev().take_while(is_tag).count();
    let tags =
        || before.iter().rev().take(earlier).rev().chain([&tag]).chain(behind.iter().take_while(is_tag));
    let named = |tag: &char| matches!(tag, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let names = tags().take_while(|tag| named(tag)).count();
    before.iter().rev().nth(earlier) == Some(&FLAG)
        && TAGS.contains(&names)
        && tags().skip(names).eq([&TAG_END])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_say_what_a_line_takes() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../testdata/lines.json")).unwrap();
        let rows = |name: &str| vectors[name].as_array().cloned().unwrap();
        assert!(rows("valid").len() >= 20 && rows("refused").len() >= 40);
        for row in rows("valid") {
            let line = row["line"].as_str().unwrap();
            assert_eq!(first_deceiving(line), None, "{line:?}, {row}");
        }
        for row in rows("refused") {
            let line = row["line"].as_str().unwrap();
            let place = first_deceiving(line).map(|forbidden| forbidden.place as u64);
            assert_eq!(place, row["place"].as_u64(), "{line:?}, {row}");
        }
    }

    #[test]
    fn tables_are_in_order() {
        for table in [HIDDEN, JOINING, JOINED, MARKS, INDIC, PICTURES, HAN, MONGOLIAN] {
            assert!(table.is_sorted_by(|one, next| one.start() <= one.end() && one.end() < next.start()));
        }
    }

    #[test]
    fn a_long_line_is_looked_through_once() {
        let marks = "\u{64b}".repeat(2_000);
        let line = format!("\u{628}{marks}\u{200c}{marks}\u{628}").repeat(200);
        assert_eq!(first_deceiving(&line), None);
    }
}
