//! Stems by the grammars of many languages. A stem carries the name of its language, so that words meet only where one grammar says that
//! they are one: the French "livr" of "livres" never meets what another language makes of another word.

use frostem::{Algorithm, Stemmer};
use hanse_matching::text::TextLanguage;
use whatlang::Detector;

use crate::letters::{self, Script};
use crate::words::Word;

/// A language that has a grammar here.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// Its tag, and the prefix of its stems.
    pub(crate) tag: &'static str,
    /// Its name in ISO 639-3, as the library that guesses has it.
    code: &'static str,
    algorithm: Algorithm,
    script: Script,
}

const fn grammar(tag: &'static str, code: &'static str, algorithm: Algorithm, script: Script) -> Grammar {
    Grammar { tag, code, algorithm, script }
}

/// Every grammar.
pub(crate) static GRAMMARS: [Grammar; 21] = [
    grammar("ar", "ara", Algorithm::Arabic, Script::Arabic),
    grammar("ca", "cat", Algorithm::Catalan, Script::Latin),
    grammar("cs", "ces", Algorithm::Czech, Script::Latin),
    grammar("da", "dan", Algorithm::Danish, Script::Latin),
    grammar("de", "deu", Algorithm::German, Script::Latin),
    grammar("el", "ell", Algorithm::Greek, Script::Greek),
    grammar("en", "eng", Algorithm::English, Script::Latin),
    grammar("es", "spa", Algorithm::Spanish, Script::Latin),
    grammar("fi", "fin", Algorithm::Finnish, Script::Latin),
    grammar("fr", "fra", Algorithm::French, Script::Latin),
    grammar("hu", "hun", Algorithm::Hungarian, Script::Latin),
    grammar("it", "ita", Algorithm::Italian, Script::Latin),
    grammar("nl", "nld", Algorithm::Dutch, Script::Latin),
    grammar("no", "nob", Algorithm::Norwegian, Script::Latin),
    grammar("pl", "pol", Algorithm::Polish, Script::Latin),
    grammar("pt", "por", Algorithm::Portuguese, Script::Latin),
    grammar("ro", "ron", Algorithm::Romanian, Script::Latin),
    grammar("ru", "rus", Algorithm::Russian, Script::Cyrillic),
    grammar("sv", "swe", Algorithm::Swedish, Script::Latin),
    grammar("ta", "tam", Algorithm::Tamil, Script::Tamil),
    grammar("tr", "tur", Algorithm::Turkish, Script::Latin),
];
/// What a short text of unknown language may be in: the languages of most of our users.
const LIKELY: [&str; 7] = ["de", "en", "es", "fr", "it", "nl", "pt"];
/// Up to so many words a text whose language cannot be told has the stems of all [`LIKELY`] ones: a title, or a paragraph. A longer one
/// would be several times as large for it.
const SHORT_WORDS: usize = 60;
/// How sure the library must be for its guess alone.
const SURE: f64 = 0.8;
/// How many characters of a text decide.
const CHARS_LOOKED_AT: usize = 1_000;

impl Grammar {
    fn of_tag(tag: &str) -> Option<&'static Self> {
        let base = tag.split('-').next().unwrap_or(tag);
        let base = if matches!(base, "nb" | "nn") { "no" } else { base };
        GRAMMARS.iter().find(|grammar| grammar.tag == base)
    }

    /// The stems of a word as it is written and as it is without accents, folded: one to three, or none of another script.
    pub(crate) fn stems(&self, word: &Word) -> Vec<String> {
        if word.written.is_empty() || letters::script(&word.folded) != Some(self.script) {
            return Vec::new();
        }
        let stemmer = Stemmer::new(self.algorithm);
        let stem = |word: &str| format!("{}:{}", self.tag, letters::fold(&stemmer.stem(word)));
        // The English grammar takes no word in -us for a plural: `menus` is one, and nobody looks for the "bonu" of `bonus`.
        let singular = word.folded.strip_suffix('s').filter(|one| self.tag == "en" && one.ends_with('u'));
        let mut stems = vec![stem(&word.written), stem(&word.folded)];
        stems.extend(singular.map(stem));
        stems.dedup();
        stems
    }
}

/// The grammars of whoever asks in words of any language, or only in that of the postings that they ask for.
pub(crate) fn asked(language: Option<&str>) -> Vec<&'static Grammar> {
    match language.and_then(Grammar::of_tag) {
        Some(grammar) if grammar.script != Script::Latin => {
            [Some(grammar), Grammar::of_tag("en")].into_iter().flatten().collect()
        }
        Some(grammar) => vec![grammar],
        None => GRAMMARS.iter().collect(),
    }
}

