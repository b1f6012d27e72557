//! Which of the two languages of the labels a text is written in, or whether in another. Little words decide between the languages that
//! we have them of; a library decides between all others, and where little words are too few.

use serde::{Deserialize, Serialize};
use whatlang::{Detector, Info, Lang};

use super::fold;

/// A language that has labels and a grammar here, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextLanguage {
    /// English.
    English,
    /// French.
    French,
    /// Another language, or none that can be told.
    Other,
}

/// The little words of languages in which our users post, folded and sorted. What several languages have stands in each of them.
const LITTLE_WORDS: [(Lang, &[&str]); 9] = [
    (
        Lang::Deu,
        &[
            "am", "an", "auf", "aus", "bei", "das", "dem", "den", "der", "des", "die", "du", "ein", "eine",
            "einer", "fur", "ich", "im", "in", "ist", "mit", "nach", "nicht", "oder", "sich", "sie", "sind",
            "uber", "und", "unser", "unsere", "vom", "von", "wir", "wird", "zu", "zum", "zur",
        ],
    ),
    (
        Lang::Eng,
        &[
            "and", "are", "as", "at", "be", "by", "for", "from", "have", "i", "in", "is", "it", "my", "of",
            "on", "or", "our", "that", "the", "their", "this", "to", "we", "who", "will", "with", "you",
            "your",
        ],
    ),
    (
        Lang::Spa,
        &[
            "al", "como", "con", "de", "del", "desde", "el", "en", "es", "esta", "este", "la", "las", "lo",
            "los", "mas", "me", "mi", "muy", "no", "nuestra", "o", "para", "pero", "por", "que", "se", "ser",
            "sin", "sobre", "son", "su", "sus", "tu", "un", "una", "y", "yo",
        ],
    ),
    (
        Lang::Fra,
        &[
            "a", "au", "aux", "avec", "ce", "cette", "chez", "dans", "de", "des", "du", "elle", "en", "est",
            "et", "ici", "il", "je", "la", "le", "les", "leur", "ma", "mes", "mon", "ne", "nos", "notre",
            "nous", "ou", "par", "pas", "plus", "pour", "que", "qui", "sa", "se", "ses", "son", "sont",
            "sur", "un", "une", "vos", "votre", "vous",
        ],
    ),
    (
        Lang::Ita,
        &[
            "a", "agli", "ai", "al", "alla", "alle", "anche", "che", "chi", "ci", "come", "con", "da", "dal",
            "dalla", "degli", "dei", "del", "della", "delle", "di", "e", "gli", "ho", "i", "il", "in", "io",
            "la", "le", "lo", "ma", "mi", "nei", "nel", "nella", "non", "o", "per", "piu", "presso", "se",
            "si", "sono", "su", "sul", "sulla", "un", "una",
        ],
    ),
    (
        Lang::Nld,
        &[
            "aan", "als", "bij", "dat", "de", "deze", "die", "door", "een", "en", "er", "het", "ik", "in",
            "is", "je", "met", "mijn", "naar", "niet", "of", "om", "onze", "ook", "op", "over", "te", "tot",
            "uit", "van", "veel", "voor", "we", "wij", "worden", "zijn", "zoek",
        ],
    ),
    (
        Lang::Pol,
        &[
            "a", "ale", "czy", "dla", "do", "i", "jak", "jest", "lub", "ma", "mam", "mnie", "na", "nie", "o",
            "od", "oraz", "po", "pod", "przez", "przy", "sa", "sie", "szukam", "to", "w", "we", "z", "za",
            "ze",
        ],
    ),
    (
        Lang::Por,
        &[
            "a", "ao", "aos", "as", "com", "como", "da", "das", "de", "do", "dos", "e", "em", "eu", "mais",
            "meu", "minha", "na", "nas", "no", "nos", "nossa", "o", "os", "ou", "para", "pela", "pelo",
            "por", "que", "se", "sem", "ser", "sou", "sua", "um", "uma",
        ],
    ),
    (
        Lang::Ron,
        &[
            "a", "ai", "al", "ale", "am", "ca", "care", "ce", "cel", "cu", "cum", "de", "din", "este", "eu",
            "fi", "in", "la", "mai", "noi", "nu", "o", "pe", "pentru", "prin", "sa", "sau", "si", "sunt",
            "un", "una",
        ],
    ),
];
/// Letters that neither English nor French has: in a headline one is enough, in a text it may be somebody's name.
const FOREIGN: &str = "ßáãäåìíñóõöøúüăąćčďęěğıłńňőřśşšţťůűźżžșț";
/// How many words of a text decide: the first paragraph.
const WORDS_LOOKED_AT: usize = 200;
/// How many characters the library looks at, likewise.
const CHARS_LOOKED_AT: usize = 1_000;
/// Up to so many words a text is a headline, which seldom has a sentence's words.
const HEADLINE_WORDS: usize = 12;
/// How sure the library must be of a text.
const SURE: f64 = 0.5;
/// How sure of a headline without any little word: what is left undecided a longer text decides, and at 0.6 it takes `cell biologist` for
/// French.
const SURE_OF_HEADLINE: f64 = 0.7;
/// How sure it must be between the languages that little words leave, which are few.
const SURE_OF_FEW: f64 = 0.3;
/// How many times as many words of its own a text must have as it has of any other language, lest it be in several.
const MARGIN: usize = 2;
/// So many words of another language are no contradiction: `CI` and `SI` are names as well.
const STRAY_WORDS: usize = 1;

