//! French stems: plural, gender, and the endings by which a noun, a verb and a trade of one root differ. Light on purpose:
//! it does not join `gestion` and `gérer`, but `traducteur`, `traductrice` and `traduction`.

/// Ending, what replaces it, and how many letters must be left before it. Tried in order; the first that fits is applied.
const PLURALS: &[(&str, &str, usize)] = &[("eaux", "eau", 2), ("aux", "al", 3), ("s", "", 3), ("x", "", 3)];
const GENDERS: &[(&str, &str, usize)] = &[
    ("atrice", "ateur", 2),
    ("trice", "teur", 2),
    ("euse", "eur", 2),
    ("iere", "ier", 2),
    ("ienne", "ien", 2),
    ("onne", "on", 3),
    ("elle", "el", 3),
    ("ive", "if", 3),
    ("ee", "e", 3),
];
const ENDINGS: &[(&str, &str, usize)] = &[
    ("issement", "", 3),
    ("issage", "", 3),
    ("isation", "", 3),
    ("isateur", "", 3),
    ("ication", "iqu", 3),
    ("icateur", "iqu", 3),
    ("ification", "ifi", 3),
    ("ivement", "", 3),
    ("ement", "", 4),
    ("ateur", "", 3),
    ("ation", "", 3),
    ("ition", "", 4),
    ("iteur", "", 4),
    ("ement", "", 3),
    ("iser", "", 3),
    ("aire", "", 4),
    ("ique", "", 4),
    ("isme", "", 4),
    ("iste", "", 4),
    ("ier", "", 4),
    ("eur", "", 4),
    ("ion", "", 4),
    ("age", "", 3),
    ("ant", "", 4),
    ("ent", "", 5),
    ("if", "", 4),
    ("er", "", 3),
    ("ir", "", 4),
    ("e", "", 3),
];

pub(super) fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    for table in [PLURALS, GENDERS, ENDINGS] {
        stem = replace(&stem, table).unwrap_or(stem);
    }
    undouble(stem)
}

fn replace(word: &str, table: &[(&str, &str, usize)]) -> Option<String> {
    table.iter().find_map(|(ending, instead, least)| {
        let root = word.strip_suffix(ending)?;
        (root.chars().count() >= *least).then(|| format!("{root}{instead}"))
    })
}

/// One consonant is enough: `professionn` is `profession`.
fn undouble(mut stem: String) -> String {
    let mut last = stem.chars().rev();
    if stem.chars().count() > 4
        && let (Some(a), Some(b)) = (last.next(), last.next())
        && a == b
        && !a.is_numeric()
    {
        stem.pop();
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn one_root_has_one_stem() {
        for family in [
            &["traducteur", "traductrice", "traduction", "traductions"][..],
            &["nettoyage", "nettoyer", "nettoyages"],
            &["developpeur", "developpeuse", "developper", "developpement"],
            &["boulanger", "boulangers"],
            &["formateur", "formatrice", "formation", "former"],
            &["professionnel", "professionnelle", "professionnels"],
        ] {
            let stems: std::collections::BTreeSet<String> = family.iter().map(|word| stem(word)).collect();
            assert_eq!(stems.len(), 1, "{family:?} {stems:?}");
        }
        assert_ne!(stem("gestion"), stem("gerer"));
        assert_eq!(stem("art"), "art");
        assert_ne!(stem("balle"), stem("bal"), "of a short word both consonants are needed");
    }
}