/// The grammars of a posting: of the language that it states, and of the one that it seems to be in; where neither is known, of those that it
/// may be in. Latin words among others are read as English.
pub(crate) fn written(language: Option<&str>, text: &str, words: usize) -> Vec<&'static Grammar> {
    let (guessed, sure) = guess(text);
    let mut found: Vec<&'static Grammar> = language.and_then(Grammar::of_tag).into_iter().collect();
    if sure || language.is_none() {
        add(&mut found, guessed);
    }
    if !sure && language.is_none() {
        let likely = GRAMMARS.iter().filter(|grammar| LIKELY.contains(&grammar.tag));
        add(&mut found, likely.filter(|grammar| words <= SHORT_WORDS || grammar.tag == "en"));
    }
    if found.iter().any(|grammar| grammar.script != Script::Latin) {
        add(&mut found, Grammar::of_tag("en"));
    }
    found
}

fn add(to: &mut Vec<&'static Grammar>, grammars: impl IntoIterator<Item = &'static Grammar>) {
    for grammar in grammars {
        if to.iter().all(|other| other.tag != grammar.tag) {
            to.push(grammar);
        }
    }
}

/// The language that a text seems to be in, and whether that is sure.
fn guess(text: &str) -> (Option<&'static Grammar>, bool) {
    let end = text.char_indices().nth(CHARS_LOOKED_AT).map_or(text.len(), |(end, _)| end);
    let beginning = text.get(..end).unwrap_or(text);
    let told = TextLanguage::guess(beginning);
    if told != TextLanguage::Other {
        return (Grammar::of_tag(told.tag()), true);
    }
    let Some(read) = Detector::new().detect(beginning) else { return (None, false) };
    let grammar = GRAMMARS.iter().find(|grammar| grammar.code == read.lang().code());
    (grammar, grammar.is_some() && read.confidence() >= SURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(written: &str) -> Word {
        Word { written: written.to_owned(), folded: letters::fold(written), also: None }
    }

    /// Where this is red another release of the library makes other stems: raise `FOLDING`, so that what is stored gets them too.
    #[test]
    fn stems_are_those_of_this_folding() {
        let words = [
            ("ar", "المترجمون"),
            ("ca", "traduccions"),
            ("cs", "překladatelů"),
            ("da", "oversættelser"),
            ("de", "übersetzungen"),
            ("el", "μεταφράσεις"),
            ("en", "translations"),
            ("es", "traducciones"),
            ("fi", "käännökset"),
            ("fr", "traductions"),
            ("hu", "fordítások"),
            ("it", "traduzioni"),
            ("nl", "vertalingen"),
            ("no", "oversettelser"),
            ("pl", "tłumaczenia"),
            ("pt", "traduções"),
            ("ro", "traducerile"),
            ("ru", "переводчиков"),
            ("sv", "översättningar"),
            ("ta", "மொழிபெயர்ப்புகள்"),
            ("tr", "çeviriler"),
        ];
        assert_eq!(words.map(|(tag, _)| tag), GRAMMARS.each_ref().map(|grammar| grammar.tag));
        let stems: Vec<String> =
            words.iter().zip(&GRAMMARS).flat_map(|((_, it), grammar)| grammar.stems(&word(it))).collect();
        assert_eq!(
            stems.join(" "),
            "ar:مترجم ca:traduc cs:prekladatel da:oversaet de:ubersetz el:μεταφρασ en:translat es:traduccion \
             fi:kaannoks fr:traduct hu:forditas it:traduzion nl:vertaal no:oversett pl:tlumaczen pt:traduco \
             ro:traducer ru:переводчик sv:oversattning ta:மொழிபெயர\u{bcd}ப\u{bcd}பு tr:ceviri"
        );
    }

    #[test]
    fn a_posting_has_the_stems_of_what_it_may_be_in() {
        let tags = |language: Option<&str>, text: &str, words: usize| -> Vec<&str> {
            written(language, text, words).into_iter().map(|grammar| grammar.tag).collect()
        };
        assert_eq!(tags(Some("fr-CA"), "Une boutique", 2), ["fr"]);
        assert_eq!(tags(Some("nb"), "En butikk", 2), ["no"]);
        assert_eq!(tags(None, "Nous cherchons une développeuse pour une mission de trois mois", 10), ["fr"]);
        assert_eq!(tags(Some("de"), "We are looking for a developer with experience", 8), ["de", "en"]);
        assert_eq!(tags(Some("ru"), "Перевод книги", 2), ["ru", "en"]);
        assert_eq!(tags(Some("ja"), "翻訳", 1), Vec::<&str>::new());
        let short = tags(None, "Menu", 1);
        assert!(LIKELY.iter().all(|tag| short.contains(tag)), "{short:?}");
        assert!(tags(None, "Menu", SHORT_WORDS + 1).len() <= 2, "a long text is not stored seven times");
    }

    #[test]
    fn a_word_of_another_script_has_no_stem() {
        let french = Grammar::of_tag("fr").unwrap();
        assert_eq!(french.stems(&word("книги")), Vec::<String>::new());
        assert_eq!(french.stems(&word("42")), Vec::<String>::new());
        assert_eq!(french.stems(&word("réparée")), ["fr:repar", "fr:repare"]);
    }
}
