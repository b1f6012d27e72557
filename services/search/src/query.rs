//! What somebody looks for: words as people type them, as PostgreSQL reads a `tsquery`.

use std::collections::BTreeSet;

use crate::letters;
use crate::stems::{self, Grammar};
use crate::stored::push_quoted;
use crate::words::{self, Chunk, Part, Word};

/// The words of one query. Each is looked up in as many forms as there are grammars, and compared with what is found.
pub const WORDS_MAX: usize = 16;
/// The signs of one query in a script without spaces: as long as a sentence, and each costs one look.
const SIGNS_MAX: usize = 128;
/// Of a word of so many letters all halves are looked for as two words beside each other: `nodejs` finds "node js". Shorter ones are too often
/// two little words by chance, and longer ones nobody writes so.
const HALVED: std::ops::RangeInclusive<usize> = 5..=20;
/// The shortest half.
const HALF_MIN: usize = 2;

/// Why a query is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// It has more than [`WORDS_MAX`] words.
    TooMany,
    /// It has no word: only signs that nothing is found by.
    Nothing,
}

/// A query, for the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What a posting must have, as the text of a `tsquery`.
    pub query: String,
    /// What counts for its place, each by itself.
    pub terms: Vec<Term>,
}

/// A word, or a phrase, by where it stands; each the text of a `tsquery`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// In the title.
    pub title: String,
    /// In the title or among the skills.
    pub named: String,
    /// Anywhere.
    pub anywhere: String,
}

impl Asked {
    /// Reads a query: all words must be found, `or` between two lets either do, `-word` must not be found, and "words in quotes" must stand
    /// beside each other. Whatever else is typed is words. A word is found by its folded form, and by its stem in any language, or in the one
    /// that is asked for beside it.
    ///
    /// # Errors
    /// See [`Unasked`].
    pub fn read(text: &str, language: Option<&str>) -> Result<Self, Unasked> {
        let ways = parse(&letters::normal(text));
        let items = || ways.iter().flatten();
        let (mut count, mut signs) = (0_usize, 0_usize);
        for part in items().flat_map(|item| &item.chunks).flat_map(|chunk| &chunk.parts) {
            match part {
                Part::Word(_) => count = count.saturating_add(1),
                Part::Run(units) => signs = signs.saturating_add(units.len()),
            }
        }
        if count > WORDS_MAX || signs > SIGNS_MAX {
            return Err(Unasked::TooMany);
        }
        if count == 0 && signs == 0 {
            return Err(Unasked::Nothing);
        }
        let grammars = stems::asked(language);
        let way = |way: &Vec<Item>| all_of(way, &Writing { grammars: &grammars, weights: "" });
        let query = any(ways.iter().map(way));
        let in_place = |item: &Item, weights| item.positive(&Writing { grammars: &grammars, weights });
        let wanted = ways.iter().flat_map(|way| beside(way)).filter(|(item, _)| !item.left_out);
        let terms = wanted.map(|(item, neighbours)| {
            let item = &Item { neighbours, ..item.clone() };
            Term { title: in_place(item, "A"), named: in_place(item, "AB"), anywhere: in_place(item, "") }
        });
        Ok(Self { query, terms: terms.collect() })
    }
}

/// A word as it was typed, up to a space, or a phrase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Item {
    left_out: bool,
    phrase: bool,
    chunks: Vec<Chunk>,
    /// Itself written as one with the word before it, and with the one behind it.
    neighbours: Vec<String>,
}

/// The ways to be found, each of items that must all hold.
fn parse(text: &[char]) -> Vec<Vec<Item>> {
    let (mut ways, mut way) = (Vec::new(), Vec::new());
    let mut or = None;
    for (item, typed) in items(text) {
        if item.chunks.is_empty() {
            continue;
        }
        let is_or = !item.phrase && !item.left_out && typed.eq_ignore_ascii_case("or");
        if is_or && or.is_none() && !way.is_empty() {
            or = Some(item);
            continue;
        }
        if or.take().is_some() {
            ways.push(std::mem::take(&mut way));
        }
        way.push(item);
    }
    // With nothing behind it, it is a word, as for gold in French.
    way.extend(or);
    ways.push(way);
    ways
}

/// Each item, with its letters.
fn items(text: &[char]) -> Vec<(Item, String)> {
    let (mut found, mut at) = (Vec::new(), 0_usize);
    while let Some(sign) = text.get(at) {
        if sign.is_whitespace() {
            at = at.saturating_add(1);
            continue;
        }
        let next = text.get(at.saturating_add(1));
        let left_out = *sign == '-' && next.is_some_and(|next| !next.is_whitespace() && *next != '-');
        at = at.saturating_add(usize::from(left_out));
        let phrase = text.get(at).is_some_and(|sign| is_quote(*sign));
        at = at.saturating_add(usize::from(phrase));
        let rest = text.get(at..).unwrap_or_default();
        let ends = |sign: &char| is_quote(*sign) || (!phrase && sign.is_whitespace());
        let typed = rest.get(..rest.iter().position(ends).unwrap_or(rest.len())).unwrap_or_default();
        at = at.saturating_add(typed.len()).saturating_add(usize::from(phrase));
        let item = Item { left_out, phrase, chunks: words::chunks(typed), neighbours: Vec::new() };
        found.push((item, typed.iter().collect()));
    }
    found
}