impl TextLanguage {
    /// From a language tag: `fr`, `fr-CA`, `en`; everything else is [`TextLanguage::Other`].
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("en") => Self::English,
            Some("fr") => Self::French,
            Some(_) | None => Self::Other,
        }
    }

    /// Its tag: `en`, `fr`, or `und` for any other.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Other => "und",
        }
    }

    /// From a text itself; [`TextLanguage::Other`] if it is in another language, in several, or too short to say. To take another
    /// language for one of the two is the worse mistake: its words would be read by a foreign grammar.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let mut words = fold::words(text);
        words.truncate(WORDS_LOOKED_AT);
        let beginning = text.char_indices().nth(CHARS_LOOKED_AT).map_or(text.len(), |(end, _)| end);
        let beginning = text.get(..beginning).unwrap_or(text);
        let counts = count(&words);
        if words.len() > HEADLINE_WORDS {
            of_text(beginning, &counts)
        } else {
            of_headline(beginning, &counts)
        }
    }

    fn of(language: Lang) -> Self {
        if language == Lang::Eng {
            Self::English
        } else if language == Lang::Fra {
            Self::French
        } else {
            Self::Other
        }
    }
}

/// How many little words of a language a text has, and how many that no other language here has.
struct Count {
    language: Lang,
    all: usize,
    own: usize,
}

fn count(words: &[String]) -> Vec<Count> {
    let mut counts = LITTLE_WORDS.map(|(language, _)| Count { language, all: 0, own: 0 });
    for word in words {
        let has = LITTLE_WORDS.map(|(_, list)| list.binary_search(&word.as_str()).is_ok());
        let alone = has.iter().filter(|has| **has).count() == 1;
        for (count, _) in counts.iter_mut().zip(has).filter(|(_, has)| *has) {
            count.all = count.all.saturating_add(1);
            count.own = count.own.saturating_add(usize::from(alone));
        }
    }
    counts.into()
}

/// The languages with the most little words: all of them if there is none.
fn likeliest(counts: &[Count]) -> Vec<Lang> {
    let most = counts.iter().map(|count| count.all).max();
    counts.iter().filter(|count| Some(count.all) == most).map(|count| count.language).collect()
}

/// Of a headline: little words, and the library between those that have as many.
fn of_headline(text: &str, counts: &[Count]) -> TextLanguage {
    if text.to_lowercase().chars().any(|letter| FOREIGN.contains(letter)) {
        return TextLanguage::Other;
    }
    let likeliest = likeliest(counts);
    match likeliest.as_slice() {
        [language] => TextLanguage::of(*language),
        several if several.len() < counts.len() => {
            sure(Detector::with_allowlist(likeliest).detect(text), SURE_OF_FEW)
        }
        _ => sure(Detector::new().detect(text), SURE_OF_HEADLINE),
    }
}

