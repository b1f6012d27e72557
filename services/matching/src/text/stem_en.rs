//! English stems after M. F. Porter, "An algorithm for suffix stripping" (1980), on folded words.

pub(super) fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let word = plural(word);
    let word = past(&word);
    let word = match word.strip_suffix('y') {
        Some(root) if has_vowel(root) => format!("{root}i"),
        _ => word,
    };
    let word = by_table(word, SECOND, 0);
    let word = by_table(word, THIRD, 0);
    let word = fourth(word);
    last(&word)
}

fn plural(word: &str) -> String {
    if let Some(root) = word.strip_suffix("sses") {
        return format!("{root}ss");
    }
    if let Some(root) = word.strip_suffix("ies") {
        return format!("{root}i");
    }
    if word.ends_with("ss") {
        return word.to_owned();
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

fn past(word: &str) -> String {
    if let Some(root) = word.strip_suffix("eed") {
        return if measure(root) > 0 { format!("{root}ee") } else { word.to_owned() };
    }
    let Some(root) =
        ["ed", "ing"].iter().find_map(|ending| word.strip_suffix(ending)).filter(|root| has_vowel(root))
    else {
        return word.to_owned();
    };
    if ["at", "bl", "iz"].iter().any(|ending| root.ends_with(ending))
        || (measure(root) == 1 && is_short(root))
    {
        return format!("{root}e");
    }
    if is_double(root) && !root.ends_with(['l', 's', 'z']) {
        let mut root = root.to_owned();
        root.pop();
        return root;
    }
    root.to_owned()
}

const SECOND: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("ization", "ize"),
    ("isation", "ise"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("tional", "tion"),
    ("biliti", "ble"),
    ("entli", "ent"),
    ("ousli", "ous"),
    ("ation", "ate"),
    ("alism", "al"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("iser", "ise"),
    ("abli", "able"),
    ("alli", "al"),
    ("ator", "ate"),
    ("eli", "e"),
];
const THIRD: &[(&str, &str)] = &[
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("alise", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ness", ""),
    ("ful", ""),
];
const FOURTH: &[&str] = &[
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize",
    "ise", "ion", "al", "er", "ic", "ou",
];

fn by_table(word: String, table: &[(&str, &str)], least: usize) -> String {
    let found = table.iter().find_map(|(ending, instead)| Some((word.strip_suffix(ending)?, instead)));
    match found {
        Some((root, instead)) if measure(root) > least => format!("{root}{instead}"),
        Some(_) | None => word,
    }
}

fn fourth(word: String) -> String {
    let found = FOURTH.iter().find_map(|ending| Some((word.strip_suffix(ending)?, *ending)));
    match found {
        Some((root, "ion")) if !root.ends_with(['s', 't']) => word,
        Some((root, _)) if measure(root) > 1 => root.to_owned(),
        Some(_) | None => word,
    }
}

fn last(word: &str) -> String {
    let word = match word.strip_suffix('e') {
        Some(root) if measure(root) > 1 || (measure(root) == 1 && !is_short(root)) => root,
        _ => word,
    };
    match word.strip_suffix('l') {
        Some(root) if root.ends_with('l') && measure(word) > 1 => root.to_owned(),
        _ => word.to_owned(),
    }
}

/// Which letters are vowels: `y` is one after a consonant.
fn vowels(word: &str) -> Vec<bool> {
    let mut before = true;
    word.bytes()
        .map(|byte| {
            let vowel = matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u') || (byte == b'y' && !before);
            before = vowel;
            vowel
        })
        .collect()
}

fn has_vowel(word: &str) -> bool {
    vowels(word).contains(&true)
}

/// How often a vowel is followed by a consonant.
fn measure(word: &str) -> usize {
    vowels(word).windows(2).filter(|pair| *pair == [true, false]).count()
}

fn is_double(word: &str) -> bool {
    let mut last = word.bytes().rev();
    matches!((last.next(), last.next()), (Some(a), Some(b)) if a == b) && vowels(word).last() == Some(&false)
}

/// Ends in consonant, vowel, consonant, the last not w, x or y.
fn is_short(word: &str) -> bool {
    vowels(word).ends_with(&[false, true, false]) && !word.ends_with(['w', 'x', 'y'])
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
}
