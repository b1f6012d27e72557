//! A person's record, as far as ranking looks at it.

use hanse_document::Did;
use hanse_matching::model::Standing;

use crate::Discovery;

/// What the record of a person counts in a ranking: neither for nor against, as long as nothing is known.
pub(super) fn standing(discovery: &Discovery, person: &Did) -> Standing {
    discovery.trust.standing(person)
}
