//! Reading files and archives that an operator names, within bounds: nothing is unpacked to a disk, and no archive can grow
//! beyond what is taken.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use hanse_discovery::knowledge::{FILES_MAX, Given, SET_BYTES_MAX};
use hanse_matching::taxonomy::{FILE_BYTES_MAX, Shape};
use zip::ZipArchive;

use crate::program::run::Result;

/// The most entries of an archive: ESCO's largest has 20.
const ENTRIES_MAX: usize = 1_000;
/// How an archive begins.
const ARCHIVE: &[u8] = b"PK\x03\x04";

/// What was read.
#[derive(Debug)]
pub(crate) struct ArchiveContents {
    /// Files to import.
    pub(crate) files: Vec<Given>,
    /// Entries of archives that are no taxonomy files, such as ESCO's collections of concept schemes.
    pub(crate) left_out: Vec<String>,
}

/// Reads files and archives. An entry of an archive that is no taxonomy file is left out; a file of its own is not.
pub(crate) fn read(paths: &[PathBuf], language: Option<&str>) -> Result<ArchiveContents> {
    let mut found = ArchiveContents { files: Vec::new(), left_out: Vec::new() };
    let mut budget = SET_BYTES_MAX;
    for path in paths {
        let mut file = open(path)?;
        if begins(&mut file, path)? == ARCHIVE {
            let archive = base_name(path);
            for (name, bytes) in entries(file, path, FILE_BYTES_MAX, &mut budget)? {
                let name = format!("{archive}/{name}");
                // What is no text is for the import to refuse.
                if std::str::from_utf8(&bytes).is_ok_and(|text| Shape::of(text).is_none()) {
                    found.left_out.push(name);
                } else {
                    found.files.push(Given { name, language: language.map(str::to_owned), bytes });
                }
            }
        } else {
            let bytes = bounded(file, FILE_BYTES_MAX, path)?;
            found.files.push(Given { name: base_name(path), language: language.map(str::to_owned), bytes });
        }
        if found.files.len() > FILES_MAX {
            return Err(format!("there are more than {FILES_MAX} files").into());
        }
    }
    Ok(found)
}

/// Reads one file, or the only entry of an archive.
pub(crate) fn read_single(path: &Path, most: usize) -> Result<Vec<u8>> {
    let mut file = open(path)?;
    if begins(&mut file, path)? != ARCHIVE {
        return bounded(file, most, path);
    }
    let mut budget = most;
    let mut entries = entries(file, path, most, &mut budget)?;
    match (entries.pop(), entries.len()) {
        (Some((_, bytes)), 0) => Ok(bytes),
        (Some(_) | None, _) => Err(format!("{} must hold exactly one .csv file", path.display()).into()),
    }
}

/// Reads one file as it is.
pub(crate) fn read_bounded(path: &Path, most: usize) -> Result<Vec<u8>> {
    bounded(open(path)?, most, path)
}

/// The entry of an archive in memory.
pub(crate) fn entry(archive: &[u8], name: &str) -> Result<Vec<u8>> {
    let mut archive = ZipArchive::new(std::io::Cursor::new(archive))?;
    let entry = archive.by_name(name).map_err(|error| format!("{name}: {error}"))?;
    bounded(entry, FILE_BYTES_MAX, Path::new(name))
}

/// A file's own name, without its folders.
fn base_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    // A folder opens, a device has no end, and a pipe cannot be looked at twice.
    if !file.metadata().map_err(|error| format!("{}: {error}", path.display()))?.is_file() {
        return Err(format!("{} is no file", path.display()).into());
    }
    Ok(file)
}

fn begins(file: &mut File, path: &Path) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    let read = file.by_ref().take(ARCHIVE.len() as u64).read_to_end(&mut head).and_then(|_| file.rewind());
    read.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(head)
}

