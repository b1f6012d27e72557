//! Finds the programs of PostgreSQL: Debian keeps them out of the search path.

use std::fs;
use std::path::{Path, PathBuf};

use super::process;
use crate::PrivateError;

/// Older ones are untested here, and leave the schema `public` open to every role.
const MAJOR_MIN: u32 = 15;

/// The folder with `initdb` and `postgres`.
#[derive(Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The newest, or the ones that fit a data folder of the major version `wanted`.
    pub(super) fn find(wanted: Option<u32>) -> Result<Binaries, PrivateError> {
        let found: Vec<Binaries> = candidates().into_iter().filter_map(|folder| inspect(&folder)).collect();
        match wanted {
            Some(wanted) => found.into_iter().find(|found| found.major == wanted).ok_or_else(|| {
                PrivateError::Unusable(format!(
                    "the folder was made by PostgreSQL {wanted}, whose programs are not on this machine; \
                     `apt-get install postgresql-{wanted}`, or choose another folder"
                ))
            }),
            None => {
                let new_enough = found.into_iter().filter(|found| MAJOR_MIN <= found.major);
                new_enough.max_by_key(|found| found.major).ok_or_else(|| {
                    PrivateError::Unusable(format!(
                        "PostgreSQL {MAJOR_MIN} or newer is not on this machine (looked in PATH and /usr/lib/postgresql); \
                         `apt-get install postgresql`, or name a database that runs elsewhere"
                    ))
                })
            }
        }
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The search path, then where Debian, Red Hat and the sources put them.
fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    folders.extend(versions_under(Path::new("/usr/lib/postgresql"), ""));
    folders.extend(versions_under(Path::new("/usr"), "pgsql-"));
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders.retain(|folder| folder.is_absolute());
    folders
}

fn versions_under(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let is_version = |name: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.parse::<u32>().is_ok());
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(is_version))
        .map(|entry| entry.path().join("bin"))
        .collect()
}

fn inspect(folder: &Path) -> Option<Binaries> {
    let server = folder.join("postgres");
    if !server.is_file() || !folder.join("initdb").is_file() {
        return None;
    }
    let mut command = process::clean(&server);
    command.arg("--version");
    let major = major_of(&process::text_of(command).ok()?)?;
    Some(Binaries { folder: folder.to_owned(), major })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15, `… 18beta1` is 18.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn versions_are_read() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_of("postgres (PostgreSQL) unknown"), None);
        assert_eq!(major_of(""), None);
    }
}
