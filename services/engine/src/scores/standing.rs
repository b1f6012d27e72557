//! A person's record, as far as ranking looks at it: the same for everybody, from the objective summary.

use hanse_document::Did;
use hanse_matching::model::Standing;
use hanse_reputation::{Fixed, Person};

use super::world::World;
use crate::Engine;

/// A whole, as ranking counts it.
const MILLION: u32 = 1_000_000;

impl Engine {
    /// What the record of a person counts in a ranking. As long as nothing is known, it counts neither for nor against.
    #[must_use]
    pub fn standing(&self, person: &Did) -> Standing {
        self.scores().look(|world| of(world, &Person::of(person))).unwrap_or_default()
    }
}

fn of(world: &World, person: &Person) -> Standing {
    let summary = world.graph.summary(person, &world.reading.contracts(person));
    let bound = (0 < summary.raters).then(|| {
        let millionths = summary.relative_bound(world.graph.parameters()).times(Fixed::whole(MILLION));
        u32::try_from(millionths.steps() >> Fixed::BITS).unwrap_or(MILLION).min(MILLION)
    });
    Standing { bound, completed: summary.completed }
}