/// Of a text with sentences: the library, else little words, unless words of another language contradict.
fn of_text(text: &str, counts: &[Count]) -> TextLanguage {
    let read = Detector::new().detect(text).filter(|info| info.confidence() >= SURE).map(|info| info.lang());
    let language = read.or_else(|| <[Lang; 1]>::try_from(likeliest(counts)).ok().map(|[language]| language));
    let Some(language) = language else { return TextLanguage::Other };
    let own = |of: bool| {
        let counted = counts.iter().filter(|it| (it.language == language) == of).map(|it| it.own);
        counted.max().unwrap_or_default()
    };
    let others = own(false);
    let contradicted = STRAY_WORDS < others && own(true) < others.saturating_mul(MARGIN);
    if contradicted { TextLanguage::Other } else { TextLanguage::of(language) }
}

fn sure(read: Option<Info>, least: f64) -> TextLanguage {
    read.filter(|info| info.confidence() >= least)
        .map_or(TextLanguage::Other, |info| TextLanguage::of(info.lang()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_english_and_french_from_each_other() {
        assert_eq!(
            TextLanguage::guess("We are looking for a developer with experience of Rust"),
            TextLanguage::English
        );
        assert_eq!(
            TextLanguage::guess("Nous cherchons une développeuse pour une mission de trois mois"),
            TextLanguage::French
        );
        for headline in
            ["Consultant en cybersécurité", "Chargé de clientèle", "Comptable pour les indépendants"]
        {
            assert_eq!(TextLanguage::guess(headline), TextLanguage::French, "{headline}");
        }
        for english in [
            "Graphic designer and illustrator",
            "Native only. 11 yrs iOS, 5 yrs Android. Wallets, running apps, CarPlay. Fastlane in CI, reviews by hand.",
        ] {
            assert_eq!(TextLanguage::guess(english), TextLanguage::English, "{english}");
        }
        assert_eq!(TextLanguage::of_tag("fr-CA"), TextLanguage::French);
    }

    /// With and without accents, in languages with little words here and in others.
    #[test]
    fn another_language_is_neither() {
        for text in [
            "Sunt un programator cu experiență de zece ani în dezvoltarea de aplicații web pentru companii din România.",
            "Caut un programator pentru o aplicatie de mobil, cu experienta in Kotlin, pentru trei luni.",
            "Busco una persona que me ayude con la limpieza de la casa y el cuidado de los niños.",
            "Procuro alguém para fazer o site da nossa loja de roupa.",
            "Wir suchen jemanden, der uns bei der Pflege unserer Webseite hilft.",
            "Ik zoek iemand die de website van onze winkel kan maken.",
            "Cerco una persona che mi aiuti con la contabilità della mia piccola impresa.",
            "Szukam osoby, która zrobi stronę internetową dla naszego sklepu.",
            "Dissenyadora gràfica amb experiència en identitat visual. Treballo per a empreses de Barcelona i també en remot.",
            "Jag är en erfaren grafisk formgivare som arbetar med varumärken och webbplatser för små företag i Stockholm.",
            "Опытный разработчик ищет работу на три месяца",
            "Desarrollador de software",
            "Profesor particular de matemática",
            "Specialist în marketing digital",
            "Wir suchen jemanden",
        ] {
            assert_eq!(TextLanguage::guess(text), TextLanguage::Other, "{text}");
        }
    }

    #[test]
    fn a_text_in_several_languages_or_in_none_is_neither() {
        for text in [
            "We need a developer for three months. Nous cherchons une développeuse pour trois mois. Wir suchen eine \
             Entwicklerin für drei Monate.",
            "Developer with experience of Rust / Développeur avec expérience de Rust / Entwickler mit Erfahrung in Rust",
            "",
            "a",
            "Molecular & cell biologist (PhD) – wet lab consulting, assay design, grant writing",
            "C++",
            "12345 --- !!!",
            "\u{202E}\u{200B}\u{FEFF}",
        ] {
            assert_eq!(TextLanguage::guess(text), TextLanguage::Other, "{text}");
        }
        let long = "we are looking for a developer ".repeat(10_000);
        assert_eq!(TextLanguage::guess(&long), TextLanguage::English);
    }

    #[test]
    fn little_words_are_sorted_for_the_search() {
        for (language, list) in LITTLE_WORDS {
            assert!(list.is_sorted(), "{language}");
            assert!(list.iter().all(|word| fold::words(word) == [*word]), "{language}: folded");
        }
    }
}
