//! What a part that holds says: the leaves about the subject, and who signed them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hanse_document::{PublicKey, Signature};
use hanse_ledger::evidence::{DocumentJson, Entry};
use hanse_ledger::leaf::is_signed;
use hanse_ledger::{Leaf, LeafError, LeafId, Statement, SubjectKey};
use hanse_tlog::{Hash, hash};

/// A part whose proofs hold.
pub(crate) struct Log<'a> {
    pub(crate) origin: &'a str,
    /// When a quorum of auditors had last vouched for it, in seconds since 1970; None if too few did.
    pub(crate) vouched: Option<i64>,
    pub(crate) leaves: Vec<ProvenLeaf<'a>>,
    /// Places in `leaves`, by the one key whose signature the leaf carries, and by the leaf that it cites, if any.
    signers: BTreeMap<(PublicKey, Option<LeafId>), Vec<usize>>,
}

impl<'a> Log<'a> {
    pub(crate) fn new(origin: &'a str, vouched: Option<i64>, leaves: Vec<ProvenLeaf<'a>>) -> Self {
        let mut signers: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, held) in leaves.iter().enumerate() {
            if let (Some((key, _)), Some(statement)) = (held.signer, &held.statement) {
                signers.entry((key, cited_by(statement))).or_default().push(place);
            }
        }
        Self { origin, vouched, leaves, signers }
    }

    /// The leaves that this key alone signed and that cite this leaf, or none; in log order, each with what it states.
    pub(crate) fn signed_by<'s>(
        &'s self,
        key: &PublicKey,
        cites: Option<LeafId>,
    ) -> impl Iterator<Item = (&'s ProvenLeaf<'a>, LeafId, &'s Statement)> {
        let places = self.signers.get(&(*key, cites)).map_or(&[][..], Vec::as_slice);
        let held = places.iter().filter_map(|place| self.leaves.get(*place));
        held.filter_map(ProvenLeaf::stated)
    }

    /// All that this key alone signed, in log order among the leaves that cite the same.
    pub(crate) fn all_by<'s>(
        &'s self,
        key: &PublicKey,
    ) -> impl Iterator<Item = (&'s ProvenLeaf<'a>, LeafId, &'s Statement)> {
        let last = Some(LeafId::from_bytes([u8::MAX; 32]));
        let places = self.signers.range((*key, None)..=(*key, last)).flat_map(|(_, places)| places);
        places.filter_map(|place| self.leaves.get(*place)).filter_map(ProvenLeaf::stated)
    }
}

/// The leaf that a statement is about.
const fn cited_by(statement: &Statement) -> Option<LeafId> {
    match statement {
        Statement::Commit { engagement: cited, .. }
        | Statement::Settle { engagement: cited, .. }
        | Statement::Open { cites: cited }
        | Statement::Reply { cites: cited, .. } => Some(*cited),
        Statement::Identity { .. } | Statement::Engagement { .. } | Statement::Posting { .. } => None,
    }
}

/// A leaf about the subject, proved to be in the log. It keeps what the rules read, and not the leaf taken apart: a log may hold
/// tens of thousands about one person.
pub(crate) struct ProvenLeaf<'a> {
    pub(crate) origin: &'a str,
    pub(crate) index: u64,
    pub(crate) id: LeafId,
    pub(crate) kind: Box<str>,
    pub(crate) documents: &'a [DocumentJson],
    /// None if the type is not known here.
    statement: Option<Statement>,
    /// The one key that the leaf is said to be signed by, and its signature.
    signer: Option<(PublicKey, Signature)>,
    bytes: &'a [u8],
    fits: &'a Fits,
}

/// Whether the one signature of a leaf fits, by the hash of the leaf: looked at once, though the leaf may stand in two logs, and only if
/// a rule asks for its key.
#[derive(Default)]
pub(crate) struct Fits(RefCell<BTreeMap<Hash, bool>>);

impl Fits {
    fn of(&self, leaf: &[u8], key: &PublicKey, signature: &Signature) -> bool {
        let hash = hash::leaf(leaf);
        let known = self.0.borrow().get(&hash).copied();
        known.unwrap_or_else(|| {
            let fits = is_signed(leaf, key, signature);
            self.0.borrow_mut().insert(hash, fits);
            fits
        })
    }
}

impl<'a> ProvenLeaf<'a> {
    /// Reads an entry, whose leaf must be in form. Answers whether it names the subject as well.
    pub(crate) fn read(
        origin: &'a str,
        entry: &'a Entry,
        subject: &SubjectKey,
        fits: &'a Fits,
    ) -> Result<(Self, bool), LeafError> {
        let bytes = entry.leaf.bytes();
        let leaf = Leaf::parse_general(bytes)?;
        let held = Self {
            origin,
            index: entry.index,
            id: leaf.id(),
            kind: leaf.kind().into(),
            documents: &entry.documents,
            statement: leaf.statement().cloned(),
            signer: if let [one] = leaf.signatures() { Some(*one) } else { None },
            bytes,
            fits,
        };
        Ok((held, leaf.subjects().contains(subject)))
    }

    fn stated(&self) -> Option<(&Self, LeafId, &Statement)> {
        let statement = self.statement.as_ref()?;
        let (key, signature) = self.signer.as_ref()?;
        self.fits.of(self.bytes, key, signature).then_some((self, self.id, statement))
    }
}
