//! The inputs that every run begins with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hanse_document::Commitment;

use crate::targets::Target;

/// Where the files of a target are: those in its folder here, and those in other places of this repository.
fn folders(target: &Target) -> impl Iterator<Item = PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    std::iter::once(here.join("corpus").join(target.name))
        .chain(target.also.iter().map(move |path| root.join(path)))
}

fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        found.extend(files(&entry?.path())?);
    }
    Ok(found)
}

/// All seeds of a target, in an order that is the same everywhere: files by name, then those that are made.
///
/// # Errors
/// If a file that the target names cannot be read.
pub fn corpus(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for (place, folder) in folders(target).enumerate() {
        // A target without files of its own has no folder.
        if place == 0 && !folder.exists() {
            continue;
        }
        let mut found = files(&folder)?;
        found.sort();
        for file in found {
            let bytes = fs::read(file)?;
            seeds.push((target.seed_of)(&bytes));
        }
    }
    seeds.extend((target.made)());
    seeds.retain(|seed| seed.len() <= target.bytes_max);
    Ok(seeds)
}

/// Keeps an input among the seeds of a target, under a name that follows from what it is.
///
/// # Errors
/// If it cannot be written.
pub fn keep(target: &Target, sort: &str, input: &[u8]) -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    fs::create_dir_all(&folder)?;
    let hash: String = Commitment::of(input).hex().chars().take(12).collect();
    let path = folder.join(format!("{sort}-{hash}"));
    fs::write(&path, input)?;
    Ok(path)
}
