//! A person's record, as far as ranking looks at it: the same for everybody.

use hanse_document::Did;
use hanse_matching::model::Standing;
use hanse_reputation::{Fixed, Person};

use super::world::World;
use crate::Trust;

/// A whole, as ranking counts it.
const MILLION: u32 = 1_000_000;

impl Trust {
    /// What the record of a person counts in a ranking: what those say who have a record themselves. As long as nothing is known, it
    /// counts neither for nor against.
    #[must_use]
    pub fn standing(&self, person: &Did) -> Standing {
        self.scores().look(|world| of(world, &Person::of(person))).unwrap_or_default()
    }

    /// How many people have rated this person who have no record of their own; nothing as long as the logs were not read.
    pub(crate) fn raters_without_record(&self, person: &Did) -> Option<u64> {
        self.scores().look(|world| world.graph.backed(&Person::of(person)).without_record.into())
    }
}

fn of(world: &World, person: &Person) -> Standing {
    let backed = world.graph.backed(person);
    let bound = (0 < backed.voices).then(|| {
        let relative = backed.estimate.relative_bound(world.graph.parameters());
        u32::try_from(relative.times(Fixed::whole(MILLION)).steps() >> Fixed::BITS)
            .unwrap_or(MILLION)
            .min(MILLION)
    });
    let completed = world.graph.summary(person, &world.reading.contracts(person)).completed;
    Standing { bound, completed }
}
