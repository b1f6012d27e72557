//! Numbers that no machine number holds: JSON has them, and serde does not read them.

use crate::rejection::Rejection;

/// What is wrong with bytes that serde does not read: a number beyond what it knows is a number for us.
pub(super) fn unread(bytes: &[u8], error: &serde_json::Error) -> Rejection {
    let line = bytes.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let in_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    // The error stands at the number's last byte, or behind it.
    let (before, behind) = line.split_at_checked(error.column().saturating_sub(1)).unwrap_or((line, &[]));
    let start = before.iter().rev().take_while(|byte| in_number(byte)).count();
    let length = start.saturating_add(behind.iter().take_while(|byte| in_number(byte)).count());
    let number = line.get(before.len().saturating_sub(start)..).and_then(|rest| rest.get(..length));
    match number.unwrap_or_default() {
        number if !is_number(number) || !is_beyond(number) => Rejection::NotJson,
        number if number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') => Rejection::IntegerRange,
        _ => Rejection::Float,
    }
}

/// Whether a number is beyond every machine number; within, it is not what serde stumbles on.
fn is_beyond(number: &[u8]) -> bool {
    std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok()).is_some_and(f64::is_infinite)
}

/// Whether these bytes are a number of JSON.
fn is_number(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let mut parts = bytes.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let mantissa = parts.next().unwrap_or_default();
    let exponent =
        parts.next().map(|part| part.strip_prefix(b"+").or(part.strip_prefix(b"-")).unwrap_or(part));
    let mut parts = mantissa.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    digits(whole)
        && (whole == b"0" || whole.first() != Some(&b'0'))
        && parts.next().is_none_or(digits)
        && exponent.is_none_or(digits)
}
