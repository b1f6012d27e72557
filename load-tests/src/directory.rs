//! Meta's auditable key directory, `akd`, in memory: what key transparency uses for what our log and index do.

use std::collections::BTreeMap;

use akd::append_only_zks::AzksParallelismConfig;
use akd::ecvrf::HardCodedAkdVRF;
use akd::storage::StorageManager;
use akd::storage::memory::AsyncInMemoryDatabase;
use akd::{
    AkdLabel, AkdValue, EpochHash, HistoryParams, HistoryProof, HistoryVerificationParams,
    WhatsAppV1Configuration as Configuration,
};
use hanse_ledger::SubjectKey;
use tokio::runtime::{Builder, Runtime};

use crate::Result;

/// A directory and the threads that it uses: as many as the machine has cores.
pub(crate) struct Directory {
    runtime: Runtime,
    directory: akd::Directory<Configuration, AsyncInMemoryDatabase, HardCodedAkdVRF>,
    /// What proofs are checked with.
    key: Vec<u8>,
}

/// A proof of all values of a label, and the epoch that it holds for.
pub(crate) type History = (HistoryProof, EpochHash);

impl Directory {
    pub(crate) fn new() -> Result<Self> {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        let storage = StorageManager::new_no_cache(AsyncInMemoryDatabase::new());
        let (directory, key) = runtime.block_on(async {
            let parallel = AzksParallelismConfig::default();
            let directory = akd::Directory::new(storage, HardCodedAkdVRF {}, parallel).await?;
            let key = directory.get_public_key().await?;
            Ok::<_, akd::errors::AkdError>((directory, key.as_bytes().to_vec()))
        })?;
        Ok(Self { runtime, directory, key })
    }

    /// Publishes an epoch with an update for each entry. What an epoch says twice of a subject is one update, as the directory wants it.
    pub(crate) fn publish(&self, entries: &[(SubjectKey, [u8; 32])]) -> Result<()> {
        let last: BTreeMap<SubjectKey, [u8; 32]> = entries.iter().copied().collect();
        let updates = last.iter().map(|(subject, value)| (label(subject), AkdValue(value.to_vec())));
        self.runtime.block_on(self.directory.publish(updates.collect()))?;
        Ok(())
    }

    /// Proves all values that a subject ever had.
    pub(crate) fn history(&self, subject: &SubjectKey) -> Result<History> {
        let label = label(subject);
        Ok(self.runtime.block_on(self.directory.key_history(&label, HistoryParams::default()))?)
    }

    /// Checks such a proof; says how many values it proves.
    pub(crate) fn check(&self, subject: &SubjectKey, (proof, epoch): History) -> Result<usize> {
        let parameters = HistoryVerificationParams::default();
        let (root, number) = (epoch.hash(), epoch.epoch());
        let key = &self.key;
        let values = akd::client::key_history_verify::<Configuration>(
            key,
            root,
            number,
            label(subject),
            proof,
            parameters,
        )
        .map_err(|error| error.to_string())?;
        Ok(values.len())
    }
}

fn label(subject: &SubjectKey) -> AkdLabel {
    AkdLabel(subject.as_bytes().to_vec())
}
