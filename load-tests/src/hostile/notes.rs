//! Checkpoints with as many signature lines as a note may have.

use hanse_document::SigningKey;
use hanse_ledger::evidence::{
    CHECKPOINTS_MAX, ENTRIES_MAX, EVIDENCE_BYTES_MAX, EngagementProof, PARTS_MAX, Part,
};
use hanse_tlog::note::SIGNATURES_MAX;

use super::crafted::{Home, cited};
use super::{Handed, Kind, alone};
use crate::Result;
use crate::inputs::now;
use crate::world::{Auditors, MemoryLog, evidence};

/// What a checkpoint's lines are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// One line again and again: it is verified once.
    Repeated,
    /// The auditors say it again at other times, which all is verified.
    Different,
}

/// Bytes that notes and engagements take beside the entries.
const NOTES_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn kinds() -> Vec<Kind> {
    alone([
        ("256 checkpoints of 64 lines, repeated", || checkpoints(Lines::Repeated, false)),
        ("256 checkpoints of 64 lines, all different", || checkpoints(Lines::Different, false)),
        ("256 checkpoints and 256 parts of 64 lines, and the subject's contracts", || {
            checkpoints(Lines::Different, true)
        }),
    ])
}

/// Engagements each below a checkpoint of its own; with all else that asks for signatures, if it is to be `full`.
fn checkpoints(lines: Lines, full: bool) -> Result<Handed> {
    let mut home = Home::new()?;
    let own = (0..CHECKPOINTS_MAX).map(|_| cited(&mut home)).collect::<Result<Vec<_>>>()?;
    let (others, auditors) = (MemoryLog::build("c0.example", own, 0)?, Auditors::new()?);
    while full && home.has_room(ENTRIES_MAX - CHECKPOINTS_MAX, EVIDENCE_BYTES_MAX - NOTES_BYTES) {
        let slot = SigningKey::from_seed(home.seeded.bytes()).public();
        home.contract(slot)?;
    }
    let (log, subject, identity) = home.log()?;
    let key = subject.subject();
    let crowded = |log: &MemoryLog, number: usize| crowded(&auditors, log, lines, number);
    let mut logs = vec![log];
    if full {
        for number in 1..PARTS_MAX {
            logs.push(MemoryLog::build(&format!("d{number}.example"), Vec::new(), 0)?);
        }
    }
    let parts = logs.iter().map(|log| log.part(&key, &crowded(log, 0)?));
    let parts = parts.collect::<Result<Vec<Part>>>()?;
    let proofs = (0..CHECKPOINTS_MAX).map(|number| others.alone(number, &crowded(&others, number)?));
    let proofs = proofs.collect::<Result<Vec<EngagementProof>>>()?;
    let file = evidence(&subject, &identity, parts, proofs)?;
    // A policy has room for one log less than a file has parts and engagements from.
    let named = logs.iter().take(PARTS_MAX - 1).chain([&others]);
    Handed::evidence(&file, auditors.policy(named))
}

/// A checkpoint with all the lines that a note may have; another number makes another note.
fn crowded(auditors: &Auditors, log: &MemoryLog, lines: Lines, number: usize) -> Result<String> {
    let mut note = auditors.note(log)?;
    let seen = now()?.unix() - 60 - i64::try_from(number * SIGNATURES_MAX)?;
    for extra in auditors.signatures()..SIGNATURES_MAX {
        let auditor = auditors.all().get(extra % auditors.all().len()).ok_or("no auditor")?;
        let ago = if lines == Lines::Repeated { 1 } else { i64::try_from(extra)? };
        let line = auditor.cosign(&log.checkpoint, u64::try_from(seen - ago)?);
        note.push_str(&format!("{line}\n"));
    }
    Ok(note)
}
