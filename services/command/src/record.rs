//! Fetches a record file from nodes: whole logs, page by page, so that a download that broke goes on where it ended.
//!
//! Nothing that comes is believed here. Whether the leaves make the root that the log signed, `hanse score` finds out.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

use hanse_document::{LogName, Timestamp};
use hanse_ledger::record::{
    DATINGS_MAX, DOCUMENTS_MAX, DatingLine, FileLine, Format, LINE_BYTES_MAX, LOGS_MAX, LeafLine, Line,
    LogLine, RECORD_BYTES_MAX, ReadLine,
};
use hanse_tlog::{Checkpoint, Note};
use serde_json::Value;

use crate::error::CommandError;
use hanse_client::api;
use hanse_client::client::Client;
use hanse_client::json::Read as _;

/// A log to fetch, and from whom.
struct Source<'a> {
    client: &'a Client,
    node: String,
    head: Head,
}

/// The state of a log that a node shows.
struct Head {
    size: u64,
    root: String,
    checkpoint: String,
    datings: Datings,
}

/// Dating checkpoints by size and, of one size, by about when it was cosigned, in epochs: each node has those of the time since it runs,
/// and notes that differ by a line or two say the same.
type Datings = BTreeMap<(u64, u64), String>;

/// Seconds of an epoch.
const EPOCH_SECONDS: u64 = 30 * 86_400;

/// What a file holds already.
#[derive(Default)]
struct Begun {
    /// Bytes of whole lines, without those of a log of which there is no leaf: its datings may not all be there.
    bytes: u64,
    /// The last log that was begun, its size, and how many of its leaves are there.
    log: Option<(String, u64, u64)>,
    first: bool,
}

/// SavedSearches about progress: a log, the leaves that are here, and all.
pub type Progress<'a> = dyn FnMut(&str, u64, u64) + 'a;

/// Fetches every reputation log that these nodes keep into `file`, and goes on if it was begun. Of several nodes that keep one log,
/// the one with its largest state is asked for the leaves, and all for the datings: a node has none from before it ran.
///
/// # Errors
/// [`CommandError`] if a node does not answer or not as a node, if two nodes show different logs of one name and size, or if the file
/// is not the beginning of a record file.
pub fn fetch(
    nodes: &[Client],
    file: &Path,
    now: Timestamp,
    progress: &mut Progress<'_>,
) -> Result<(), CommandError> {
    let sources = sources(nodes)?;
    let begun = begun(file)?;
    let failed = |error| CommandError::file(file)(error);
    let mut open = OpenOptions::new();
    let mut out = open.create(true).write(true).truncate(false).open(file).map_err(failed)?;
    out.set_len(begun.bytes).map_err(failed)?;
    out.seek(SeekFrom::End(0)).map_err(failed)?;
    let mut writer = Writer { out, path: file, bytes: begun.bytes };
    if !begun.first {
        writer.line(&Line::File(FileLine { format: Format::V1, made: now }))?;
    }
    if let Some((origin, size, have)) = &begun.log
        && have < size
    {
        let source = sources.get(origin).ok_or_else(|| {
            CommandError::Input(format!("the file ends within {origin}, which none of these nodes keeps"))
        })?;
        leaves(source, origin, *have..*size, &mut writer, progress)?;
    }
    let last = begun.log.as_ref().map_or("", |(origin, ..)| origin.as_str());
    // Logs stand in the order of their names, so that one which was met only now and comes before is for another file.
    for (origin, source) in sources.iter().filter(|(origin, _)| last < origin.as_str()) {
        let checkpoint = source.head.checkpoint.clone();
        writer.line(&Line::Log(LogLine { checkpoint, log: origin.clone() }))?;
        let datings = source.head.datings.range(..=(source.head.size, u64::MAX));
        // Only the newest ones, if there are more than a file has room for: an entry that lacks its day counts as younger.
        let datings: Vec<&String> = datings.map(|(_, dating)| dating).rev().take(DATINGS_MAX).collect();
        for dating in datings.into_iter().rev() {
            writer.line(&Line::Dating(DatingLine { dating: dating.clone() }))?;
        }
        leaves(source, origin, 0..source.head.size, &mut writer, progress)?;
    }
    writer.out.sync_all().map_err(failed)
}