/// Reads to the end, or refuses as soon as there is more than the bound: what a file or an archive says of its size is not asked.
fn bounded(source: impl Read, most: usize, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = (most as u64).saturating_add(1);
    source.take(limit).read_to_end(&mut bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    if bytes.len() > most {
        return Err(format!("{} is larger than {} MiB", path.display(), most >> 20).into());
    }
    Ok(bytes)
}

/// The `.csv` entries of an archive by their own names, at most `most` bytes each and `budget` bytes together.
fn entries(file: File, path: &Path, most: usize, budget: &mut usize) -> Result<Vec<(String, Vec<u8>)>> {
    let refused = |error: zip::result::ZipError| format!("{}: {error}", path.display());
    let mut archive = ZipArchive::new(file).map_err(refused)?;
    if archive.len() > ENTRIES_MAX {
        return Err(format!("{} has more than {ENTRIES_MAX} entries", path.display()).into());
    }
    let mut found = Vec::new();
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(refused)?;
        let whole = PathBuf::from(entry.name().map_err(refused)?.as_ref());
        let name = base_name(&whole);
        let hidden = name.starts_with('.') || whole.starts_with("__MACOSX");
        if entry.is_dir() || hidden || !name.to_ascii_lowercase().ends_with(".csv") {
            continue;
        }
        let bytes = bounded(entry, most.min(*budget), &path.join(&name))?;
        *budget = budget.saturating_sub(bytes.len());
        found.push((name, bytes));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const SKILLS: &str = "conceptType,conceptUri,preferredLabel,altLabels\n";

    fn archive(folder: &Path, name: &str, entries: &[(&str, &[u8])]) -> PathBuf {
        let path = folder.join(name);
        let mut writer = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    fn refused(path: PathBuf) -> String {
        read(&[path], None).unwrap_err().to_string()
    }

    #[test]
    fn files_and_archives_are_read_by_what_they_hold() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("skills_fr.csv");
        std::fs::write(&plain, SKILLS).unwrap();
        let zipped = archive(
            folder.path(),
            "esco-v1.2.0.zip",
            &[
                ("dir/skills_en.csv", SKILLS.as_bytes()),
                ("dir/hierarchy_en.csv", b"Level 0 URI,Level 1 URI\n"),
                ("latin_en.csv", b"\xe9"),
                ("../../outside_en.CSV", SKILLS.as_bytes()),
                ("__MACOSX/._skills_en.csv", b"x"),
                ("readme.txt", b"x"),
            ],
        );
        let found = read(&[plain, zipped], None).unwrap();
        let names: Vec<&str> = found.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "skills_fr.csv",
                "esco-v1.2.0.zip/skills_en.csv",
                "esco-v1.2.0.zip/latin_en.csv",
                "esco-v1.2.0.zip/outside_en.CSV"
            ]
        );
        assert_eq!(found.left_out, ["esco-v1.2.0.zip/hierarchy_en.csv"]);
    }

    #[test]
    fn an_archive_that_grows_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let zeros = vec![0; FILE_BYTES_MAX + 1];
        let path = archive(folder.path(), "bomb.zip", &[("bomb_en.csv", &zeros)]);
        assert!(std::fs::metadata(&path).unwrap().len() < 1_000_000, "small on the disk");
        assert!(refused(path).contains("larger than 64 MiB"));
        let path = archive(folder.path(), "many.zip", &[("a_en.csv", &[0; 600]), ("b_en.csv", &[0; 600])]);
        let mut budget = 1_000;
        let all = entries(File::open(&path).unwrap(), &path, 1_000, &mut budget);
        assert!(all.unwrap_err().to_string().contains("larger than"), "together they are too large");
    }

    #[test]
    fn an_archive_of_too_many_entries_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..=ENTRIES_MAX).map(|number| format!("{number}.txt")).collect();
        let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert!(refused(archive(folder.path(), "many.zip", &entries)).contains("more than 1000 entries"));
    }

    #[test]
    fn what_is_no_file_or_too_large_or_broken_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refused(folder.path().to_owned()).contains("is no file"));
        assert!(refused("/dev/zero".into()).contains("is no file"));
        assert!(refused(folder.path().join("missing")).contains("missing"));
        let large = folder.path().join("large_en.csv");
        File::create(&large).unwrap().set_len(1 << 30).unwrap();
        assert!(refused(large).contains("larger than 64 MiB"));
        let broken = folder.path().join("broken.zip");
        std::fs::write(&broken, [ARCHIVE, b"and nothing more"].concat()).unwrap();
        assert!(refused(broken).contains("broken.zip"));
    }

    #[test]
    fn rates_come_as_a_file_or_as_the_only_one_of_an_archive() {
        let folder = tempfile::tempdir().unwrap();
        let one = archive(folder.path(), "one.zip", &[("eurofxref.csv", b"Date, USD\n")]);
        assert_eq!(read_single(&one, 100).unwrap(), b"Date, USD\n");
        assert!(read_single(&one, 5).is_err());
        let two = archive(folder.path(), "two.zip", &[("a.csv", b"a"), ("b.csv", b"b")]);
        assert!(read_single(&two, 100).is_err());
    }
}
