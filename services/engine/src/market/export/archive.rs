//! A ZIP file that is handed on in pieces while it is written. Nothing in it is compressed: whoever asks for it need not trust that.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hanse_base::error::{Failure, UseError};
use serde::Serialize;
use tokio::sync::mpsc::Sender;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// A piece that is handed on: the memory of one export is some of them.
const PIECE_BYTES: usize = 64 * 1024;
/// How long somebody may take for a piece: the slowest line takes it in less.
const TAKE: Duration = Duration::from_secs(60);

/// Why no more is written.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nobody takes it any more, or too slowly.
    Gone,
    /// Something of ours.
    Failed(UseError),
}

impl From<UseError> for Stop {
    fn from(error: UseError) -> Self {
        Self::Failed(error)
    }
}

/// What was written and not yet handed on.
#[derive(Clone, Debug, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The archive.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Pipe>>,
    pipe: Pipe,
    to: Sender<Vec<u8>>,
}

impl Archive {
    pub(super) fn new(to: Sender<Vec<u8>>) -> Self {
        let pipe = Pipe::default();
        Self { zip: ZipWriter::new_stream(pipe.clone()), pipe, to }
    }

    /// Begins a file; what was begun before is whole.
    pub(super) fn begin(&mut self, name: &str) -> Result<(), Stop> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(name, options).map_err(unwritable)?;
        Ok(())
    }

    /// A file.
    pub(super) async fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.begin(name)?;
        self.write(bytes).await
    }

    /// A thing as a file, for people and programs to read.
    pub(super) async fn json(&mut self, name: &str, thing: &impl Serialize) -> Result<(), Stop> {
        self.begin(name)?;
        self.line(&serde_json::to_vec_pretty(thing).map_err(unwritable)?).await
    }

    /// A line of the file that was begun.
    pub(super) async fn line(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.write(bytes).await?;
        self.write(b"\n").await
    }

    /// Writes the list of what is in it, which is what makes it whole.
    pub(super) async fn end(self) -> Result<(), Stop> {
        let Self { zip, pipe, to } = self;
        zip.finish().map_err(unwritable)?;
        hand_on(&pipe, &to).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.zip.write_all(bytes).map_err(unwritable)?;
        let waiting = self.pipe.0.lock().unwrap_or_else(PoisonError::into_inner).len();
        if waiting < PIECE_BYTES { Ok(()) } else { hand_on(&self.pipe, &self.to).await }
    }
}

async fn hand_on(pipe: &Pipe, to: &Sender<Vec<u8>>) -> Result<(), Stop> {
    let piece = std::mem::take(&mut *pipe.0.lock().unwrap_or_else(PoisonError::into_inner));
    to.send_timeout(piece, TAKE).await.map_err(|_| Stop::Gone)
}

/// What should be written is data of ours.
pub(super) fn unwritable(error: impl std::fmt::Display) -> UseError {
    Failure::unreadable("an archive", error).into()
}