/// Every reputation log that the nodes keep, with the node that shows most of it.
fn sources(nodes: &[Client]) -> Result<BTreeMap<String, Source<'_>>, CommandError> {
    let mut sources: BTreeMap<String, Source<'_>> = BTreeMap::new();
    for client in nodes {
        let logs = client.send(&api::logs())?;
        let logs = logs.as_array().map_or(&[][..], Vec::as_slice);
        for log in logs.iter().take(2 * LOGS_MAX) {
            let origin = log.text("/origin");
            let named = LogName::parse(origin).is_ok();
            let Some(node) = origin.strip_suffix("/reputation").filter(|_| named) else { continue };
            let Some(mut head) = head(client, node, origin)? else { continue };
            if let Some(other) = sources.get_mut(origin) {
                if other.head.size == head.size && other.head.root != head.root {
                    return Err(CommandError::Input(format!(
                        "{} and {} show different logs of {origin} with {} leaves: the log lies to somebody, and its two signed checkpoints prove it",
                        other.client.url(),
                        client.url(),
                        head.size
                    )));
                }
                if head.size <= other.head.size {
                    head.datings.append(&mut other.head.datings);
                    other.head.datings = head.datings;
                    continue;
                }
                head.datings.append(&mut other.head.datings);
            }
            sources.insert(origin.to_owned(), Source { client, node: node.to_owned(), head });
        }
    }
    if sources.len() > LOGS_MAX {
        return Err(CommandError::Input(format!("a record file has at most {LOGS_MAX} logs")));
    }
    Ok(sources)
}

/// The state of a log; None if the node has nothing of it yet.
fn head(client: &Client, node: &str, origin: &str) -> Result<Option<Head>, CommandError> {
    let state = match client.send(&api::log_checkpoints(node)) {
        Err(error) if error.is("not-found") => return Ok(None),
        answer => answer?,
    };
    let checkpoint = state.text("/checkpoint").to_owned();
    let read = Note::parse(checkpoint.as_bytes()).and_then(|note| Checkpoint::parse(note.text()));
    let read = read.ok().filter(|read| read.origin.as_str() == origin);
    let read =
        read.ok_or_else(|| CommandError::Input(format!("{} shows no checkpoint of {origin}", client.url())))?;
    let datings = state.texts("/datings").into_iter().take(DATINGS_MAX);
    let datings = datings.filter_map(|note| Some((dating(origin, note)?, note.to_owned()))).collect();
    Ok(Some(Head { size: read.size, root: read.root.hex(), checkpoint, datings }))
}

/// Which dating this is; None for what is none of this log, and would spoil the file.
fn dating(origin: &str, text: &str) -> Option<(u64, u64)> {
    let note = Note::parse(text.as_bytes()).ok()?;
    let checkpoint = Checkpoint::parse(note.text()).ok()?;
    // A cosignature begins with its time; the signature of the log is shorter, and gives none.
    let times = note.signatures().iter().filter(|line| line.bytes().len() == COSIGNATURE_BYTES);
    let times = times.filter_map(|line| line.bytes().first_chunk().copied().map(u64::from_be_bytes));
    let mut times: Vec<u64> = times.collect();
    times.sort_unstable();
    let about = times.get(times.len() / 2).copied().unwrap_or_default();
    (checkpoint.origin.as_str() == origin).then_some((checkpoint.size, about / EPOCH_SECONDS))
}

/// Bytes of a cosignature: a time and an Ed25519 signature.
const COSIGNATURE_BYTES: usize = 8 + 64;

/// Fetches these leaves of a log.
fn leaves(
    source: &Source<'_>,
    origin: &str,
    wanted: std::ops::Range<u64>,
    writer: &mut Writer<'_>,
    progress: &mut Progress<'_>,
) -> Result<(), CommandError> {
    let (mut next, end) = (wanted.start, wanted.end);
    progress(origin, next, end);
    while next < end {
        let page = source.client.send(&api::log_entries(&source.node, next))?;
        let page = page.pointer("/leaves").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let left = usize::try_from(end - next).unwrap_or(usize::MAX);
        let mut taken = 0_u64;
        for entry in page.iter().take(left) {
            let line = leaf(entry).ok_or_else(|| {
                CommandError::Input(format!("{} sends leaves of {origin} that are none", source.client.url()))
            })?;
            writer.line(&line)?;
            taken += 1;
        }
        if taken == 0 {
            return Err(CommandError::Input(format!(
                "{} shows a checkpoint of {origin} over {end} leaves, and has {next}",
                source.client.url()
            )));
        }
        next = next.saturating_add(taken);
        progress(origin, next, end);
    }
    Ok(())
}

