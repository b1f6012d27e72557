//! The documents that go with leaves, for a whole page of them at once: as many statements for one leaf as for hundreds.
//!
//! Of an identity, a posting or a reply it is the one committed to; of an open leaf the review that its commit sealed, the text that
//! the review names, and the rated person's own offer or acceptance. Only what anybody may see, and nothing that was erased.

use std::collections::{BTreeMap, BTreeSet};

use hanse_base::stored::kept;
use hanse_document::{Body, Commitment, Kind};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey, subjects_of};
use hanse_reputation::record::Terms;
use hanse_store::documents::{self, Committed, DocumentRow, Visible};
use hanse_store::log::{self, LeafRow};
use hanse_store::{Sql, StoreError};

use crate::shows::Shows;

/// What was loaded for some leaves of one log.
#[derive(Debug)]
pub struct Beside {
    origin: String,
    /// What open leaves open, by leaf id.
    commits: BTreeMap<LeafId, LeafRow>,
    /// What those answer.
    engagements: BTreeMap<LeafId, LeafRow>,
    documents: Committed,
    texts: Committed,
}

impl Beside {
    /// Loads what goes with these leaves, in their order, until it is so many bytes; what comes after those is asked for with the next
    /// page. What goes with the first leaf is always loaded.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load(
        db: &impl Sql,
        origin: &str,
        leaves: &[LeafRow],
        bytes_max: usize,
    ) -> Result<Self, StoreError> {
        let parsed: Vec<Leaf> = leaves.iter().filter_map(|row| Leaf::parse(&row.bytes).ok()).collect();
        let opened: BTreeSet<LeafId> =
            parsed.iter().filter_map(|leaf| Shows::of(origin, leaf).opened()).collect();
        let mut beside = Self {
            origin: origin.to_owned(),
            commits: BTreeMap::new(),
            engagements: BTreeMap::new(),
            documents: Committed::default(),
            texts: Committed::default(),
        };
        if !opened.is_empty() {
            beside.commits = log::leaves_by_id(db, origin, &opened).await?;
            let answered = beside.commits.values().filter_map(seals).map(|(_, it)| it);
            beside.engagements = log::leaves_anywhere(db, &answered.collect()).await?;
        }
        let wanted: Vec<Commitment> = parsed.iter().flat_map(|leaf| beside.wanted(leaf)).collect();
        beside.documents = documents::by_commitments(db, &wanted, Visible::Public, bytes_max).await?;
        let reviews = wanted.iter().filter_map(|commitment| beside.documents.get(commitment));
        let texts: Vec<Commitment> = reviews.filter_map(text_of).collect();
        beside.texts = documents::by_commitments(db, &texts, Visible::Public, bytes_max).await?;
        Ok(beside)
    }

    /// What goes with a leaf wherever whole logs are shown: beside an open leaf, after review and text, also the rated person's own
    /// offer or acceptance. It names the other side, without which nobody could tell who may review. None if it was too much to load.
    pub fn shown(&self, leaf: &[u8]) -> Option<Vec<&DocumentRow>> {
        // Index leaves and leaves of later versions commit to nothing that is known here.
        let Ok(parsed) = Leaf::parse(leaf) else { return Some(Vec::new()) };
        if self.wanted(&parsed).iter().any(|commitment| self.documents.is_beyond(commitment)) {
            return None;
        }
        let mut documents = self.public(&parsed)?;
        let Some(cites) = self.opened(&parsed) else { return Some(documents) };
        // Without the review there is nothing that its text or the word would go with.
        if !documents.is_empty()
            && let Some(word) = self.word_of_rated(&cites)
            && is_of_subject(word, leaf)
        {
            documents.push(word);
        }
        Some(documents)
    }

    /// The same for a record, never more than a stranger's check takes, whatever the log says: one document too many makes a whole
    /// record file invalid. Who reads a log line by line knows only the commits before an open leaf.
    pub fn recorded(&self, leaf: &LeafRow) -> Option<Vec<&DocumentRow>> {
        let cites = Leaf::parse(&leaf.bytes).ok().and_then(|leaf| self.opened(&leaf));
        let known = |cites| self.commits.get(&cites).is_some_and(|commit| commit.index <= leaf.index);
        if cites.is_some_and(|cites| !known(cites)) { Some(Vec::new()) } else { self.shown(&leaf.bytes) }
    }

    /// What the leaf itself makes public, without the other side's word. None if it was too much to load.
    pub fn public(&self, leaf: &Leaf) -> Option<Vec<&DocumentRow>> {
        let (Some(commitment), kinds) = self.commits_to(leaf) else { return Some(Vec::new()) };
        if self.documents.is_beyond(&commitment) {
            return None;
        }
        let found = self.documents.get(&commitment).filter(|row| kinds.contains(&row.id.kind()));
        let Some(found) = found else { return Some(Vec::new()) };
        let Some(text) = text_of(found) else { return Some(vec![found]) };
        if self.texts.is_beyond(&text) {
            return None;
        }
        let text = self.texts.get(&text).filter(|row| row.id.kind() == Kind::Text);
        Some(std::iter::once(found).chain(text).collect())
    }

    /// What a leaf commits to that anybody may see, and of which kinds it may be.
    fn commits_to(&self, leaf: &Leaf) -> (Option<Commitment>, &'static [Kind]) {
        match Shows::of(&self.origin, leaf) {
            Shows::Nothing => (None, &[]),
            Shows::Document(commitment, kinds) => (Some(commitment), kinds),
            Shows::Review(commit) => {
                let sealed = self.commits.get(&commit).and_then(seals);
                (sealed.map(|(commitment, _)| commitment), &[Kind::Review])
            }
        }
    }

    /// The commit that a leaf opens.
    fn opened(&self, leaf: &Leaf) -> Option<LeafId> {
        Shows::of(&self.origin, leaf).opened()
    }

    /// All that is looked for beside a leaf, but for texts.
    fn wanted(&self, leaf: &Leaf) -> Vec<Commitment> {
        let word = self.opened(leaf).and_then(|cites| self.word(&cites));
        self.commits_to(leaf).0.into_iter().chain(word).collect()
    }

    /// What the engagement commits to that this commit answers.
    fn word(&self, commit: &LeafId) -> Option<Commitment> {
        let (_, engagement) = seals(self.commits.get(commit)?)?;
        engaged_by(&Leaf::parse(&self.engagements.get(&engagement)?.bytes).ok()?)
    }

    /// The offer or acceptance to which that engagement commits, if it is here.
    fn word_of_rated(&self, commit: &LeafId) -> Option<&DocumentRow> {
        let word = self.documents.get(&self.word(commit)?)?;
        matches!(word.id.kind(), Kind::Offer | Kind::Acceptance).then_some(word)
    }
}

/// Whether this is the word of the person whom the leaf is about. What the review says does not matter: the word shows whether that
/// fits.
fn is_of_subject(word: &DocumentRow, open: &[u8]) -> bool {
    let terms = kept(word).ok().as_ref().and_then(Terms::of);
    let subjects = subjects_of(open).unwrap_or_default();
    terms.is_some_and(|terms| subjects == [SubjectKey::of(&terms.party)])
}

/// What a commit seals, and the engagement that it answers.
fn seals(commit: &LeafRow) -> Option<(Commitment, LeafId)> {
    if let Statement::Commit { commitment, engagement } = Leaf::parse(&commit.bytes).ok()?.statement()? {
        Some((*commitment, *engagement))
    } else {
        None
    }
}

/// What an engagement commits to: the one document of a contract that its own party may show.
pub fn engaged_by(leaf: &Leaf) -> Option<Commitment> {
    if let Statement::Engagement { commitment, .. } = leaf.statement()? { Some(*commitment) } else { None }
}

/// The commitment of the text that a review names.
fn text_of(review: &DocumentRow) -> Option<Commitment> {
    if review.id.kind() != Kind::Review {
        return None;
    }
    if let Body::Review(body) = kept(review).ok()?.body() { body.text } else { None }
}
