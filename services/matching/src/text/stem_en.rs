//! English stems after M. F. Porter, "An algorithm for suffix stripping" (1980), on folded words. Of Snowball's two English
//! algorithms it is the one that no longer changes, so that a word has the same stem in every release.

use frostem::{Algorithm, Stemmer};

/// What British and American English write in two ways. Applied to every word, also to those that both write with an `s`: they
/// keep a stem of their own (`advis` becomes `adviz`).
const BRITISH: &[(&str, &str)] = &[
    ("isational", "izational"),
    ("isations", "izations"),
    ("isation", "ization"),
    ("ising", "izing"),
    ("isers", "izers"),
    ("iser", "izer"),
    ("ised", "ized"),
    ("ises", "izes"),
    ("ise", "ize"),
];

pub(super) fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    Stemmer::new(Algorithm::Porter).stem(&american(word)).into_owned()
}

/// A word in American spelling.
pub(super) fn american(word: &str) -> String {
    let american =
        |(british, american): &(_, &str)| Some(format!("{}{american}", word.strip_suffix(*british)?));
    BRITISH.iter().find_map(american).unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::stem;

    /// From the examples in Porter's article.
    #[test]
    fn porters_own_examples() {
        for (word, expected) in [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("cats", "cat"),
            ("agreed", "agre"),
            ("plastered", "plaster"),
            ("motoring", "motor"),
            ("sing", "sing"),
            ("hopping", "hop"),
            ("filing", "file"),
            ("happy", "happi"),
            ("relational", "relat"),
            ("conditional", "condit"),
            ("digitizer", "digit"),
            ("operator", "oper"),
            ("hopefulness", "hope"),
            ("triplicate", "triplic"),
            ("electrical", "electr"),
            ("replacement", "replac"),
            ("adoption", "adopt"),
            ("controll", "control"),
            ("probate", "probat"),
            ("rate", "rate"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }

    #[test]
    fn british_and_american_spelling_have_one_stem() {
        for (british, american) in [
            ("organise", "organize"),
            ("organised", "organized"),
            ("organising", "organizing"),
            ("organisations", "organizations"),
            ("organisational", "organizational"),
            ("optimisers", "optimizers"),
            ("specialises", "specializes"),
        ] {
            assert_eq!(stem(british), stem(american), "{british}");
        }
        assert_eq!(stem("organised"), stem("organisation"));
        assert_eq!((stem("js"), stem("c++")), ("js".to_owned(), "c++".to_owned()), "names are no words");
    }
}