/// A leaf as the file has it; None if a node sends something else.
fn leaf(entry: &Value) -> Option<Line> {
    let documents = entry.get("documents")?.as_array()?.clone();
    let leaf = entry.get("leaf").filter(|leaf| leaf.is_object())?.clone();
    let line = Line::Leaf(LeafLine { documents, leaf });
    let short = |line: &Line| line.to_bytes().len() <= LINE_BYTES_MAX;
    let Line::Leaf(LeafLine { documents, .. }) = &line else { return None };
    (documents.len() <= DOCUMENTS_MAX && short(&line)).then_some(line)
}

/// Writes lines, at most as many bytes as a file may have.
struct Writer<'a> {
    out: File,
    path: &'a Path,
    bytes: u64,
}

impl Writer<'_> {
    fn line(&mut self, line: &Line) -> Result<(), CommandError> {
        let bytes = line.to_bytes();
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if RECORD_BYTES_MAX < self.bytes {
            return Err(CommandError::Input(format!(
                "these logs are more than the {RECORD_BYTES_MAX} bytes of a record file"
            )));
        }
        self.out.write_all(&bytes).map_err(CommandError::file(self.path))
    }
}

/// What every record file begins with.
const BEGINNING: &[u8] = b"{\"format\":\"hanse/record/v1\",";

/// Reads how far a file has come. A last line without its line feed was broken off, and is written anew.
fn begun(file: &Path) -> Result<Begun, CommandError> {
    let open = match File::open(file) {
        Ok(open) => open,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Begun::default()),
        Err(error) => return Err(CommandError::file(file)(error)),
    };
    let (mut begun, mut bytes, mut headed) = (Begun::default(), 0_u64, None);
    lines(open, file, |line| {
        let no_record = || {
            let path = file.display();
            CommandError::Input(format!("{path} is not the beginning of a record file: name another one"))
        };
        let Some(whole) = line.strip_suffix(b"\n") else {
            // What is left of a first line; anything else is somebody's file, and not ours to cut.
            let ours = begun.first || line.starts_with(BEGINNING) || BEGINNING.starts_with(line);
            return if ours { Ok(ControlFlow::Continue(())) } else { Err(no_record()) };
        };
        bytes = bytes.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        match ReadLine::parse(whole).map_err(|_| no_record())? {
            ReadLine::File(_) if !begun.first => (begun.first, begun.bytes) = (true, bytes),
            ReadLine::Log(log) if begun.first => {
                let size =
                    Note::parse(log.checkpoint.as_bytes()).and_then(|note| Checkpoint::parse(note.text()));
                headed = Some((log.log, size.map_err(|_| no_record())?.size));
            }
            ReadLine::Dating(_) if headed.is_some() => {}
            ReadLine::Leaf(_) => {
                if let Some((origin, size)) = headed.take() {
                    begun.log = Some((origin, size, 0));
                }
                let (_, _, have) = begun.log.as_mut().ok_or_else(no_record)?;
                (*have, begun.bytes) = (have.saturating_add(1), bytes);
            }
            ReadLine::File(_) | ReadLine::Log(_) | ReadLine::Dating(_) => return Err(no_record()),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(begun)
}

/// Hands on each line with its line feed, until `take` breaks. One that is longer than any may be is handed on cut, so that memory
/// stays bounded.
///
/// # Errors
/// [`CommandError::File`], and whatever `take` answers.
pub fn lines(
    open: File,
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<ControlFlow<()>, CommandError>,
) -> Result<(), CommandError> {
    let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(2);
    let mut reader = BufReader::new(open);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.by_ref().take(most).read_until(b'\n', &mut line);
        if read.map_err(CommandError::file(path))? == 0 {
            return Ok(());
        }
        if take(&line)?.is_break() {
            return Ok(());
        }
    }
}
