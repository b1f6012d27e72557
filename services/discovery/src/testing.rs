//! A node that finds nobody yet.

use hanse_base::testing::TestNode;
use hanse_logbook::Logbook;
use hanse_trust::Trust;

use crate::Discovery;

pub(crate) struct Home {
    pub(crate) discovery: Discovery,
    _node: TestNode,
}

impl Home {
    pub(crate) async fn new(letter: char, others: &[char]) -> Self {
        let node = TestNode::new(letter, others).await;
        let logbook = Logbook::new(node.base.clone()).unwrap();
        let discovery = Discovery::new(Trust::new(logbook)).unwrap();
        Self { discovery, _node: node }
    }
}
