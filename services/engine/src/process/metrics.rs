//! The gauges of a node, brought up to date from its database.

use std::time::Duration;

use hanse_base::error::UseError;
use hanse_store::{deliveries, log};

use crate::Engine;

/// Whoever collects metrics waits ten seconds by default, and most of them need no database.
const MEASURE_WAIT: Duration = Duration::from_secs(2);

impl Engine {
    /// Brings the gauges up to date: sizes, halts and queues as the database has them, in whatever process asks. While the
    /// database is away they stay as they were.
    pub async fn observe(&self) {
        let measured = tokio::time::timeout(MEASURE_WAIT, self.at_work().measure()).await;
        if let Ok(Err(error)) = measured {
            tracing::warn!(error = &error as &dyn std::error::Error, "updating the metrics failed");
        }
    }

    async fn measure(&self) -> Result<(), UseError> {
        let metrics = self.metrics();
        let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        metrics.event_streams.set(i64::try_from(self.streams()).unwrap_or(i64::MAX));
        metrics.clock_ahead.set(self.clocks().ahead().unwrap_or_default());
        let connection = self.store().connection().await?;
        for row in log::all(&connection).await? {
            let by = [("origin", row.origin)];
            metrics.log_size.get_or_create(&by).set(gauge(row.size));
            metrics.log_halted.get_or_create(&by).set(i64::from(row.halted.is_some()));
            let [(_, origin)] = &by;
            let wanted = log::wanted_count(&connection, origin).await?;
            metrics.leaves_wanted.get_or_create(&by).set(gauge(wanted));
            if row.own {
                let [(_, origin)] = &by;
                let pending = log::pending_count(&connection, origin).await?;
                metrics.leaves_pending.get_or_create(&by).set(gauge(pending));
            }
        }
        metrics.letters_waiting.set(hanse_notify::mail::waiting(&connection).await?);
        let mut waiting = deliveries::waiting(&connection).await?;
        for peer in &self.config().peers {
            waiting.entry(peer.name.to_string()).or_default();
        }
        // A peer that is not pinned is not told of any more once nothing waits for it.
        metrics.deliveries_waiting.clear();
        for (peer, documents) in waiting {
            metrics.deliveries_waiting.get_or_create(&[("peer", peer)]).set(documents);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hanse_network::{Topic, Verdict};
    use hanse_store::Sql as _;
    use prometheus_client::registry::Registry;

    use super::*;
    use crate::testing::Home;

    #[tokio::test]
    async fn gauges_are_what_the_database_has() {
        let home = Home::new('a', &['b']).await;
        let mut registry = Registry::with_prefix("hanse");
        home.engine.metrics().register(&mut registry);
        home.register("ada").await;
        let connection = home.engine.store().connection().await.unwrap();
        log::halt(&connection, "b.example/jobs", "for a test").await.unwrap();
        home.engine.observe().await;
        home.engine.metrics().judged(Topic::Jobs, Verdict::Reject);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            "hanse_log_size{origin=\"a.example/reputation\"} 1",
            "hanse_log_halted{origin=\"a.example/jobs\"} 0",
            "hanse_log_halted{origin=\"b.example/jobs\"} 1",
            "hanse_leaves_pending{origin=\"a.example/reputation\"} 1",
            "hanse_leaves_wanted{origin=\"b.example/jobs\"} 0",
            "hanse_deliveries_waiting{peer=\"b.example\"} 0",
            "hanse_gossip_judged_total{topic=\"jobs\",verdict=\"reject\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }

    #[tokio::test]
    async fn what_waits_for_a_peer_that_is_not_pinned_any_more_is_told_while_it_waits() {
        const WAITS: &str = "INSERT INTO delivery (peer, job, document, state, next_at) \
             VALUES ('gone.example', ''::bytea, ''::bytea, 'waiting', 0)";
        let home = Home::new('a', &['b']).await;
        let mut registry = Registry::with_prefix("hanse");
        home.engine.metrics().register(&mut registry);
        let told = async || {
            home.engine.observe().await;
            let mut text = String::new();
            prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
            let waiting = text.lines().filter(|line| line.starts_with("hanse_deliveries_waiting{"));
            waiting.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        let line = |peer: &str, number: u8| format!("hanse_deliveries_waiting{{peer=\"{peer}\"}} {number}");
        let db = home.engine.store().connection().await.unwrap();
        db.execute(WAITS, &[]).await.unwrap();
        assert_eq!(told().await, [line("b.example", 0), line("gone.example", 1)].into());
        db.execute("UPDATE delivery SET state = 'accepted'", &[]).await.unwrap();
        assert_eq!(told().await, [line("b.example", 0)].into());
    }
}
