//! A policy file, line by line.

use super::{
    NONE, POLICY_BYTES_MAX, Policy, PolicyBuilder, PolicyError, PolicyFault, Threshold, VerifierKey,
};
use crate::encoding;

pub(super) fn parse(text: &str) -> Result<Policy, PolicyError> {
    let mut builder = PolicyBuilder::default();
    let (mut line, mut bytes) = (0, 0);
    for content in text.split_inclusive('\n') {
        line += 1;
        bytes += content.len();
        let content = content.strip_suffix('\n').unwrap_or(content);
        let added =
            if bytes > POLICY_BYTES_MAX { Err(PolicyFault::TooLarge) } else { add(&mut builder, content) };
        added.map_err(|fault| PolicyError { line, fault })?;
    }
    builder.build().map_err(|fault| PolicyError { line: line.max(1), fault })
}

fn add(builder: &mut PolicyBuilder, content: &str) -> Result<(), PolicyFault> {
    if content.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(PolicyFault::Control);
    }
    let words: Vec<&str> = content.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] => Ok(()),
        [first, ..] if first.starts_with('#') => Ok(()),
        ["log", key, url @ ..] => builder.log(VerifierKey::parse(key)?, optional(url)?).map(drop),
        ["witness", name, key, url @ ..] => {
            builder.witness(name, VerifierKey::parse(key)?, optional(url)?).map(drop)
        }
        ["group", name, threshold, members @ ..] => {
            builder.group(name, parse_threshold(threshold)?, members).map(drop)
        }
        ["quorum", name] => builder.quorum(Some(*name).filter(|name| *name != NONE)).map(drop),
        _ => Err(PolicyFault::Syntax),
    }
}

fn optional<'a>(words: &[&'a str]) -> Result<Option<&'a str>, PolicyFault> {
    match words {
        [] => Ok(None),
        [word] => Ok(Some(word)),
        _ => Err(PolicyFault::Syntax),
    }
}

fn parse_threshold(text: &str) -> Result<Threshold, PolicyFault> {
    match text {
        "all" => Ok(Threshold::All),
        "any" => Ok(Threshold::Any),
        count => {
            let count = encoding::from_decimal(count).and_then(|count| usize::try_from(count).ok());
            count.map(Threshold::AtLeast).ok_or(PolicyFault::Threshold)
        }
    }
}
