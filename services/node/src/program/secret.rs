//! The node secret on disk: 32 random bytes as hex, readable by the node's user alone. Every key of the node derives from it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hanse_base::config::Secret;
use hanse_logbook::memory;

use crate::config::heads_folder;

/// Why the secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read or written.
    #[error("{}", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// Others can read it.
    #[error("{} can be read by others (mode {:o}): run `chmod 600` on it", .0.display(), .1)]
    Exposed(PathBuf, u32),
    /// It is not 64 hex digits.
    #[error("{} does not hold 64 hex digits", .0.display())]
    Form(PathBuf),
    /// There is one already.
    #[error("{} exists already: a node keeps its secret for ever", .0.display())]
    Exists(PathBuf),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
}

fn path(data: &Path) -> PathBuf {
    data.join("secret")
}

/// Writes a new secret into `data`, which is made if need be; never over an old one.
pub fn create(data: &Path) -> Result<(), SecretError> {
    let path = path(data);
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(SecretError::Random)?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(data)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // Nobody can have signed anything with a secret that is made this moment.
        memory::create(&heads_folder(data))?;
        fs::File::open(data)?.sync_all()
    };
    write().map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            SecretError::Exists(path.clone())
        } else {
            SecretError::File(path.clone(), error)
        }
    })
}

/// Whether `data` holds a secret.
#[must_use]
pub fn exists(data: &Path) -> bool {
    path(data).exists()
}

/// Reads the secret of `data`, and refuses one that others can read.
pub fn read(data: &Path) -> Result<Secret, SecretError> {
    let path = path(data);
    let file = |error| SecretError::File(path.clone(), error);
    let mode = fs::metadata(&path).map_err(file)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed(path, mode));
    }
    let text = fs::read_to_string(&path).map_err(file)?;
    let mut bytes = [0; 32];
    let digits = text.trim_end();
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(SecretError::Form(path));
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = std::str::from_utf8(pair)
            .ok()
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .ok_or_else(|| SecretError::Form(path.clone()))?;
    }
    Ok(Secret::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_written_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!exists(folder.path()));
        create(folder.path()).unwrap();
        read(folder.path()).unwrap();
        assert!(matches!(create(folder.path()), Err(SecretError::Exists(_))));
        fs::set_permissions(path(folder.path()), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(read(folder.path()), Err(SecretError::Exposed(_, 0o644))));
        fs::set_permissions(path(folder.path()), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(path(folder.path()), "zz").unwrap();
        assert!(matches!(read(folder.path()), Err(SecretError::Form(_))));
    }
}