const fn is_quote(sign: char) -> bool {
    matches!(sign, '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{AB}' | '\u{BB}')
}

/// Each item with what it is written as one with its neighbours: `node js` finds "nodejs".
fn beside(way: &[Item]) -> Vec<(&Item, Vec<String>)> {
    let alone: Vec<Option<&Word>> = way.iter().map(Item::lone_word).collect();
    let pair = |one: usize, other: usize| {
        let (one, other) = (alone.get(one).copied()??, alone.get(other).copied()??);
        Some(format!("{}{}", one.folded, other.folded))
    };
    let both = |place: usize| {
        let before = place.checked_sub(1).and_then(|before| pair(before, place));
        before.into_iter().chain(pair(place, place.saturating_add(1))).collect()
    };
    way.iter().enumerate().map(|(place, item)| (item, both(place))).collect()
}

fn all_of(way: &[Item], writing: &Writing<'_>) -> String {
    let items = beside(way).into_iter().map(|(item, neighbours)| {
        let found = Item { neighbours, ..item.clone() }.positive(writing);
        if item.left_out { format!("!{found}") } else { found }
    });
    all(items)
}

impl Item {
    /// The one word that it is, if it may be part of another.
    fn lone_word(&self) -> Option<&Word> {
        let [chunk] = self.chunks.as_slice() else { return None };
        let [Part::Word(word)] = chunk.parts.as_slice() else { return None };
        (!self.left_out && !self.phrase && !word.written.is_empty()).then_some(word)
    }

    /// What finds it, whether that is wanted or not.
    fn positive(&self, writing: &Writing<'_>) -> String {
        if self.phrase {
            return writing.beside(&self.chunks);
        }
        all(self.chunks.iter().map(|chunk| {
            let apart = match chunk.parts.as_slice() {
                [Part::Word(word)] => {
                    any([Some(writing.word(word)), writing.halves(word)].into_iter().flatten())
                }
                _ => writing.beside([chunk]),
            };
            let whole = chunk.joined().into_iter().next().map(|(_, word)| writing.word(&word));
            let beside = self.neighbours.iter().map(|joined| writing.lexeme(joined));
            any([apart].into_iter().chain(whole).chain(beside))
        }))
    }
}

/// How a query is written.
#[derive(Clone, Copy, Debug)]
struct Writing<'a> {
    grammars: &'a [&'static Grammar],
    /// Where: empty is anywhere.
    weights: &'static str,
}

impl Writing<'_> {
    fn lexeme(&self, lexeme: &str) -> String {
        let mut whole = String::with_capacity(lexeme.len().saturating_add(5));
        push_quoted(&mut whole, lexeme);
        if !self.weights.is_empty() {
            whole.push(':');
            whole.push_str(self.weights);
        }
        whole
    }

    /// A word in each form that finds it.
    fn word(&self, word: &Word) -> String {
        let other = match word.folded.as_str() {
            ".net" => Some("dotnet".to_owned()),
            "dotnet" => Some(".net".to_owned()),
            _ => letters::spelt_out(&word.written),
        };
        let stems = self.grammars.iter().flat_map(|grammar| grammar.stems(word));
        let forms: BTreeSet<String> = [word.folded.clone()].into_iter().chain(other).chain(stems).collect();
        any(forms.iter().map(|form| self.lexeme(form)))
    }

    /// The word as two beside each other.
    fn halves(&self, word: &Word) -> Option<String> {
        let is_plain = word.written.chars().all(|letter| letter.is_ascii_lowercase());
        if !is_plain || !HALVED.contains(&word.written.len()) {
            return None;
        }
        let last = word.written.len().saturating_sub(HALF_MIN);
        let halves = (HALF_MIN..=last).filter_map(|place| word.written.split_at_checked(place));
        let beside = halves.map(|(one, other)| format!("({} <-> {})", self.lexeme(one), self.lexeme(other)));
        Some(any(beside))
    }

    /// Parts that stand beside each other. What follows signs stands beside the last of them.
    fn beside<'c>(&self, chunks: impl IntoIterator<Item = &'c Chunk>) -> String {
        let mut beside = Vec::new();
        let mut parts = chunks.into_iter().flat_map(|chunk| &chunk.parts).peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Word(word) => beside.push(self.word(word)),
                Part::Run(units) => {
                    beside.extend(self.pairs(units));
                    let last = units.last().filter(|_| units.len() == 1 || parts.peek().is_some());
                    beside.extend(last.map(|unit| self.lexeme(&letters::fold(unit))));
                }
            }
        }
        follow(beside)
    }

    fn pairs(&self, units: &[String]) -> Vec<String> {
        units.windows(2).map(|pair| self.lexeme(&letters::fold(&pair.concat()))).collect()
    }
}

