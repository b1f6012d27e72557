//! The two files that remember one log: the older one is written over, in place, so that a record costs one flush of the disk, and a
//! write that is cut off leaves the other file whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Files grow by so many bytes, the unit of most disks: one of the same length is flushed without its place in the folder.
const BLOCK: usize = 4_096;

/// The form of each file: JSON, and spaces up to its length.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub(super) note: Option<String>,
    pub(super) leaves: Vec<String>,
    pub(super) accepted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) epoch: Option<i64>,
    /// Larger in the newer file. An earlier release wrote one file, without.
    #[serde(default)]
    pub(super) turn: u64,
    /// Hash of the form without it: a write that was cut off is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sum: Option<String>,
}

/// What the files say.
pub(super) enum Kept {
    /// There is none.
    Nothing,
    /// None of them is whole.
    Unreadable,
    /// The newer one that is whole.
    Form(Form),
}

pub(super) fn read(file: &Path) -> io::Result<Kept> {
    let [odd, even] = both(file);
    let [odd, even] = [one(&odd)?, one(&even)?];
    Ok(match (odd, even) {
        // The first turn is written beside what an earlier release left. Further ones write over that: if there is such a file again, that
        // release has come back, and its is the newer one.
        (Kept::Form(odd), Kept::Form(even)) if even.turn == 0 && odd.turn > 1 => Kept::Form(even),
        (Kept::Form(odd), Kept::Form(even)) => Kept::Form(if odd.turn > even.turn { odd } else { even }),
        (Kept::Form(form), other) | (other, Kept::Form(form)) => {
            if matches!(other, Kept::Unreadable) {
                tracing::warn!(file = %file.display(), "one of the two records of the largest signed head is not whole: the other one counts");
            }
            Kept::Form(form)
        }
        (Kept::Nothing, Kept::Nothing) => Kept::Nothing,
        (Kept::Unreadable, _) | (_, Kept::Unreadable) => Kept::Unreadable,
    })
}

fn one(file: &Path) -> io::Result<Kept> {
    match fs::read(file) {
        Ok(bytes) => Ok(whole(&bytes).map_or(Kept::Unreadable, Kept::Form)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Kept::Nothing),
        Err(error) => Err(error),
    }
}

/// Writes in place of a form that `over` may be written over, or of none. Then the newer form is there or the one before, whatever
/// happens, as long as there is one writer at a time.
pub(super) fn write(file: &Path, mut form: Form, over: impl FnOnce(&Form) -> bool) -> io::Result<()> {
    let before = match read(file)? {
        Kept::Form(kept) if !over(&kept) => return Ok(()),
        Kept::Form(kept) => kept.turn,
        Kept::Unreadable | Kept::Nothing => 0,
    };
    form.turn = before + 1;
    form.sum = Some(sum(&form)?);
    let [odd, even] = both(file);
    let file = if form.turn.is_multiple_of(2) { &even } else { &odd };
    let mut bytes = serde_json::to_vec(&form)?;
    fs::create_dir_all(folder_of(file))?;
    let mut open = OpenOptions::new().write(true).create(true).truncate(false).open(file)?;
    let length = usize::try_from(open.metadata()?.len()).map_err(io::Error::other)?;
    bytes.resize(bytes.len().next_multiple_of(BLOCK).max(length), b' ');
    // The name of a new file could be lost.
    let named = || if length == 0 { File::open(folder_of(file))?.sync_all() } else { Ok(()) };
    if let Err(error) = open.write_all(&bytes).and_then(|()| open.sync_data()).and_then(|()| named()) {
        // Read back it might seem to be there, and the next record would be written over the only one that is.
        return Err(fs::remove_file(file).err().unwrap_or(error));
    }
    Ok(())
}

fn both(file: &Path) -> [PathBuf; 2] {
    [file.with_extension("2.json"), file.to_owned()]
}

pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("."))
}

fn whole(bytes: &[u8]) -> Option<Form> {
    let mut form: Form = serde_json::from_slice(bytes).ok()?;
    let said = form.sum.take();
    (form.turn == 0 || said == Some(sum(&form).ok()?)).then_some(form)
}

fn sum(form: &Form) -> io::Result<String> {
    Ok(hanse_tlog::hash::leaf(&serde_json::to_vec(form)?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(note: &str) -> Form {
        Form { note: Some(note.to_owned()), ..Form::default() }
    }

    fn write(file: &Path, form: Form) -> io::Result<()> {
        super::write(file, form, |_| true)
    }

    fn kept(file: &Path) -> Option<String> {
        match read(file).unwrap() {
            Kept::Form(form) => form.note,
            Kept::Unreadable => Some("unreadable".to_owned()),
            Kept::Nothing => None,
        }
    }

    #[test]
    fn a_write_that_is_cut_off_anywhere_leaves_the_record_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.json");
        assert_eq!(kept(&file), None);
        for (note, place) in [("one", 0), ("two", 1), ("three", 0), ("four", 1)] {
            let before = kept(&file);
            let place = &both(&file)[place];
            let old = fs::read(place).unwrap_or_default();
            write(&file, noted(note)).unwrap();
            assert_eq!(kept(&file).as_deref(), Some(note));
            let new = fs::read(place).unwrap();
            let whole = new.trim_ascii_end().len();
            for cut in (0..whole).filter(|_| before.is_some()) {
                let torn = [&new[..cut], old.get(cut..).unwrap_or_default()].concat();
                fs::write(place, &torn).unwrap();
                let stands = kept(&file);
                assert!(stands == before || (torn == new && stands.as_deref() == Some(note)), "{cut}");
            }
            fs::write(place, &new).unwrap();
        }
    }

    #[test]
    fn what_an_earlier_release_wrote_is_read_and_kept_until_the_next_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.json");
        fs::write(&file, r#"{"note":"old","leaves":[],"accepted":false}"#).unwrap();
        assert_eq!(kept(&file).as_deref(), Some("old"));
        write(&file, noted("new")).unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("old"));
        assert_eq!(kept(&file).as_deref(), Some("new"));
        write(&file, noted("newer")).unwrap();
        write(&file, noted("newest")).unwrap();
        fs::write(&file, r#"{"note":"that release once more","leaves":[],"accepted":false}"#).unwrap();
        assert_eq!(kept(&file).as_deref(), Some("that release once more"));
        write(&file, noted("and this one")).unwrap();
        assert_eq!(kept(&file).as_deref(), Some("and this one"));
        fs::write(&file, "").unwrap();
        fs::write(file.with_extension("2.json"), "{").unwrap();
        assert_eq!(kept(&file).as_deref(), Some("unreadable"));
    }
}
