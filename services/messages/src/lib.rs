#![doc = include_str!("../README.md")]

mod answer;
mod carry;
mod files;
mod frame;
mod read;
mod sealed;
mod send;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use hanse_base::Base;
use hanse_base::error::{EngineError, Failure, UseError};
use hanse_base::signals::Signals;
use hanse_store::Store;
use hanse_store::messages::{self, attachments};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

use sealed::Boxes;

pub use carry::run;
pub use files::{FILE_BYTES_MAX, Opened};

/// The messages of a node. Clones share one.
#[derive(Clone)]
pub struct Messages {
    base: Base,
    boxes: Arc<Boxes>,
    objects: Option<Arc<dyn ObjectStore>>,
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}

impl Messages {
    /// The messages of the node that stands on this.
    ///
    /// # Errors
    /// `Peer` if a pinned peer's receipt key cannot be used, `Failed` if the folder of the attachments cannot.
    pub fn new(base: Base) -> Result<Self, EngineError> {
        let boxes = Arc::new(Boxes::new(base.config(), base.keys())?);
        let objects = base.config().attachments.as_ref().map(|folder| {
            std::fs::create_dir_all(folder).map_err(|error| Failure::Objects(Box::new(error)))?;
            let objects = LocalFileSystem::new_with_prefix(folder);
            let objects = objects.map_err(|error| Failure::Objects(Box::new(error)))?;
            Ok::<_, Failure>(Arc::new(objects.with_automatic_cleanup(true)) as Arc<dyn ObjectStore>)
        });
        Ok(Self { base, boxes, objects: objects.transpose().map_err(EngineError::Failed)? })
    }

    /// The same on the connections of the workers.
    #[must_use]
    pub fn at_work(&self) -> Self {
        Self { base: self.base.at_work(), ..self.clone() }
    }

    /// A peer has come back: what waits for it, and what is wanted of it, is due now.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn hasten(&self, peer: &str) -> Result<(), UseError> {
        let connection = self.store().connection().await?;
        messages::hasten(&connection, peer, self.now()).await?;
        attachments::hasten(&connection, peer, self.now()).await?;
        Ok(())
    }

    fn store(&self) -> &Store {
        self.base.store()
    }

    fn now(&self) -> i64 {
        self.base.now().unix()
    }

    fn name(&self) -> &str {
        self.base.config().name.as_str()
    }

    fn signals(&self) -> &Signals {
        self.base.signals()
    }
}