fn any(of: impl IntoIterator<Item = String>) -> String {
    joined(of, " | ")
}

fn all(of: impl IntoIterator<Item = String>) -> String {
    joined(of, " & ")
}

fn follow(of: impl IntoIterator<Item = String>) -> String {
    joined(of, " <-> ")
}

fn joined(of: impl IntoIterator<Item = String>, sign: &str) -> String {
    let of: Vec<String> = of.into_iter().filter(|part| !part.is_empty()).collect();
    match of.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(sign)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Posting;

    fn query(text: &str) -> String {
        Asked::read(text, Some("ja")).unwrap().query
    }

    #[test]
    fn a_query_has_the_operators_of_a_web_search() {
        let stemless = |text| Asked::read(text, Some("en")).map(|asked| asked.query);
        assert_eq!(stemless("東京 -京都 or 翻訳").unwrap(), "(('東京' & !'京都') | '翻訳')");
        assert_eq!(stemless("\"1 2\" 3").unwrap(), "(('1' <-> '2') & '3')");
        assert_eq!(stemless("c++ -c#").unwrap(), "('c++' & !'c#')");
        assert_eq!(stemless("4/5").unwrap(), "('4' & '5')");
        assert_eq!(stemless("東京都 都").unwrap(), "(('東京' <-> '京都') & '都')");
        assert_eq!(stemless("\"東京 1\"").unwrap(), "('東京' <-> '京' <-> '1')");
        assert_eq!(stemless("js").unwrap(), "('en:js' | 'js')");
        assert!(query("nodejs").contains("('node' <-> 'js')"), "{}", query("nodejs"));
        assert!(query("node js").contains("'nodejs'"), "{}", query("node js"));
        assert!(!query("\"node js\"").contains("'nodejs'"), "a phrase is as it is written");
    }

    #[test]
    fn nothing_is_asked_by_signs_alone() {
        for text in ["&", "👋", "-", "\"\"", "!!! ( ) | :*", "\u{200B}", "\0", "'"] {
            assert_eq!(Asked::read(text, None), Err(Unasked::Nothing), "{text:?}");
        }
    }

    #[test]
    fn a_query_is_bounded() {
        let words = |count: usize| "a ".repeat(count);
        assert!(Asked::read(&words(WORDS_MAX), None).is_ok());
        assert_eq!(Asked::read(&words(WORDS_MAX + 1), None), Err(Unasked::TooMany));
        assert_eq!(Asked::read(&"a/".repeat(WORDS_MAX + 1), None), Err(Unasked::TooMany));
        assert!(Asked::read(&"東".repeat(SIGNS_MAX), None).is_ok());
        assert_eq!(Asked::read(&"東".repeat(SIGNS_MAX + 1), None), Err(Unasked::TooMany));
        let longest = Asked::read(&"développements ".repeat(WORDS_MAX), None).unwrap();
        assert!(longest.query.len() < 64 * 1_024, "{}", longest.query.len());
    }

    #[test]
    fn a_place_hangs_on_words_that_are_wanted() {
        let asked = Asked::read("東京 -京都 or \"1 2\"", None).unwrap();
        let titles: Vec<&str> = asked.terms.iter().map(|term| term.title.as_str()).collect();
        assert_eq!(titles, ["'東京':A", "('1':A <-> '2':A)"]);
        assert_eq!(asked.terms.first().map(|term| term.named.as_str()), Some("'東京':AB"));
        assert_eq!(asked.terms.first().map(|term| term.anywhere.as_str()), Some("'東京'"));
    }

    /// Quotes are closed, and no sign of the language of queries stands outside of them.
    fn is_quoted(text: &str, outside: &str) -> bool {
        let (mut inside, mut signs) = (false, text.chars().peekable());
        while let Some(sign) = signs.next() {
            match sign {
                '\'' if inside && signs.peek() == Some(&'\'') => drop(signs.next()),
                '\'' => inside = !inside,
                '\\' if inside => drop(signs.next()),
                _ if !inside && !outside.contains(sign) => return false,
                _ => {}
            }
        }
        !inside
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_well_formed(text in "(\\PC|[-\"'/.+#&|!:*() \\\\]){0,60}", language in "(fr|en|ja|ru)?") {
            let stated = (!language.is_empty()).then_some(language.as_str());
            let posting = Posting { title: &text, skills: &[], text: &text, language: stated };
            prop_assert!(is_quoted(&posting.lexemes(), " :,0123456789ABC"));
            if let Ok(asked) = Asked::read(&text, stated) {
                prop_assert!(is_quoted(&asked.query, " ()&|!<->"), "{}", asked.query);
                prop_assert!(!asked.query.contains("()"), "{}", asked.query);
                for term in &asked.terms {
                    prop_assert!(is_quoted(&term.named, " ()&|<->:AB"), "{}", term.named);
                }
            }
        }
    }
}
