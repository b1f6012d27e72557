//! Every line that an operator may find at night stands in docs/logging.md, with what to do.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The string literals of a macro's arguments, up to its closing parenthesis.
fn literals(arguments: &str) -> Vec<String> {
    let (mut depth, mut literals) = (1_u32, Vec::new());
    let mut characters = arguments.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            '"' => {
                let mut literal = String::new();
                while let Some(inner) = characters.next().filter(|inner| *inner != '"') {
                    // A text goes on behind a backslash and a line's end.
                    let next = if inner == '\\' { characters.next() } else { Some(inner) };
                    literal.extend(next.filter(|next| *next != '\n'));
                }
                literals.push(literal.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    literals
}

#[test]
fn every_warning_and_error_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/logging.md")).unwrap();
    let mut files = Vec::new();
    for name in [
        "account",
        "base",
        "discovery",
        "effects",
        "engine",
        "http",
        "logbook",
        "network",
        "node",
        "notify",
        "postgres",
        "rest",
        "store",
        "trust",
    ] {
        sources(&root.join("services").join(name).join("src"), &mut files);
    }
    let (mut messages, mut mistakes) = (0, Vec::new());
    for path in &files {
        let source = fs::read_to_string(path).unwrap();
        for level in ["tracing::warn!(", "tracing::error!("] {
            for call in source.split(level).skip(1) {
                let message = literals(call).pop().unwrap_or_default();
                // What is put in varies, and a text that is all put in has its lines where it is made.
                let fixed = message.split('{').next().unwrap_or_default().trim();
                if !fixed.is_empty() {
                    messages += 1;
                    if !page.contains(fixed) {
                        mistakes.push(format!("{}: {fixed}", path.display()));
                    }
                }
            }
        }
    }
    assert!(messages > 80, "{messages} messages were found");
    assert!(mistakes.is_empty(), "docs/logging.md does not explain:\n{}", mistakes.join("\n"));
}
