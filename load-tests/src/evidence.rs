//! A person's evidence file, checked by a stranger, against the signatures in it.

use ed25519_dalek::{Signer as _, SigningKey as RawKey};
use hanse_verifier::{Options, Verdict, verify};

use crate::Result;
use crate::directory::Directory;
use crate::inputs::{Seeded, now, subject};
use crate::measure::{Figure, FileSize, in_turn};
use crate::report::Group;
use crate::world::{Plan, World};

/// Contracts of the subject, logs of the other sides, and how often the file is checked: some seconds for each size.
const SIZES: [(usize, usize, usize); 9] = [
    (1, 1, 300),
    (10, 1, 100),
    (10, 5, 100),
    (50, 1, 40),
    (50, 5, 40),
    (50, 50, 40),
    (500, 1, 8),
    (500, 5, 8),
    (500, 50, 8),
];
/// The same of the file that is made and checked beside a directory.
const BESIDE: (usize, usize, usize) = (16, 1, 40);
/// Others whom a directory learns in each epoch.
const OTHERS: u64 = 50;
/// Leaves about others in each log.
const PADDING: usize = 10_000;
/// Bytes of a review's text: a paragraph.
const TEXT: usize = 300;

pub(crate) fn run() -> Result<Group> {
    let checked = SIZES.iter().map(|(contracts, logs, samples)| checking(*contracts, *logs, *samples));
    let mut figures = checked.collect::<Result<Vec<_>>>()?;
    figures.extend(beside()?);
    let title = "Evidence (each contract with review, text, every third with a reply; logs of 10,000 leaves)";
    Ok(Group { title, figures, values: Vec::new() })
}

fn checking(contracts: usize, logs: usize, samples: usize) -> Result<Figure> {
    let world = World::build(&Plan { contracts, logs, padding: PADDING, text: TEXT })?;
    let (file, policy) = (world.evidence()?.to_bytes(), world.policy());
    let (now, options, raw) = (now()?, Options::default(), RawKey::from_bytes(&[1; 32]));
    let message = [0x5a; 64];
    let (signature, public) = (raw.sign(&message), raw.verifying_key());
    let (ours, limit) = in_turn(
        samples,
        1,
        |_| {
            let report = verify(&file, &policy, now, &options)?;
            let held = report.verdict == Verdict::Valid && report.reviews().count() == contracts;
            if held { Ok(report) } else { Err("an honest file does not hold".into()) }
        },
        |_| {
            for _ in 0..world.signatures {
                public.verify_strict(&message, &signature)?;
            }
            Ok(())
        },
    )?;
    let size = FileSize { bytes: file.len(), each: file.len() / contracts };
    let what = format!("{contracts} contracts, {logs} logs: {} bytes, {} each", size.bytes, size.each);
    let limit_is = format!("{} times verify_strict of 64 bytes", world.signatures);
    Ok(Figure { file: Some(size), ..Figure::new(what, limit_is, ours, limit) })
}

/// Making and checking a file beside a directory's history of one label with as many values as the home's log has leaves about the
/// person. The file has documents and signatures as well, of which a directory knows nothing.
fn beside() -> Result<[Figure; 2]> {
    let (contracts, logs, samples) = BESIDE;
    let world = World::build(&Plan { contracts, logs, padding: PADDING, text: TEXT })?;
    let (file, policy) = (world.evidence()?.to_bytes(), world.policy());
    let about = world.subject.subject();
    let leaves = world.home.own.len();
    let (directory, mut seeded) = (Directory::new()?, Seeded::new(12));
    for epoch in 0..leaves {
        let others = (0..OTHERS).map(|other| subject(u64::try_from(epoch).unwrap_or(0) * OTHERS + other));
        let entries: Vec<_> = others.chain([about]).map(|about| (about, seeded.bytes())).collect();
        directory.publish(&entries)?;
    }
    let (now, options) = (now()?, Options::default());
    let what = format!("{contracts} contracts, {logs} log, {leaves} leaves at home");
    let (ours, other) = in_turn(samples, 1, |_| world.evidence(), |_| directory.history(&about))?;
    let making = Figure::beside(
        format!("make, {what}"),
        format!("akd proves a history of {leaves} values"),
        ours,
        other,
    );
    let history = directory.history(&about)?;
    let (ours, other) = in_turn(
        samples,
        1,
        |_| Ok(verify(&file, &policy, now, &options)?),
        |_| match directory.check(&about, history.clone())? {
            proved if proved == leaves => Ok(()),
            proved => Err(format!("a history of {leaves} values has {proved}").into()),
        },
    )?;
    let checking = Figure::beside(
        format!("check, {what}"),
        format!("akd checks a history of {leaves} values"),
        ours,
        other,
    );
    Ok([making, checking])
}
