//! No I/O, no clock, and no float function whose result another machine may round otherwise.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The standard library's functions that are the platform's, not IEEE's, and what a payment would be called.
const FORBIDDEN: &[&str] = &[
    ".ln()",
    ".ln_1p()",
    ".log2()",
    ".log10()",
    ".log(",
    ".exp()",
    ".exp2()",
    ".powf(",
    ".powi(",
    ".sqrt()",
    ".sin()",
    ".cos()",
    ".asin()",
    ".mul_add(",
    "HashMap",
    "std::fs",
    "std::env",
    "Instant",
    "SystemTime",
    "boost",
    "sponsor",
    "promoted",
];

#[test]
fn only_libm_and_nothing_from_outside() {
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 15);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap();
        for word in FORBIDDEN {
            assert!(!product.contains(word), "{word} in {}", file.display());
        }
    }
}
